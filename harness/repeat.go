package harness

import (
	"fmt"
	"slices"

	"github.com/wsspec/wsspec/harness/record"
)

// repeat puts a case to the peer as often as it is to be asked. The runs follow one another, so that their order says something.
func (r *run) repeat(c *Case) {
	for n := range max(r.Repeat, 1) {
		r.ask(c, n)
	}
}

// repetition is what the runs of one case gave so far. A case is as good as its worst run.
type repetition struct {
	verdicts   []record.Verdict // by the number of the run; "" as long as it is not settled
	settled    int
	flaky      bool
	worst      record.Case
	transcript *record.Transcript // of the worst run
}

// repetition returns that of the case with an ID. It needs the lock.
func (r *run) repetition(id string) *repetition {
	if r.repeats == nil {
		r.repeats = make(map[string]*repetition)
	}
	if r.repeats[id] == nil {
		r.repeats[id] = &repetition{verdicts: make([]record.Verdict, r.Repeat)}
	}
	return r.repeats[id]
}

// add adds what the n-th run gave. Of runs that are as bad as each other, the one that was settled first speaks for the case.
func (x *repetition) add(n int, c record.Case, t *record.Transcript) {
	if x.settled == 0 || c.Verdict.Worse(x.worst.Verdict) {
		x.worst, x.transcript = c, t
	}
	x.verdicts[n] = c.Verdict
	x.flaky = x.flaky || c.Flaky
	x.settled++
}

// sum returns what the runs add up to: the worst of them, and how often it was like that.
func (x *repetition) sum() (record.Case, *record.Transcript) {
	c, seen := x.worst, 0
	for _, v := range x.verdicts {
		if v == c.Verdict {
			seen++
		}
		if v != "" {
			c.Runs = append(c.Runs, v)
		}
	}
	c.Flaky = x.flaky || seen < len(c.Runs)
	c.Notes = append(slices.Clone(c.Notes), fmt.Sprintf("%s in %d of %d runs", runWords[c.Verdict], seen, len(c.Runs)))
	return c, x.transcript
}

// runWords say how a run ended.
var runWords = map[record.Verdict]string{
	record.Pass:          "passed",
	record.NonStrict:     "was non-strict",
	record.Informational: "was informational",
	record.Unimplemented: "was unimplemented",
	record.Fail:          "failed",
	record.Error:         "could not be asked",
}

// cutShort hands out the cases of which some runs are settled and others were not had, because the run was interrupted.
func (r *run) cutShort() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.Cases {
		if x := r.repeats[c.ID]; x != nil && x.settled < r.Repeat {
			out, t := x.sum()
			out.Notes = append(out.Notes, fmt.Sprintf("the run was interrupted: %d of %d runs are missing", r.Repeat-x.settled, r.Repeat))
			r.handOut(out, t)
		}
	}
}
