package autobahn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// mode is one of the two ways in which wstest tests.
type mode interface {
	// job is what the program is started for to ask the cases of a part.
	job(*part) (Job, error)

	// conduct stays with the program until there is nothing more to do for the part. It notes when the part is begun, that is
	// when its cases can be asked. The error is why it did not come to its end.
	conduct(context.Context, *run) error
}

// driver runs wstest until every planned case was asked, or cannot be.
type driver struct {
	*Test
	program Program
	mode    mode
	files   *files
	result  *Result
	again   int // how often wstest was started again without a case in which it hung
}

// drive asks the cases, and puts wstest's files into dir. The error is why none was asked, or why the context ended; then there
// is a result all the same.
func drive(ctx context.Context, t *Test, program Program, m mode, dir string) (*Result, error) {
	d := &driver{Test: t, program: program, mode: m, result: &Result{Planned: t.planned()}}
	if len(d.result.Planned) == 0 {
		return nil, errors.New("no case of the Autobahn testsuite is selected")
	}
	var err error
	if d.files, err = openFiles(dir, t.Split); err != nil {
		return nil, err
	}
	limited := ctx
	if t.Timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeoutCause(ctx, t.Timeout, &LimitError{t.Timeout})
		defer cancel()
	}
	err = d.all(limited, d.parts())
	if incomplete := d.files.finish(); incomplete != nil {
		d.say("%v", incomplete)
	}
	if ctx.Err() != nil {
		return d.result, context.Cause(ctx)
	}
	if err != nil && d.result.Left != nil {
		return nil, errors.Join(err, d.result.Left)
	}
	if err != nil {
		return nil, err
	}
	return d.result, nil
}

// parts are the runs of the program that the test needs.
func (d *driver) parts() (parts []*part) {
	if !d.Split {
		patterns := d.Cases
		if patterns == nil {
			patterns = []string{"*"}
		}
		return []*part{{cases: d.result.Planned, include: patterns, exclude: d.Exclude}}
	}
	for _, id := range d.result.Planned {
		chapter, _ := record.Chapter(id)
		name := fmt.Sprintf("chapter%d", chapter)
		if len(parts) == 0 || parts[len(parts)-1].name != name {
			parts = append(parts, &part{name: name})
		}
		last := parts[len(parts)-1]
		last.cases = append(last.cases, id)
		last.include = last.cases
	}
	return parts
}

// all runs the parts one after the other. The error is why none was begun; nil if one was.
func (d *driver) all(ctx context.Context, queue []*part) (err error) {
	begun := false
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		d.result.parts = append(d.result.parts, p)
		if ctx.Err() != nil {
			p.cause = context.Cause(ctx)
			continue
		}
		p.cause = d.run(ctx, p)
		if begun = begun || p.begun; !begun {
			return p.cause
		}
		if rest := d.rest(ctx, p); rest != nil {
			queue = slices.Insert(queue, 0, rest)
		}
	}
	return nil
}

// maxAgain bounds how often wstest is started again after it hung.
const maxAgain = 2

// rest is what is asked again of a part in which wstest hung, nil if that is nothing: all but the case in which it did. The
// results of the cases before it are lost, too.
func (d *driver) rest(ctx context.Context, p *part) *part {
	var hung *HungError
	if !errors.As(p.cause, &hung) || hung.Who != thisProgram || hung.Case == "" || hung.Writing || len(p.cases) == 1 || ctx.Err() != nil {
		return nil
	}
	if d.again == maxAgain {
		d.say("wstest hung %d times and is not started again", d.again+1)
		return nil
	}
	d.again++
	d.say("wstest is started again without case %s: it writes results only at its end, so those before it are lost", hung.Case)
	return p.without(hung.Case)
}

// run asks the cases of a part, and collects what wstest wrote about them. The error is why it did not come to its end.
func (d *driver) run(ctx context.Context, p *part) error {
	job, err := d.mode.job(p)
	if err != nil {
		return err
	}
	r := &run{Test: d.Test, part: p, port: job.Port, book: newLogbook(p.cases, d.Case)}
	job.Output = r.book
	if r.process, err = d.program.Start(ctx, job); err != nil {
		return err
	}
	err = d.mode.conduct(ctx, r)
	err = cmp.Or(err, r.failure())
	err = cmp.Or(err, d.collect(ctx, r))
	if hung := (*HungError)(nil); errors.As(err, &hung) && hung.Who == thisProgram {
		hung.Writing = p.wrote
	}
	p.heard = r.book.look()
	d.learn(r, err)
	if err != nil && r.part.begun && !interrupted(ctx) {
		d.blame(r, err)
	}
	return err
}

// learn adds what a run has told to the result.
func (d *driver) learn(r *run, err error) {
	d.result.Version = cmp.Or(r.part.heard.version, d.result.Version)
	if d.result.Client == nil {
		d.result.Client = r.client
	}
	if err != nil {
		d.result.Output = r.part.heard.last
	}
}

// blame tells the user what went wrong.
func (d *driver) blame(r *run, err error) {
	d.say("%v", err)
	var end *EndError
	const advice = "give it more memory (--memory), or let each chapter have a program of its own (--split)"
	switch {
	case !errors.As(err, &end):
	case end.Exit.OutOfMemory:
		d.say(advice)
	case end.Exit.Signal == syscall.SIGKILL.String():
		d.say("nobody says what killed it; mostly that is a lack of memory: " + advice)
	}
}

// interrupted tells whether a context ended for another reason than that the time of a test is used up.
func interrupted(ctx context.Context) bool {
	return ctx.Err() != nil && !errors.As(context.Cause(ctx), new(*LimitError))
}

// How long the end of a program may take, with all that has to be done then: hurry is for somebody who has interrupted it and
// waits.
const (
	endLimit   = time.Minute
	hurryLimit = 8 * time.Second
)

// collect ends the program, takes its files out and removes what is left of it.
func (d *driver) collect(ctx context.Context, r *run) error {
	limit := endLimit
	if interrupted(ctx) {
		limit = hurryLimit
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	err := r.process.Kill(ctx)
	err = cmp.Or(d.files.take(ctx, r.process, r.part), err)
	d.result.Left = errors.Join(d.result.Left, r.process.Close(ctx))
	return err
}

// run is a program under way.
type run struct {
	*Test
	part    *part
	process Process
	book    *logbook
	port    int
	client  *record.Ended // how the client ended, if not well
}

// failure is how the program ended, if it did by itself and not well.
func (r *run) failure() error {
	select {
	case <-r.process.Done():
	default:
		return nil
	}
	if exit := r.process.Exit(); exit != (Exit{}) {
		return &EndError{r.book.look().current, exit}
	}
	return nil
}

// thisProgram is what wstest is called in a HungError.
const thisProgram = "wstest"

// await stays until the program has ended, or over is closed. The error is why it stopped before; who is the one to be ended if
// nothing moves.
func (r *run) await(ctx context.Context, who string, over <-chan struct{}) error {
	stall := cmp.Or(r.Stall, DefaultStall)
	timer := time.NewTimer(stall)
	defer timer.Stop()
	hung := timer.C
	if stall < 0 {
		hung = nil
	}
	for {
		select {
		case <-r.process.Done():
			return nil
		case <-over:
			return nil
		case <-r.book.moved:
			timer.Reset(stall)
		case <-hung:
			return &HungError{Who: who, Case: r.book.look().current, Stall: stall}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
