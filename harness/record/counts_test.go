package record_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

func TestCounts(t *testing.T) {
	peer := record.Peer{Cases: []record.Case{
		{ID: "10.1", Verdict: record.Pass}, {ID: "2.1", Verdict: record.NonStrict}, {ID: "2.2", Verdict: record.Pass}, {ID: "2.3", Verdict: record.Pass},
	}}
	rec := record.Record{Peers: []record.Peer{peer, {Cases: []record.Case{{ID: "2.1", Verdict: record.Fail}}}}}
	if diff := cmp.Diff(record.Counts{record.Pass: 3, record.NonStrict: 1, record.Fail: 1}, rec.Counts()); diff != "" {
		t.Errorf("Counts (-want +got):\n%s", diff)
	}
	if n := rec.Counts().Total(); n != 5 {
		t.Errorf("Total = %d, want 5", n)
	}
	want := []record.ChapterCounts{{2, "Pings and pongs", record.Counts{record.Pass: 2, record.NonStrict: 1}}, {10, "Auto-fragmentation", record.Counts{record.Pass: 1}}}
	if diff := cmp.Diff(want, peer.Chapters()); diff != "" {
		t.Errorf("Chapters (-want +got):\n%s", diff)
	}
}

func TestWorst(t *testing.T) {
	for want, counts := range map[record.Verdict]record.Counts{
		record.Pass:          {},
		record.Informational: {record.Pass: 9, record.Informational: 1},
		record.Unimplemented: {record.Informational: 1, record.Unimplemented: 1},
		record.NonStrict:     {record.Unimplemented: 5, record.NonStrict: 1, record.Fail: 0},
		record.Error:         {record.NonStrict: 1, record.Error: 1},
		record.Fail:          {record.Error: 1, record.Fail: 1},
	} {
		if got := counts.Worst(); got != want {
			t.Errorf("%v.Worst() = %q, want %q", counts, got, want)
		}
	}
}

// The words of the Autobahn testsuite, as its index.json has them.
func TestWSTestWords(t *testing.T) {
	for _, v := range record.Verdicts {
		if (v.WSTest() == "") != (v == record.Error) {
			t.Errorf("%s is %q", v, v.WSTest())
		}
	}
	for _, v := range record.CloseVerdicts {
		if v.WSTest() == "" {
			t.Errorf("close %s has no word", v)
		}
	}
	if record.NonStrict.WSTest() != "NON-STRICT" || record.CloseFailedByClient.WSTest() != "FAILED BY CLIENT" || record.CloseVerdict("").WSTest() != "" {
		t.Error("wrong words")
	}
}
