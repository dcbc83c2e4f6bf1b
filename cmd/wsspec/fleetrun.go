package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/harness/fleet"
	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/harness/record"
)

// fleetRun is the test of a peer of a fleet, from its start to its end.
type fleetRun struct {
	*serverRun
	peer *fleet.Peer
}

// fleet tests the peers, so many side by side, and ends the record, whatever happens.
func (j *journal) fleet(ctx context.Context, runs []*fleetRun, n int) error {
	j.display.start(j.began, j.seed)
	announce := func(r *fleetRun) { j.wrote(j.writer.Peer(r.describe(j, r.peer.URL))) }
	sideBySide(ctx, runs, n, announce, func(r *fleetRun) { r.run(ctx, j) })
	j.display.stop()
	return j.finish(context.Cause(ctx))
}

// sideBySide carries out runs, n of them at once, until the context ends. They are announced in their order.
func sideBySide[T any](ctx context.Context, runs []T, n int, announce, carryOut func(T)) {
	var all sync.WaitGroup
	places := make(chan struct{}, n)
	for _, r := range runs {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		announce(r)
		all.Go(func() {
			carryOut(r)
			<-places
		})
	}
	all.Wait()
}

// run tests the peer. Whatever keeps a case from being asked is its verdict, unless the run as a whole ends.
func (r *fleetRun) run(ctx context.Context, j *journal) {
	err := r.test(ctx, j)
	if ctx.Err() != nil {
		return
	}
	r.unasked(j, err)
}

// test builds and starts the peer, if that is its way, puts the cases to it and stops it.
func (r *fleetRun) test(ctx context.Context, j *journal) error {
	if r.peer.Build != nil {
		j.display.say(r.name + "   is built")
		if err := r.build(ctx); err != nil {
			return err
		}
	}
	url := r.peer.URL
	if r.peer.Command != nil {
		program, err := peer.Start(ctx, r.startOptions())
		if err != nil {
			return err
		}
		defer end(ctx, program)
		r.program, url = program, program.URL()
	}
	var err error
	if r.target, err = r.options.target(url); err != nil {
		return err
	}
	if r.peer.Limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, r.peer.Limit, limitError{r.peer.Limit})
		defer cancel()
	}
	return r.serverRun.run(ctx, j)
}

func (r *fleetRun) startOptions() peer.Options {
	return peer.Options{
		Command: r.peer.Command, Dir: r.peer.Dir, Env: r.peer.Env, URL: r.peer.URL,
		ReadyHTTP: r.peer.ReadyHTTP, ReadyOutput: r.peer.ReadyOutput, ReadyTimeout: r.peer.ReadyLimit,
	}
}

// limitError says that the time for a peer is used up.
type limitError struct{ limit time.Duration }

func (e limitError) Error() string {
	return fmt.Sprintf("the limit of %v for the cases of this peer was used up", e.limit)
}

// build runs the command that has to come before the peer's own.
func (r *fleetRun) build(ctx context.Context) error {
	program, err := peer.Start(ctx, peer.Options{Command: r.peer.Build, Dir: r.peer.Dir, Env: r.peer.Env})
	if err != nil {
		return fmt.Errorf("the build failed: %w", err)
	}
	defer end(ctx, program)
	limit := time.NewTimer(r.peer.BuildLimit)
	defer limit.Stop()
	select {
	case <-program.Done():
		if exit := program.Exit(); exit.Code != 0 {
			return fmt.Errorf("the build failed: %w", exit)
		}
		return nil
	case <-limit.C:
		return fmt.Errorf("the build takes longer than its limit of %v", r.peer.BuildLimit)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// unasked gives the verdict error to the cases that have none, with the reason.
func (r *fleetRun) unasked(j *journal, err error) {
	if err == nil || len(r.settled) == len(r.cases) {
		return
	}
	untested := reasonOf(err)
	j.wrote(j.writer.Untested(r.name, untested))
	j.display.say(r.name + "   is not tested: " + untested.Reason)
	for _, c := range r.cases {
		if !r.settled[c.ID] {
			r.settle(j, record.Case{
				ID: c.ID, Aliases: c.Aliases, Title: c.Title, Requirements: c.Checks, Verdict: record.Error,
				Notes: []string{"not asked: " + untested.Reason},
			}, nil)
		}
	}
}

// reasonOf puts an error into words on one line, beside what a program wrote.
func reasonOf(err error) record.Untested {
	words, output := err.Error(), []string(nil)
	var failed interface {
		error
		Brief() string
		Output() []string
	}
	if errors.As(err, &failed) {
		words, output = strings.Replace(words, failed.Error(), failed.Brief(), 1), failed.Output()
	}
	return record.Untested{Reason: strings.ReplaceAll(words, "\n", "; "), Output: output}
}
