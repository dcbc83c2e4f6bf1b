package reports

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// page is what the template of the HTML report shows. All text in it is visible already.
type page struct {
	*judged
	Title       string
	Headline    string
	Alarm       record.Verdict // colours the headline
	Counts      record.Counts
	Tally       []tally
	Missing     int // planned cases that did not run
	Gate        *gateView
	Matrix      matrix
	Differences []difference
	Expenses    *expenses
	Peers       []*peerView

	Chapters     []record.ChapterCounts // that occur, over all peers
	Requirements []*requirementView     // that occur
	Differ       int                    // cases that the Autobahn testsuite judges otherwise
	Gallery      gallery
	Trend        bool // the page of trends is beside this one

	Policy string
	CSS    template.CSS
	JS     template.JS
}

// tally is one verdict's share, as a number and as a part of a bar of 1000 units.
type tally struct {
	Verdict  record.Verdict
	N        int
	X, Width int
}

// requirementView is a requirement, and what became of the cases that check it.
type requirementView struct {
	clause
	Cell cell
}

func newPage(j *judged) *page {
	p := &page{judged: j, Counts: j.Record.Counts()}
	p.Headline, p.Alarm = headline(p.Counts, j.Planned, j.Ran)
	if j.hasBaseline() && !j.gate.Fails() && p.Counts[record.Fail] > 0 && p.Counts[record.Error] == 0 {
		p.Headline, p.Alarm = "Nothing new: "+p.Headline, record.Pass
	}
	p.Title = title(j.subject, p.Headline)
	p.Tally = tallies(p.Counts)
	p.Missing = max(j.Planned-j.Ran, 0)
	for i := range j.Record.Peers {
		p.Peers = append(p.Peers, newPeerView(j, i, &p.Gallery))
	}
	p.collect()
	p.Gate = newGateView(p)
	p.Matrix = newMatrix(p)
	p.Differences = newDifferences(p)
	p.Expenses = compareExpenses(j.Record.Peers)
	return p
}

// headline says in one sentence how the run went.
func headline(c record.Counts, planned, ran int) (string, record.Verdict) {
	cases := plural(int64(c.Total()), "case")
	switch fail, errors := c[record.Fail], c[record.Error]; {
	case fail > 0:
		return fmt.Sprintf("%s of %s failed", grouped(int64(fail)), cases), record.Fail
	case errors > 0:
		return fmt.Sprintf("%s of %s could not be carried out", grouped(int64(errors)), cases), record.Error
	case ran < planned:
		return fmt.Sprintf("Incomplete: %s of %s ran", grouped(int64(ran)), plural(int64(planned), "case")), record.Error
	case c.Total() == 0:
		return "No case ran", record.Error
	}
	return fmt.Sprintf("No failure in %s", cases), record.Pass
}

func title(s *subject, headline string) string {
	if len(s.Record.Peers) == 1 {
		return s.Record.Peers[0].Name + ": " + headline
	}
	return headline
}

// barWidth is the width of a bar of tallies in its own units.
const barWidth = 1000

// tallies divides a bar between the verdicts, the good ones first.
func tallies(c record.Counts) []tally {
	var list []tally
	seen, x := 0, 0
	for _, v := range record.Verdicts {
		seen += c[v]
		end := barWidth * seen / max(c.Total(), 1)
		list = append(list, tally{v, c[v], x, end - x})
		x = end
	}
	return list
}

// Single tells whether the report is about one peer.
func (p *page) Single() bool { return len(p.Peers) == 1 }

// Failed tells whether any case failed or could not be carried out.
func (p *page) Failed() bool {
	return slices.ContainsFunc(p.Peers, func(peer *peerView) bool { return len(peer.Failed) > 0 })
}

// Took is the duration of the run in words.
func (p *page) Took() string { return duration(time.Duration(p.DurationMS) * time.Millisecond) }

// Date is when the run began, for a reader; Stamp is the same for a program.
func (p *page) Date() string  { return p.Started.UTC().Format("2 January 2006, 15:04 UTC") }
func (p *page) Stamp() string { return p.Started.UTC().Format(time.RFC3339) }

// collect finds what the filters of the page offer.
func (p *page) collect() {
	chapters := make(map[int]record.ChapterCounts)
	requirements := make(map[string]record.Counts)
	for _, peer := range p.Peers {
		for _, ch := range peer.Chapters {
			chapters[ch.Number] = ch.ChapterCounts
		}
		for c := range peer.cases() {
			for _, id := range c.Case.Requirements {
				if requirements[id] == nil {
					requirements[id] = make(record.Counts)
				}
				requirements[id][c.Verdict]++
			}
			if c.Differs || c.CloseDiffers {
				p.Differ++
			}
		}
	}
	for _, n := range slices.Sorted(maps.Keys(chapters)) {
		p.Chapters = append(p.Chapters, chapters[n])
	}
	for _, id := range slices.SortedFunc(maps.Keys(requirements), compareRequirements) {
		cell := cell{Counts: requirements[id], Tally: tallies(requirements[id])}
		p.Requirements = append(p.Requirements, &requirementView{lookUp(id), cell})
	}
}

// compareRequirements puts the IDs of requirements into the order of the RFCs.
func compareRequirements(a, b string) int {
	return record.CompareIDs(strings.ReplaceAll(a, "-", "."), strings.ReplaceAll(b, "-", "."))
}
