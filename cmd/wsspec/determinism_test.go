package main

import (
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
)

// TestDeterminism: with the same seed, the same server gets the same verdicts, time and again.
func TestDeterminism(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty whole runs take half a minute")
	}
	url := host(t, func(ln net.Listener) { reference.Listen(t.Context(), ln, nil) })
	runs := 20
	if raceDetector {
		runs = 3 // it looks for something else
	}
	var first map[string]judgement
	for i := range runs {
		dir := t.TempDir()
		e := runProgram(t, "test", "--seed", "7f3a19c2", "--out", dir, url)
		if e.code != exitConforms {
			t.Fatalf("run %d: exit code %d\n%s%s", i+1, e.code, e.stdout, e.stderr)
		}
		got := judgements(readRecord(t, dir))
		if first == nil {
			first = got
		}
		if diff := cmp.Diff(first, got); diff != "" {
			t.Errorf("run %d differs from the first (-first +this):\n%s", i+1, diff)
		}
	}
}

// judgement is what a run says about a case that must not be chance. That a case is flaky is left out: on a busy machine
// something may well be late, is tried again, and changes no verdict.
type judgement struct {
	Verdict   record.Verdict
	Close     record.CloseVerdict
	CloseCode int
}

func judgements(rec *record.Record) map[string]judgement {
	all := make(map[string]judgement)
	for _, c := range rec.Peers[0].Cases {
		all[c.ID] = judgement{c.Verdict, c.Close, c.CloseCode}
	}
	return all
}
