package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/fuzz"
	"github.com/wsspec/wsspec/fuzz/corpus"
	"github.com/wsspec/wsspec/harness/peer"
)

// roleVariable makes the test binary play an engine instead of running tests.
const roleVariable = "ENGINE_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		play(role, os.Args[1])
		return
	}
	os.Exit(m.Run())
}

// play is an engine that works in home.
func play(role, home string) {
	fmt.Println("execs: 41\nexecs: 42")
	switch role {
	case "finds", "finds and goes on":
		name := filepath.Join(home, "crashers", "input")
		if os.MkdirAll(filepath.Dir(name), 0o777) != nil || os.WriteFile(name, []byte("bad input"), 0o666) != nil ||
			os.WriteFile(name+".output", nil, 0o666) != nil {
			os.Exit(99)
		}
		if role == "finds" {
			os.Exit(1)
		}
		select {}
	case "goes on":
		select {}
	case "breaks":
		fmt.Fprintln(os.Stderr, "no memory left")
		os.Exit(7)
	case "fails with a seed":
		fmt.Println("failure while testing seed corpus entry: FuzzReader/case-5.6")
		os.Exit(1)
	}
}

// newTest is a campaign in which the test binary plays an engine.
func newTest(t *testing.T, role string, endless bool) *campaign {
	t.Helper()
	c := &campaign{engine: corpus.GoFuzz, root: t.TempDir(), work: t.TempDir(), limit: 100 * time.Millisecond, out: new(strings.Builder)}
	c.driver = driver{
		command: func(c *campaign, target string) peer.Options {
			return peer.Options{Command: []string{os.Args[0], c.home(target)}, Env: []string{roleVariable + "=" + role}}
		},
		endless: endless,
		execs:   regexp.MustCompile(`execs: (\d+)`),
		finds:   []string{"crashers/*"},
		failing: goTest.failing,
		forgive: endOfTime,
	}
	return c
}

var reader, _ = fuzz.Lookup("Reader")

func TestFindingBecomesASeed(t *testing.T) {
	for _, endless := range []bool{false, true} {
		role := "finds"
		if endless {
			role = "finds and goes on"
		}
		c := newTest(t, role, endless)
		c.limit = time.Minute // the finding ends it earlier
		r, err := c.fuzz(t.Context(), reader)
		if want := []string{corpus.Name([]byte("bad input"), corpus.Native)}; err != nil || !slices.Equal(r.found, want) {
			t.Fatalf("%s: got %+v, error %v", role, r, err)
		}
		if r.execs != 42 || !strings.Contains(r.String(), "FOUND "+r.found[0]) {
			t.Errorf("%s: got %v", role, r)
		}
		seeds, err := corpus.Read(c.seeds("FuzzReader"), corpus.Native)
		if err != nil || len(seeds.Inputs()) != 1 || string(seeds.Inputs()[0]) != "bad input" {
			t.Errorf("%s: got the seeds %q, error %v", role, seeds.Inputs(), err)
		}
		if left := c.findings("FuzzReader"); len(left) > 0 {
			t.Errorf("%s: %q are still there, and would be found again", role, left)
		}
	}
}

// The native engine writes no file for a seed that fails: there is one.
func TestFailingSeed(t *testing.T) {
	r, err := newTest(t, "fails with a seed", false).fuzz(t.Context(), reader)
	if err != nil || !slices.Equal(r.found, []string{"case-5.6"}) {
		t.Errorf("got %+v, error %v", r, err)
	}
}

func TestEnds(t *testing.T) {
	tests := []struct {
		role    string
		endless bool
		err     string
	}{
		{"ends", false, ""},
		{"goes on", true, ""},
		{"breaks", false, "no memory left"},
		{"breaks", true, "no memory left"},
		{"ends", true, "exit"}, // it should not
	}
	for _, tt := range tests {
		c := newTest(t, tt.role, tt.endless)
		if tt.role != "goes on" {
			c.limit = time.Minute // it ends by itself
		}
		r, err := c.fuzz(t.Context(), reader)
		if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) || len(r.found) > 0 {
			t.Errorf("%s, endless %t: got %+v, error %v, want %q", tt.role, tt.endless, r, err, tt.err)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := newTest(t, "goes on", true)
	c.limit = time.Hour
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := c.fuzz(ctx, reader); err == nil {
		t.Error("no error")
	}
}

// An engine that is late at the end of its time has found nothing; one that fails before has.
func TestEndOfTime(t *testing.T) {
	late := &peer.ExitError{Code: 1, Stdout: []string{"--- FAIL: FuzzReader (60.02s)", "    context deadline exceeded", "FAIL"}}
	failed := &peer.ExitError{Code: 1, Stdout: []string{"--- FAIL: FuzzReader (60.02s)", "    reader.go:1: got context deadline exceeded"}}
	c := &campaign{driver: goTest, engine: corpus.GoTest, limit: time.Minute}
	for _, tt := range []struct {
		exit *peer.ExitError
		took time.Duration
		ok   bool
	}{
		{late, time.Minute, true}, {late, time.Second, false}, {failed, time.Minute, false},
		{&peer.ExitError{}, time.Minute, true}, {nil, 2 * time.Minute, false},
	} {
		if err := c.judge(tt.exit, tt.took); (err == nil) != tt.ok {
			t.Errorf("%+v after %v: got the error %v", tt.exit, tt.took, err)
		}
	}
}

// The engine gets the seeds of the property and those of the repository, and forgets what it found earlier.
func TestPrepare(t *testing.T) {
	c := newTest(t, "ends", false)
	known := new(corpus.Corpus)
	known.Add([]byte("found once"))
	if _, err := corpus.Write(c.seeds("FuzzReader"), corpus.Native, known); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(c.home("FuzzReader"), "suppressions")
	if err := os.MkdirAll(old, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := c.prepare(reader); err != nil {
		t.Fatal(err)
	}
	got, err := corpus.Read(c.engine.Corpus(c.work, "FuzzReader"), corpus.Raw)
	if err != nil || len(got.Inputs()) != len(reader.Seeds)+1 {
		t.Errorf("got %d inputs, error %v, want %d", len(got.Inputs()), err, len(reader.Seeds)+1)
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the suppressions are still there: %v", err)
	}
}

// What the three engines print, as recorded.
func TestExecs(t *testing.T) {
	tests := []struct {
		d    driver
		line string
		want string
	}{
		{goTest, "fuzz: elapsed: 3s, execs: 17160 (5719/sec), new interesting: 55 (total: 87)", "17160"},
		{goFuzz, "2026/11/25 14:28:49 workers: 1, corpus: 15 (5s ago), crashers: 0, restarts: 1/8484, execs: 50906 (5656/sec), cover: 468, uptime: 9s", "50906"},
		{libFuzzer, "#16384\tpulse  cov: 2010 ft: 4010 corp: 300/12Kb lim: 80 exec/s: 5461 rss: 39Mb", "16384"},
		{libFuzzer, "stat::number_of_executed_units: 65172", "65172"},
	}
	for _, tt := range tests {
		if got := tt.d.execs.FindStringSubmatch(tt.line); got == nil || got[1] != tt.want {
			t.Errorf("%q: got %q, want %s", tt.line, got, tt.want)
		}
	}
}

func TestCommandLine(t *testing.T) {
	tests := []struct{ args, want string }{
		{"-engine afl", `unknown engine "afl", want one of native, gofuzz, libfuzzer`},
		{"-target FuzzAll", `unknown target "FuzzAll", want one of FuzzHeader, `},
		{"-time 10ms", "-time is 10ms, want at least 1s"},
		{"-time x", "invalid value"},
		{"FuzzReader", `unexpected argument "FuzzReader"`},
	}
	for _, tt := range tests {
		err := run(t.Context(), strings.Fields(tt.args), new(strings.Builder))
		if err == nil || !strings.Contains(err.Error(), tt.want) || exitCode(err) != 2 {
			t.Errorf("%s: got the error %v, exit code %d", tt.args, err, exitCode(err))
		}
	}
}

func TestExitCode(t *testing.T) {
	if err := run(t.Context(), []string{"-h"}, new(strings.Builder)); err != nil {
		t.Errorf("got the error %v for -h", err)
	}
	for want, err := range []error{nil, errors.Join(errors.New("not built"), errFound), usageError{errors.New("no")}, errors.New("not built")} {
		if got := exitCode(err); got != want {
			t.Errorf("%v: got %d, want %d", err, got, want)
		}
	}
}
