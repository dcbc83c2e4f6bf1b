package interop

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/harness/record"
)

// third is a server that is tested against what the Autobahn testsuite said about it.
type third struct {
	name    string // of the recording, too
	program string // a directory of peers/ to build, a Node or a Python program
	flags   []string
	module  string // of Node or Python, which has to be installed
	fails   []string
}

// The cases that the servers fail by our own judgement. Each is explained in docs/wstest-differences.md where it differs from
// that of the testsuite.
var (
	textCases = []string{"0.2", "6.3.*", "6.4.*", "6.6.1", "6.6.3", "6.6.4", "6.6.6", "6.6.8", "6.6.10", "6.8.*", "6.10.*", "6.11.5",
		"6.12.*", "6.13.*", "6.14.*", "6.15.*", "6.16.*", "6.17.*", "6.18.*", "6.19.*", "6.20.*", "6.21.*"}
	thirds = []third{
		{name: "gorilla", program: "gorilla", fails: textCases},
		{name: "gorilla-utf8", program: "gorilla", flags: []string{"-utf8"}},
		{name: "gws", program: "gws"},
		{name: "ws", program: "node/ws-echo.js", module: "ws"},
		{name: "websockets-py", program: "python/websockets-echo.py", module: "websockets"},
		{name: "tornado", program: "python/tornado-echo.py", module: "tornado", fails: []string{"7.9.1", "7.9.2", "7.9.4", "7.9.5"}},
		{name: "ws4py-wsgiref", program: "python/ws4py-wsgiref-echo.py", module: "ws4py",
			fails: []string{"7.3.1", "7.3.2", "7.9.*", "7.13.*"}},
	}
)

// TestServers puts the catalogue to servers that nobody here wrote. The field wstest has to equal what the real testsuite
// recorded, outside of races; our own verdict has to be the one that is known.
func TestServers(t *testing.T) {
	for _, s := range thirds {
		t.Run(s.name, func(t *testing.T) {
			recorded, table := readRecording(t, s.name), readDifferences(t)
			program := s.start(t)
			results := ask(t, program.URL())
			for _, c := range results {
				compare(t, c, recorded.Cases[c.ID])
				if c.WSTest != nil && !table.explain(c) {
					t.Errorf("%s: %s by wstest and %s by us has no row in docs/wstest-differences.md: %+v", c.ID, c.WSTest.Behavior, c.Verdict, c.Findings)
				}
				if failed := c.Verdict == record.Fail; failed != s.known(c.ID) || c.Verdict == record.Error {
					t.Errorf("%s: our verdict is %s: %+v", c.ID, c.Verdict, c.Findings)
				}
			}
			if len(results) != len(cases.All()) {
				t.Errorf("%d verdicts for %d cases", len(results), len(cases.All()))
			}
		})
	}
}

// known tells whether the server is known to fail the case.
func (s third) known(id string) bool {
	return slices.ContainsFunc(s.fails, func(pattern string) bool { return cases.Match(pattern, cases.Find(id)) })
}

// recording is what the Autobahn testsuite said about a server.
type recording struct {
	Cases map[string]*record.WSTest `json:"cases"`
}

func readRecording(t *testing.T, name string) (r recording) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "wstest", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// racing are the cases in which the same server gets one verdict or another, by whether its answer to an earlier message left
// before it read what ends the connection. Of 7.1.6 only the close code varies.
var racing = []string{"3.2", "3.3", "3.4", "4.1.3", "4.1.4", "4.1.5", "4.2.3", "4.2.4", "4.2.5", "5.15", "7.1.6"}

// compare holds the verdict that we give in the testsuite's name against the recorded one.
func compare(t *testing.T, c record.Case, want *record.WSTest) {
	t.Helper()
	if want == nil || slices.Contains(racing, c.ID) {
		return
	}
	if got := c.WSTest; got.Behavior != want.Behavior || got.BehaviorClose != want.BehaviorClose || code(got) != code(want) {
		t.Errorf("%s: in the name of wstest %s, %s, %s; it said %s, %s, %s", c.ID,
			got.Behavior, got.BehaviorClose, code(got), want.Behavior, want.BehaviorClose, code(want))
	}
}

func code(w *record.WSTest) string {
	if w.RemoteCloseCode == nil {
		return "no code"
	}
	return fmt.Sprint(*w.RemoteCloseCode)
}

// ask puts the catalogue to a server.
func ask(t *testing.T, url string) (results []record.Case) {
	t.Helper()
	target, err := harness.NewTarget(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	r := &harness.Runner{Target: target, Cases: cases.All(), Timeout: harness.DefaultProgress, Retries: 3, Seed: "interop",
		Result: func(c record.Case, _ *record.Transcript) {
			mu.Lock()
			defer mu.Unlock()
			results = append(results, c)
		}}
	probe, err := r.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Run(t.Context(), probe); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(results, func(a, b record.Case) int { return cmp.Or(record.CompareIDs(a.ID, b.ID), 0) })
	return results
}

// start starts the server, or skips the test if what it needs is not installed.
func (s third) start(t *testing.T) *peer.Process {
	t.Helper()
	p, err := peer.Start(t.Context(), peer.Options{Command: append(s.command(t), "{port}"), URL: "ws://127.0.0.1:{port}/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop(context.Background()) })
	return p
}

// command is the start of the server's command line.
func (s third) command(t *testing.T) []string {
	t.Helper()
	program := filepath.Join("peers", filepath.FromSlash(s.program))
	switch filepath.Ext(program) {
	case ".js":
		installed(t, filepath.Dir(program), "node", "-e", "require('"+s.module+"')")
		return []string{"node", program}
	case ".py":
		installed(t, ".", python, "-c", "import "+s.module)
		return []string{python, program}
	}
	binary := filepath.Join(t.TempDir(), s.name)
	if out, err := exec.Command("go", "build", "-o", binary, "./"+program).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return append([]string{binary}, s.flags...)
}

// python is Debian's, which has the modules that Debian packages.
const python = "/usr/bin/python3"

// installed skips the test if a command fails. WSSPEC_ALL_PEERS=1 makes that a failure: for machines on which everything has
// to be there.
func installed(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		return
	}
	words := fmt.Sprintf("needs `%s %q` to work in %s: %v\n%s", name, args, dir, err, out)
	if os.Getenv("WSSPEC_ALL_PEERS") != "" {
		t.Fatal(words)
	}
	t.Skip(words)
}
