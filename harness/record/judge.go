package record

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/protocol/requirement"
)

// GateRules say what fails a run, beside the baseline.
type GateRules struct {
	Now      time.Time                  // by which acceptances end
	Strict   bool                       // non-strict and flaky cases fail, too
	FailNew  bool                       // cases that are younger than the baseline fail as all others do
	Required func(peer string) []Demand // what the peer has to offer; nil: nothing
}

// Demand is a feature that a peer has to offer.
type Demand struct {
	Feature string // "permessage-deflate"
	By      string // who demands it, for messages: "--require", "wsspec.yaml:6"
}

func (r GateRules) required(peer string) []Demand {
	if r.Required == nil {
		return nil
	}
	return r.Required(peer)
}

// Judge holds a record against a baseline, which may be nil: then only what is required is judged. The judgements are in
// the order of the peers, of Changes and of the cases.
func Judge(rec *Record, b *Baseline, rules GateRules) *Gate {
	g := &Gate{Strict: rules.Strict}
	if b != nil {
		g.Baseline, g.Catalogue, g.Entries = b.File, b.Catalogue, b.Size()
	}
	for i := range rec.Peers {
		j := judging{GateRules: rules, baseline: b, peer: &rec.Peers[i], demands: rules.required(rec.Peers[i].Name)}
		g.Judgements = append(g.Judgements, j.judge()...)
	}
	return g
}

// judging is the judging of one peer.
type judging struct {
	GateRules
	baseline *Baseline
	peer     *Peer
	demands  []Demand
	accepted *BaselinePeer // nil if the baseline does not name the peer
	used     map[*Acceptance]bool
	list     []Judgement
}

func (j *judging) judge() []Judgement {
	j.used = make(map[*Acceptance]bool)
	j.features()
	if j.baseline != nil {
		j.accepted = j.baseline.Peer(j.peer.Name)
	}
	for i := range j.peer.Cases {
		c := &j.peer.Cases[i]
		switch {
		case c.Verdict == Error: // says nothing
		case j.baseline == nil:
			j.judgeLoss(c)
		default:
			j.judgeCase(c, j.accepted.about(CatalogueCase{ID: c.ID, Aliases: c.Aliases}))
		}
	}
	if j.accepted != nil {
		j.judgeEntries()
	}
	slices.SortStableFunc(j.list, func(a, b Judgement) int {
		about := cmp.Compare(min(len(a.Case), 1), min(len(b.Case), 1)) // the peer as a whole first
		return cmp.Or(cmp.Compare(slices.Index(Changes, a.Change), slices.Index(Changes, b.Change)), about, CompareIDs(a.Case, b.Case))
	})
	return j.list
}

// features asks for what the peer has to offer. A peer that was not asked is judged by its cases alone.
func (j *judging) features() {
	if j.peer.Probe == nil || j.peer.Probe.Features == nil {
		return
	}
	for _, d := range j.demands {
		if !slices.Contains(j.peer.Probe.Features, d.Feature) {
			j.list = append(j.list, Judgement{Change: Lost, Peer: j.peer.Name, Verdict: Unimplemented,
				Text: fmt.Sprintf("the peer does not accept %s, which %s demands", d.Feature, d.By)})
		}
	}
}

// fails tells whether a verdict fails a run that knows no baseline.
func (j *judging) fails(c *Case) bool {
	switch c.Verdict {
	case Fail:
		return true
	case Unimplemented:
		return len(j.demands) > 0
	case NonStrict:
		return j.Strict
	}
	return j.Strict && c.Flaky
}

// judgeLoss judges a case when there is no baseline.
func (j *judging) judgeLoss(c *Case) {
	if c.Verdict == Unimplemented && len(j.demands) > 0 {
		j.say(Lost, c, nil, lossText(j.demands))
	}
}

func lossText(demands []Demand) string {
	return fmt.Sprintf("the peer does not do what %s demands: %s", demands[0].By, demands[0].Feature)
}

// judgeCase judges a case by the entry about it, nil if there is none.
func (j *judging) judgeCase(c *Case, a *Acceptance) {
	fails := j.fails(c)
	if a == nil {
		j.judgeUnknown(c, fails)
		return
	}
	covered := a.covers(c)
	j.used[a] = j.used[a] || covered || fails || c.Flaky
	switch {
	case fails && a.expired(j.Now) && (covered || c.Verdict == Pass):
		j.say(Expired, c, a, fmt.Sprintf("%s ran out on %s%s", j.baseline.where(a), a.Until.Format(time.DateOnly), inBrackets(a.Ticket)))
	case covered && a.Flaky, c.Flaky && c.Verdict == Pass:
		j.say(Flaky, c, a, flakyText(c)+"; does not gate"+inBrackets(a.Ticket))
	case covered:
		j.say(Known, c, a, "as recorded"+inBrackets(a.Ticket))
	case fails:
		j.say(Changed, c, a, changeText(c, a))
	}
}

// judgeUnknown judges a case that the baseline does not speak of.
func (j *judging) judgeUnknown(c *Case, fails bool) {
	since := j.baseline.known.since(c.ID)
	younger := since != "" && Newer(since, j.baseline.Catalogue)
	switch {
	case !fails && c.Flaky:
		j.say(Flaky, c, nil, flakyText(c)+"; does not gate")
	case !fails:
	case c.Verdict == Unimplemented:
		j.say(Lost, c, nil, lossText(j.demands))
	case younger && !j.FailNew:
		j.say(Added, c, nil, fmt.Sprintf("new in catalogue %s: reported, gates once accepted or with --new-cases fail", since))
	case younger:
		j.say(New, c, nil, fmt.Sprintf("new in catalogue %s: %s", since, failureText(c)))
	default:
		j.say(New, c, nil, failureText(c))
	}
}

func (j *judging) say(change Change, c *Case, a *Acceptance, text string) {
	judgement := Judgement{Change: change, Peer: j.peer.Name, Case: c.ID, Verdict: c.Verdict, Text: text}
	broken := c.Broken()
	if a != nil {
		judgement.Where, judgement.Reason, judgement.Ticket = j.baseline.where(a), a.Reason, a.Ticket
		if unknown := a.unknown(c); len(unknown) > 0 {
			broken = unknown
		}
	}
	if len(broken) > 0 {
		judgement.Requirement = broken[0]
	}
	j.list = append(j.list, judgement)
}

// failureText says what the peer did.
func failureText(c *Case) string {
	for _, f := range c.Findings {
		if f.Severity == c.Verdict {
			return f.Got
		}
	}
	if c.Flaky {
		return flakyText(c)
	}
	return strings.Join(c.Notes, "; ")
}

// changeText says in what a failure differs from the one that is known.
func changeText(c *Case, a *Acceptance) string {
	if !a.sameVerdict(c) {
		return fmt.Sprintf("other verdict than recorded (%s, was %s): counts as new", c.Verdict, a.Verdict)
	}
	return fmt.Sprintf("other finding than recorded (%s, was %s): counts as new",
		strings.Join(a.unknown(c), ", "), strings.Join(a.Requirements, ", "))
}

// flakyText says how often the case passes.
func flakyText(c *Case) string {
	passes := 0
	for _, v := range c.Runs {
		if v == Pass {
			passes++
		}
	}
	switch {
	case len(c.Runs) > 1:
		return fmt.Sprintf("%d of %d runs pass", passes, len(c.Runs))
	case c.Flaky:
		return "failed once and passed when it was tried again"
	}
	return "known to fail now and then"
}

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// judgeEntries finds the entries that are out of date: all of their cases were asked, and none fails.
func (j *judging) judgeEntries() {
	ran := j.peer.settled(j.baseline.known)
	verdicts, missed := make(map[*Acceptance]Counts), make(map[*Acceptance]bool)
	for _, c := range j.baseline.known.Cases {
		a := j.accepted.about(c)
		if a == nil {
			continue
		}
		if verdicts[a] == nil {
			verdicts[a] = make(Counts)
		}
		if v, ok := ran[c.ID]; ok {
			verdicts[a][v]++
		} else if c.Since != "" {
			missed[a] = true
		}
	}
	for _, a := range j.accepted.Entries {
		if verdicts[a].Total() > 0 && !missed[a] && !j.used[a] && !a.Flaky {
			j.list = append(j.list, Judgement{
				Change: Stale, Peer: j.peer.Name, Case: a.Case, Verdict: verdicts[a].Worst(),
				Text:  fmt.Sprintf("recorded as %s: delete %s", a.Verdict, j.baseline.lines(a)),
				Where: j.baseline.where(a), Reason: a.Reason, Ticket: a.Ticket,
			})
		}
	}
}

// settled are the verdicts of the cases that say something about the peer. That a case of chapter 0 passes does so only if
// it has watched the conversations of all others.
func (p *Peer) settled(known Catalogue) map[string]Verdict {
	ran := make(map[string]Verdict)
	for _, c := range p.Cases {
		if c.Verdict != Error {
			ran[c.ID] = c.Verdict
		}
	}
	missing := slices.ContainsFunc(known.Cases, func(c CatalogueCase) bool { _, ok := ran[c.ID]; return !ok && c.Since != "" })
	for id := range ran {
		if n, _ := Chapter(id); n == 0 && missing {
			delete(ran, id)
		}
	}
	return ran
}

// lines names the lines of an entry.
func (b *Baseline) lines(a *Acceptance) string {
	if a.First == a.Last {
		return fmt.Sprintf("%s:%d", b.File, a.First)
	}
	return fmt.Sprintf("%s:%d-%d", b.File, a.First, a.Last)
}

// Level is the level of the requirement that was broken: "MUST", "" if there is none.
func (j *Judgement) Level() string {
	r, ok := requirement.Get(j.Requirement)
	if !ok {
		return ""
	}
	return r.Level.String()
}
