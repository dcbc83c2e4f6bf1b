package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// indexed is what index.json says of a case.
type indexed struct {
	Behavior, BehaviorClose, ReportFile string
	RemoteCloseCode                     *int
}

// readIndex reads the index.json in a directory.
func readIndex(t *testing.T, dir string) map[string]map[string]indexed {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index map[string]map[string]indexed
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}
	return index
}

// specFile writes a specification whose reports go to the directory that is returned, too.
func specFile(t *testing.T, s wstest.Spec) (file, dir string) {
	t.Helper()
	top := t.TempDir()
	if s.OutDir == "" {
		s.OutDir = filepath.Join(top, "reports")
	}
	file = filepath.Join(top, "spec.json")
	if err := os.WriteFile(file, s.Encode(), 0o666); err != nil {
		t.Fatal(err)
	}
	return file, s.OutDir
}

// running finds the cases that were said to run.
var running = regexp.MustCompile(`(?m)^Running test case ID ([0-9.]+) for agent (.*) from peer tcp4:127\.0\.0\.1:[0-9]+$`)

// asked returns what was said to run, sorted.
func asked(stdout string) (ids []string) {
	for _, m := range running.FindAllStringSubmatch(stdout, -1) {
		ids = append(ids, m[1])
	}
	slices.SortFunc(ids, func(a, b string) int { return wstest.Number(a) - wstest.Number(b) })
	return ids
}

// TestWSTestClient: two servers, one of them with a fault and exempt from some cases.
func TestWSTestClient(t *testing.T) {
	t.Parallel()
	file, dir := specFile(t, wstest.Spec{
		Servers: []wstest.Server{{Agent: "good/1.0", URL: listen(t, faulty(""))}, {URL: listen(t, faulty("ascii-only"))}},
		Cases:   []string{"1.*", "2.*", "6.2.*", "7.1.*"}, ExcludeCases: []string{"1.2.*", ""},
		ExcludeAgentCases: map[string][]string{"UnknownServer": {"2.1", "7.*"}},
	})
	e := runProgram(t, "wstest", "-m", "fuzzingclient", "-s", file)
	e.check(t)
	if e.code != 0 || e.stderr != "" {
		t.Errorf("exit code %d, %s", e.code, e.stderr)
	}
	spec := wstest.Spec{Cases: []string{"1.1.*", "2.*", "6.2.*", "7.1.*"}}
	want := spec.Select()
	if !strings.Contains(e.stdout, fmt.Sprintf("\nOk, will run %d test cases against 2 servers\nCases = ['1.1.1', '1.1.2', ", len(want))) {
		t.Errorf("no word of the %d cases:\n%s", len(want), e.stdout)
	}
	if got := asked(e.stdout); len(got) != 2*len(want) || !slices.Equal(slices.Compact(got), want) {
		t.Errorf("said to run %q", got)
	}
	if n := strings.Count(e.stdout, "Skipping test case "); n != 7 || !strings.Contains(e.stdout, "\nSkipping test case 2.1 for agent UnknownServer by test configuration!\n") {
		t.Errorf("%d cases skipped, want 7:\n%s", n, e.stdout)
	}
	index := readIndex(t, dir)
	good, bad := index["good/1.0"], index["UnknownServer"]
	if len(index) != 2 || len(good) != len(want) || len(bad) != len(want)-7 {
		t.Errorf("%d agents with %d and %d cases", len(index), len(good), len(bad))
	}
	for id, c := range good {
		if c.Behavior == "FAILED" || c.ReportFile == "" || wstest.Number(id) == 0 {
			t.Errorf("good, %s: %+v", id, c)
		}
	}
	if c := bad["6.2.1"]; c.Behavior != "FAILED" {
		t.Errorf("ascii-only, 6.2.1: %+v", c)
	}
	if c := bad["1.1.1"]; c.Behavior != "OK" || c.RemoteCloseCode == nil || *c.RemoteCloseCode != 1000 {
		t.Errorf("ascii-only, 1.1.1: %+v", c)
	}
}

// What chapter 0 finds is no part of the files, so it is said.
func TestWSTestPassive(t *testing.T) {
	t.Parallel()
	file, dir := specFile(t, wstest.Spec{Servers: []wstest.Server{{Agent: "continues", URL: listen(t, faulty("continuation-of-nothing"))}}, Cases: []string{"1.1.*"}})
	e := runProgram(t, "wstest", "-m", "fuzzingclient", "-s", file)
	e.check(t)
	if e.code != 0 || !strings.Contains(e.stderr, "wsspec wstest: warning: continues: ") || !strings.Contains(e.stderr, "(case 0.1, not in the reports)") {
		t.Errorf("exit code %d, %s", e.code, e.stderr)
	}
	if n := len(readIndex(t, dir)["continues"]); n != 8 {
		t.Errorf("%d cases in the index", n)
	}
}

// A server that goes away in the middle is said to be gone, once, and its cases are in the reports, all of them.
func TestWSTestVanishedServer(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	url := host(t, func(ln net.Listener) {
		accept(ln, func(conn net.Conn) {
			if served.Add(1) > 30 {
				ln.Close()
				return
			}
			reference.Serve(context.Background(), conn, nil)
		})
	})
	file, dir := specFile(t, wstest.Spec{Servers: []wstest.Server{{Agent: "mortal", URL: url}, {Agent: "next", URL: listen(t, faulty(""))}}, Cases: []string{"1.*", "5.*", "7.7.*"}})
	e := runProgram(t, "wstest", "-m", "fuzzingclient", "-s", file)
	e.check(t)
	if e.code != 0 || strings.Count(e.stdout, "Connection to "+url+" failed (it takes no connections any more, since case ") != 1 {
		t.Errorf("exit code %d, %s%s", e.code, e.stdout, e.stderr)
	}
	index := readIndex(t, dir)
	if len(index["mortal"]) != 49 || len(index["next"]) != 49 {
		t.Fatalf("%d and %d cases", len(index["mortal"]), len(index["next"]))
	}
	failed := 0
	for _, c := range index["mortal"] {
		if c.Behavior == "FAILED" && c.BehaviorClose == "FAILED" && c.RemoteCloseCode == nil {
			failed++
		}
	}
	if failed < 10 || failed == 49 {
		t.Errorf("%d cases failed for want of a server", failed)
	}
}

// TestWSTestInterrupted: what was measured is written, and the exit code is that of a signal.
func TestWSTestInterrupted(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	for name, code := range map[string]int{"SIGINT": 130, "SIGTERM": 143} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mute := make(chan struct{}, 100)
			var served atomic.Int64
			url := listen(t, func(conn net.Conn) {
				if served.Add(1) <= 40 {
					reference.Serve(context.Background(), conn, nil)
					return
				}
				mute <- struct{}{}
				after101(swallow)(conn)
			})
			file, dir := specFile(t, wstest.Spec{Servers: []wstest.Server{{Agent: "a", URL: url}}, Cases: []string{"1.*", "2.*", "5.*", "6.*"}})
			p := start(t, "wstest", "-m", "fuzzingclient", "-s", file)
			<-mute
			e := p.interrupt(t, signals[name])
			e.check(t)
			n := len(readIndex(t, dir)["a"])
			if want := fmt.Sprintf("wsspec wstest: interrupted by %s: %d of 192 cases have a result, in %s\n", name, n, dir); e.code != code || e.stderr != want || n < 5 || n >= 192 {
				t.Errorf("exit code %d, %d cases\n%q\n%q", e.code, n, e.stderr, want)
			}
		})
	}
}

// Who reads the lines may have seen enough long before the end: `| head`, `| grep -q`. The reports are written all the same.
func TestWSTestUnheard(t *testing.T) {
	t.Parallel()
	file, dir := specFile(t, wstest.Spec{Servers: []wstest.Server{{Agent: "a", URL: listen(t, faulty(""))}}, Cases: []string{"1.1.*"}})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "wsspec", "wstest", "-m", "fuzzingclient", "-s", file)
	cmd.Stderr = t.Output()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stdout.Read(make([]byte, 1))
	stdout.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if n := len(readIndex(t, dir)["a"]); n != 8 {
		t.Errorf("%d cases in the index, want 8", n)
	}
}

// If the reports cannot be written where they should be, they are where temporary files are.
func TestWSTestUnwritable(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	dir := filepath.Join(t.TempDir(), "reports")
	url := listen(t, func(conn net.Conn) {
		os.WriteFile(dir, nil, 0o666)
		reference.Serve(context.Background(), conn, nil)
	})
	file, _ := specFile(t, wstest.Spec{OutDir: dir, Servers: []wstest.Server{{Agent: "a", URL: url}}, Cases: []string{"1.1.1"}})
	e := <-startIn(t, []string{"TMPDIR=" + temp, "TMP=" + temp}, "wstest", "-m", "fuzzingclient", "-s", file).done
	e.check(t)
	found, _ := filepath.Glob(filepath.Join(temp, "wstest-reports-*"))
	if len(found) != 1 {
		t.Fatalf("exit code %d, %s, found %q", e.code, e.stderr, found)
	}
	if e.code != 1 || !strings.Contains(e.stderr, "wsspec wstest: cannot write the Autobahn testsuite's files: ") || !strings.HasSuffix(e.stderr, "; they are in "+found[0]+" instead\n") {
		t.Errorf("exit code %d, %s", e.code, e.stderr)
	}
	if c := readIndex(t, found[0])["a"]["1.1.1"]; c.Behavior != "OK" {
		t.Errorf("%+v", c)
	}
}

// handshakes serves connections that end after the opening handshake, which see looks at and whose answer has more fields.
func handshakes(see func(*protocol.Request), more ...protocol.Field) func(net.Conn) {
	return func(conn net.Conn) {
		h := &protocol.ServerHandshake{Subprotocols: []string{"mqtt"}, Tolerate: protocol.RulesOf(protocol.RequestProtocolVersion)}
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			h.Feed(buf[:n])
			r, err := h.Next()
			if err == protocol.ErrNeedMore {
				continue
			}
			if err != nil {
				return
			}
			see(r)
			h.Accept(h.Agree(r), more...)
			conn.Write(h.Out())
			return
		}
	}
}

// The opening handshake has what the specification says, and the agent is called what its answer says.
func TestWSTestHandshake(t *testing.T) {
	t.Parallel()
	seen := make(chan *protocol.Request, 100)
	url := listen(t, handshakes(func(r *protocol.Request) {
		select {
		case seen <- r:
		default:
		}
	}, protocol.Field{Name: "Server", Value: "\u009b31mlib/\u202e1 "}))
	file, dir := specFile(t, wstest.Spec{
		Options: map[string]any{"version": 18, "failByDrop": false},
		Servers: []wstest.Server{{URL: url + "chat?a=b", Origin: "http://example.org", Protocols: []string{"chat", "mqtt"}, Options: map[string]any{"version": 10}}},
		Cases:   []string{"1.1.1"},
	})
	e := runProgram(t, "wstest", "--mode=fuzzingclient", "--spec="+file)
	e.check(t)
	if e.code != 0 || !strings.Contains(e.stdout, `Running test case ID 1.1.1 for agent \u009b31mlib/\u202e1 from peer tcp4:127.0.0.1:`) {
		t.Errorf("exit code %d, %s%s", e.code, e.stdout, e.stderr)
	}
	if c := readIndex(t, dir)["\u009b31mlib/\u202e1"]["1.1.1"]; c.Behavior != "FAILED" || filepath.Base(c.ReportFile) != c.ReportFile {
		t.Errorf("%+v", c)
	}
	r := <-seen // of the probe
	for field, want := range map[string]string{
		"Sec-WebSocket-Version": "8", "Sec-WebSocket-Origin": "http://example.org", "Origin": "", "Sec-WebSocket-Protocol": "chat, mqtt",
	} {
		if got := r.Fields.Get(field); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
	if r.Target != "/chat?a=b" {
		t.Errorf("target %q", r.Target)
	}
}

// Without "hostname" no certificate is checked; with it, it is named and checked.
func TestWSTestTLS(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	elsewhere := hostTLS(t, ca.issue(t, x509.Certificate{DNSNames: []string{"example.org"}, NotAfter: time.Now().Add(time.Hour)}))
	for _, test := range []struct{ hostname, behavior, stdout string }{
		{"", "OK", "Running test case ID 1.1.1 for agent a from peer tcp"},
		{"example.org", "OK", "Running test case ID 1.1.1 for agent a from peer tcp"},
		{"localhost", "FAILED", "failed (the certificate is that of another host (x509: certificate is valid for example.org, not localhost): without \"hostname\" in the specification nothing is checked)\n"},
	} {
		t.Run(test.hostname, func(t *testing.T) {
			if test.hostname != "" && runtime.GOOS != "linux" {
				t.Skip("only on Linux can a program be told which authorities to trust")
			}
			t.Parallel()
			file, dir := specFile(t, wstest.Spec{Servers: []wstest.Server{{Agent: "a", URL: elsewhere, Hostname: test.hostname}}, Cases: []string{"1.1.1"}})
			e := <-startIn(t, []string{"SSL_CERT_FILE=" + ca.file}, "wstest", "-m", "fuzzingclient", "-s", file).done
			e.check(t)
			if got := readIndex(t, dir)["a"]["1.1.1"].Behavior; e.code != 0 || got != test.behavior || !strings.Contains(e.stdout, test.stdout) {
				t.Errorf("exit code %d, %s\n%s%s", e.code, got, e.stdout, e.stderr)
			}
		})
	}
}

func TestCalledAsWSTest(t *testing.T) {
	t.Parallel()
	for program, want := range map[string]bool{
		"wstest": true, "/usr/local/bin/wstest": true, "./WSTest.EXE": true, "wsspec": false, "/opt/wstest/wsspec": false, "wstest2": false,
	} {
		if got := calledAsWSTest(program); got != want {
			t.Errorf("%s: %v", program, got)
		}
	}
}

// A server that is there but opens no WebSocket connection has no name, and fails everything.
func TestWSTestRefused(t *testing.T) {
	t.Parallel()
	url := host(t, func(ln net.Listener) { http.Serve(ln, http.NotFoundHandler()) })
	file, dir := specFile(t, wstest.Spec{Servers: []wstest.Server{{URL: url}}, Cases: []string{"1.1.*"}})
	e := runProgram(t, "wstest", "-m", "fuzzingclient", "-s", file)
	e.check(t)
	if e.code != 0 || !strings.Contains(e.stderr, "warning: UnknownServer: the server answered HTTP 404 Not Found instead of 101") {
		t.Errorf("exit code %d, %s%s", e.code, e.stdout, e.stderr)
	}
	cases := readIndex(t, dir)["UnknownServer"]
	for id, c := range cases {
		if c.Behavior != "FAILED" || c.RemoteCloseCode != nil {
			t.Errorf("%s: %+v", id, c)
		}
	}
	if len(cases) != 8 || len(asked(e.stdout)) != 8 {
		t.Errorf("%d cases, %d said to run", len(cases), len(asked(e.stdout)))
	}
}
