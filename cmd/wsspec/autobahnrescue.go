package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/harness/autobahn"
)

// rescue is a Program of which nothing is left when the user loses patience: a second SIGINT or SIGTERM ends wsspec at once, but
// not before what it has started is removed.
type rescue struct {
	autobahn.Program
	starting sync.WaitGroup

	mu    sync.Mutex
	alive map[*rescued]bool

	signals chan os.Signal
	over    chan struct{}
}

// rescued is a process of the program.
type rescued struct {
	autobahn.Process
	rescue *rescue
}

func newRescue(p autobahn.Program) *rescue {
	r := &rescue{Program: p, alive: make(map[*rescued]bool), signals: make(chan os.Signal, 2), over: make(chan struct{})}
	signal.Notify(r.signals, os.Interrupt, syscall.SIGTERM)
	go r.watch()
	return r
}

// end leaves signals to others again.
func (r *rescue) end() {
	signal.Stop(r.signals)
	close(r.over)
}

// watch waits for the second signal; the first one ends the context of the command.
func (r *rescue) watch() {
	var last os.Signal
	for range 2 {
		select {
		case last = <-r.signals:
		case <-r.over:
			return
		}
	}
	r.removeAll()
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	if self, err := os.FindProcess(os.Getpid()); err == nil && self.Signal(last) == nil {
		select {} // the signal ends the process
	}
	os.Exit(exitUntested)
}

// removalLimit is how long somebody has to wait who does not want to.
const removalLimit = 3 * time.Second

func (r *rescue) removeAll() {
	ctx, cancel := context.WithTimeout(context.Background(), removalLimit)
	defer cancel()
	removed := make(chan struct{})
	go func() {
		defer close(removed)
		r.starting.Wait()
		r.mu.Lock()
		defer r.mu.Unlock()
		for p := range r.alive {
			p.Process.Close(ctx)
		}
	}()
	select {
	case <-removed:
	case <-ctx.Done():
	}
}

// Start implements autobahn.Program.
func (r *rescue) Start(ctx context.Context, job autobahn.Job) (autobahn.Process, error) {
	r.starting.Add(1)
	defer r.starting.Done()
	process, err := r.Program.Start(ctx, job)
	if err != nil {
		return nil, err
	}
	p := &rescued{process, r}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.alive[p] = true
	return p, nil
}

// Close implements autobahn.Process.
func (p *rescued) Close(ctx context.Context) error {
	err := p.Process.Close(ctx)
	p.rescue.mu.Lock()
	defer p.rescue.mu.Unlock()
	delete(p.rescue.alive, p)
	return err
}
