package interop

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/fleet"
	"github.com/wsspec/wsspec/harness/record"
)

// TestServers puts the catalogue to thirteen servers that nobody here wrote, in one run of the real program. The baseline knows
// all that they do wrong, so the run passes. In the record, the verdict in the name of the Autobahn testsuite has to equal what
// that recorded, outside of races, and the testsuite's index.json has to say the same; where our own differs from it,
// docs/wstest-differences.md has to say so.
func TestServers(t *testing.T) {
	names, absent := muster(t)
	out := t.TempDir()
	rec := runFleetInto(t, out, 0, "wsspec.yaml", "--jobs", "2", "--format", "json,wstest", "--only", strings.Join(names, ","))
	index := readIndex(t, out)
	for name, reason := range absent {
		t.Run(name, func(t *testing.T) { skip(t, reason) })
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			p := rec.Peer(name)
			if p == nil {
				t.Fatal("is not in the record")
			}
			complete(t, p)
			index.equal(t, p)
			recorded := readRecording(t, name)
			for id, want := range recorded.Cases {
				compare(t, p.Case(id), id, want)
			}
			for _, c := range p.Cases {
				if c.WSTest != nil && !explained(c) {
					t.Errorf("%s: %s by wstest and %s by us has no row in docs/wstest-differences.md: %+v", c.ID, c.WSTest.Behavior, c.Verdict, c.Findings)
				}
			}
		})
	}
}

// muster returns the peers of the fleet that can be tested here, and why the others cannot. There is one for each recording.
func muster(t *testing.T) (names []string, absent map[string]string) {
	t.Helper()
	f, err := fleet.Read("wsspec.yaml")
	if err != nil {
		t.Fatal(err)
	}
	absent = make(map[string]string)
	for _, p := range f.Peers {
		if reason := missing(p.Name); reason == "" {
			names = append(names, p.Name)
		} else {
			absent[p.Name] = reason
		}
	}
	recordings, err := filepath.Glob(filepath.Join("testdata", "wstest", "*.json"))
	if err != nil || len(recordings) != len(f.Peers) {
		t.Fatalf("%d recordings for %d peers, %v", len(recordings), len(f.Peers), err)
	}
	return names, absent
}

// modules are what a server needs of Node or Python. The others are made of Go modules.
var modules = map[string]string{
	"ws":             "ws",
	"websockets-py":  "websockets",
	"aiohttp":        "aiohttp",
	"tornado":        "tornado",
	"autobahn-py":    "autobahn.twisted",
	"ws4py-wsgiref":  "ws4py",
	"ws4py-gevent":   "ws4py.server.geventserver",
	"ws4py-cherrypy": "ws4py.server.cherrypyserver",
}

// missing says why a server cannot be tested here, "" if it can.
func missing(name string) string {
	switch module := modules[name]; {
	case module == "":
		return ""
	case name == "ws":
		return attempt(filepath.Join("peers", "node"), "node", "-e", "require('"+module+"')")
	default:
		return attempt(".", python, "-c", "import "+module)
	}
}

// complete checks that every case was put to a peer, and could be.
func complete(t *testing.T, p *record.Peer) {
	t.Helper()
	if len(p.Cases) != len(cases.All()) {
		t.Errorf("%d verdicts for %d cases", len(p.Cases), len(cases.All()))
	}
	for _, c := range p.Cases {
		if c.Verdict == record.Error {
			t.Errorf("%s could not be tested: %q", c.ID, c.Notes)
		}
	}
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
func compare(t *testing.T, c *record.Case, id string, want *record.WSTest) {
	t.Helper()
	if slices.Contains(racing, id) {
		return
	}
	if c == nil || c.WSTest == nil {
		t.Errorf("%s: no verdict in the name of wstest", id)
		return
	}
	if got := c.WSTest; got.Behavior != want.Behavior || got.BehaviorClose != want.BehaviorClose || code(got) != code(want) {
		t.Errorf("%s: in the name of wstest %s, %s, %s; it said %s, %s, %s", id,
			got.Behavior, got.BehaviorClose, code(got), want.Behavior, want.BehaviorClose, code(want))
	}
}

func code(w *record.WSTest) string {
	if w.RemoteCloseCode == nil {
		return "no code"
	}
	return fmt.Sprint(*w.RemoteCloseCode)
}
