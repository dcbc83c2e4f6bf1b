package record

import "slices"

// Change is what a gate says about a case, or about a line of the baseline: how the peer differs from what was accepted.
type Change string

// The changes. Those in capitals gate: the run fails because of them.
const (
	New     Change = "NEW"     // fails, and the baseline does not know it
	Lost    Change = "LOST"    // a required feature is not offered any more, or a case that needs it is unimplemented
	Changed Change = "CHANGED" // fails in another way than the baseline knows
	Stale   Change = "STALE"   // the baseline has a failure that is none any more
	Expired Change = "EXPIRED" // fails as the baseline knows, but was accepted only until a day that is past
	Known   Change = "known"   // fails as the baseline knows
	Flaky   Change = "flaky"   // failed, and is known to do so now and then; or failed once and passed when it was tried again
	Added   Change = "added"   // fails, but the case is younger than the baseline
)

// Changes are all changes in the order in which they are told. The caller must not change the slice.
var Changes = []Change{New, Lost, Changed, Stale, Expired, Known, Flaky, Added}

// Gates tells whether a run with this change fails.
func (c Change) Gates() bool { return slices.Index(Changes, c) <= slices.Index(Changes, Expired) }

// Judgement is what a gate says about one case of one peer, or about an entry of the baseline.
type Judgement struct {
	Change      Change
	Peer        string
	Case        string // its ID; of a stale entry the pattern, as it stands in the baseline; "" if it is about the peer as a whole
	Verdict     Verdict
	Requirement string // ID of what was broken, "" if nothing was
	Text        string // why, in words; may hold what the peer sent
	Where       string // FILE:LINE of the entry of the baseline, "" if there is none
	Reason      string // of the entry, as a person wrote it
	Ticket      string // of the entry
}

// Gate is a record held against a baseline. A case without a judgement did not fail, or, if there is no baseline, stands as
// its verdict says.
type Gate struct {
	Baseline   string // its file; "" if there is none and the gate only knows what is required
	Catalogue  string // that the baseline was written with
	Entries    int    // that the baseline has
	Strict     bool   // cases that are non-strict or flaky fail, too
	Judgements []Judgement
}

// Of returns the judgement on a case, nil if there is none. The gate may be nil.
func (g *Gate) Of(peer, id string) *Judgement {
	if g == nil {
		return nil
	}
	i := slices.IndexFunc(g.Judgements, func(j Judgement) bool { return j.Peer == peer && j.Case == id })
	if i < 0 {
		return nil
	}
	return &g.Judgements[i]
}

// of returns the judgements on a peer.
func (g *Gate) of(peer string) (list []Judgement) {
	for _, j := range g.Judgements {
		if j.Peer == peer {
			list = append(list, j)
		}
	}
	return list
}

// Fails tells whether anything gates. The gate may be nil.
func (g *Gate) Fails() bool {
	return g != nil && slices.ContainsFunc(g.Judgements, func(j Judgement) bool { return j.Change.Gates() })
}
