package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// promptly is how long the end of an interrupted run may take. It is there to tell "at once" from "when the cases are over",
// which takes a minute; a busy machine needs some seconds.
const promptly = 15 * time.Second

// signals are what interrupts a run, and what the record says of it.
var signals = map[string]os.Signal{"SIGINT": os.Interrupt, "SIGTERM": syscall.SIGTERM}

func skipWithoutSignals(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no way to send a signal to one process")
	}
}

// TestInterrupt: a run that is interrupted ends at once and keeps what was measured.
func TestInterrupt(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	for name, signal := range signals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			url := listen(t, falters(30))
			p := start(t, "test", "--jobs", "4", "--out", dir, url)
			before := await(t, dir, 5)
			checkInterrupted(t, p.interrupt(t, signal), name, dir, before)
		})
	}
}

// TestInterruptedProbe: so does one that has not come to its first case.
func TestInterruptedProbe(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	for what, silent := range map[string]func(net.Conn){"silence after accept": swallow, "silence after 101": after101(swallow)} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			asked := make(chan struct{}, 100)
			url := listen(t, func(c net.Conn) {
				asked <- struct{}{}
				silent(c)
			})
			dir := t.TempDir()
			p := start(t, "test", "--out", dir, url)
			<-asked
			checkNothingMeasured(t, p.interrupt(t, os.Interrupt), dir)
		})
	}
}

// TestInterruptedStart: and one that waits for a server that does not come up.
func TestInterruptedStart(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "test", "--out", dir, "ws://127.0.0.1:{port}/", "--", "peer", "never-listens")
	await(t, dir, 0)
	checkNothingMeasured(t, p.interrupt(t, os.Interrupt), dir)
}

// checkNothingMeasured: a run that SIGINT ended before its first case says just that.
func checkNothingMeasured(t *testing.T, e ended, dir string) {
	t.Helper()
	e.check(t)
	if e.code != exitUntested || !strings.Contains(e.stderr, "wsspec: interrupted before the first case: SIGINT\n") {
		t.Errorf("exit code %d, want %d\n%s%s", e.code, exitUntested, e.stdout, e.stderr)
	}
	if rec := readRecord(t, dir); rec.Interrupted != "SIGINT" || rec.Ran != 0 || rec.Planned == 0 {
		t.Errorf("interrupted %q, %d planned, %d ran", rec.Interrupted, rec.Planned, rec.Ran)
	}
}

// TestInterruptedBuiltIn: the test of the built-in server is over in no time, unless nobody reads its trace.
func TestInterruptedBuiltIn(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	for name, signal := range signals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			cmd := exec.CommandContext(ctx, "wsspec", "--trace", "--jobs", "1", "--out", dir)
			trace, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			var stdout strings.Builder
			cmd.Stdout = &stdout
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var before *record.Record
			for lines := bufio.NewScanner(trace); lines.Scan() && (before == nil || before.Counts().Total() < 5); {
				before = look(dir)
			}
			if before == nil {
				t.Fatal("the run ended without a record")
			}
			cmd.Process.Signal(signal)
			since := time.Now()
			rest, _ := io.ReadAll(trace)
			cmd.Wait()
			e := ended{code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: string(rest)}
			if took := time.Since(since); took > promptly {
				t.Errorf("took %v to end", took)
			}
			checkInterrupted(t, e, name, dir, before)
		})
	}
}

// TestInterruptedCommand: the server that was started for the run ends with it, whether it wants to or not, and so does what
// the server started.
func TestInterruptedCommand(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	for name, signal := range signals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lifeline, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer lifeline.Close()
			dir := t.TempDir()
			p := start(t, "test", "--jobs", "4", "--out", dir, "ws://127.0.0.1:{port}/", "--", "peer", "stubborn", "{port}", lifeline.Addr().String())
			family := []net.Conn{mustAccept(t, lifeline), mustAccept(t, lifeline)}
			before := await(t, dir, 5)
			checkInterrupted(t, p.interrupt(t, signal), name, dir, before)
			for _, member := range family {
				member.SetReadDeadline(time.Now().Add(time.Second))
				if _, err := member.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
					t.Error("a process of the command is still alive")
				}
			}
		})
	}
}

// interrupt sends a signal and waits for the end.
func (p *process) interrupt(t *testing.T, signal os.Signal) ended {
	t.Helper()
	since := time.Now()
	if err := p.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	e := <-p.done
	if took := time.Since(since); took > promptly {
		t.Errorf("took %v to end", took)
	}
	return e
}

// checkInterrupted: an interrupted run says so, and keeps what it had measured before.
func checkInterrupted(t *testing.T, e ended, name, dir string, before *record.Record) {
	t.Helper()
	e.check(t)
	if e.code != exitUntested {
		t.Errorf("exit code %d, want %d\n%s%s", e.code, exitUntested, e.stdout, e.stderr)
	}
	rec := readRecord(t, dir)
	if rec.Interrupted != name || rec.Ran >= rec.Planned || rec.Ran != rec.Counts().Total() {
		t.Errorf("interrupted %q, %d planned, %d ran, %d cases", rec.Interrupted, rec.Planned, rec.Ran, rec.Counts().Total())
	}
	for _, c := range before.Peers[0].Cases {
		if after := rec.Peers[0].Case(c.ID); after == nil || after.Verdict != c.Verdict {
			t.Errorf("case %s had the verdict %s before, and now %+v", c.ID, c.Verdict, after)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "index.html")); err != nil || info.Size() == 0 {
		t.Errorf("no report: %v", err)
	}
	if !strings.Contains(e.stdout, "index.html") {
		t.Errorf("the report is not named:\n%s", e.stdout)
	}
}

func mustAccept(t *testing.T, ln net.Listener) net.Conn {
	t.Helper()
	ln.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}
