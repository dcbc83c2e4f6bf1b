package record

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
)

var errFull = errors.New("no space left on device")

// watched is a directory that calls after each system call, and whose disk is full once space bytes were written.
type watched struct {
	directory
	after func(call string)
	space int // -1: no end
}

func (d *watched) open(name string, flag int) (file, error) {
	f, err := d.directory.open(name, flag)
	d.after("open " + name)
	if err != nil {
		return nil, err
	}
	info, err := f.(*os.File).Stat()
	if err != nil {
		return nil, err
	}
	return &watchedFile{f, d, info.Size()}, nil
}

func (d *watched) rename(from, to string) error {
	err := d.directory.rename(from, to)
	d.after("rename")
	return err
}

type watchedFile struct {
	file
	dir  *watched
	size int64
}

func (f *watchedFile) WriteAt(p []byte, off int64) (int, error) {
	defer f.dir.after("write")
	grown := int(max(off+int64(len(p))-f.size, 0))
	if f.dir.space < 0 || grown <= f.dir.space {
		if f.dir.space >= 0 {
			f.dir.space -= grown
		}
		f.size = max(f.size, off+int64(len(p)))
		return f.file.WriteAt(p, off)
	}
	n, _ := f.file.WriteAt(p[:len(p)-grown+f.dir.space], off)
	f.dir.space = 0
	return n, errFull
}

func (f *watchedFile) Truncate(size int64) error {
	defer f.dir.after("truncate")
	return f.file.Truncate(size)
}

// watch puts a watched directory under a Writer that has just been created.
func watch(t *testing.T, w *Writer, space int, after func(call string)) {
	t.Helper()
	d := &watched{w.journal.dir, after, -1}
	w.journal.dir = d
	must(t, w.rewrite())
	d.space = space
}

// run lets a Writer do everything that it can do, and returns the first error.
func run(w *Writer) error {
	return errors.Join(
		w.Peer(Peer{Name: "a", Role: "server"}),
		w.Case("a", passed, talk),
		w.Case("a", failed, talk),
		w.Peer(Peer{Name: "b"}),
		w.Case("b", passed, nil),
		w.Case("a", Case{ID: "1.1", Verdict: Error}, nil),
		w.Ended("a", Ended{ExitCode: 2}),
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
		rec, err := Read(dir)
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
					_, err := ReadTranscript(dir, c)
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
	must(t, w.Peer(Peer{Name: "a"}))
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
		watch(t, probe, 1<<20, func(string) {})
		must(t, run(probe))
		written := 1<<20 - probe.journal.dir.(*watched).space

		for space := 0; space < written; space += 29 {
			dir := t.TempDir()
			w := mustCreate(t, dir)
			watch(t, w, space, func(string) {})
			err := run(w)
			if !errors.Is(err, errFull) || !strings.Contains(err.Error(), dir) {
				t.Fatalf("space for %d bytes: %v", space, err)
			}
			if n := strings.Count(err.Error(), errFull.Error()); n > 2 {
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
	must(t, os.WriteFile(filepath.Join(dir, transcriptDir), nil, 0o644))
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

// A tail that gets shorter leaves no rest of the longer one.
func TestShorterTail(t *testing.T) {
	dir := t.TempDir()
	w := mustCreate(t, dir)
	must(t, w.journal.replace([]byte(`{"a":[`), []byte(`1,22222222222222]}`)))
	must(t, w.journal.append([]byte(`0`), []byte(`]}`)))
	text, err := os.ReadFile(filepath.Join(dir, resultsName))
	must(t, err)
	var v struct{ A []int }
	if err := json.Unmarshal(text, &v); err != nil || len(v.A) != 1 {
		t.Errorf("%v: %q", err, text)
	}
	must(t, w.journal.append([]byte(`,3`), []byte(`]}`)))
	text, _ = os.ReadFile(filepath.Join(dir, resultsName))
	if err := json.Unmarshal(text, &v); err != nil || len(v.A) != 2 {
		t.Errorf("%v: %q", err, text)
	}
}
