package record

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCounts(t *testing.T) {
	peer := Peer{Cases: []Case{
		{ID: "10.1", Verdict: Pass}, {ID: "2.1", Verdict: NonStrict}, {ID: "2.2", Verdict: Pass}, {ID: "2.3", Verdict: Pass},
	}}
	rec := Record{Peers: []Peer{peer, {Cases: []Case{{ID: "2.1", Verdict: Fail}}}}}
	if diff := cmp.Diff(Counts{Pass: 3, NonStrict: 1, Fail: 1}, rec.Counts()); diff != "" {
		t.Errorf("Counts (-want +got):\n%s", diff)
	}
	if n := rec.Counts().Total(); n != 5 {
		t.Errorf("Total = %d, want 5", n)
	}
	want := []ChapterCounts{{2, "Pings and pongs", Counts{Pass: 2, NonStrict: 1}}, {10, "Auto-fragmentation", Counts{Pass: 1}}}
	if diff := cmp.Diff(want, peer.Chapters()); diff != "" {
		t.Errorf("Chapters (-want +got):\n%s", diff)
	}
}

func TestWorst(t *testing.T) {
	for want, counts := range map[Verdict]Counts{
		Pass:          {},
		Informational: {Pass: 9, Informational: 1},
		Unimplemented: {Informational: 1, Unimplemented: 1},
		NonStrict:     {Unimplemented: 5, NonStrict: 1, Fail: 0},
		Error:         {NonStrict: 1, Error: 1},
		Fail:          {Error: 1, Fail: 1},
	} {
		if got := counts.Worst(); got != want {
			t.Errorf("%v.Worst() = %q, want %q", counts, got, want)
		}
	}
}

// The words of the Autobahn testsuite, as its index.json has them.
func TestWSTestWords(t *testing.T) {
	for _, v := range Verdicts {
		if (v.WSTest() == "") != (v == Error) {
			t.Errorf("%s is %q", v, v.WSTest())
		}
	}
	for _, v := range CloseVerdicts {
		if v.WSTest() == "" {
			t.Errorf("close %s has no word", v)
		}
	}
	if NonStrict.WSTest() != "NON-STRICT" || CloseFailedByClient.WSTest() != "FAILED BY CLIENT" || CloseVerdict("").WSTest() != "" {
		t.Error("wrong words")
	}
}
