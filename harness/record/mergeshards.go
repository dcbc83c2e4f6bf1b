package record

import (
	"cmp"
	"fmt"
	"slices"
)

// shards finds out which shards there are, and that they are of one run.
func (m *merging) shards(parts []Part) error {
	var first Part
	for _, p := range parts {
		s := p.Record.Shard
		switch {
		case s == nil:
		case m.rec.Shard == nil:
			first, m.whole = p, s.Peers
			m.rec.Shard = &Shard{Numbers: slices.Clone(s.Numbers), Of: s.Of, Plan: s.Plan, Peers: s.Peers}
		case !s.same(m.rec.Shard):
			return fmt.Errorf("%s is %v and %s is %v of another run: it has other peers or cases, another profile or catalogue, or another --shard-by; merge the shards of one run",
				first.Name, first.Record.Shard, p.Name, s)
		default:
			m.rec.Shard.Numbers = slices.Compact(slices.Sorted(slices.Values(slices.Concat(m.rec.Shard.Numbers, s.Numbers))))
		}
	}
	if m.rec.Shard != nil && len(m.rec.Shard.Missing()) == 0 {
		m.rec.Shard = nil
	}
	return nil
}

// current leaves out the shards that were done again, whole, by a later part.
func (m *merging) current(parts []Part) (kept []Part) {
	for i, p := range parts {
		again := slices.IndexFunc(parts[i+1:], func(later Part) bool { return later.Record.repeats(p.Record) })
		if again < 0 {
			kept = append(kept, p)
			continue
		}
		later := parts[i+1+again].Name
		m.note("%v is in %s and in %s: that of %s counts, since its run began later", p.Record.Shard, p.Name, later, later)
	}
	return kept
}

// repeats tells whether the record has all that an earlier one of the same run was to have.
func (r *Record) repeats(earlier *Record) bool {
	return r.Shard != nil && earlier.Shard != nil && len(earlier.Shard.Numbers) == 1 &&
		slices.Equal(r.Shard.Numbers, earlier.Shard.Numbers) && r.whole()
}

// whole tells whether everything ran that was planned.
func (r *Record) whole() bool { return r.Ran >= r.Planned && r.Interrupted == "" }

// unasked counts the cases that were to be asked in any shard and have no verdict. What a shard lacks counts, too, if another has a
// verdict on it: so it is with chapter 0, if the shard did not come to its end.
func (m *merging) unasked(parts []Part) (missing int) {
	asked, short := make(map[string]map[string]bool), 0
	for _, part := range parts {
		if part.Record.Shard == nil {
			continue
		}
		for _, p := range part.Record.Peers {
			if asked[p.Name] == nil {
				asked[p.Name] = make(map[string]bool)
			}
			for _, c := range p.Cases {
				asked[p.Name][c.ID] = true
			}
		}
		if len(part.Record.Shard.Numbers) == 1 {
			short += max(part.Record.Planned-part.Record.Ran, 0)
		}
	}
	for _, p := range m.whole {
		missing += max(p.Planned-len(asked[p.Name]), 0)
	}
	return max(missing, short)
}

// sortPeers puts the peers of a run that was divided into their order.
func (m *merging) sortPeers() {
	place := func(p Peer) int {
		i := slices.IndexFunc(m.whole, func(known ShardPeer) bool { return known.Name == p.Name })
		if i < 0 {
			return len(m.whole)
		}
		return i
	}
	slices.SortStableFunc(m.rec.Peers, func(a, b Peer) int { return cmp.Compare(place(a), place(b)) })
}

// and is what two probes of the same peer found, the later one first where they differ. Either may be nil. A feature that one of
// them did not find is not there.
func (p *Probe) and(later *Probe) *Probe {
	if p == nil || later == nil {
		return cmp.Or(later, p)
	}
	both := *later
	both.Connections, both.Problem = min(p.Connections, later.Connections), cmp.Or(later.Problem, p.Problem)
	switch {
	case later.Features == nil:
		both.Features = p.Features
	case p.Features != nil:
		both.Features = slices.DeleteFunc(slices.Clone(later.Features), func(f string) bool { return !slices.Contains(p.Features, f) })
	}
	return &both
}
