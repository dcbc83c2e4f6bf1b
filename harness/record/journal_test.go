package record_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/wsspec/wsspec/harness/record"
)

// watch puts a watched directory under a Writer that has just been created.
func watch(t *testing.T, w *record.Writer, space int, after func(call string)) *record.Disk {
	t.Helper()
	d, err := record.Watch(w, space, after)
	must(t, err)
	return d
}

// run lets a Writer do everything that it can do, and returns the first error.
func run(w *record.Writer) error {
	return errors.Join(
		w.Peer(record.Peer{Name: "a", Role: "server"}),
		w.Case("a", passed, talk),
		w.Case("a", failed, talk),
		w.Peer(record.Peer{Name: "b"}),
		w.Case("b", passed, nil),
		w.Case("a", record.Case{ID: "1.1", Verdict: record.Error}, nil),
		w.Ended("a", record.Ended{ExitCode: 2}),
		w.Case("b", failed, talk),
		w.Close(0, "SIGINT"),
	)
}

// Whatever system call a kill comes after, the file is a record, it never loses a case, and it refers to no transcript
// that is not there.
func TestKilledAfterAnyCall(t *testing.T) {
	dir := t.TempDir()
	w := mustCreate(t, dir)
	calls, ran := 0, 0
	watch(t, w, -1, func(call string) {
		calls++
		rec, err := record.Read(dir)
		if err != nil {
			t.Fatalf("killed after call %d, %s: %v", calls, call, err)
		}
		if rec.Ran < ran || rec.Ran != rec.Counts().Total() {
			t.Errorf("after call %d, %s: ran %d, holds %d, before %d", calls, call, rec.Ran, rec.Counts().Total(), ran)
		}
		ran = rec.Ran
		for _, p := range rec.Peers {
			for _, c := range p.Cases {
				if c.Transcript != "" {
					_, err := record.ReadTranscript(dir, c)
					must(t, err)
				}
			}
		}
	})
	must(t, run(w))
	if ran != 5 || calls < 12 {
		t.Errorf("%d cases after %d calls, want 5 after 12 or more", ran, calls)
	}
}

// A case is one write, however long the record is.
func TestOneWriteACase(t *testing.T) {
	w := mustCreate(t, t.TempDir())
	must(t, w.Peer(record.Peer{Name: "a"}))
	var calls []string
	watch(t, w, -1, func(call string) { calls = append(calls, call) })
	calls = nil
	must(t, w.Case("a", passed, nil))
	if strings.Join(calls, ",") != "write" {
		t.Errorf("calls: %q", calls)
	}
}

// A disk that is full at any byte leaves a valid file, loses nothing in memory, and is reported once and at the end.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where no time goes by, so each run writes just as much
		probe := mustCreate(t, t.TempDir())
		disk := watch(t, probe, 1<<20, func(string) {})
		must(t, run(probe))
		written := 1<<20 - disk.Space

		for space := 0; space < written; space += 29 {
			dir := t.TempDir()
			w := mustCreate(t, dir)
			watch(t, w, space, func(string) {})
			err := run(w)
			if !errors.Is(err, record.ErrFull) || !strings.Contains(err.Error(), dir) {
				t.Fatalf("space for %d bytes: %v", space, err)
			}
			if n := strings.Count(err.Error(), record.ErrFull.Error()); n > 2 {
				t.Errorf("space for %d bytes: reported %d times", space, n)
			}
			mustRead(t, dir)
			rec := w.Record()
			if rec.Ran != 5 || rec.Counts().Total() != 5 || rec.Interrupted != "SIGINT" || rec.Peer("a").Ended == nil {
				t.Errorf("space for %d bytes: memory holds %s", space, mustJSON(t, rec))
			}
			for _, id := range []string{"5.6", "24.1"} {
				if w.Transcript("a", id) == nil {
					t.Errorf("space for %d bytes: transcript of %s is lost", space, id)
				}
			}
		}
	})
}

// A directory that vanishes while the run goes on.
func TestUnwritableTranscripts(t *testing.T) {
	dir := t.TempDir()
	w := mustCreate(t, dir)
	must(t, os.WriteFile(filepath.Join(dir, "transcripts"), nil, 0o644))
	if err := w.Case("a", failed, talk); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("Case: %v", err)
	}
	if err := w.Case("a", passed, talk); err != nil {
		t.Errorf("the error is reported again: %v", err)
	}
	if w.Transcript("a", "24.1") == nil || w.Transcript("a", "5.6") == nil || w.Record().Ran != 2 {
		t.Error("something is lost")
	}
	if err := w.Close(0, ""); err == nil {
		t.Error("Close reports nothing")
	}
	mustRead(t, dir)
}
