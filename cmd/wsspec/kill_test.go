package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// TestKill: a run that is killed, whenever that is, leaves one valid record, from which a report can be made. The server goes on
// for some cases after the moment to kill, which therefore comes while cases are written, and then holds up the run, which
// therefore cannot end before.
func TestKill(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 10, 40, 90, 150, 200} {
		t.Run(fmt.Sprint(n, " cases"), func(t *testing.T) {
			const jobs, probes = 4, 1 + 1 + 4 // for the echo, the features, and how many are served at once
			dir := t.TempDir()
			p := start(t, "test", "--jobs", fmt.Sprint(jobs), "--out", dir, listen(t, falters(int64(probes+n+25))))
			await(t, dir, n)
			if err := p.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-p.done
			checkKilled(t, dir, n)
			e := runProgram(t, "report", dir)
			e.check(t)
			if e.code != exitUntested {
				t.Errorf("exit code %d, want %d\n%s", e.code, exitUntested, e.stderr)
			}
			if info, err := os.Stat(filepath.Join(dir, "index.html")); err != nil || info.Size() == 0 {
				t.Errorf("no report: %v", err)
			}
		})
	}
}

// checkKilled: the record holds at least the cases that were seen in it, each with its transcript.
func checkKilled(t *testing.T, dir string, n int) {
	t.Helper()
	rec := readRecord(t, dir)
	if rec.Ran < n || rec.Ran >= rec.Planned || rec.Ran != rec.Counts().Total() || rec.Ran != rec.Counts()[record.Pass]+rec.Counts()[record.Informational] {
		t.Errorf("%d planned, %d ran: %v", rec.Planned, rec.Ran, rec.Counts())
	}
	for _, c := range rec.Peers[0].Cases {
		if _, err := record.ReadTranscript(dir, c); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "index.html")); err == nil {
		t.Error("the run ended before it was killed")
	}
}
