package reports

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// GateOptions say how Gated writes.
type GateOptions struct {
	Style
	Report string // the HTML report, for links into it; "" if there is none
	Brief  bool   // only what gates
}

// Gated writes, for a terminal, what a gate says about a record: the failures that gate with the bytes that prove them, then a
// line for every judgement, and what they add up to for each peer. Cases that follow each other and are judged alike share a
// line. Without a baseline there are only the judgements: Text has the rest. Whatever a peer sent appears without control
// characters; transcripts may be nil.
func Gated(w io.Writer, rec *record.Record, transcripts Transcripts, gate *record.Gate, options GateOptions) error {
	j := judge(rec, transcripts, gate)
	g := &gated{text: text{subject: j.subject, Style: options.Style, out: bufio.NewWriter(w)}, judged: j, options: options}
	for n, judgement := range gate.Judgements {
		g.peers = append(g.peers, judgement.Peer)
		g.list = append(g.list, &j.gate.Judgements[n])
	}
	if gate.Baseline != "" {
		g.differing()
	}
	for i := range g.Record.Peers {
		g.words(i)
		g.sum(i)
	}
	if len(g.Record.Peers) != 1 {
		g.line("all", g.pace(), g.changes(g.list))
	}
	if words := j.incomplete(); words != "" && gate.Baseline != "" {
		g.line(g.paint(verdictColors[record.Error], "incomplete: "+words))
	}
	return g.out.Flush()
}

// gated is what a gate says, being written.
type gated struct {
	text
	judged  *judged
	options GateOptions
	list    []*record.Judgement // made visible
	peers   []string            // the true names of the peers that they are about
}

// differing writes what Text writes without a baseline, of the cases that gate.
func (g *gated) differing() {
	if !g.options.Brief {
		g.head()
	}
	for i := range g.Record.Peers {
		g.failed(i)
	}
	if len(g.Record.Peers) > 1 && !g.options.Brief {
		g.comparison()
	}
}

func (g *gated) head() {
	gate, entries := g.judged.gate, "1 entry"
	if gate.Entries != 1 {
		entries = fmt.Sprintf("%d entries", gate.Entries)
	}
	baseline := fmt.Sprintf("baseline %s (%s, written with catalogue %s)", gate.Baseline, entries, gate.Catalogue)
	g.line(strings.Join(append(g.origin(), baseline), "   "))
}

// failed writes the failures of the i-th peer that gate, and in brief what could not be carried out.
func (g *gated) failed(i int) {
	p := &g.Record.Peers[i]
	if p.Untested != nil {
		g.line()
		g.line(g.paint(bold, cut(p.Name, g.width())))
		g.untested(p.Untested)
	}
	g.errors(p)
	for _, alike := range g.judged.alike(i) {
		if p.Cases[alike[0]].Verdict == record.Error {
			continue
		}
		var others []string
		for _, k := range alike[1:] {
			others = append(others, p.Cases[k].ID)
		}
		g.failure(i, alike[0], others)
	}
}

// words writes the judgements on the i-th peer.
func (g *gated) words(i int) {
	list := g.about(i)
	if g.options.Brief {
		list = slices.DeleteFunc(list, func(j *record.Judgement) bool { return !j.Change.Gates() })
	}
	var spans []span
	for _, j := range list {
		if n := len(spans) - 1; n >= 0 && g.continues(i, spans[n].last, j) {
			spans[n].last = j
		} else {
			spans = append(spans, span{j, j})
		}
	}
	width := 0
	for _, s := range spans {
		width = max(width, columns(s.cases()))
	}
	g.line()
	for _, s := range spans {
		g.judgement(i, s, width)
	}
}

// about are the judgements on the i-th peer.
func (g *gated) about(i int) (list []*record.Judgement) {
	for n, j := range g.list {
		if g.peers[n] == g.names[i][0] {
			list = append(list, j)
		}
	}
	return list
}

// span is the judgements on cases that follow each other.
type span struct{ first, last *record.Judgement }

func (s span) cases() string {
	if s.first == s.last {
		return s.first.Case
	}
	return s.first.Case + "-" + s.last.Case
}

// continues tells whether a judgement says the same of the next case of a family.
func (g *gated) continues(i int, before, j *record.Judgement) bool {
	p := &g.Record.Peers[i]
	next := slices.IndexFunc(p.Cases, func(c record.Case) bool { return c.ID == before.Case }) + 1
	like := *j
	like.Case = before.Case
	return like == *before && family(before.Case) == family(j.Case) && 0 < next && next < len(p.Cases) && p.Cases[next].ID == j.Case
}

// changeColors are what makes changes stand out.
var changeColors = map[record.Change]string{
	record.New: bold + ";" + red, record.Lost: bold + ";" + red, record.Changed: bold + ";" + red,
	record.Stale: bold + ";" + yellow, record.Expired: bold + ";" + yellow,
	record.Known: dim, record.Flaky: yellow, record.Added: blue,
}

// judgement writes one line: the change, the cases, the verdict, why, what was broken, and where to look.
func (g *gated) judgement(i int, s span, width int) {
	j := s.first
	words := []string{j.Text}
	if j.Reason != "" && !j.Change.Gates() {
		words[0] += ": " + j.Reason
	}
	if j.Requirement != "" {
		words = append(words, strings.TrimSpace(j.Requirement+"  "+j.Level()))
	}
	words = append(words, g.places(i, j)...)
	g.line(g.paint(changeColors[j.Change], pad(string(j.Change), 9)), "  ", pad(s.cases(), width), "  ",
		g.verdict(j.Verdict, pad(string(j.Verdict), len(record.Informational))), "  ", strings.Join(words, "   "))
}

// places are where the entry of the baseline stands, unless the text says so, and where the report shows the case.
func (g *gated) places(i int, j *record.Judgement) (places []string) {
	entry := j.Change == record.Known || j.Change == record.Flaky || j.Change == record.Changed
	if entry && j.Where != "" {
		places = append(places, j.Where)
	}
	k := slices.IndexFunc(g.Record.Peers[i].Cases, func(c record.Case) bool { return c.ID == j.Case })
	shown := j.Change.Gates() && j.Change != record.Stale || j.Change == record.Added
	if shown && k >= 0 && g.options.Report != "" {
		places = append(places, printable(g.options.Report)+"#"+Anchor(g.names[i][0], g.names[i][k+1]))
	}
	return places
}

// sum writes what became of the i-th peer.
func (g *gated) sum(i int) {
	p := &g.Record.Peers[i]
	pace := fmt.Sprintf("  %d ran", len(p.Cases))
	if len(g.Record.Peers) == 1 {
		pace = g.pace()
	}
	if n := p.Counts()[record.Error]; n > 0 {
		pace += fmt.Sprintf(", %d could not be carried out", n)
	}
	g.line(g.paint(bold, p.Name), pace, g.changes(g.about(i)))
}

// pace is how much ran, and how long that took.
func (g *gated) pace() string {
	took := duration(time.Duration(g.DurationMS) * time.Millisecond)
	return fmt.Sprintf("  %d planned, %d ran in %s", g.Planned, g.Ran, took)
}

// changes counts judgements: first what gates, then what does not.
func (g *gated) changes(list []*record.Judgement) string {
	var gating, others []string
	for _, change := range record.Changes {
		n := 0
		for _, j := range list {
			if j.Change == change {
				n++
			}
		}
		switch words := fmt.Sprintf("%d %s", n, strings.ToLower(string(change))); {
		case n == 0:
		case change.Gates():
			gating = append(gating, words)
		default:
			others = append(others, words)
		}
	}
	if len(gating) == 0 {
		gating = []string{"nothing gates"}
	}
	words := ": " + strings.Join(gating, ", ")
	if len(others) > 0 {
		words += " | " + strings.Join(others, ", ")
	}
	return words
}
