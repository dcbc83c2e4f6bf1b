package record

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Baseline is the failures of peers that are known and accepted: a small YAML file that people edit.
type Baseline struct {
	File      string // its name, for messages
	Catalogue string // version of the catalogue that it was written with, "" if the file is empty
	Peers     []BaselinePeer
	Warnings  []string // what the user should know of the file, though it can be used

	known   Catalogue
	text    string // of the file, as it stands
	version scalar // of the catalogue
	peers   list
}

// BaselinePeer is what is accepted of one peer.
type BaselinePeer struct {
	Name    string
	Entries []*Acceptance

	list list
}

// Acceptance is an entry of a baseline: a failure, or a family of failures, that is known and accepted.
type Acceptance struct {
	Case         string    // ID, alias or pattern
	Verdict      Verdict   // "" only if the entry is flaky: then any
	Requirements []string  // IDs of what is broken; none: whatever is
	Reason       string    // why it is accepted, in a person's words
	Ticket       string    // where it is being dealt with
	Until        time.Time // the last day of the acceptance, at 0:00 UTC; zero: no end
	Flaky        bool      // fails now and then

	First, Last int // the lines of the file that it takes, from 1, with the comments right above it
	line        int // of its beginning proper

	column int  // of the dash before it
	flow   bool // it is written {in: braces}
	values map[string]scalar
}

// scalar is a value in the text of a file. Lines and columns are from 1, columns in characters; line 0: there is none.
type scalar struct {
	text         string
	line, column int
}

// list is where the list of a peer's entries, or that of the peers, stands in a file.
type list struct {
	line, last int    // of its key, and the last one that it takes
	indent     int    // columns before its members, or before those that it might have
	flow       bool   // it is written [in brackets] or {braces}
	empty      string // "[]" or "{}" if it says so that it is empty
}

// NewBaseline is a baseline in which nothing is accepted, with the comments that a file may hold already.
func NewBaseline(name string, known Catalogue, comments string) *Baseline {
	return &Baseline{File: name, known: known, text: comments}
}

// Peer returns what is accepted of a peer, nil if the baseline does not name it.
func (b *Baseline) Peer(name string) *BaselinePeer {
	i := slices.IndexFunc(b.Peers, func(p BaselinePeer) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &b.Peers[i]
}

// Size is the number of entries.
func (b *Baseline) Size() (n int) {
	for _, p := range b.Peers {
		n += len(p.Entries)
	}
	return n
}

// where is the place of an entry for messages.
func (b *Baseline) where(a *Acceptance) string { return fmt.Sprintf("%s:%d", b.File, a.line) }

// about returns the entry that decides about a case: the one that says most of its ID.
func (p *BaselinePeer) about(c CatalogueCase) (best *Acceptance) {
	if p == nil {
		return nil
	}
	for _, a := range p.Entries {
		if c.matches(a.Case) && (best == nil || a.precision() > best.precision()) {
			best = a
		}
	}
	return best
}

// precision is how much an entry says of the IDs that it is about: all, or so many characters of them.
func (a *Acceptance) precision() int {
	if !a.pattern() {
		return 1 << 16
	}
	return len(a.Case) - strings.Count(a.Case, "*")
}

// pattern tells whether the entry is about a family.
func (a *Acceptance) pattern() bool { return strings.Contains(a.Case, "*") }

// expired tells whether the acceptance has ended on a day.
func (a *Acceptance) expired(now time.Time) bool {
	return !a.Until.IsZero() && !now.UTC().Before(a.Until.AddDate(0, 0, 1))
}

// covers tells whether the entry says just what became of the case.
func (a *Acceptance) covers(c *Case) bool { return a.sameVerdict(c) && len(a.unknown(c)) == 0 }

func (a *Acceptance) sameVerdict(c *Case) bool {
	if a.Verdict == "" {
		return c.Verdict == Fail || c.Verdict == NonStrict
	}
	return c.Verdict == a.Verdict
}

// unknown are the requirements that the case broke and the entry does not name.
func (a *Acceptance) unknown(c *Case) []string {
	if len(a.Requirements) == 0 {
		return nil
	}
	return slices.DeleteFunc(c.Broken(), func(id string) bool { return slices.Contains(a.Requirements, id) })
}

// Broken returns the IDs of the requirements for which the case has its verdict, in the order of the findings.
func (c *Case) Broken() (ids []string) {
	for _, f := range c.Findings {
		if f.Severity == c.Verdict && !slices.Contains(ids, f.Requirement) {
			ids = append(ids, f.Requirement)
		}
	}
	return ids
}
