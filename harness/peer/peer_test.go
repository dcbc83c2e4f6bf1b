package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// startServer starts the options and kills the program with the test.
func startServer(t *testing.T, o Options) *Process {
	t.Helper()
	p, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		p.Stop(ctx)
	})
	return p
}

func await(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%s has not come", what)
	}
}

// until looks again and again until the condition holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for limit := time.Now().Add(patience); !holds(); <-tick.C {
		if time.Now().After(limit) {
			t.Fatalf("never came to pass: %s", what)
		}
	}
}

func TestStartAndStop(t *testing.T) {
	before := goleak.IgnoreCurrent()
	l := newLifeline(t)
	o := l.server("server")
	p := startServer(t, o)
	child := l.await("server")

	if o.Command[1] != "127.0.0.1:{port}" {
		t.Errorf("the caller's command became %q", o.Command)
	}
	if p.Port() == 0 || p.URL() != fmt.Sprintf("ws://127.0.0.1:%d/", p.Port()) {
		t.Errorf("port %d, URL %s", p.Port(), p.URL())
	}
	if want := []string{os.Args[0], fmt.Sprintf("127.0.0.1:%d", p.Port())}; !slices.Equal(p.Command(), want) {
		t.Errorf("command %q, want %q", p.Command(), want)
	}
	if got := ask(t, p, "hello"); got != "hello" {
		t.Errorf("answer %q", got)
	}
	if exit := p.Exit(); exit != nil {
		t.Errorf("ended: %v", exit)
	}

	p.Stop(t.Context())
	await(t, "the end", p.Done())
	awaitEnd(t, "the server", child)
	if p.Exit() == nil {
		t.Error("no exit after the end")
	}
	if p.address.listens(t.Context()) {
		t.Errorf("something still listens on %v", p.address)
	}
	goleak.VerifyNone(t, before)
}

func TestStopIsIdempotent(t *testing.T) {
	p := startServer(t, newLifeline(t).server("server"))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { p.Stop(context.Background()) })
	}
	all.Wait()
	exit := p.Exit()
	p.Stop(context.Background())
	if p.Exit() != exit {
		t.Errorf("the end changed from %v to %v", exit, p.Exit())
	}
}

func TestProgramThatEnds(t *testing.T) {
	p := startServer(t, newLifeline(t).server("server"))
	ask(t, p, "exit 5")
	await(t, "the end", p.Done())
	if exit := p.Exit(); exit.Code != 5 || exit.Signal != "" || exit.Awaited != "" {
		t.Errorf("%+v", exit)
	}
	p.Stop(t.Context())
	if exit := p.Exit(); exit.Code != 5 {
		t.Errorf("after Stop: %+v", exit)
	}
}

// The number of a group that has ended may be someone else's.
func TestNoSignalAfterTheEnd(t *testing.T) {
	p := startServer(t, newLifeline(t).options("talker"))
	await(t, "the end", p.Done())
	p.life.signal(func(group) { t.Error("signalled") })
}

// What the program wrote last is read although it has ended: more than one read takes.
func TestLastWords(t *testing.T) {
	p := startServer(t, newLifeline(t).server("server"))
	l := p.life
	l.stderr.mu.Lock() // the reader is slow
	ask(t, p, "panic")
	until(t, "the program is over", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.over
	})
	l.stderr.mu.Unlock()
	await(t, "the end", p.Done())
	if got := p.Exit().Stderr; len(got) != 2 || got[1] != "last words" {
		t.Errorf("%.80q", got)
	}
}

func TestProgramThatFailsAtOnce(t *testing.T) {
	before := goleak.IgnoreCurrent()
	p, err := Start(t.Context(), newLifeline(t).server("failure"))
	var exit *ExitError
	if p != nil || !errors.As(err, &exit) {
		t.Fatalf("%v, %v", p, err)
	}
	if exit.Code != 3 || exit.Awaited != exit.Command[1] ||
		!slices.Equal(exit.Stdout, []string{"reading the configuration"}) ||
		!slices.Equal(exit.Stderr, []string{`server: \x1b[31mno such table\x1b[0m`}) {
		t.Errorf("%+v", exit)
	}
	goleak.VerifyNone(t, before)
}

func TestProgramThatNeverListens(t *testing.T) {
	before := goleak.IgnoreCurrent()
	l := newLifeline(t)
	o := l.server("deaf")
	o.ReadyTimeout = time.Millisecond // too short for any program
	_, err := Start(t.Context(), o)
	var deaf *NotListeningError
	if !errors.As(err, &deaf) {
		t.Fatal(err)
	}
	if deaf.Waited != o.ReadyTimeout || deaf.Address != deaf.Command[1] || deaf.Command[0] != os.Args[0] {
		t.Errorf("%+v", deaf)
	}
	goleak.VerifyNone(t, before)
}

func TestContextEndsTheWaiting(t *testing.T) {
	before := goleak.IgnoreCurrent()
	l := newLifeline(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	result := make(chan error)
	go func() {
		_, err := Start(ctx, l.server("deaf"))
		result <- err
	}()
	child := l.await("deaf")
	cancel(enough)
	if err := <-result; !errors.Is(err, enough) {
		t.Error(err)
	}
	awaitEnd(t, "the program", child)

	o := l.server("server")
	o.Command[0] = "no-such-program"
	if _, err := Start(ctx, o); !errors.Is(err, enough) {
		t.Errorf("started after the end of the context: %v", err)
	}
	goleak.VerifyNone(t, before)
}

func TestContextDoesNotEndTheProgram(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Start(ctx, newLifeline(t).server("server"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop(t.Context())
	cancel()
	if got := ask(t, p, "still there?"); got != "still there?" {
		t.Errorf("answer %q", got)
	}
}

func TestNoSuchProgram(t *testing.T) {
	l := newLifeline(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Options)
		is     error // nil: any
		says   string
	}{
		{"no command", func(o *Options) { o.Command = nil }, nil, "no command is given"},
		{"empty name", func(o *Options) { o.Command[0] = "" }, nil, "no command is given"},
		{"not in PATH", func(o *Options) { o.Command[0] = "no-such-program" }, exec.ErrNotFound, "cannot start no-such-program "},
		{"no file", func(o *Options) { o.Command[0] = filepath.Join(dir, "none") }, fs.ErrNotExist, "none"},
		{"not executable", func(o *Options) { o.Command[0] = file }, nil, "file"},
		{"no directory", func(o *Options) { o.Dir = filepath.Join(dir, "none") }, nil, "no directory"},
		{"file as directory", func(o *Options) { o.Dir = file }, nil, "no directory"},
		{"no port", func(o *Options) { o.URL = "ws://127.0.0.1" + ":x/" }, nil, "x"},
	}
	for _, tt := range tests {
		before := goleak.IgnoreCurrent()
		o := l.server("server")
		tt.change(&o)
		_, err := Start(t.Context(), o)
		var start *StartError
		if !errors.As(err, &start) || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
		goleak.VerifyNone(t, before)
	}
}

func TestBusyPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	// A program that does not exist tells whether it was started all the same.
	_, err = Start(t.Context(), Options{Command: []string{"no-such-program"}, URL: "ws://" + l.Addr().String() + "/"})
	var busy *BusyError
	if !errors.As(err, &busy) || busy.Address != l.Addr().String() {
		t.Error(err)
	}
}

func TestRestart(t *testing.T) {
	before := goleak.IgnoreCurrent()
	l := newLifeline(t)
	p := startServer(t, l.server("server"))
	first, url, done := l.await("server"), p.URL(), p.Done()

	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	awaitEnd(t, "the first server", first)
	await(t, "the end of the first", done)
	second := l.await("server")
	if got := ask(t, p, "again"); got != "again" || p.URL() != url || p.Exit() != nil {
		t.Errorf("answer %q, URL %s, exit %v", got, p.URL(), p.Exit())
	}

	ask(t, p, "exit 5") // from a crash, too
	await(t, "the end of the second", p.Done())
	awaitEnd(t, "the second server", second)
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	third := l.await("server")
	p.Stop(t.Context())
	awaitEnd(t, "the third server", third)
	goleak.VerifyNone(t, before)
}

func TestRestartRefusesABusyPort(t *testing.T) {
	p := startServer(t, newLifeline(t).server("server"))
	p.Stop(t.Context())
	l, err := net.Listen("tcp", p.address.name)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p.options.StopTimeout = time.Millisecond
	var busy *BusyError
	if err := p.Restart(t.Context()); !errors.As(err, &busy) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	cancel(enough)
	if err := p.Restart(ctx); !errors.Is(err, enough) {
		t.Error(err)
	}
}

func TestStopWinsOverRestart(t *testing.T) {
	p := startServer(t, newLifeline(t).server("server"))
	p.Stop(t.Context())
	if err := p.begin(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "stopped meanwhile") {
		t.Error(err)
	}
	if p.Exit() == nil {
		t.Error("it runs")
	}
}

func TestProgramThatIsNotWaitedFor(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o := newLifeline(t).options("environment")
	o.Dir, o.Env = dir, append(o.Env, "PEER_TEST_VALUE=port {port}")
	p := startServer(t, o)
	await(t, "the end", p.Done())
	if exit := p.Exit(); exit.Code != 0 || exit.Awaited != "" {
		t.Errorf("%+v", exit)
	}
	if want := []string{dir, fmt.Sprintf("port %d", p.Port())}; !slices.Equal(p.Stdout(), want) {
		t.Errorf("%q, want %q", p.Stdout(), want)
	}
}

// TestOutput: all that a program writes is passed on, and nothing after its end.
func TestOutput(t *testing.T) {
	var heard bytes.Buffer
	o := newLifeline(t).options("failure")
	o.Output = &heard
	p := startServer(t, o)
	await(t, "the end", p.Done())
	for _, line := range []string{"reading the configuration\n", "server: \x1b[31mno such table\x1b[0m\n"} {
		if !strings.Contains(heard.String(), line) {
			t.Errorf("%q is missing in %q", line, heard.String())
		}
	}
}

func TestFloodNeitherBlocksNorGrows(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p := startServer(t, newLifeline(t).options("flood"))
	await(t, "the end", p.Done())
	runtime.ReadMemStats(&after)
	if exit := p.Exit(); exit.Code != 7 {
		t.Errorf("%+v", exit)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
		t.Errorf("64 MiB of output cost %d bytes", grown)
	}
	lines := p.Stderr()
	if len(lines) != tailLines || lines[tailLines-1] != "the end" || !strings.HasPrefix(lines[0], "line 985 yyy") {
		t.Errorf("%d lines, the first %.20q, the last %q", len(lines), lines[0], lines[len(lines)-1])
	}
	for _, line := range lines {
		if len(line) > lineLimit+len("…") {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func TestChatterboxStops(t *testing.T) {
	before := goleak.IgnoreCurrent()
	l := newLifeline(t)
	p := startServer(t, l.server("chatterbox"))
	child := l.await("chatterbox")
	p.Stop(t.Context())
	awaitEnd(t, "the program", child)
	if len(p.Exit().Stderr) != tailLines {
		t.Errorf("%q", p.Exit().Stderr)
	}
	goleak.VerifyNone(t, before)
}

// A program that crashes leaves its children behind.
func TestChildrenEndWithACrash(t *testing.T) {
	before := goleak.IgnoreCurrent()
	l := newLifeline(t)
	p := startServer(t, l.server("wrapper", "stubborn", "127.0.0.1:0"))
	l.await("wrapper")
	child := l.await("stubborn")
	ask(t, p, "exit 5")
	await(t, "the end", p.Done())
	awaitEnd(t, "the child", child)
	if exit := p.Exit(); exit.Code != 5 {
		t.Errorf("%+v", exit)
	}
	goleak.VerifyNone(t, before)
}
