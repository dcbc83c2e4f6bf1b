package reports

import (
	"fmt"
	"testing"

	"github.com/wsspec/wsspec/reports/internal/samples"
)

func TestChart(t *testing.T) {
	peer := samples.Measured("p").Peers[0]
	c := newChart(&peer, experiments[0])
	if c == nil || len(c.Columns) != 6 || len(c.Lines) != 2 || len(c.Lines[1].Points) != 6 || len(c.Lines[1].Segments) != 5 {
		t.Fatalf("%+v", c)
	}
	for i, col := range c.Columns {
		if p := c.Lines[0].Points[i]; p.X != col.X || p.Y < plotTop || p.Y > plotBottom || p.X < plotLeft || p.X > plotRight {
			t.Errorf("point %+v of column %+v is not in the plot", p, col)
		}
	}
	if first, last := c.Lines[0].Points[0], c.Lines[0].Points[5]; last.Y > first.Y {
		t.Errorf("%s is drawn below %s", last.Says, first.Says)
	}
	if got := c.Lines[0].Points[0].Says; got != "text, 64 KiB: 46.5 MB/s" {
		t.Errorf("the first point says %q", got)
	}
	if got := c.Columns[5]; got.Size != "16 MiB" || got.Text != "50 MB/s" || got.Binary != "50 MB/s" {
		t.Errorf("the last column says %+v", got)
	}
	if got := newChart(&peer, experiments[1]).Columns[0].Size; got != "64 B" {
		t.Errorf("the smallest fragment has %s", got)
	}
	latency := newChart(&peer, experiments[3])
	if got := latency.Columns[1]; got.Size != "16 B" || got.Text != "31 µs" || got.WorstBinary != "900 µs" {
		t.Errorf("the round trip says %+v", got)
	}
}

func TestUnits(t *testing.T) {
	for want, got := range map[string]string{
		"999 B/s": rate(999), "1 kB/s": rate(999.9), "1.5 MB/s": rate(1.5e6), "12.3 GB/s": rate(12.34e9),
		"812 µs": shortDuration(812e-6), "1 ms": shortDuration(0.99999e-3), "34.1 ms": shortDuration(0.03412), "2.5 s": shortDuration(2.5),
		"64 B": size(64), "4 KiB": size(4096), "1.5 MiB": size(3 << 19), "100 KiB": size(100 << 10),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestScale(t *testing.T) {
	s := newScale([]float64{3e6, 4e8})
	if got := fmt.Sprint(s.decades()); got != "[1e+06 1e+07 1e+08 1e+09]" {
		t.Errorf("decades %s", got)
	}
	if s.y(1e6) != plotBottom || s.y(1e9) != plotTop {
		t.Errorf("from %d to %d", s.y(1e6), s.y(1e9))
	}
	if one := newScale([]float64{100}); one.high <= one.low {
		t.Errorf("no height: %+v", one)
	}
	if n := len(newScale([]float64{1e-6, 1e12}).decades()); n > 6 {
		t.Errorf("%d lines", n)
	}
}
