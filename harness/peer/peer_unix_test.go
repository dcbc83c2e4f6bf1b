//go:build unix

package peer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func init() {
	roles["suicide"] = func([]string) { syscall.Kill(os.Getpid(), syscall.SIGKILL) }

	// Leaves behind a child that has left the group, bears no mark and holds the output.
	roles["refugee"] = func([]string) {
		child := exec.Command(os.Args[0], "127.0.0.1:0")
		child.Env = []string{roleVariable + "=server", lifelineVariable + "=" + os.Getenv(lifelineVariable)}
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		must(child.Start())
		os.Exit(6)
	}
}

func TestStopAsksFirst(t *testing.T) {
	p := startServer(t, newLifeline(t).server("server"))
	p.Stop(t.Context())
	if exit := p.Exit(); exit.Signal != "terminated" || exit.Code != -1 {
		t.Errorf("%+v", exit)
	}
}

func TestSignalThatEndsTheProgram(t *testing.T) {
	_, err := Start(t.Context(), newLifeline(t).server("suicide"))
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Signal != "killed" || exit.Code != -1 {
		t.Errorf("%+v", err)
	}
}

func TestStubbornProgramIsKilled(t *testing.T) {
	o := newLifeline(t).server("stubborn")
	o.StopTimeout = 50 * time.Millisecond
	p := startServer(t, o)
	p.Stop(t.Context())
	if exit := p.Exit(); exit.Signal != "killed" {
		t.Errorf("%+v", exit)
	}
}

func TestContextCutsTheGraceShort(t *testing.T) {
	o := newLifeline(t).server("stubborn")
	o.StopTimeout = time.Hour
	p := startServer(t, o)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	go p.Stop(ctx)
	await(t, "the end", p.Done())
	if exit := p.Exit(); exit.Signal != "killed" {
		t.Errorf("%+v", exit)
	}
}

// The leader obeys at once, its child never.
func TestStubbornChildIsKilled(t *testing.T) {
	before := goleak.IgnoreCurrent()
	l := newLifeline(t)
	o := l.server("wrapper", "stubborn", "127.0.0.1:0")
	o.StopTimeout = 50 * time.Millisecond
	p := startServer(t, o)
	l.await("wrapper")
	child := l.await("stubborn")
	p.Stop(t.Context())
	awaitEnd(t, "the child", child)
	if exit := p.Exit(); exit.Signal != "terminated" {
		t.Errorf("the leader: %+v", exit)
	}
	goleak.VerifyNone(t, before)
}

// A child that needs its time after the leader is gone gets it, and what it writes then is read.
func TestChildEndsInPeace(t *testing.T) {
	l := newLifeline(t)
	o := l.server("wrapper", "slow")
	o.StopTimeout = time.Hour
	p := startServer(t, o)
	l.await("wrapper")
	child := l.await("slow")
	until(t, "the child is up", func() bool { return len(p.Stdout()) > 0 })

	go p.Stop(t.Context())
	until(t, "the leader is gone", func() bool { return syscall.Kill(int(p.life.group), 0) != nil })
	fmt.Fprintln(child, "go")
	await(t, "the end", p.Done())
	if want := []string{"up", "goodbye"}; !slices.Equal(p.Exit().Stdout, want) {
		t.Errorf("%q, want %q", p.Exit().Stdout, want)
	}
}

func TestChildThatLeftTheGroupHoldsNothingUp(t *testing.T) {
	before := goleak.IgnoreCurrent()
	l := newLifeline(t)
	p := startServer(t, l.options("refugee"))
	await(t, "the end", p.Done())
	if exit := p.Exit(); exit.Code != 6 {
		t.Errorf("%+v", exit)
	}
	l.await("refugee")
	refugee := l.await("server")
	goleak.VerifyNone(t, before) // although it still holds the output
	refugee.Close()
}

func TestUnixSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "peer") // the path of a socket may have about 100 bytes
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	at := "unix:" + filepath.Join(dir, "socket")
	o := newLifeline(t).options("server", at)
	o.URL = at
	p := startServer(t, o)
	if got := ask(t, p, "hello"); got != "hello" || p.Port() != 0 {
		t.Errorf("answer %q, port %d", got, p.Port())
	}
	var busy *BusyError
	if _, err := Start(t.Context(), o); !errors.As(err, &busy) || !strings.Contains(err.Error(), "choose another path") {
		t.Error(err)
	}
}
