// Package peer starts, watches and stops third-party programs: the server that is tested, or a client that tests itself.
//
//	p, err := peer.Start(ctx, peer.Options{
//		Command: []string{"./server", "--port", "{port}"},
//		URL:     "ws://127.0.0.1:{port}/",
//	})
//	if err != nil {
//		return err
//	}
//	defer p.Stop(ctx)
//	test(p.URL())
//
// A program is the leader of a process group of its own, so that it goes with all that it started. On Linux that includes
// daemons, unless they have cleared their environment, and the program also goes when this process is killed; on Windows a
// job object does the same for its children, too.
package peer

import (
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Defaults of Options.
const (
	DefaultReadyTimeout = 30 * time.Second
	DefaultStopTimeout  = 3 * time.Second
)

// pollInterval lies between two looks at something that cannot be waited for: a listener of another process, a group.
const pollInterval = 10 * time.Millisecond

// Options say what to start. "{port}" in the arguments, the environment and the URL is replaced by a free port of 127.0.0.1,
// the same one everywhere.
type Options struct {
	Command []string // the program, looked up in PATH if it has no slash, and its arguments
	Dir     string   // where it runs, and what its own path is relative to; empty: here
	Env     []string // "NAME=value", on top of the environment of this process

	// URL is where the program will listen: a URL, "host:port" or "unix:/path". A URL without a port means the port of
	// its scheme: ws, wss, http or https. If it is empty, the program need not listen.
	URL string

	// Output gets what the program writes to either output, as it comes. Writes come one at a time; what they return is
	// ignored, and nothing is written once Done is closed. nil for none.
	Output io.Writer

	// What else makes the program ready. Start returns when all of it has come.
	ReadyHTTP   string         // URL that is answered with a status below 500; may hold "{port}"; "" for none
	ReadyOutput *regexp.Regexp // matches a line that the program writes to either output; nil for none

	ReadyTimeout time.Duration // how long it may take to be ready; 0: DefaultReadyTimeout
	StopTimeout  time.Duration // how long it may take to end when asked to; 0: DefaultStopTimeout
}

// Process is a program that was started. Its methods may be called by several goroutines at once.
type Process struct {
	options Options // with the port filled in
	port    int
	address address

	restart sync.Mutex // held by Restart

	mu    sync.Mutex
	life  *life // of the program as it was started last
	stops int   // calls of Stop
	spent Usage // of the lives before
}

// Start starts the program and waits until it is ready: until a connection to its address succeeds, over which nothing is
// sent, and what else the options ask for. The context ends the waiting, not the program. If Start fails, nothing of the program is left. The error is
//
//   - a *StartError if the options make no start possible: no such program, no such directory, no address in the URL,
//   - a *BusyError if something else listens at the address already,
//   - an *ExitError if the program ended before it listened,
//   - a *NotListeningError or a *NotReadyError if it was not ready in time,
//   - or the cause of the context's end.
func Start(ctx context.Context, o Options) (*Process, error) {
	p, err := prepare(o)
	if err != nil {
		return nil, &StartError{o.Command, err}
	}
	if p.address.listens(ctx) {
		return nil, &BusyError{p.address.String()}
	}
	if err := p.begin(ctx, 0); err != nil {
		return nil, err
	}
	return p, nil
}

// prepare fills in what the options leave open.
func prepare(o Options) (*Process, error) {
	if len(o.Command) == 0 || o.Command[0] == "" {
		return nil, errors.New("no command is given")
	}
	p := &Process{options: o}
	if o.wantsPort() {
		port, err := FreePort()
		if err != nil {
			return nil, err
		}
		p.port = port
		p.options = o.withPort(port)
	}
	if p.options.ReadyTimeout == 0 {
		p.options.ReadyTimeout = DefaultReadyTimeout
	}
	if p.options.StopTimeout == 0 {
		p.options.StopTimeout = DefaultStopTimeout
	}
	var err error
	p.address, err = parseAddress(p.options.URL)
	return p, err
}

func (o Options) wantsPort() bool {
	return slices.ContainsFunc(slices.Concat(o.Command, o.Env, []string{o.URL, o.ReadyHTTP}), func(s string) bool {
		return strings.Contains(s, portMark)
	})
}

func (o Options) withPort(port int) Options {
	o.Command, o.Env = slices.Clone(o.Command), slices.Clone(o.Env)
	for _, list := range [][]string{o.Command, o.Env} {
		for i, s := range list {
			list[i] = ReplacePort(s, port)
		}
	}
	o.URL, o.ReadyHTTP = ReplacePort(o.URL, port), ReplacePort(o.ReadyHTTP, port)
	return o
}

// begin starts the program and waits until it is ready. It refuses to if Stop was called more often than the caller knows.
func (p *Process) begin(ctx context.Context, stops int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	p.mu.Lock()
	if p.stops != stops {
		p.mu.Unlock()
		return errors.New(commandLine(p.options.Command) + " is not started again: it was stopped meanwhile")
	}
	l, err := start(p.options)
	if err != nil {
		p.mu.Unlock()
		return &StartError{p.options.Command, err}
	}
	if p.life != nil {
		p.spent = p.spent.plus(p.life.meter.read())
	}
	p.life = l
	p.mu.Unlock()

	if err := l.awaitReady(ctx, p.options, p.address); err != nil {
		l.end(ctx, p.options.StopTimeout)
		return err
	}
	return nil
}

func (p *Process) current() *life {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.life
}

// URL is the URL of the options with the port filled in.
func (p *Process) URL() string { return p.options.URL }

// Port is what "{port}" stood for, or 0 if it stood nowhere.
func (p *Process) Port() int { return p.port }

// Command is the command with the port filled in. The caller must not change it.
func (p *Process) Command() []string { return p.options.Command }

// Done is closed when the program has ended, for whatever reason, and its process group with it. Each start of the program
// has a channel of its own.
func (p *Process) Done() <-chan struct{} { return p.current().done }

// Exit tells how the program ended, or nil while it runs.
func (p *Process) Exit() *ExitError { return p.current().ended() }

// Stdout returns the last lines, up to 40, that the program has written to its standard output. A line is cut after 4 KiB,
// and what could steer a terminal is spelled out as in Go: \x1b.
func (p *Process) Stdout() []string { return p.current().stdout.lines() }

// Stderr returns the last lines of the program's standard error, as Stdout does.
func (p *Process) Stderr() []string { return p.current().stderr.lines() }

// Stop ends the program and everything in its process group: it asks with SIGTERM, waits as long as the options allow or
// until the context ends, and then kills. On Windows it kills at once. When it returns the program is gone. A program that
// has ended already is left alone.
func (p *Process) Stop(ctx context.Context) {
	p.mu.Lock()
	p.stops++
	l := p.life
	p.mu.Unlock()
	l.end(ctx, p.options.StopTimeout)
}

// Restart ends the program if it still runs, and starts it again on the same port. Its errors are those of Start. A Stop
// meanwhile wins: the program is not running when both have returned.
func (p *Process) Restart(ctx context.Context) error {
	p.restart.Lock()
	defer p.restart.Unlock()
	p.mu.Lock()
	l, stops := p.life, p.stops
	p.mu.Unlock()
	l.end(ctx, p.options.StopTimeout)
	if err := p.awaitVacancy(ctx); err != nil {
		return err
	}
	return p.begin(ctx, stops)
}

// awaitVacancy waits until nothing listens at the address. What was killed along with the program takes a moment to let go
// of it.
func (p *Process) awaitVacancy(ctx context.Context) error {
	limit := time.NewTimer(p.options.StopTimeout)
	defer limit.Stop()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for p.address.listens(ctx) {
		select {
		case <-tick.C:
		case <-limit.C:
			return &BusyError{p.address.String()}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
