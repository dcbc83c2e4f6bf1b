package reports_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

// shard is one of four shards of a run, or what two of them were merged to.
func shard(numbers ...int) *record.Record {
	rec := samples.Record()
	rec.Planned, rec.Ran, rec.Interrupted = rec.Counts().Total(), rec.Counts().Total(), ""
	rec.Shard = &record.Shard{Numbers: numbers, Of: 4, Plan: "5eed", Peers: []record.ShardPeer{{Name: "libfoo", Planned: 303}}}
	rec.Peers[0].Cases[0].Watched = &record.Watched{Conversations: 7, Broken: 1, First: "5.6"}
	return rec
}

// Each form of a record says which part of a run it is of.
func TestShardIsNamed(t *testing.T) {
	forms := func(rec *record.Record) map[string]string {
		texts := map[string]string{"text": renderText(t, rec, nil, reports.Style{})}
		for name, write := range map[string]func(*bytes.Buffer) error{
			"html":     func(w *bytes.Buffer) error { return reports.HTML(w, rec, nil, nil) },
			"markdown": func(w *bytes.Buffer) error { return reports.Markdown(w, rec, nil, nil, reports.SummaryLimit) },
			"junit":    func(w *bytes.Buffer) error { return reports.JUnit(w, rec, nil, nil) },
			"gate": func(w *bytes.Buffer) error {
				return reports.Gated(w, rec, nil, &record.Gate{Baseline: "b.yaml"}, reports.GateOptions{})
			},
		} {
			var out bytes.Buffer
			if err := write(&out); err != nil {
				t.Fatal(err)
			}
			texts[name] = out.String()
		}
		return texts
	}
	for name, text := range forms(shard(2)) {
		if !strings.Contains(text, "shard 2 of 4") || strings.Contains(text, "missing") {
			t.Errorf("%s of a shard:\n%.600s", name, text)
		}
	}
	part := shard(2, 4)
	part.Planned = 303
	for name, text := range forms(part) {
		if !strings.Contains(text, "shards 1 and 3 of 4 are missing") {
			t.Errorf("%s of two shards:\n%.600s", name, text)
		}
	}
	var out bytes.Buffer
	if err := reports.JSON(&out, part); err != nil {
		t.Fatal(err)
	}
	if err := validate(compiled(t, ""), out.Bytes()); err != nil {
		t.Error(err)
	}
}
