package harness

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// DefaultJobs is how many cases run side by side: most of the time of a case is the peer's.
var DefaultJobs = 4 * runtime.GOMAXPROCS(0)

// Runner puts many cases to one peer.
type Runner struct {
	Target  Target
	Cases   []*Case
	Jobs    int           // cases side by side; 0 means DefaultJobs
	Timeout time.Duration // of a case without progress; 0 means none
	Retries int           // how often something that did not come is tried again
	Repeat  int           // how often each case is put to the peer, one time after the other; 0 means once
	Seed    string
	Profile Profile // how much volume the cases send
	Account bool    // transcripts tell, beside, what a case file of the Autobahn testsuite does
	Trace   func(c *Case, side string, e record.Entry)

	// Adjust, if not nil, changes how long the conversations wait for what.
	Adjust func(*Timing)
	// Before, if not nil, is called before a case is put to the peer, each time, but not before it is tried again. It may wait.
	Before func(ctx context.Context, c *Case)
	// Result is called for each case as soon as its verdict stands, never twice at once.
	Result func(record.Case, *record.Transcript)
	// Revive is called when no connection can be opened for a case, or one was cut off. It tells whether the peer is there again. Only one call
	// is under way at a time. After it returned false no further case is asked.
	Revive func(ctx context.Context, c *Case) bool
}

// retryBudget is what all retries of a run may take together.
const retryBudget = 20 * time.Second

// Run puts every case to the peer and returns when each has its verdict. If ctx ends before, it returns the reason; the
// cases that were not asked have none.
func (r *Runner) Run(ctx context.Context, probe Probe) error {
	run := &run{Runner: r, ctx: ctx, jobs: r.jobs(probe)}
	run.talk = conversation{target: r.Target, timing: r.timing(probe.RoundTrip), seed: r.Seed, profile: r.Profile, account: r.Account, trace: r.Trace}
	run.first()
	run.again()
	run.alone()
	run.again()
	run.chapter0()
	run.cutShort()
	return context.Cause(ctx)
}

// timing is how long conversations with a peer of that round trip wait for what.
func (r *Runner) timing(roundTrip time.Duration) Timing {
	t := NewTiming(r.Timeout, roundTrip)
	if r.Adjust != nil {
		r.Adjust(&t)
	}
	return t
}

func (r *Runner) jobs(probe Probe) int {
	jobs := r.Jobs
	if jobs <= 0 {
		jobs = DefaultJobs
	}
	if probe.Connections > 0 {
		jobs = min(jobs, probe.Connections)
	}
	return jobs
}

// run is one Run under way.
type run struct {
	*Runner
	ctx  context.Context
	jobs int
	talk conversation

	mu      sync.Mutex
	doubts  []doubt
	watched []watched
	held    int           // conversations that were had
	vain    time.Duration // that cases which measure waited for nothing
	retried time.Duration // that retries took so far
	echoed  bool          // one of them measured something
	gone    bool
	reviver sync.Mutex
	repeats map[string]*repetition // by the ID of the case
}

// doubt is a case whose only fault is that something did not come.
type doubt struct {
	c *Case
	o *outcome
}

// watched is what chapter 0 saw in a conversation.
type watched struct {
	c *Case
	o *outcome
}

// first puts each case to the peer once, side by side, except those that want to be alone. Those with pauses start first, since
// they take longest.
func (r *run) first() {
	order := slices.DeleteFunc(slices.Clone(r.Cases), func(c *Case) bool { return c.Passive() || c.Alone })
	slices.SortStableFunc(order, func(a, b *Case) int { return boolOrder(b.Pauses, a.Pauses) })
	r.sideBySide(order)
}

// alone puts the cases that measure to the peer, one after the other. When some time went by with waiting in vain there is little
// to measure, and the others need not wait for each other.
func (r *run) alone() {
	rest := slices.DeleteFunc(slices.Clone(r.Cases), func(c *Case) bool { return !c.Alone })
	for len(rest) > 0 && r.vain < maxVain && (r.vain < maxSilence || r.echoed) {
		before := r.vain
		r.repeat(rest[0])
		rest = rest[1:]
		if r.vain > before && len(rest) > 0 {
			r.letFinish()
		}
	}
	r.sideBySide(rest)
}

// How long the cases that measure wait in vain, one after the other: maxSilence for a peer that has echoed no volume at all.
const (
	maxVain    = 90 * time.Second
	maxSilence = 30 * time.Second
)

// letFinish waits until the peer is no longer busy with the volume that was waited for in vain: the next case is not to suffer for
// that.
func (r *run) letFinish() {
	began := time.Now()
	r.awaitAnswer(r.ctx)
	r.vain += time.Since(began)
}

// awaitAnswer waits until the peer answers an opening handshake, as it may not while it is busy with something else.
func (r *run) awaitAnswer(ctx context.Context) {
	patient := r.talk
	patient.timing.Head = max(patient.timing.Head, maxBusy)
	patient.offer(ctx)
}

// maxBusy is how long a peer may take to come back from a volume.
const maxBusy = 20 * time.Second

func (r *run) sideBySide(order []*Case) {
	queue := make(chan *Case)
	var workers sync.WaitGroup
	for range min(r.jobs, len(order)) {
		workers.Go(func() {
			for c := range queue {
				r.repeat(c)
			}
		})
	}
	for _, c := range order {
		select {
		case queue <- c:
		case <-r.ctx.Done():
		}
	}
	close(queue)
	workers.Wait()
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// ask has a conversation, the n-th with the case, and settles what it proves.
func (r *run) ask(c *Case, n int) {
	if r.Before != nil && !r.lost() && r.ctx.Err() == nil {
		r.Before(r.ctx, c)
	}
	if r.ctx.Err() != nil {
		return
	}
	if r.lost() {
		r.unable(c, n, "not asked: the peer takes no connections any more")
		return
	}
	o := r.converse(r.ctx, c)
	o.run = n
	if o.interrupted {
		return
	}
	r.watch(c, o)
	r.hearken(c, o)
	if o.absent() && r.Retries > 0 {
		r.mu.Lock()
		r.doubts = append(r.doubts, doubt{c, o})
		r.mu.Unlock()
		return
	}
	r.settle(c, o, false)
}

// hearken counts the time in which a case that measures waited in vain.
func (r *run) hearken(c *Case, o *outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.Alone && o.absent() && o.fails() {
		r.vain += o.duration
	}
	r.echoed = r.echoed || o.measured != nil
}

// converse has a conversation. If the peer takes no connection, it may be there again a little later; if it has enough of them,
// it may not have noticed yet that the last one is over.
func (r *run) converse(ctx context.Context, c *Case) *outcome {
	o := r.talk.run(ctx, c)
	if o.interrupted {
		return o
	}
	if o.turnedAway && r.talk.rest(ctx) || o.unopened && r.revive(c) {
		o = r.talk.run(ctx, c)
	}
	return o
}

// watch keeps what chapter 0 needs of a conversation.
func (r *run) watch(c *Case, o *outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o.opened {
		r.held++
	}
	if len(o.passive) > 0 {
		r.watched = append(r.watched, watched{c, o})
	}
}

// lost tells whether the peer is gone for good.
func (r *run) lost() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.gone
}

// revive waits for a peer that no longer takes connections, or has it started again. One worker does it for all.
func (r *run) revive(c *Case) bool {
	if r.Revive == nil || r.lost() {
		return false
	}
	r.reviver.Lock()
	defer r.reviver.Unlock()
	if r.lost() {
		return false
	}
	back := r.Revive(r.ctx, c)
	if !back && r.ctx.Err() == nil {
		r.mu.Lock()
		r.gone = true
		r.mu.Unlock()
	}
	return back
}

// unable settles a case that cannot be put to the peer.
func (r *run) unable(c *Case, n int, why string) {
	r.publish(n, record.Case{
		ID: c.ID, Aliases: c.Aliases, Title: c.Title, Requirements: c.Checks, Verdict: record.Error,
		Notes: []string{why},
	}, nil)
}

// again repeats, alone, the cases in which something did not come. The busy machine may have been to blame, or a peer that was
// still busy with another case.
func (r *run) again() {
	if len(r.doubts) == 0 {
		return
	}
	slices.SortFunc(r.doubts, func(a, b doubt) int { return record.CompareIDs(a.c.ID, b.c.ID) })
	began := time.Now()
	deadline := began.Add(retryBudget - r.retried)
	defer func() { r.doubts, r.retried = nil, r.retried+time.Since(began) }()
	died := slices.ContainsFunc(r.doubts, func(d doubt) bool { return d.o.cutOff && d.o.fails() })
	r.pausing(deadline)
	for _, d := range r.doubts {
		switch {
		case r.ctx.Err() != nil:
			return
		case d.o.torn() && !d.o.lost() && !died:
			r.settle(d.c, d.o, false)
		default:
			r.confirm(d, deadline)
		}
	}
}

// pausing confirms, side by side, the cases with pauses whose peer was merely late, and takes them out of the doubts. They do
// little but wait, so they are as good as alone; but they must not be more at once than the peer serves.
func (r *run) pausing(deadline time.Time) {
	var waiting sync.WaitGroup
	places := make(chan struct{}, r.jobs)
	r.doubts = slices.DeleteFunc(r.doubts, func(d doubt) bool {
		if !d.c.Pauses || d.o.fails() {
			return false
		}
		places <- struct{}{}
		waiting.Go(func() {
			r.confirm(d, deadline)
			<-places
		})
		return true
	})
	waiting.Wait()
}

// confirm repeats a case until its fault comes back, or has not come back in all retries for which there is time.
func (r *run) confirm(d doubt, deadline time.Time) {
	if r.lost() {
		r.settleDoubt(d, 1, 1, true)
		return
	}
	var good *outcome // of the latest try, in which the fault did not come back
	tries := 0
	for ; tries < r.Retries; tries++ {
		o, inTime := r.retry(d, deadline)
		if !inTime {
			break
		}
		r.watch(d.c, o)
		if failed(o) {
			if o.cutOff {
				r.revive(d.c) // the peer may have died of it, and the next case is not to suffer for that
			}
			r.settleDoubt(doubt{d.c, o}, 2, tries+2, false)
			return
		}
		good = o
	}
	switch {
	case tries < r.Retries && r.ctx.Err() != nil:
	case good == nil:
		r.settleDoubt(d, 1, 1, true)
	default:
		again := fmt.Sprintf("%d tries", tries)
		if tries == 1 {
			again = "another try"
		}
		good.notes = append(good.notes, fmt.Sprintf("seen once, and not again in %s alone: expected %s; got %s",
			again, d.o.findings[0].expected, d.o.findings[0].got))
		r.settle(d.c, good, true)
	}
}

// retry repeats a case once, unless the time for that is over or does not do.
func (r *run) retry(d doubt, deadline time.Time) (o *outcome, inTime bool) {
	ctx, cancel := context.WithDeadline(r.ctx, deadline)
	defer cancel()
	if ctx.Err() != nil {
		return nil, false
	}
	o = r.converse(ctx, d.c)
	if d.o.opened && !o.opened && !o.interrupted { // that is another fault
		r.awaitAnswer(ctx)
		o = r.converse(ctx, d.c)
	}
	o.run = d.o.run
	return o, !o.interrupted && (o.opened || !d.o.opened)
}

func failed(o *outcome) bool { return len(o.findings) > 0 }

// settleDoubt settles a case whose fault stands, seen in some of the tries.
func (r *run) settleDoubt(d doubt, seen, tries int, unconfirmed bool) {
	c, t := r.result(d.c, d.o)
	for i := range c.Findings {
		c.Findings[i].Seen, c.Findings[i].Tries, c.Findings[i].Unconfirmed = seen, tries, unconfirmed
	}
	r.publish(d.o.run, c, t)
}

// settle settles a case on the ground of one conversation.
func (r *run) settle(c *Case, o *outcome, flaky bool) {
	out, t := r.result(c, o)
	out.Flaky = flaky
	r.publish(o.run, out, t)
}

// result turns an outcome into what is recorded.
func (r *run) result(c *Case, o *outcome) (record.Case, *record.Transcript) {
	out := record.Case{
		ID: c.ID, Aliases: c.Aliases, Title: c.Title, Requirements: c.Checks,
		Verdict: record.Pass, Close: o.close, CloseCode: o.closeCode,
		DurationUS: o.duration.Microseconds(), WSTest: o.wstest, Volume: o.measured, Notes: o.notes,
	}
	if c.Informational {
		out.Verdict = record.Informational
	}
	for _, f := range o.findings {
		out.Findings = append(out.Findings, f.record(o.transcript))
		out.Verdict = worse(out.Verdict, f.severity)
	}
	t := o.transcript.record()
	t.Autobahn = o.account
	return out, t
}

// worse returns the verdict that weighs more.
func worse(a, b record.Verdict) record.Verdict {
	weight := map[record.Verdict]int{record.Pass: 0, record.Informational: 1, record.NonStrict: 2, record.Fail: 3}
	if weight[b] > weight[a] {
		return b
	}
	return a
}

// publish hands out what the n-th run of a case gave, or all its runs together once the last one is settled.
func (r *run) publish(n int, c record.Case, t *record.Transcript) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Repeat > 1 {
		x := r.repetition(c.ID)
		if x.add(n, c, t); x.settled < r.Repeat {
			return
		}
		c, t = x.sum()
	}
	r.handOut(c, t)
}

// handOut hands out a verdict that stands. It is called with the lock, or by the last goroutine of the run.
func (r *run) handOut(c record.Case, t *record.Transcript) {
	if r.Result != nil {
		r.Result(c, t)
	}
}

// chapter0 settles the cases that watch every conversation.
func (r *run) chapter0() {
	for _, c := range r.Cases {
		if !c.Passive() || r.ctx.Err() != nil {
			continue
		}
		r.handOut(r.passive(c))
	}
}

// passive judges a case of chapter 0, by the first conversation, in the order of the cases, that speaks against the peer.
func (r *run) passive(c *Case) (record.Case, *record.Transcript) {
	out := record.Case{ID: c.ID, Aliases: c.Aliases, Title: c.Title, Requirements: c.Checks, Verdict: record.Pass}
	if r.held == 0 {
		out.Verdict = record.Error
		out.Notes = []string{"there was no conversation to watch"}
		return out, nil
	}
	slices.SortStableFunc(r.watched, func(a, b watched) int { return record.CompareIDs(a.c.ID, b.c.ID) })
	for _, w := range r.watched {
		for _, b := range w.o.passive {
			if f, found := c.breach(b); found {
				out.Verdict = record.Fail
				out.Findings = []record.Finding{f.record(w.o.transcript)}
				out.Watched = &record.Watched{Conversations: r.held, Broken: r.count(c), First: w.c.ID}
				out.Notes = []string{out.Watched.String()}
				return out, w.o.transcript.record()
			}
		}
	}
	out.Watched = &record.Watched{Conversations: r.held}
	out.Notes = []string{out.Watched.String()}
	return out, nil
}

// count is in how many conversations a case of chapter 0 found something.
func (r *run) count(c *Case) (n int) {
	for _, w := range r.watched {
		if slices.ContainsFunc(w.o.passive, func(b breach) bool { _, found := c.breach(b); return found }) {
			n++
		}
	}
	return n
}

// breach tells whether a frame of the peer breaks one of the rules that the case watches.
func (c *Case) breach(b breach) (finding, bool) {
	for rule := range b.rules.All() {
		if c.Watches.Has(rule) {
			return finding{
				requirement: c.attribute(rule.Requirements()...), severity: record.Fail, entries: []int{b.entry},
				expected: "nothing that the peer sends breaks " + rule.Clause(), got: rule.Error(),
			}, true
		}
	}
	return finding{}, false
}
