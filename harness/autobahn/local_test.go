package autobahn

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/peer"
)

// withFaults is a Local that runs the stand-in with faults.
type withFaults struct {
	Local
	faults string
}

func (w withFaults) Start(ctx context.Context, job Job) (Process, error) {
	spec := job.Spec
	job.Spec = func(p Place) ([]byte, error) {
		text, err := spec(p)
		return []byte(strings.Replace(string(text), "{", `{"standin":"`+w.faults+`",`, 1)), err
	}
	return w.Local.Start(ctx, job)
}

// TestLocal: an installed wstest tests a server, and nothing of it is left.
func TestLocal(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ faults, cases, lost, why string }{
		"well":   {"", "2.1 2.2 2.3", "", ""},
		"ended":  {"exit@2.2", "", "2.2", "wstest ended with exit code 7 in case 2.2"},
		"half":   {"half", "2.1", "2.3", "cannot be read to its end"},
		"links":  {"link", "2.1 2.2 2.3", "", ""},
		"floods": {"flood@2.1", "2.1 2.2 2.3", "", ""},
		"fails":  {"fail@2.1", "2.1 2.2 2.3", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, nil, "2.1", "2.2", "2.3")
			r, err := TestServer(t.Context(), withFaults{Local{standin(t)}, test.faults}, tr.Test, Server{URL: echoServer(t)}, tr.dir)
			if err != nil {
				t.Fatal(err)
			}
			tr.expectIndex(test.cases)
			if test.lost != "" {
				tr.expectWhy(r, test.lost, test.why)
			}
			if r.Version != "25.10.1" || (r.Trouble() != nil) != (test.lost != "") {
				t.Errorf("version %q, trouble %v", r.Version, r.Trouble())
			}
			for _, link := range []string{"passwd", "up"} {
				if _, err := os.Lstat(filepath.Join(tr.dir, link)); err == nil {
					t.Errorf("the link %s was taken over", link)
				}
			}
		})
	}
}

// TestLocalReports: a file that cannot be copied keeps no other back, and the index comes before all.
func TestLocalReports(t *testing.T) {
	p, dir := &localProcess{dir: t.TempDir()}, t.TempDir()
	for _, name := range []string{"a_case_2_1.json", "b_case_2_1.json", indexName} {
		if err := errors.Join(os.MkdirAll(filepath.Join(p.dir, reportsDir), 0o777), os.WriteFile(filepath.Join(p.dir, reportsDir, name), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "a_case_2_1.json"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := p.Reports(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "a_case_2_1.json") {
		t.Errorf("%v", err)
	}
	for _, name := range []string{"b_case_2_1.json", indexName} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// TestLocalKill: a program that refuses to end is ended with the test, and its directory goes.
func TestLocalKill(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the user has no time")
	tr := newTrial(t, nil, "2.1", "2.2")
	tr.Case = func(id string) {
		if id == "2.2" {
			cancel(why)
		}
	}
	done := make(chan error, 1)
	go func() {
		_, err := TestServer(ctx, withFaults{Local{standin(t)}, "deaf,hang@2.2"}, tr.Test, Server{URL: echoServer(t)}, tr.dir)
		done <- err
	}()
	select {
	case err := <-done:
		if err != why {
			t.Errorf("%v, want %v", err, why)
		}
	case <-time.After(patience):
		t.Fatal("the program was not ended")
	}
	left, err := os.ReadDir(temp)
	left = slices.DeleteFunc(left, func(e os.DirEntry) bool { return !strings.HasPrefix(e.Name(), "wsspec-wstest-") })
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestNoLocal: without such a program nothing is started.
func TestNoLocal(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "wstest")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"no-such-program-anywhere", "./nowhere/wstest", file, ""} {
		_, err := Local{path}.Start(t.Context(), Job{Mode: "fuzzingclient"})
		var start *peer.StartError
		if !errors.As(err, &start) {
			t.Errorf("%q: %v", path, err)
		}
	}
}
