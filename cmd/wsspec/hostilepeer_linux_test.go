package main

import (
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

func init() {
	// An echo server that has put a process into a session of its own.
	peers["litters"] = func(ln net.Listener) {
		if err := startStubbornChild(os.Args[3], &syscall.SysProcAttr{Setsid: true}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		peers["echo"](ln)
	}
	// An echo server that becomes a program which crashes.
	peers["dumps-core"] = func(ln net.Listener) {
		crash(ln, func() { syscall.Exec("/bin/sh", []string{"sh", "-c", "ulimit -c 0; kill -SEGV $$"}, os.Environ()) })
	}
}

// TestLitter: what a server leaves behind in another session goes with it, even if it will not go.
func TestLitter(t *testing.T) {
	t.Parallel()
	lifeline, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer lifeline.Close()
	p := start(t, "test", "--cases", "1.1.*", "ws://127.0.0.1:{port}/", "--", "peer", "litters", "{port}", lifeline.Addr().String())
	child := mustAccept(t, lifeline)
	if e := <-p.done; e.code != exitConforms {
		t.Errorf("exit code %d\n%s", e.code, e.stderr)
	}
	child.SetReadDeadline(time.Now().Add(time.Second))
	if _, err := child.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
		t.Error("the child is still alive")
	}
}

// TestCoreDump: a server that a signal ends is started again, and the signal named.
func TestCoreDump(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := runProgram(t, "test", "--jobs", "1", "--cases", "2.*", "--out", dir, "ws://127.0.0.1:{port}/", "--", "peer", "dumps-core", "{port}")
	e.check(t)
	checkSchema(t, dir)
	rec := readRecord(t, dir)
	if end := rec.Peers[0].Ended; end == nil || end.Signal != "segmentation fault" || end.ExitCode != -1 {
		t.Errorf("%+v", end)
	}
	if c := rec.Peers[0].Case("2.3"); e.code != exitFails || rec.Ran != 13 || c == nil {
		t.Errorf("exit code %d, %d ran\n%s%s", e.code, rec.Ran, e.stdout, e.stderr)
	} else {
		checkFailure(t, *c)
	}
}
