package reports_test

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

func TestChartOfLittle(t *testing.T) {
	peer := record.Peer{Cases: []record.Case{
		{ID: "9.1.3", Volume: &record.Volume{Messages: 1, MessageBytes: 1 << 20, DurationUS: 1000}},
		{ID: "9.2.1", Volume: &record.Volume{Messages: 1, MessageBytes: 1 << 20}}, // nothing came back
		{ID: "9.1.10", Volume: nil}, {ID: "9.1.x", Volume: &record.Volume{}}, {ID: "9.1.1000000", Volume: &record.Volume{Messages: 1, MessageBytes: 1, DurationUS: 1}},
	}}
	page := render(t, &record.Record{Peers: []record.Peer{peer}}, nil)
	if n := strings.Count(page, `<figure class="chart">`); n != 1 {
		t.Errorf("%d charts, want the one of what was measured", n)
	}
	if strings.Count(page, "<circle ") != 1 || !strings.Contains(page, `<g class="text"><circle `) || !strings.Contains(page, `<g class="binary"></g>`) {
		t.Errorf("more than a point:\n%s", samples.Body(page))
	}
	if strings.Contains(page, "NaN") || strings.Contains(page, "ZgotmplZ") {
		t.Error("the chart holds what is no number")
	}
}

func TestChartsOnThePage(t *testing.T) {
	one := samples.Words(render(t, samples.Measured("p"), nil))
	for _, want := range []string{"Speed", "Throughput by size of the message", "Round trip of a message, by its size", "32 MiB at most", "text, 64 KiB: 46.5 MB/s", "1000 messages of 16 B each way in 50.0 ms: 320 kB/s; round trip 31 µs, the worst 0.9 ms"} {
		if !strings.Contains(one, want) {
			t.Errorf("the page of one peer does not say %q", want)
		}
	}
	three := samples.Words(render(t, samples.Measured("a", "b", "c"), nil))
	for _, want := range []string{"Speed and resources", "a 50 MB/s", "Peak memory", "32 MiB", "96 MiB"} {
		if !strings.Contains(three, want) {
			t.Errorf("the page of three peers does not say %q", want)
		}
	}
	if strings.Contains(samples.Words(render(t, samples.Record(), nil)), "Speed and resources") {
		t.Error("what was not measured has a table")
	}
}
