package record

import "slices"

// Outcome is what a run comes to as a whole, for those who gate on it.
type Outcome int

// The outcomes, each of which outweighs those before it.
const (
	OutcomeConforms   Outcome = iota // no case failed, or the record differs from the baseline in nothing that gates
	OutcomeIncomplete                // cases are in error, or some that were planned did not run
	OutcomeFails                     // a case failed that the baseline does not know, or the baseline is stale
)

// Outcome returns what the record comes to, held against the gate. A nil gate lets each failed case count, and nothing else.
func (r *Record) Outcome(g *Gate) Outcome {
	counts := r.Counts()
	switch {
	case g.Fails(), g.fails(r, counts):
		return OutcomeFails
	case counts[Error] > 0, r.Ran < r.Planned:
		return OutcomeIncomplete
	}
	return OutcomeConforms
}

// fails tells whether cases fail by their verdicts alone, as they do where no baseline decides.
func (g *Gate) fails(r *Record, counts Counts) bool {
	switch {
	case g == nil:
		return counts[Fail] > 0
	case g.Baseline != "":
		return false
	}
	return counts[Fail] > 0 || g.Strict && (counts[NonStrict] > 0 || r.flaky())
}

func (r *Record) flaky() bool {
	return slices.ContainsFunc(r.Peers, func(p Peer) bool {
		return slices.ContainsFunc(p.Cases, func(c Case) bool { return c.Flaky })
	})
}
