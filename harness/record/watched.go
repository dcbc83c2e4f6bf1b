package record

import (
	"fmt"
	"slices"
)

// Watched is what a case of chapter 0 has seen.
type Watched struct {
	Conversations int    `json:"conversations"`
	Broken        int    `json:"broken"`          // in how many of them the peer broke a rule
	First         string `json:"first,omitempty"` // the case of the first of these, in the order of the catalogue: the transcript is its
}

// String says it in a note.
func (w *Watched) String() string {
	if w.Broken == 0 {
		return fmt.Sprintf("%d conversations watched", w.Conversations)
	}
	return fmt.Sprintf("seen in %d of %d conversations; the transcript is that of case %s", w.Broken, w.Conversations, w.First)
}

// together is a case of chapter 0 that watched two runs: what went wrong in either went wrong. The evidence, and with it the
// transcript, is that of one of them, of the later one if so is returned.
func together(a, b Case) (both Case, later bool) {
	later = speaksFirst(&b, &a)
	both, other := a, b
	if later {
		both, other = b, a
	}
	both.DurationUS += other.DurationUS
	both.Flaky = a.Flaky || b.Flaky
	if a.Watched != nil && b.Watched != nil {
		both.Watched = &Watched{a.Watched.Conversations + b.Watched.Conversations, a.Watched.Broken + b.Watched.Broken, both.Watched.First}
		both.Notes = []string{both.Watched.String()}
		return both, later
	}
	if (both.Verdict == Error) != (other.Verdict == Error) {
		return both, later // the other one had nothing to watch, and says nothing
	}
	both.Findings, both.Notes = slices.Clone(both.Findings), slices.Clone(both.Notes)
	for _, f := range other.Findings {
		if !slices.ContainsFunc(both.Findings, func(known Finding) bool { return known.Requirement == f.Requirement && known.Got == f.Got }) {
			f.Entries = nil // they are those of another transcript
			both.Findings = append(both.Findings, f)
		}
	}
	for _, note := range other.Notes {
		if !slices.Contains(both.Notes, note) {
			both.Notes = append(both.Notes, note)
		}
	}
	return both, later
}

// speaksFirst tells whether the evidence of a case of chapter 0 comes before that of the same case in another run. One run of all
// shows the first conversation in which a rule was broken.
func speaksFirst(c, than *Case) bool {
	switch {
	case (c.Verdict == Error) != (than.Verdict == Error):
		return than.Verdict == Error
	case c.Verdict != than.Verdict:
		return c.Verdict.Worse(than.Verdict)
	case c.Watched == nil || than.Watched == nil || c.Verdict != Fail:
		return false
	}
	return CompareIDs(c.Watched.First, than.Watched.First) < 0
}
