package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// patience is what a test waits for something that must happen. It is long, for slow machines, and never used up.
const patience = 4 * time.Minute

// process is wsspec as a program of its own, under way. It does not outlive its test.
type process struct {
	*exec.Cmd
	done chan ended
}

// ended is a process that has come to its end.
type ended struct {
	code           int // -1 if a signal ended it
	stdout, stderr string
	took           time.Duration
	memory         int64 // the most physical memory that it had, in bytes; 0 where the system does not tell
}

// start starts wsspec in a directory of its own.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	return startIn(t, nil, args...)
}

// startIn starts wsspec with some more variables in its environment.
func startIn(t *testing.T, environment []string, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	cmd := exec.CommandContext(ctx, "wsspec", args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "GITHUB_ACTIONS=", "GITHUB_STEP_SUMMARY=") // the job that runs the tests has a summary of its own
	cmd.Env = append(cmd.Env, environment...)
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	p := &process{cmd, make(chan ended, 1)}
	go func() {
		defer close(over)
		cmd.Wait() // what there is to say is in its state
		p.done <- ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), time.Since(began), peakMemory(cmd.ProcessState)}
	}()
	t.Cleanup(func() {
		cancel()
		<-over
	})
	return p
}

// runProgram runs wsspec to its end.
func runProgram(t *testing.T, args ...string) ended {
	t.Helper()
	return <-start(t, args...).done
}

// foreign are the lines that the runner of a CI system takes for commands, as long as they are not ours.
var foreign = regexp.MustCompile(`(?m)^\s*::(error (title=wsspec|file=)|notice title=wsspec::and )?|##[a-z]*\[`)

// check looks for what no run may print: a stack trace, a byte of the peer's that steers a terminal, a command of the peer's.
func (e ended) check(t *testing.T) {
	t.Helper()
	for name, text := range map[string]string{"stdout": e.stdout, "stderr": e.stderr} {
		if strings.ContainsAny(text, "\x1b\u009b") {
			t.Errorf("%s steers the terminal: %q", name, text)
		}
		for _, command := range foreign.FindAllStringSubmatch(text, -1) {
			if command[1] == "" {
				t.Errorf("%s holds a command to the runner of a CI system, %q:\n%s", name, command[0], text)
			}
		}
		if strings.Contains(text, "goroutine ") {
			t.Errorf("%s holds a stack trace:\n%s", name, text)
		}
	}
}

// listen serves connections on a port of its own until the test ends, and returns the URL.
func listen(t *testing.T, serve func(net.Conn)) (url string) {
	t.Helper()
	return host(t, func(ln net.Listener) {
		accept(ln, func(conn net.Conn) {
			defer context.AfterFunc(t.Context(), func() { conn.Close() })()
			serve(conn)
		})
	})
}

// host runs a server on a port of its own until the test ends, and returns its URL. The server ends when its listener is
// closed.
func host(t *testing.T, serve func(net.Listener)) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		serve(ln)
	}()
	t.Cleanup(func() {
		ln.Close()
		<-served
	})
	return "ws://" + ln.Addr().String() + "/"
}

// readRecord reads the record of a run.
func readRecord(t *testing.T, dir string) *record.Record {
	t.Helper()
	rec, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// look reads the record of a run that is under way; nil if it is not there yet, or was written while it was read.
func look(dir string) *record.Record {
	rec, err := record.Read(dir)
	if err != nil {
		return nil
	}
	return rec
}

// await waits until the record of a run holds so many cases, and returns it.
func await(t *testing.T, dir string, cases int) (rec *record.Record) {
	t.Helper()
	until(t, "some cases are measured", func() bool {
		rec = look(dir)
		return rec != nil && rec.Counts().Total() >= cases
	})
	return rec
}

// until waits for something that can only be looked at.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(patience); !holds(); <-tick.C {
		if time.Now().After(limit) {
			t.Fatalf("never came to pass: %s", what)
		}
	}
}
