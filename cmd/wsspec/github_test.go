package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// TestSummaryLeavesRoom: the file of a step's summary never grows beyond what GitHub takes, or it would show nothing of it.
func TestSummaryLeavesRoom(t *testing.T) {
	failure := record.Finding{Got: strings.Repeat("x", 900), Severity: record.Fail}
	rec := &record.Record{Peers: []record.Peer{{Name: "p"}}}
	for i := range 2000 {
		failure.Expected = strings.Repeat("y", i)
		rec.Peers[0].Cases = append(rec.Peers[0].Cases, record.Case{ID: "1.1", Verdict: record.Fail, Findings: []record.Finding{failure}})
		failure.Got = failure.Got[1:] + string(rune('a'+i%26))
	}
	v := &view{options: new(options), record: rec}
	for _, test := range []struct {
		before  int
		refused bool
	}{{0, false}, {1000, false}, {reports.SummaryLimit - leastSummary, false}, {reports.SummaryLimit - 10, true}, {reports.SummaryLimit + 10, true}} {
		name := filepath.Join(t.TempDir(), "summary.md")
		before := bytes.Repeat([]byte("z"), test.before)
		if err := os.WriteFile(name, before, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := v.appendSummary(name); (err != nil) != test.refused {
			t.Errorf("behind %d bytes: %v", test.before, err)
		}
		text, err := os.ReadFile(name)
		if err != nil || !bytes.HasPrefix(text, before) {
			t.Errorf("behind %d bytes: what was there is lost, %v", test.before, err)
		}
		if grown := len(text) > test.before; grown == test.refused || grown && len(text) > reports.SummaryLimit {
			t.Errorf("behind %d bytes: %d bytes in all", test.before, len(text))
		}
	}
}
