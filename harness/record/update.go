package record

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Update is a baseline brought up to date with a run: failures that it did not know are added, those that are none any more
// removed, those that changed changed. Everything else in the file stays as a person wrote it.
type Update struct {
	Text     string    // of the file
	Baseline *Baseline // what the text says

	Added, Changed, Removed []string // entries, as PEER CASE
	Kept                    []string // what was left alone although the run says otherwise, and why
}

// Update returns the baseline as it should be after a run. It knows only what ran: entries about other cases and peers
// stay. It never writes a reason.
func (b *Baseline) Update(rec *Record, rules GateRules) (*Update, error) {
	rules.FailNew = true
	u := &updating{Update: new(Update), GateRules: rules, old: b, edit: newEdit(b.text), opens: make(map[int]bool)}
	u.version(rec)
	gate := Judge(rec, b, rules)
	for _, known := range []bool{true, false} { // new peers come behind all others
		for i := range rec.Peers {
			if p := &rec.Peers[i]; (b.Peer(p.Name) != nil) == known {
				u.peer(p, gate.of(p.Name))
			}
		}
	}
	u.Text = u.edit.String()
	updated, err := ParseBaseline(b.File, u.Text, b.known)
	if err != nil {
		return nil, fmt.Errorf("cannot bring %s up to date: its form leaves no place for a change (%w): write each entry on lines of its own", b.File, err)
	}
	u.Baseline = updated
	return u.Update, nil
}

// updating is an Update that is being made.
type updating struct {
	*Update
	GateRules
	old   *Baseline
	edit  *edit
	head  bool         // `peers:` is there
	opens map[int]bool // lines of lists that said that they are empty, and do no more
}

// version takes over the version of the catalogue, unless younger cases have not been asked of every peer: they would gate
// without having been accepted.
func (u *updating) version(rec *Record) {
	b := u.old
	u.head = b.peers.line > 0
	switch {
	case b.Catalogue == "":
		u.edit.add(len(u.edit.lines), fmt.Sprintf("catalogue: %q", b.known.Version), "peers:")
		u.head = true
	case !Newer(b.known.Version, b.Catalogue):
	case !u.complete(rec):
		u.keep("catalogue stays %s: not every case that is younger was put to every peer", b.Catalogue)
	case !u.edit.replace(b.version, b.known.Version):
		u.keep("%s:%d: set catalogue to %q yourself", b.File, b.version.line, b.known.Version)
	}
}

// keep says what was left alone, once.
func (u *updating) keep(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(u.Kept, text) {
		u.Kept = append(u.Kept, text)
	}
}

// complete tells whether every case that is younger than the baseline has a verdict for every peer.
func (u *updating) complete(rec *Record) bool {
	for _, p := range u.old.Peers {
		if rec.Peer(p.Name) == nil {
			return false
		}
	}
	for i := range rec.Peers {
		ran := rec.Peers[i].settled(u.old.known)
		for _, c := range u.old.known.Cases {
			if _, ok := ran[c.ID]; !ok && c.Since != "" && Newer(c.Since, u.old.Catalogue) {
				return false
			}
		}
	}
	return true
}

// peer brings the entries of a peer up to date with what was judged of it.
func (u *updating) peer(p *Peer, judgements []Judgement) {
	accepted := u.old.Peer(p.Name)
	fresh := make(map[string]*Acceptance)
	for _, j := range judgements {
		c := p.Case(j.Case)
		switch {
		case j.Change == Stale:
			u.remove(accepted, j)
		case j.Change == Expired:
			u.keep("%s; `until` is yours to change", j.Text)
		case c == nil:
		case j.Change == New, j.Change == Lost:
			fresh[c.ID] = acceptance(c)
		case j.Change == Changed && !u.change(p, accepted, c):
			fresh[c.ID] = acceptance(c)
		}
	}
	u.add(p.Name, accepted, u.families(fresh))
}

// acceptance is a new entry about a case.
func acceptance(c *Case) *Acceptance {
	if c.Verdict == Pass {
		return &Acceptance{Case: c.ID, Flaky: true}
	}
	return &Acceptance{Case: c.ID, Verdict: c.Verdict, Requirements: c.Broken()}
}

func (u *updating) remove(accepted *BaselinePeer, j Judgement) {
	i := slices.IndexFunc(accepted.Entries, func(a *Acceptance) bool { return a.Case == j.Case })
	a := accepted.Entries[i]
	if a.column == 0 {
		u.keep("%s: delete %s yourself", u.old.where(a), a.Case)
		return
	}
	u.edit.remove(a.First, a.Last)
	u.Removed = append(u.Removed, j.Peer+" "+a.Case)
}

// change lets the entry about a case say what the case is now. It returns false if the entry has to stay, because it is
// about others, too.
func (u *updating) change(p *Peer, accepted *BaselinePeer, c *Case) bool {
	a := accepted.about(CatalogueCase{ID: c.ID, Aliases: c.Aliases})
	now := acceptance(c)
	if a.pattern() {
		if u.unasked(p, accepted, a) {
			return false
		}
		for i := range p.Cases {
			other := &p.Cases[i]
			matters := a.covers(other) || other.Verdict == Fail || other.Verdict == NonStrict && u.Strict
			if matters && !now.covers(other) && accepted.about(CatalogueCase{ID: other.ID, Aliases: other.Aliases}) == a {
				return false
			}
		}
	}
	what := p.Name + " " + a.Case
	switch {
	case slices.Contains(u.Changed, what): // for another case of the family
	case u.rewrite(a, now):
		u.Changed = append(u.Changed, what)
	default:
		u.keep("%s: let %s say `verdict: %s` and `requirement: %s` yourself", u.old.where(a), a.Case, now.Verdict, strings.Join(now.Requirements, ", "))
	}
	return true
}

// unasked tells whether an entry is about a case that did not run, in another shard perhaps: it may be as the entry says.
func (u *updating) unasked(p *Peer, accepted *BaselinePeer, a *Acceptance) bool {
	return slices.ContainsFunc(u.old.known.Cases, func(c CatalogueCase) bool {
		return accepted.about(c) == a && p.Case(c.ID) == nil && c.Since != ""
	})
}

// rewrite changes the verdict and the requirement of an entry.
func (u *updating) rewrite(a, now *Acceptance) bool {
	verdict, hasVerdict := a.values["verdict"]
	if a.Verdict != now.Verdict && a.Verdict != "" {
		switch {
		case hasVerdict:
			if !u.edit.replace(verdict, string(now.Verdict)) {
				return false
			}
		case a.flow:
			return false
		default:
			u.edit.add(a.values["case"].line, strings.Repeat(" ", a.column+1)+"verdict: "+string(now.Verdict))
		}
	}
	if len(a.Requirements) == 0 || len(now.Requirements) == 0 {
		return true
	}
	return u.edit.replace(a.values["requirement"], strings.Join(now.Requirements, ", "))
}

// smallestFamily is how many cases have to fail alike for one entry to stand for them.
const smallestFamily = 3

// families sorts new entries, and puts one in the place of those of a whole family that fails alike.
func (u *updating) families(fresh map[string]*Acceptance) []*Acceptance {
	var entries []*Acceptance
	covered := make(map[string]bool)
	for _, c := range u.old.known.Cases {
		a := fresh[c.ID]
		if a == nil || covered[c.ID] {
			continue
		}
		for i, char := range c.ID {
			if char != '.' {
				continue
			}
			if family := u.family(c.ID[:i]+".*", a, fresh); len(family) >= smallestFamily {
				whole := *a
				whole.Case, a = c.ID[:i]+".*", &whole
				for _, id := range family {
					covered[id] = true
				}
				break
			}
		}
		entries = append(entries, a)
	}
	return entries
}

// family returns the IDs that a pattern is about, if all of these cases fail as one of them does.
func (u *updating) family(pattern string, like *Acceptance, fresh map[string]*Acceptance) (ids []string) {
	for _, c := range u.old.known.Cases {
		if !MatchID(pattern, c.ID) {
			continue
		}
		a := fresh[c.ID]
		if a == nil || a.Verdict != like.Verdict || a.Flaky != like.Flaky || !slices.Equal(a.Requirements, like.Requirements) {
			return nil
		}
		ids = append(ids, c.ID)
	}
	return ids
}

// add appends entries to those of a peer, which may be new.
func (u *updating) add(peer string, accepted *BaselinePeer, entries []*Acceptance) {
	if len(entries) == 0 {
		return
	}
	at, indent, ok := u.placeFor(peer, accepted)
	for _, a := range entries {
		if !ok {
			u.keep("%s: add %s of %s yourself: the list is written in brackets", u.old.File, a.Case, peer)
			continue
		}
		u.Added = append(u.Added, peer+" "+a.Case)
		u.edit.add(at, a.yaml(strings.Repeat(" ", indent))...)
	}
}

// placeFor finds the line behind which new entries of a peer belong, and how far they are indented. It is not ok if they have
// no place.
func (u *updating) placeFor(peer string, accepted *BaselinePeer) (line, indent int, ok bool) {
	b := u.old
	if accepted != nil {
		return accepted.list.last, accepted.list.indent, u.opened(accepted.list)
	}
	if !u.opened(b.peers) {
		return 0, 0, false
	}
	last := cmp.Or(b.peers.last, len(u.edit.lines))
	if !u.head {
		u.edit.add(last, "peers:")
		u.head = true
	}
	indent = cmp.Or(b.peers.indent, 2)
	u.edit.add(last, strings.Repeat(" ", indent)+quoted(peer)+":")
	if len(b.Peers) > 0 {
		return last, max(b.Peers[0].list.indent, indent), true
	}
	return last, indent + 2, true
}

// opened tells whether a list has lines of its own, or gives them to one that says that it is empty.
func (u *updating) opened(l list) bool {
	if l.empty == "" || u.opens[l.line] {
		return !l.flow || u.opens[l.line]
	}
	line := u.edit.lines[l.line-1]
	u.edit.lines[l.line-1] = strings.Replace(line, " "+l.empty, "", 1)
	u.opens[l.line] = u.edit.lines[l.line-1] != line
	return u.opens[l.line]
}

// yaml are the lines of a new entry.
func (a *Acceptance) yaml(indent string) []string {
	lines := []string{indent + "- case: " + a.Case}
	if a.Flaky {
		return append(lines, indent+"  flaky: true")
	}
	lines = append(lines, indent+"  verdict: "+string(a.Verdict))
	if len(a.Requirements) > 0 {
		lines = append(lines, indent+"  requirement: "+strings.Join(a.Requirements, ", "))
	}
	return lines
}

// Unreasoned are the entries that say no reason, as FILE:LINE CASE.
func (b *Baseline) Unreasoned() (list []string) {
	for _, p := range b.Peers {
		for _, a := range p.Entries {
			if a.Reason == "" {
				list = append(list, b.where(a)+" "+a.Case)
			}
		}
	}
	return list
}
