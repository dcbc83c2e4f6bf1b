package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// Agreement is how far this tool and the Autobahn testsuite say the same of one endpoint. Cases in which both say the same
// are only counted.
type Agreement struct {
	Peer   string // the endpoint, judged by this tool
	Twin   string // the same one, judged by the testsuite
	By     string // "Autobahn Testsuite 25.10.1"
	Agree  int    // cases with the same words and the same verdict
	Differ []Disagreement
	Races  []Disagreement // what differs hangs on timing alone
	Unseen []Disagreement // what this tool found and the testsuite calls OK, or does not ask

	OnlyHere, OnlyThere []string // the testsuite's cases that have a verdict of one of them only: IDs, and ranges of them
}

// Disagreement is a case, or some in which everything else is the same.
type Disagreement struct {
	Cases    []string       // IDs
	Ranges   []string       // the same, with neighbours as a range: "6.3.1-6.4.4"
	Title    string         // of the first
	Theirs   *record.WSTest // what the testsuite says; nil if it has no such case
	Emulated *record.WSTest // what this tool says in its name; nil if it has no such case
	Verdict  record.Verdict // of this tool
	Found    string         // by this tool in the first, with the clause; "" if it found nothing
	Stands   string         // whose verdict stands
	Why      string         // by which clause, or what is not known
}

// Agreements are those of the peers on the page.
func (p *page) Agreements() []*Agreement { return p.agreements }

// Anchor is where the page speaks of the agreement.
func (a *Agreement) Anchor() string { return "agreement-" + Anchor(a.Twin, "") }

// Whose verdict stands.
const (
	standsHere = "wsspec's"
	standsBoth = "each, of its own run"
	standsOpen = "open"
)

// Agreements compares the peers of a record that others judged with those that are the same endpoints, judged by this tool.
func Agreements(rec *record.Record) (list []*Agreement) {
	for _, pair := range rec.Twins() {
		list = append(list, Agree(&rec.Peers[pair[0]], &rec.Peers[pair[1]]))
	}
	return list
}

// Agree compares what this tool and the testsuite say of the same endpoint.
func Agree(ours, theirs *record.Peer) *Agreement {
	a := &Agreement{Peer: ours.Name, Twin: theirs.Name, By: theirs.JudgedBy}
	for i := range ours.Cases {
		a.add(&ours.Cases[i], asked(theirs.Case(ours.Cases[i].ID)))
	}
	for i := range theirs.Cases {
		if id := theirs.Cases[i].ID; asked(&theirs.Cases[i]) != nil && asked(ours.Case(id)) == nil {
			a.OnlyThere = append(a.OnlyThere, id)
		}
	}
	a.shorten(ours, theirs)
	return a
}

// shorten writes IDs as ranges, in the order of all cases that either has.
func (a *Agreement) shorten(ours, theirs *record.Peer) {
	var order []string
	for _, p := range []*record.Peer{ours, theirs} {
		for _, c := range p.Cases {
			order = append(order, c.ID)
		}
	}
	record.SortIDs(order)
	order = slices.Compact(order)
	for _, list := range [][]Disagreement{a.Differ, a.Races, a.Unseen} {
		for i := range list {
			record.SortIDs(list[i].Cases)
			list[i].Ranges = ranges(list[i].Cases, order)
		}
	}
	record.SortIDs(a.OnlyHere)
	record.SortIDs(a.OnlyThere)
	a.OnlyHere, a.OnlyThere = ranges(a.OnlyHere, order), ranges(a.OnlyThere, order)
}

// asked is the case, nil if there is none or it has no answer.
func asked(c *record.Case) *record.Case {
	if c == nil || c.Verdict == record.Error {
		return nil
	}
	return c
}

// add finds the place of a case. Theirs is nil if the testsuite has no answer.
func (a *Agreement) add(ours, theirs *record.Case) {
	d := Disagreement{Cases: []string{ours.ID}, Title: ours.Title, Emulated: ours.WSTest, Verdict: ours.Verdict, Found: found(ours)}
	bad := ours.Verdict == record.Fail || ours.Verdict == record.NonStrict
	switch {
	case ours.Verdict == record.Error:
	case ours.WSTest == nil && bad:
		d.Stands, d.Why = standsHere, "the testsuite does not ask this"
		a.Unseen = insert(a.Unseen, d)
	case ours.WSTest == nil:
	case theirs == nil || theirs.WSTest == nil:
		a.OnlyHere = append(a.OnlyHere, ours.ID)
	default:
		d.Theirs = theirs.WSTest
		a.compare(d, ours)
	}
}

// compare finds the place of a case that both have asked.
func (a *Agreement) compare(d Disagreement, ours *record.Case) {
	same := sameWords(d.Theirs, d.Emulated)
	explained := because(ours)
	switch {
	case same && d.Theirs.Behavior == d.Verdict.WSTest():
		a.Agree++
	case !same && wstest.Racing(ours.ID):
		d.Stands, d.Why = standsBoth, "timing alone: whether the peer had answered before it read what ends the connection"
		a.Races = insert(a.Races, d)
	case !same:
		d.Stands, d.Why = standsOpen, "the peer did otherwise in the two runs, or wsspec mistakes what the testsuite says: ask both again"
		a.Differ = insert(a.Differ, d)
	case explained == "":
		d.Stands, d.Why = standsOpen, "no reason is known: one of the two is wrong"
		a.Differ = insert(a.Differ, d)
	case byTiming(ours):
		d.Stands, d.Why = standsHere, explained
		a.Races = insert(a.Races, d)
	case d.Theirs.Behavior == record.Pass.WSTest():
		d.Stands, d.Why = standsHere, explained
		a.Unseen = insert(a.Unseen, d)
	default:
		d.Stands, d.Why = standsHere, explained
		a.Differ = insert(a.Differ, d)
	}
}

// insert adds a disagreement to one that is the same but for the case, or behind them all.
func insert(list []Disagreement, d Disagreement) []Disagreement {
	for i := range list {
		if l := &list[i]; l.Verdict == d.Verdict && l.Why == d.Why && l.Found == d.Found && sameWords(l.Theirs, d.Theirs) && sameWords(l.Emulated, d.Emulated) {
			l.Cases = append(l.Cases, d.Cases...)
			return list
		}
	}
	return append(list, d)
}

// sameWords tells whether two verdicts of the testsuite are the same, close codes included.
func sameWords(a, b *record.WSTest) bool { return testsuiteWords(a) == testsuiteWords(b) }

// testsuiteWords are a verdict of the testsuite in a line: "OK, UNCLEAN, 1006".
func testsuiteWords(w *record.WSTest) string {
	switch {
	case w == nil:
		return "-"
	case w.RemoteCloseCode == nil:
		return w.Behavior + ", " + w.BehaviorClose + ", no code"
	}
	return fmt.Sprintf("%s, %s, %d", w.Behavior, w.BehaviorClose, *w.RemoteCloseCode)
}

// found says what this tool found, with the clause that it breaks; for a case that passed, what was noted.
func found(c *record.Case) string {
	for _, f := range c.Findings {
		if f.Severity != c.Verdict {
			continue
		}
		if place := lookUp(f.Requirement).Place; place != "" {
			return f.Got + " (" + place + ")"
		}
		return f.Got
	}
	if len(c.Notes) > 0 {
		return c.Notes[0]
	}
	return ""
}

// because is why our verdict is another one than the testsuite's on the same conversation, "" if nobody knows: of the reasons
// that there are, those about the clause that was broken, if any is.
func because(c *record.Case) string {
	reasons := wstest.Explain(c.ID, c.WSTest.Behavior, c.Verdict)
	var all, fitting []string
	for _, d := range reasons {
		why := "when " + d.When + ": " + d.Why
		if !slices.Contains(all, why) {
			all = append(all, why)
		}
		if slices.ContainsFunc(c.Findings, func(f record.Finding) bool { return f.Severity == c.Verdict && cites(d.Why, f.Requirement) }) {
			fitting = append(fitting, why)
		}
	}
	if len(fitting) > 0 {
		all = fitting
	}
	return strings.Join(all, "; or ")
}

// byTiming tells whether our verdict is another one than the testsuite's for a reason of timing alone.
func byTiming(c *record.Case) bool {
	return !slices.ContainsFunc(wstest.Explain(c.ID, c.WSTest.Behavior, c.Verdict), func(d *wstest.Difference) bool { return !d.Timing })
}

// cites tells whether a text names the section of a requirement.
func cites(text, id string) bool {
	r, ok := requirement.Get(id)
	return ok && slices.Contains(strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ':' || c == ',' }), r.Section)
}
