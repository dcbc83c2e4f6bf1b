package reports

import (
	"cmp"
	"html/template"
	"slices"

	"github.com/wsspec/wsspec/harness/record"
)

// runChanges is what a run has that the one before had not.
type runChanges struct {
	*PastRun
	Newest bool
	Peers  []peerChanges
}

type peerChanges struct {
	Name    string
	Note    string // of a peer that came or went
	Changes []verdictChange
	More    int // changes that are not shown
}

// verdictChange is some cases that came out differently, and in the same way.
type verdictChange struct {
	Old, New record.Verdict // "": was not asked
	Cases    []changedCases
	N        int // cases in all
	More     int // groups of them that are not shown
}

// changedCases are an ID or a range, and the anchor of the first in the report.
type changedCases struct {
	IDs  string
	Link template.URL // "" if the report of the run is not there any more
}

// How much of what changed is shown.
const (
	changedRuns   = 60
	changedGroups = 12
)

// compare finds what changed.
func (t *trend) compare() {
	runs := t.history.Runs
	for i := len(runs) - 1; i > 0; i-- {
		c := runChanges{PastRun: &runs[i], Newest: i == len(runs)-1}
		for _, p := range t.Peers {
			if changes, any := p.changes(i, c.Newest); any {
				c.Peers = append(c.Peers, changes)
			}
		}
		switch {
		case len(c.Peers) == 0:
		case len(t.Changes) == changedRuns:
			t.Older++
		default:
			t.Changes = append(t.Changes, c)
		}
	}
}

// changes compares the i-th run of all with the peer's last one before it.
func (p *trendPeer) changes(i int, newest bool) (c peerChanges, any bool) {
	c.Name = p.Name
	k := slices.IndexFunc(p.runs, func(r *trendRun) bool { return r.index >= i })
	switch {
	case k < 0 && p.runs[len(p.runs)-1].index == i-1:
		c.Note = "was not tested any more"
		return c, true
	case k < 0 || p.runs[k].index != i:
		return c, k > 0 && p.runs[k-1].index == i-1 && c.pause()
	case k == 0:
		c.Note = "was tested for the first time"
		return c, true
	}
	c.Changes = differences(p.runs[k-1].verdicts, p.runs[k].verdicts, p.Name, newest)
	return c, len(c.Changes) > 0
}

func (c *peerChanges) pause() bool {
	c.Note = "was not tested"
	return true
}

// differences groups the cases that came out differently by their two verdicts, what alarms most first.
func differences(old, now map[string]record.Verdict, peer string, newest bool) (list []verdictChange) {
	type pair struct{ old, now record.Verdict }
	groups := make(map[pair][]string)
	for id, v := range now {
		if old[id] != v {
			groups[pair{old[id], v}] = append(groups[pair{old[id], v}], id)
		}
	}
	for id, v := range old {
		if _, asked := now[id]; !asked {
			groups[pair{v, ""}] = append(groups[pair{v, ""}], id)
		}
	}
	for p, ids := range groups {
		c := verdictChange{Old: p.old, New: p.now, N: len(ids)}
		for _, group := range fold(ids) {
			if len(c.Cases) == changedGroups {
				c.More++
				continue
			}
			one := changedCases{IDs: group}
			if newest && p.now != "" {
				one.Link = template.URL("index.html#" + Anchor(peer, unfold([]string{group})[0]))
			}
			c.Cases = append(c.Cases, one)
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b verdictChange) int {
		return cmp.Or(cmp.Compare(urgency(a), urgency(b)), cmp.Compare(a.New, b.New), cmp.Compare(a.Old, b.Old))
	})
	return list
}

// urgency is lower the sooner a reader has to know of a change.
func urgency(c verdictChange) int {
	for i, v := range alarming {
		if c.New == v {
			return i
		}
	}
	if c.New == "" {
		return len(alarming) + 1
	}
	return len(alarming)
}
