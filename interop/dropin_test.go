package interop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/fleet"
	"github.com/wsspec/wsspec/harness/record"
)

// TestDropIn puts the testsuite's cases to the thirteen servers through `wsspec wstest`, with one specification that names them
// all. Its index.json has to say what the testsuite recorded, outside of races. Chapter 9 is left out for the servers that take
// long over it: TestServers has it, from the same judge and the same writer.
func TestDropIn(t *testing.T) {
	names, absent := muster(t)
	for name, reason := range absent {
		t.Run(name, func(t *testing.T) { skip(t, reason) })
	}
	spec := map[string]any{"outdir": "reports", "servers": start(t, names), "cases": []string{"*"}, "exclude-cases": []string{""}}
	exclude := make(map[string][]string)
	for _, name := range slow {
		exclude[name] = []string{"9.*"}
	}
	spec["exclude-agent-cases"] = exclude
	dir := t.TempDir()
	stdout := dropIn(t, dir, spec)
	index := readIndex(t, filepath.Join(dir, "reports"))
	ran := 0
	for _, name := range names {
		ran += len(index[name])
		t.Run(name, func(t *testing.T) { index.compare(t, name, filepath.Join(dir, "reports"), exclude[name]) })
	}
	running, skipping := strings.Count(stdout, "\nRunning test case ID "), strings.Count(stdout, "\nSkipping test case ")
	if running-skipping != ran {
		t.Errorf("%d lines say that a case runs, %d that it is skipped; %d are in the index", running, skipping, ran)
	}
}

// slow are the servers that chapter 9 takes long with: fragments by the ten thousand, each of them copied.
var slow = []string{"websockets-py", "tornado", "autobahn-py", "ws4py-wsgiref", "ws4py-gevent", "ws4py-cherrypy"}

// start starts peers of the fleet, and returns the servers of a specification.
func start(t *testing.T, names []string) (servers []map[string]string) {
	t.Helper()
	f, err := fleet.Read("wsspec.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Peers {
		if !slices.Contains(names, p.Name) {
			continue
		}
		if p.Build != nil {
			client(t, p.Build[0], p.Build[1:]...)
		}
		port := freePort(t)
		program := exec.Command(p.Command[0], p.Command[1:]...)
		for i, arg := range program.Args {
			program.Args[i] = strings.ReplaceAll(arg, "{port}", port)
		}
		program.Env = append(os.Environ(), p.Env...)
		run(t, program, "127.0.0.1:"+port)
		servers = append(servers, map[string]string{"agent": p.Name, "url": "ws://127.0.0.1:" + port + "/"})
	}
	return servers
}

// run starts a server and waits until it listens.
func run(t *testing.T, program *exec.Cmd, addr string) {
	t.Helper()
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	t.Cleanup(func() {
		program.Process.Kill()
		<-ended
	})
	for {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%q ended: %v", program.Args, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// freePort returns a port of 127.0.0.1 that nobody listens at.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// dropIn runs the real program under the name wstest, and returns what it says.
func dropIn(t *testing.T, dir string, spec any) string {
	t.Helper()
	data, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "fuzzingclient.json"), data, 0o666); err != nil {
		t.Fatal(err)
	}
	wstest := filepath.Join(dir, "wstest")
	if err := os.Symlink(build(t), wstest); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(wstest, "-m", "fuzzingclient", "-s", "fuzzingclient.json")
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("wstest: %v\n%s\n%s", err, &stdout, &stderr)
	}
	return stdout.String()
}

// results are what an index.json of wstest holds: agents, cases, what it says of them.
type results map[string]map[string]*result

type result struct {
	record.WSTest
	ReportFile string `json:"reportfile"`
}

// readIndex reads the index.json of a directory.
func readIndex(t *testing.T, dir string) (r results) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// compare holds what is said of a peer against the recording. Without the cases that match exclude, and those of compression,
// which wsspec does not have yet, there must be exactly the same ones, each with its files.
func (r results) compare(t *testing.T, name, dir string, exclude []string) {
	t.Helper()
	recorded := readRecording(t, name).Cases
	for id, want := range recorded {
		chapter, _, _ := strings.Cut(id, ".")
		got := r[name][id]
		switch {
		case chapter == "12", chapter == "13", slices.Contains(exclude, chapter+".*"):
			if got != nil {
				t.Errorf("%s was not to be run", id)
			}
			continue
		case got == nil:
			t.Errorf("%s is missing", id)
			continue
		}
		compare(t, &record.Case{WSTest: &got.WSTest}, id, want)
		for _, file := range []string{got.ReportFile, strings.TrimSuffix(got.ReportFile, ".json") + ".html"} {
			if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
				t.Error(err)
			}
		}
	}
	for id := range r[name] {
		if recorded[id] == nil {
			t.Errorf("%s is in the index, and not in the recording", id)
		}
	}
}

// equal checks that an index says of a peer what the record says in the name of the testsuite.
func (r results) equal(t *testing.T, p *record.Peer) {
	t.Helper()
	n := 0
	for _, c := range p.Cases {
		if c.WSTest == nil {
			continue
		}
		n++
		got := r[p.Name][c.ID]
		if got == nil || fmt.Sprint(got.Behavior, got.BehaviorClose, code(&got.WSTest)) != fmt.Sprint(c.WSTest.Behavior, c.WSTest.BehaviorClose, code(c.WSTest)) {
			t.Errorf("%s: %+v in the index, %+v in the record", c.ID, got, c.WSTest)
		}
	}
	if len(r[p.Name]) != n {
		t.Errorf("%d cases in the index, %d in the record", len(r[p.Name]), n)
	}
}
