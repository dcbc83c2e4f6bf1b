package reports

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// measuring are the 54 cases of chapter 9 of a peer, the faster the larger speed is.
func measuring(speed int64) (cases []record.Case) {
	for group, sizes := range map[int][]int64{
		1: {64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20}, 3: {4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20},
		5: {1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20}, 7: {0, 16, 64, 256, 1024, 4096},
	} {
		for _, g := range []int{group, group + 1} {
			for i, size := range sizes {
				v := &record.Volume{Messages: 1, MessageBytes: size, DurationUS: size/(50*speed) + 100, MedianUS: 40, WorstUS: 900}
				if group == 7 {
					v.Messages, v.DurationUS, v.MedianUS = 1000, 50_000, 30+int64(i)*speed
				}
				cases = append(cases, record.Case{ID: fmt.Sprintf("9.%d.%d", g, i+1), Title: "Volume", Verdict: record.Pass, Volume: v, DurationUS: 1000})
			}
		}
	}
	return cases
}

// measured is a record of peers that were measured.
func measured(names ...string) *record.Record {
	rec := &record.Record{Tool: "wsspec 0.1.0"}
	for i, name := range names {
		rec.Peers = append(rec.Peers, record.Peer{
			Name: name, Role: "server", Cases: append(plainCases(everyCase), measuring(int64(i+1))...),
			Usage: &record.Usage{PeakMemory: int64(i+1) << 25, CPUMS: 1200},
		})
	}
	rec.Planned = rec.Counts().Total()
	rec.Ran = rec.Planned
	return rec
}

func TestChart(t *testing.T) {
	peer := measured("p").Peers[0]
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

func TestChartOfLittle(t *testing.T) {
	peer := record.Peer{Cases: []record.Case{
		{ID: "9.1.3", Volume: &record.Volume{Messages: 1, MessageBytes: 1 << 20, DurationUS: 1000}},
		{ID: "9.2.1", Volume: &record.Volume{Messages: 1, MessageBytes: 1 << 20}}, // nothing came back
		{ID: "9.1.10", Volume: nil}, {ID: "9.1.x", Volume: &record.Volume{}}, {ID: "9.1.1000000", Volume: &record.Volume{Messages: 1, MessageBytes: 1, DurationUS: 1}},
	}}
	c := newChart(&peer, experiments[0])
	if c == nil || len(c.Lines[0].Points) != 1 || len(c.Lines[0].Segments) != 0 || len(c.Lines[1].Points) != 0 {
		t.Fatalf("%+v", c)
	}
	if newChart(&peer, experiments[2]) != nil {
		t.Error("a chart of nothing")
	}
	rec := &record.Record{Peers: []record.Peer{peer}}
	if page := render(t, rec, nil); strings.Contains(page, "NaN") || strings.Contains(page, "ZgotmplZ") {
		t.Error("the chart holds what is no number")
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

func TestChartsOnThePage(t *testing.T) {
	one := words(render(t, measured("p"), nil))
	for _, want := range []string{"Speed", "Throughput by size of the message", "Round trip of a message, by its size", "32 MiB at most", "text, 64 KiB: 46.5 MB/s", "1000 messages of 16 B each way in 50.0 ms: 320 kB/s; round trip 31 µs, the worst 0.9 ms"} {
		if !strings.Contains(one, want) {
			t.Errorf("the page of one peer does not say %q", want)
		}
	}
	three := words(render(t, measured("a", "b", "c"), nil))
	for _, want := range []string{"Speed and resources", "a 50 MB/s", "Peak memory", "32 MiB", "96 MiB"} {
		if !strings.Contains(three, want) {
			t.Errorf("the page of three peers does not say %q", want)
		}
	}
	if strings.Contains(words(render(t, sample(), nil)), "Speed and resources") {
		t.Error("what was not measured has a table")
	}
}
