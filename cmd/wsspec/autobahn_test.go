package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol/ws"
)

// suiteDir is the directory of the stand-in for wstest, "" as long as it was not built.
var suiteDir string

// standIn builds the stand-in for wstest and returns its path.
var standIn = sync.OnceValues(func() (string, error) {
	var err error
	if suiteDir, err = os.MkdirTemp("", "wsspec-standin-"); err != nil {
		return "", err
	}
	path := filepath.Join(suiteDir, "wstest")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", path, "../../harness/autobahn/standin").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// tidy runs the tests and removes the stand-in.
type tidy struct{ testscript.TestingM }

func (m tidy) Run() int {
	defer func() {
		if suiteDir != "" {
			os.RemoveAll(suiteDir)
		}
	}()
	return m.TestingM.Run()
}

// offerSuite lets scripts about the Autobahn testsuite find the stand-in: its path is in SUITE.
func offerSuite(env *testscript.Env) error {
	if !strings.Contains(filepath.Base(env.WorkDir), "autobahn") {
		return nil
	}
	path, err := standIn()
	env.Setenv("SUITE", path)
	return err
}

// suiteProgram is the path of the stand-in.
func suiteProgram(t *testing.T) string {
	t.Helper()
	path, err := standIn()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func init() { peers["retires"] = retires }

// retires is an echo server that ends after nine connections.
func retires(ln net.Listener) {
	for n := range 9 {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		if n == 8 {
			ln.Close()
		}
		reference.Serve(context.Background(), conn, nil)
		conn.Close()
	}
}

// runSuiteClient is the command `client URL AGENT [FAULT]`: it asks a fuzzing server for its cases, and echoes. At the third
// case the fault strikes.
func runSuiteClient(args []string) int {
	base, agent, fault := args[0], args[1], ""
	if len(args) > 2 {
		fault = args[2]
	}
	n, err := strconv.Atoi(converse(base + "/getCaseCount"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if fault == "mute" {
		return 0
	}
	for i := 1; i <= n; i++ {
		switch {
		case i < 3:
		case fault == "dies":
			fmt.Fprintln(os.Stderr, "out of ideas \x1b[31m")
			return 5
		case fault == "stops":
			return 0
		case fault == "hangs":
			<-time.After(24 * time.Hour) // a program that waits for nothing at all is ended by its runtime
		case fault == "two-names" && i == 3:
			agent += "-again"
		}
		converse(fmt.Sprintf("%s/runCase?case=%d&agent=%s", base, i, agent))
	}
	if fault == "complains" {
		return 6
	}
	return 0
}

// converse echoes until the server closes the connection, and returns the last message.
func converse(url string) (last string) {
	conn, _, err := ws.Dial(context.Background(), url, &ws.DialOptions{TLS: &tls.Config{InsecureSkipVerify: true}})
	if err != nil {
		return err.Error()
	}
	defer conn.CloseNow()
	for {
		op, message, err := conn.ReadMessage(context.Background())
		if err != nil {
			return last
		}
		last = string(message)
		if conn.WriteMessage(context.Background(), op, message) != nil {
			return last
		}
	}
}

// TestSideBySide: so many runs are under way at once, no more, and they are announced in their order.
func TestSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		meeting := make(chan int)
		var announced []int
		var under atomic.Int32
		sideBySide(t.Context(), []int{1, 2, 3, 4, 5, 6}, 2, func(i int) { announced = append(announced, i) }, func(i int) {
			if n := under.Add(1); n > 2 {
				t.Errorf("%d at once", n)
			}
			defer under.Add(-1)
			if i%2 == 1 {
				meeting <- i
			} else {
				<-meeting
			}
		})
		if !slices.Equal(announced, []int{1, 2, 3, 4, 5, 6}) {
			t.Errorf("announced %v", announced)
		}
	})
}

// TestInterruptedSuite: a run of the testsuite that is interrupted ends at once, and the chapters that were done are kept.
func TestInterruptedSuite(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	dir, temp := t.TempDir(), t.TempDir()
	p := startIn(t, []string{"STANDIN=deaf,hang@2.3", "TMPDIR=" + temp}, "autobahn", "server", "--wstest", suiteProgram(t),
		"--split", "--cases", "1.*,2.*", "--out", dir, "--name", "libfoo", "ws://127.0.0.1:{port}/", "--", "peer", "echo", "{port}")
	until(t, "the first chapter is done", func() bool {
		_, err := os.Stat(filepath.Join(dir, "wstest", "index-chapter1.html"))
		return err == nil
	})
	e := p.interrupt(t, os.Interrupt)
	e.check(t)
	rec := readRecord(t, dir)
	if e.code != exitUntested || rec.Interrupted != "SIGINT" || rec.Planned != 27 || rec.Ran != 16 || rec.Counts()[record.Pass] != 16 {
		t.Errorf("exit code %d, %d of %d ran, %q\n%s%s", e.code, rec.Ran, rec.Planned, rec.Interrupted, e.stdout, e.stderr)
	}
	if !strings.Contains(e.stdout, "index.html") {
		t.Errorf("the report is not named:\n%s", e.stdout)
	}
	checkNothingLeft(t, temp)
}

// TestInterruptedTwice: a second signal ends wsspec at once, though its client does not want to end, but not before the testsuite
// is removed.
func TestInterruptedTwice(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	lifeline, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer lifeline.Close()
	temp := t.TempDir()
	p := startIn(t, []string{"TMPDIR=" + temp}, "autobahn", "client", "--wstest", suiteProgram(t), "--",
		"peer", "stubborn", "0", lifeline.Addr().String())
	mustAccept(t, lifeline)
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	e := p.interrupt(t, syscall.SIGTERM)
	e.check(t)
	if e.code != -1 {
		t.Errorf("exit code %d, want the end by a signal\n%s%s", e.code, e.stdout, e.stderr)
	}
	checkNothingLeft(t, temp)
}

// checkNothingLeft: the directory in which wstest ran is gone.
func checkNothingLeft(t *testing.T, temp string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(temp, "wsspec-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}
