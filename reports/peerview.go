package reports

import (
	"fmt"
	"html/template"
	"iter"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// peerView is one peer, its chapters and its cases.
type peerView struct {
	record.Peer
	Anchor   string
	Link     template.URL
	Counts   record.Counts
	Tally    []tally
	Facts    []string // what the probe learnt, and what the program took of the machine, in words
	Failed   []*failedView
	Charts   []*chart
	Chapters []*chapterView
}

// failedView is a failure or an error, together with those that are like it.
type failedView struct {
	*caseView
	Alike []*caseView
}

// shortlist is how many failures of a peer are listed at the top of the page.
const shortlist = 15

// Shortlist are the failures that the top of the page lists.
func (p *peerView) Shortlist() []*failedView { return p.Failed[:min(len(p.Failed), shortlist)] }

// Unlisted is the number of the others.
func (p *peerView) Unlisted() int {
	n := 0
	for _, f := range p.Failed[min(len(p.Failed), shortlist):] {
		n += 1 + len(f.Alike)
	}
	return n
}

// Failures is their number in words.
func (p *peerView) Failures() string {
	words := []string{}
	for _, v := range []record.Verdict{record.Fail, record.Error} {
		if n := p.Counts[v]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(words, ", ")
}

// chapterView is the cases of one chapter.
type chapterView struct {
	record.ChapterCounts
	Anchor string
	Cell   cell
	Cases  []*caseView
}

// Alarming tells whether the chapter holds something that a reader must see.
func (c *chapterView) Alarming() bool {
	return c.Cell.Counts[record.Fail] > 0 || c.Cell.Counts[record.Error] > 0
}

func newPeerView(j *judged, i int, shared *gallery) *peerView {
	p := &j.Record.Peers[i]
	name := j.names[i][0]
	v := &peerView{Peer: *p, Anchor: Anchor(name, ""), Counts: p.Counts(), Facts: slices.Concat(judgedBy(p), probeWords(p.Probe), usageWords(p.Usage))}
	v.Link = template.URL("#" + v.Anchor)
	v.Tally = tallies(v.Counts)
	for _, ch := range p.Chapters() {
		at := fmt.Sprintf("%schapter-%d", v.Anchor, ch.Number)
		v.Chapters = append(v.Chapters, &chapterView{
			ChapterCounts: ch,
			Anchor:        at,
			Cell:          cell{ch.Counts, template.URL("#" + at), tallies(ch.Counts)},
		})
	}
	for k := range p.Cases {
		c := newCaseView(j, i, k, shared)
		ch := slices.IndexFunc(v.Chapters, func(ch *chapterView) bool { return ch.Number == c.Chapter })
		v.Chapters[ch].Cases = append(v.Chapters[ch].Cases, c)
	}
	for _, e := range experiments {
		if c := newChart(p, e); c != nil {
			v.Charts = append(v.Charts, c)
		}
	}
	v.collectFailures()
	return v
}

// cases are all cases of the peer, in order.
func (p *peerView) cases() iter.Seq[*caseView] {
	return func(yield func(*caseView) bool) {
		for _, ch := range p.Chapters {
			for _, c := range ch.Cases {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// collectFailures lists the failures and errors, those that are alike under the first of them.
func (p *peerView) collectFailures() {
	first := make(map[string]*failedView)
	for _, ch := range p.Chapters {
		for _, c := range ch.Cases {
			if c.Verdict != record.Fail && c.Verdict != record.Error {
				continue
			}
			key := likeness(&c.Case)
			if f := first[key]; f != nil {
				f.Alike = append(f.Alike, c)
				continue
			}
			first[key] = &failedView{caseView: c}
			p.Failed = append(p.Failed, first[key])
		}
	}
}

func probeWords(p *record.Probe) []string {
	if p == nil {
		return nil
	}
	words := []string{"round trip " + duration(microseconds(p.RoundTripUS))}
	switch {
	case p.Connections == 1:
		words = append(words, "one connection at a time")
	case p.Connections > 1:
		words = append(words, fmt.Sprintf("%d connections at once", p.Connections))
	}
	return words
}
