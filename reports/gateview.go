package reports

import (
	"html/template"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// gateView is what became of the record when it was held against a baseline.
type gateView struct {
	*record.Gate
	Counts []changeCount
	Rows   []gateRow // those that gate come first
}

// changeCount is how many judgements say the same.
type changeCount struct {
	record.Change
	N int
}

type gateRow struct {
	*judgementView
	Link  template.URL // to the case; empty if the judgement is about none
	Title string       // of the case
}

// judgementView is a judgement as cases and the list of all show it.
type judgementView struct{ *record.Judgement }

// Class colours the change.
func (j judgementView) Class() string { return changeClass(j.Change) }

// Class colours the change.
func (c changeCount) Class() string { return changeClass(c.Change) }

func changeClass(c record.Change) string {
	switch {
	case c == record.Stale, c == record.Expired:
		return "non-strict"
	case c.Gates():
		return "fail"
	}
	return "unimplemented"
}

// Gating are the rows because of which the run fails, Others the rest.
func (g *gateView) Gating() []gateRow { return g.rows(true) }
func (g *gateView) Others() []gateRow { return g.rows(false) }

func (g *gateView) rows(gates bool) []gateRow {
	return slices.DeleteFunc(slices.Clone(g.Rows), func(r gateRow) bool { return r.Change.Gates() != gates })
}

// newGateView returns nil if there is nothing to tell.
func newGateView(p *page) *gateView {
	if !p.hasBaseline() && (p.gate == nil || len(p.gate.Judgements) == 0) {
		return nil
	}
	g := &gateView{Gate: p.gate}
	for _, change := range record.Changes {
		n := 0
		for _, j := range p.gate.Judgements {
			if j.Change == change {
				n++
			}
		}
		if n > 0 {
			g.Counts = append(g.Counts, changeCount{change, n})
		}
	}
	for _, peer := range p.Peers {
		for c := range peer.cases() {
			if c.Judgement != nil {
				g.Rows = append(g.Rows, gateRow{c.Judgement, c.Link, c.Title})
			}
		}
	}
	for _, j := range p.apart() {
		g.Rows = append(g.Rows, gateRow{judgementView: &judgementView{j}})
	}
	slices.SortStableFunc(g.Rows, func(a, b gateRow) int {
		return slices.Index(record.Changes, a.Change) - slices.Index(record.Changes, b.Change)
	})
	return g
}

// Key is the change as filters name it.
func (j judgementView) Key() string { return strings.ToLower(string(j.Change)) }
func (c changeCount) Key() string   { return strings.ToLower(string(c.Change)) }
