package record

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Difference is how a case came out in a later run, compared with an earlier one.
type Difference string

// The differences.
const (
	Fails     Difference = "fails"   // and did not before
	Gone      Difference = "lost"    // had a verdict, and has none now, error, or unimplemented
	Different Difference = "changed" // fails in another way, or another verdict than failure
	Passes    Difference = "passes"  // and failed before, or said nothing
	Appeared  Difference = "added"   // was not asked before
	Removed   Difference = "removed" // was not asked now
)

// Differences are all of them in the order in which they are told. The caller must not change the slice.
var Differences = []Difference{Fails, Gone, Different, Passes, Appeared, Removed}

// CaseDiff is a case that came out differently.
type CaseDiff struct {
	Peer        string     `json:"peer"`
	Case        string     `json:"case"`
	Difference  Difference `json:"difference"`
	Regression  bool       `json:"regression"`
	Old         Verdict    `json:"old,omitempty"`         // "": was not asked
	New         Verdict    `json:"new,omitempty"`         // "": was not asked
	Requirement string     `json:"requirement,omitempty"` // ID of what is broken now
	Text        string     `json:"text"`                  // what is different, in words; may hold what the peer sent
}

// Diff is what differs between two records.
type Diff struct {
	Cases  []CaseDiff `json:"cases"`  // by peer, then in the order of Differences and of the cases
	Notes  []string   `json:"notes"`  // what has to be known to read it
	Speeds []Speed    `json:"speeds"` // of the peers whose throughput was measured in both runs
}

// Speed is how the throughput of a peer changed.
type Speed struct {
	Peer   string  `json:"peer"`
	Cases  int     `json:"cases"`  // that were measured in both runs
	Median float64 `json:"median"` // of the ratios new to old
	Worst  float64 `json:"worst"`  // the lowest ratio
	Case   string  `json:"case"`   // whose it is
}

// MarshalJSON writes lists as [] where they are nil.
func (d Diff) MarshalJSON() ([]byte, error) {
	type plain Diff
	d.Cases, d.Notes, d.Speeds = orEmpty(d.Cases), orEmpty(d.Notes), orEmpty(d.Speeds)
	return marshal(plain(d))
}

// Regressions counts the cases that became worse.
func (d *Diff) Regressions() (n int) {
	for _, c := range d.Cases {
		if c.Regression {
			n++
		}
	}
	return n
}

// Compare compares two records, peer by peer of the same name; two records of one peer each, whatever it is called. With
// strict, a case that was strict and is not any more is a regression, and so is one that became flaky.
func Compare(before, after *Record, strict bool) *Diff {
	d := &comparing{before: before, after: after, strict: strict}
	d.heads()
	if len(before.Peers) == 1 && len(after.Peers) == 1 {
		if a, b := before.Peers[0].Name, after.Peers[0].Name; a != b {
			d.note("peer %.80q is now %.80q", a, b)
		}
		d.peer(&before.Peers[0], &after.Peers[0])
		return &d.Diff
	}
	for i := range before.Peers {
		if after.Peer(before.Peers[i].Name) == nil {
			d.note("peer %.80q is in the old record only", before.Peers[i].Name)
			d.peer(&before.Peers[i], &Peer{Name: before.Peers[i].Name})
		}
	}
	for i := range after.Peers {
		p := &after.Peers[i]
		if was := before.Peer(p.Name); was != nil {
			d.peer(was, p)
		} else {
			d.note("peer %.80q is in the new record only: %s", p.Name, tally(p.Counts()))
		}
	}
	return &d.Diff
}

// comparing is a Diff that is being made.
type comparing struct {
	Diff
	before, after *Record
	strict        bool
}

func (d *comparing) note(format string, args ...any) {
	d.Notes = append(d.Notes, fmt.Sprintf(format, args...))
}

// heads notes what is different about the runs as a whole.
func (d *comparing) heads() {
	if d.before.Catalogue != d.after.Catalogue {
		d.note("the catalogue was %.40s and is %.40s", d.before.Catalogue, d.after.Catalogue)
	}
	if d.before.Profile != d.after.Profile {
		d.note("the profile was %.40s and is %.40s", d.before.Profile, d.after.Profile)
	}
	for _, run := range []struct {
		name string
		*Record
	}{{"old", d.before}, {"new", d.after}} {
		if run.Shard != nil {
			d.note("the %s record is %v: what is in the other one only is not told", run.name, run.Shard)
		}
	}
	if d.incomplete() {
		d.note("the new run is incomplete: of %d planned cases, %d ran", d.after.Planned, d.after.Ran)
	}
}

func (d *comparing) incomplete() bool { return d.after.Ran < d.after.Planned }

// tally puts counts into words, such as "1 fail, 302 pass".
func tally(counts Counts) string {
	var words []string
	for _, v := range slices.Backward(severities) {
		if counts[v] > 0 {
			words = append(words, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	return strings.Join(words, ", ")
}

// peer compares the cases of a peer.
func (d *comparing) peer(before, after *Peer) {
	old, now := casesByID(before), casesByID(after)
	var list []CaseDiff
	add := func(c *CaseDiff) {
		if c != nil {
			c.Peer = after.Name
			list = append(list, *c)
		}
	}
	for id, was := range old {
		if is := now[id]; is != nil {
			add(d.both(was, is))
		} else {
			add(d.missing(was))
		}
	}
	for id, is := range now {
		if old[id] == nil && d.before.Shard == nil {
			add(&CaseDiff{Case: id, Difference: Appeared, New: is.Verdict, Requirement: broken(is), Text: failureText(is)})
		}
	}
	slices.SortFunc(list, func(a, b CaseDiff) int {
		return cmp.Or(cmp.Compare(slices.Index(Differences, a.Difference), slices.Index(Differences, b.Difference)), CompareIDs(a.Case, b.Case))
	})
	d.Cases = append(d.Cases, list...)
	d.speed(old, now, after.Name)
}

func casesByID(p *Peer) map[string]*Case {
	cases := make(map[string]*Case)
	for i := range p.Cases {
		cases[p.Cases[i].ID] = &p.Cases[i]
	}
	return cases
}

func broken(c *Case) string {
	if ids := c.Broken(); len(ids) > 0 {
		return ids[0]
	}
	return ""
}

// missing is a case without a verdict now. That is a loss unless the new run did not set out to ask it.
func (d *comparing) missing(was *Case) *CaseDiff {
	switch {
	case d.incomplete():
		return &CaseDiff{Case: was.ID, Difference: Gone, Regression: true, Old: was.Verdict, Text: "did not run"}
	case d.after.Shard != nil:
		return nil
	}
	return &CaseDiff{Case: was.ID, Difference: Removed, Old: was.Verdict, Text: "was not asked"}
}

// both compares a case that has a verdict in both runs, nil if nothing is different.
func (d *comparing) both(was, is *Case) *CaseDiff {
	c := &CaseDiff{Case: is.ID, Old: was.Verdict, New: is.Verdict, Requirement: broken(is), Text: failureText(is)}
	switch {
	case is.Verdict == Fail && was.Verdict != Fail:
		c.Difference, c.Regression = Fails, true
	case lost(is.Verdict) && !lost(was.Verdict):
		c.Difference, c.Regression = Gone, true
	case is.Verdict != was.Verdict && (was.Verdict == Fail || lost(was.Verdict)) && !lost(is.Verdict):
		c.Difference = Passes
	case is.Verdict != was.Verdict:
		c.Difference, c.Regression = Different, d.strict && is.Verdict == NonStrict
	default:
		return d.same(was, is, c)
	}
	return c
}

func lost(v Verdict) bool { return v == Unimplemented || v == Error }

// same compares two cases of the same verdict by everything else. Another broken requirement is a regression, since it would
// be new to a baseline, too.
func (d *comparing) same(was, is *Case, c *CaseDiff) *CaseDiff {
	var words []string
	if fresh := slices.DeleteFunc(is.Broken(), func(id string) bool { return slices.Contains(was.Broken(), id) }); len(fresh) > 0 {
		words = append(words, fmt.Sprintf("breaks %s, broke %s", strings.Join(is.Broken(), ", "), orNothing(strings.Join(was.Broken(), ", "))))
		c.Requirement, c.Regression = fresh[0], is.Verdict == Fail || d.strict && is.Verdict == NonStrict
	} else if len(was.Broken()) > len(is.Broken()) {
		words = append(words, fmt.Sprintf("breaks %s, broke %s", orNothing(strings.Join(is.Broken(), ", ")), strings.Join(was.Broken(), ", ")))
	}
	if is.Close != was.Close || is.CloseCode != was.CloseCode {
		words = append(words, fmt.Sprintf("close was %s, is %s", closeWords(was), closeWords(is)))
	}
	if is.WSTest != nil && was.WSTest != nil && is.WSTest.Behavior != was.WSTest.Behavior {
		words = append(words, fmt.Sprintf("wstest said %.20s, says %.20s", was.WSTest.Behavior, is.WSTest.Behavior))
	}
	if is.Flaky && !was.Flaky {
		words = append(words, "is flaky now")
		c.Regression = c.Regression || d.strict
	}
	if len(words) == 0 {
		return nil
	}
	c.Difference, c.Text = Different, strings.Join(words, "; ")
	return c
}

func closeWords(c *Case) string {
	if c.CloseCode == 0 {
		return orNothing(string(c.Close))
	}
	return fmt.Sprintf("%s %d", orNothing(string(c.Close)), c.CloseCode)
}

func orNothing(s string) string { return cmp.Or(s, "nothing") }

// speed compares the throughput of the cases that measure it.
func (d *comparing) speed(old, now map[string]*Case, peer string) {
	s := Speed{Peer: peer}
	var ratios []float64
	for _, id := range slices.SortedFunc(maps.Keys(now), CompareIDs) {
		was := old[id]
		if was == nil || was.Volume == nil || now[id].Volume == nil || was.Volume.Throughput() == 0 || now[id].Volume.Throughput() == 0 {
			continue
		}
		ratio := now[id].Volume.Throughput() / was.Volume.Throughput()
		if len(ratios) == 0 || ratio < s.Worst {
			s.Worst, s.Case = ratio, id
		}
		ratios = append(ratios, ratio)
	}
	if len(ratios) == 0 {
		return
	}
	slices.Sort(ratios)
	s.Cases, s.Median = len(ratios), ratios[len(ratios)/2]
	d.Speeds = append(d.Speeds, s)
}
