package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/harness/record"
)

// serverRun is the test of one server.
type serverRun struct {
	*options
	name    string
	target  harness.Target
	cases   []*harness.Case
	fleet   string        // the fleet file that describes it; "" if none does
	program *peer.Process // nil if it was not started by us

	settled map[string]bool // the cases that have a verdict
	gasp    time.Duration   // how long the end of the program is waited for the next time; 0 stands for lastGasp
	mortal  bool            // the program has ended before
}

// run puts the cases to the server. The error is why that could not be done, or not to the end.
func (r *serverRun) run(ctx context.Context, j *journal) error {
	runner := &harness.Runner{
		Target: r.target, Cases: r.cases, Jobs: r.jobs, Timeout: r.timeout, Retries: r.retries, Repeat: r.repeat, Seed: r.seed, Profile: r.profile,
		Account: j.writes("wstest"),
		Result:  func(c record.Case, t *record.Transcript) { r.settle(j, c, t) },
		Revive:  func(ctx context.Context, c *harness.Case) bool { return r.revive(ctx, j, c) },
	}
	if r.pause {
		runner.Jobs, runner.Retries, runner.Before = 1, 0, pause
	}
	if r.trace {
		runner.Trace = (&tracer{tell: j.display.tell}).show
	}
	probe, err := runner.Probe(ctx)
	if err != nil {
		return r.explain(err)
	}
	p := r.describe(j, r.target.URL.String())
	p.Probe = probe.Record()
	j.wrote(j.writer.Peer(p))
	j.display.peer(p)
	err = runner.Run(ctx, probe)
	if r.program != nil && r.program.Exit() != nil {
		r.noteEnd(j, "")
	}
	r.noteUsage(j)
	return err
}

// describe is the server as the record has it before anything is known.
func (r *serverRun) describe(j *journal, url string) record.Peer {
	p := record.Peer{Name: r.name, Role: "server", URL: url, Fleet: r.fleet}
	if r.profile != j.profile {
		p.Profile = string(r.profile)
	}
	return p
}

// settle records the verdict on a case.
func (r *serverRun) settle(j *journal, c record.Case, t *record.Transcript) {
	if r.settled == nil {
		r.settled = make(map[string]bool)
	}
	r.settled[c.ID] = true
	j.wrote(j.writer.Case(r.name, c, t))
	j.display.result(c)
}

// explain adds to a failed probe what is known of the program.
func (r *serverRun) explain(err error) error {
	if r.program == nil {
		return err
	}
	if exit := r.program.Exit(); exit != nil {
		return errors.Join(err, exit)
	}
	return err
}

// returnLimit is how long a server that takes no connections is waited for.
const returnLimit = 5 * time.Second

// revive waits until a server takes connections again. If it was started by us and has ended, it is started again.
func (r *serverRun) revive(ctx context.Context, j *journal, c *harness.Case) bool {
	waiting, cancel := context.WithTimeout(ctx, returnLimit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if r.program != nil && r.program.Exit() != nil {
			return r.restart(ctx, j, c)
		}
		if conn, err := new(net.Dialer).DialContext(waiting, "tcp", r.target.URL.Address()); err == nil {
			conn.Close()
			return !r.dying() || r.restart(ctx, j, c)
		}
		select {
		case <-tick.C:
		case <-waiting.Done():
			return false
		}
	}
}

// dying tells whether a program that still takes connections is about to end.
func (r *serverRun) dying() bool {
	if r.program == nil {
		return false
	}
	if r.gasp = cmp.Or(r.gasp, lastGasp); r.mortal {
		r.gasp = lastGasp
	}
	select {
	case <-r.program.Done():
		return true
	case <-time.After(r.gasp):
		r.gasp = max(r.gasp/2, shortestGasp)
		return false
	}
}

// How long the end of a program takes to be seen. As long as it has not ended once, each wait in vain makes it more likely that the
// program just ends connections without a word, so that the next wait is shorter.
const (
	lastGasp     = 100 * time.Millisecond
	shortestGasp = 5 * time.Millisecond
)

// restart starts a program that has ended again.
func (r *serverRun) restart(ctx context.Context, j *journal, c *harness.Case) bool {
	r.mortal = true
	r.noteEnd(j, c.ID)
	j.display.say(fmt.Sprintf("%s has ended (%s) and is started again", r.name, howEnded(r.program.Exit())))
	return r.program.Restart(ctx) == nil
}

func howEnded(exit *peer.ExitError) string {
	if exit.Signal != "" {
		return exit.Signal
	}
	return fmt.Sprintf("exit code %d", exit.Code)
}

// noteEnd records that the program ended by itself.
func (r *serverRun) noteEnd(j *journal, during string) {
	exit := r.program.Exit()
	ended := record.Ended{ExitCode: exit.Code, Signal: exit.Signal, Stderr: exit.Stderr, During: during}
	j.wrote(j.writer.Ended(r.name, ended))
}

// noteUsage records what the program took of the machine, where that can be seen.
func (r *serverRun) noteUsage(j *journal) {
	if r.program == nil {
		return
	}
	if u := r.program.Usage(); u != (peer.Usage{}) {
		j.wrote(j.writer.Usage(r.name, record.Usage{PeakMemory: u.PeakMemory, CPUMS: u.CPU.Milliseconds()}))
	}
}
