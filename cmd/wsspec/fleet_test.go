package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// fleetFile writes a fleet file and returns its name.
func fleetFile(t *testing.T, text string, args ...any) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "wsspec.yaml")
	if err := os.WriteFile(name, fmt.Appendf(nil, text, args...), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// lifeline is a listener to which processes cling, to be seen alive.
func lifeline(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

// clinging waits until so many processes cling to the lifeline.
func clinging(t *testing.T, ln net.Listener, processes int) (family []net.Conn) {
	t.Helper()
	for range processes {
		family = append(family, mustAccept(t, ln))
	}
	return family
}

// checkGone: the processes have ended.
func checkGone(t *testing.T, family []net.Conn) {
	t.Helper()
	for _, member := range family {
		member.SetReadDeadline(time.Now().Add(promptly))
		if _, err := member.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
			t.Error("a process of a peer is still alive")
		}
	}
}

// TestFleetLeavesNobody: a peer that does not want to end, with a child that does not either, is gone after the run.
func TestFleetLeavesNobody(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	line := lifeline(t)
	file := fleetFile(t, `
defaults: {cases: 1.1.1, jobs: 1}
peers:
  - name: one
    command: peer stubborn {port} %[1]s
  - name: two
    command: peer stubborn {port} %[1]s
`, line.Addr())
	e := runProgram(t, "fleet", file)
	e.check(t)
	if e.code != exitConforms {
		t.Errorf("exit code %d, want %d\n%s%s", e.code, exitConforms, e.stdout, e.stderr)
	}
	checkGone(t, clinging(t, line, 4))
}

// TestFleetInterrupted: so it is after Ctrl-C, and the record holds what was measured, of the peers that had their turn.
func TestFleetInterrupted(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	for name, signal := range signals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line := lifeline(t)
			file := fleetFile(t, `
peers:
  - name: done
    command: wsspec serve 127.0.0.1:{port}
    cases: 1.1.*
  - name: under way
    command: peer stubborn {port} %s
    jobs: 4
  - name: to come
    command: wsspec serve 127.0.0.1:{port}
`, line.Addr())
			dir := t.TempDir()
			p := start(t, "fleet", "--out", dir, file)
			family := clinging(t, line, 2)
			before := await(t, dir, 10+5)
			e := p.interrupt(t, signal)
			checkInterrupted(t, e, name, dir, before)
			checkGone(t, family)
			rec := readRecord(t, dir)
			if names := peerNames(rec); names != "done, under way" || len(rec.Peers[0].Cases) != 10 || rec.Peers[1].Untested != nil {
				t.Errorf("the record has %s", names)
			}
		})
	}
}

func peerNames(rec *record.Record) string {
	var names []string
	for _, p := range rec.Peers {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// TestFleetKilled: a fleet that is killed leaves a record that renders, and on Linux no peer.
func TestFleetKilled(t *testing.T) {
	t.Parallel()
	for _, sideBySide := range []int{1, 2} {
		t.Run(fmt.Sprint(sideBySide, " side by side"), func(t *testing.T) {
			t.Parallel()
			line := lifeline(t)
			file := fleetFile(t, `
defaults: {jobs: 4}
peers:
  - name: first
    command: wsspec serve 127.0.0.1:{port}
    cases: 1.1.*
  - name: second
    command: peer falters {port} %[1]s
  - name: third
    command: peer falters {port} %[1]s
`, line.Addr())
			dir := t.TempDir()
			p := start(t, "fleet", "--jobs", fmt.Sprint(sideBySide), "--out", dir, file)
			family := clinging(t, line, sideBySide)
			await(t, dir, 10+20)
			if err := p.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-p.done
			if runtime.GOOS == "linux" {
				checkGone(t, family)
			}
			rec := readRecord(t, dir)
			if rec.Ran < 30 || rec.Ran >= rec.Planned || rec.Ran != rec.Counts().Total() || len(rec.Peer("first").Cases) != 10 {
				t.Errorf("%d planned, %d ran: %v", rec.Planned, rec.Ran, rec.Counts())
			}
			e := runProgram(t, "report", dir)
			e.check(t)
			if e.code != exitUntested || !strings.Contains(e.stdout, "planned cases did not run") {
				t.Errorf("exit code %d, want %d\n%s%s", e.code, exitUntested, e.stdout, e.stderr)
			}
			if info, err := os.Stat(filepath.Join(dir, "index.html")); err != nil || info.Size() == 0 {
				t.Errorf("no report: %v", err)
			}
		})
	}
}

// TestFleetPortInUse: something listens where a peer should.
func TestFleetPortInUse(t *testing.T) {
	t.Parallel()
	url := listen(t, swallow)
	file := fleetFile(t, "peers:\n  - {name: late, url: %q, command: peer never-listens, cases: 1.1.1}\n", url)
	e := runProgram(t, "fleet", file)
	e.check(t)
	address := strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/")
	want := "late   is not tested: something already listens on " + address + ": stop it or choose another port\n"
	if e.code != exitUntested || !strings.Contains(e.stderr, want) || !strings.Contains(e.stdout, "3 planned, 3 ran") {
		t.Errorf("exit code %d, want %d\n%s%s", e.code, exitUntested, e.stdout, e.stderr)
	}
}
