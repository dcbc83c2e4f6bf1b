package reports

import (
	"crypto/sha256"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// page is what the template of the HTML report shows. All text in it is visible already.
type page struct {
	*subject
	Title    string
	Headline string
	Alarm    record.Verdict // colours the headline
	Counts   record.Counts
	Tally    []tally
	Missing  int // planned cases that did not run
	Matrix   matrix
	Peers    []*peerView

	Chapters     []record.ChapterCounts // that occur, over all peers
	Requirements []string               // that occur
	Differ       int                    // cases that the Autobahn testsuite judges otherwise

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

// matrix is the table of chapters by peers.
type matrix struct {
	Rows  []matrixRow
	Total []cell
}

type matrixRow struct {
	record.ChapterCounts
	Cells []cell
}

// cell is what one peer made of one chapter, or of all; empty if it was not asked.
type cell struct {
	record.Counts
	Link  template.URL
	Peer  string
	Tally []tally
}

// Passed is the number of cases that passed.
func (c cell) Passed() int { return c.Counts[record.Pass] }

// Rest lists the verdicts other than pass that occur, the worst first.
func (c cell) Rest() []tally {
	var rest []tally
	for _, v := range alarming {
		if n := c.Counts[v]; n > 0 {
			rest = append(rest, tally{Verdict: v, N: n})
		}
	}
	return rest
}

// alarming are the verdicts other than pass, the worst first.
var alarming = []record.Verdict{
	record.Fail, record.Error, record.NonStrict, record.Unimplemented, record.Informational,
}

type peerView struct {
	record.Peer
	Anchor   string
	Link     template.URL
	Counts   record.Counts
	Tally    []tally
	Probe    []string // what the probe learnt, in words
	Failed   []*failedView
	Chapters []*chapterView
}

// failedView is a failure or an error, together with those that are like it.
type failedView struct {
	*caseView
	Alike []*caseView
}

// shortlist is how many failures of a peer are listed at the top of the page.
const shortlist = 25

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

type caseView struct {
	record.Case
	Anchor       string
	Link         template.URL
	Chapter      int
	Differs      bool // the Autobahn testsuite's verdict is another one
	CloseDiffers bool
	Findings     []findingView
	Requirements []clause // those that no finding explains
	Rows         []rowView
	Again        string
}

type findingView struct {
	record.Finding
	Number int // from 1
	Clause clause
}

// Times tells how often the finding was seen, in words; empty if the case was tried once.
func (f findingView) Times() string { return tries(&f.Finding) }

func tries(f *record.Finding) string {
	switch {
	case f.Unconfirmed:
		return "unconfirmed"
	case f.Tries > 1:
		return fmt.Sprintf("%d of %d tries", f.Seen, f.Tries)
	}
	return ""
}

// clause is a requirement as reports name it.
type clause struct {
	ID, Level, Place, Says string
	Quoted                 bool // Says is the RFC's own sentence
}

// lookUp finds a requirement. Of one that this version does not know only the ID is there.
func lookUp(id string) clause {
	r, ok := requirement.Get(id)
	switch {
	case !ok:
		return clause{ID: id}
	case r.Quote == "":
		return clause{id, r.Level.String(), r.Clause(), r.Statement, false}
	}
	return clause{id, r.Level.String(), r.Clause(), r.Quote, true}
}

type rowView struct {
	row
	Wire wireBytes
}

func (r rowView) Time() string    { return milliseconds(r.Entry.AtUS) }
func (r rowView) Name() string    { return entryName(r.Entry) }
func (r rowView) Flags() []string { return flags(r.Entry) }
func (r rowView) Mark() string    { return markWord(r.Entry.Mark) }
func (r rowView) Wrong() bool     { return wrong(r.Entry) }
func (r rowView) HasLength() bool { return hasLength(r.Entry) }

// Folded tells whether only the first line of a head is shown until the reader wants more.
func (r rowView) Folded() bool {
	return r.Entry.Kind == record.KindHead && r.Entry.Mark == "" && len(r.Findings) == 0 && strings.Contains(r.Entry.Text, "\n")
}

// FirstLine and OtherLines are the text of a head in two parts.
func (r rowView) FirstLine() string  { first, _, _ := strings.Cut(r.Entry.Text, "\n"); return first }
func (r rowView) OtherLines() string { _, rest, _ := strings.Cut(r.Entry.Text, "\n"); return rest }
func (r rowView) Length() string     { return grouped(r.Entry.Length) }

// Limits of a transcript on the page: entries, and bytes of each.
const (
	fullEntries, fullBytes       = 60, 64
	compactEntries, compactBytes = 14, 20
)

func newPage(s *subject) *page {
	p := &page{subject: s, Counts: s.Record.Counts()}
	p.Headline, p.Alarm = headline(p.Counts, s.Planned, s.Ran)
	p.Title = title(s, p.Headline)
	p.Tally = tallies(p.Counts)
	p.Missing = max(s.Planned-s.Ran, 0)
	for i := range s.Record.Peers {
		p.Peers = append(p.Peers, newPeerView(s, i))
	}
	p.collect()
	p.Matrix = newMatrix(p)
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

func newPeerView(s *subject, i int) *peerView {
	p := &s.Record.Peers[i]
	name := s.names[i][0]
	v := &peerView{Peer: *p, Anchor: Anchor(name, ""), Counts: p.Counts(), Probe: probeWords(p.Probe)}
	v.Link = template.URL("#" + v.Anchor)
	v.Tally = tallies(v.Counts)
	for _, ch := range p.Chapters() {
		at := fmt.Sprintf("%schapter-%d", v.Anchor, ch.Number)
		v.Chapters = append(v.Chapters, &chapterView{
			ChapterCounts: ch,
			Anchor:        at,
			Cell:          cell{ch.Counts, template.URL("#" + at), p.Name, tallies(ch.Counts)},
		})
	}
	for k := range p.Cases {
		c := newCaseView(s, i, k)
		ch := slices.IndexFunc(v.Chapters, func(ch *chapterView) bool { return ch.Number == c.Chapter })
		v.Chapters[ch].Cases = append(v.Chapters[ch].Cases, c)
	}
	v.collectFailures()
	return v
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

func newCaseView(s *subject, i, k int) *caseView {
	p := &s.Record.Peers[i]
	c := p.Cases[k]
	v := &caseView{Case: c, Anchor: Anchor(s.names[i][0], s.names[i][k+1]), Again: again(p, c.ID)}
	v.Link = template.URL("#" + v.Anchor)
	v.Chapter, _ = record.Chapter(c.ID)
	v.Differs, v.CloseDiffers = differs(&c)
	for n, f := range c.Findings {
		v.Findings = append(v.Findings, findingView{f, n + 1, lookUp(f.Requirement)})
	}
	for _, id := range c.Requirements {
		if !slices.ContainsFunc(c.Findings, func(f record.Finding) bool { return f.Requirement == id }) {
			v.Requirements = append(v.Requirements, lookUp(id))
		}
	}
	entries, bytes := fullEntries, fullBytes
	if c.Verdict == record.Pass {
		entries, bytes = compactEntries, compactBytes
	}
	t := s.transcript(i, k)
	for _, r := range evidence(&t, c.Findings, entries) {
		view := rowView{row: r}
		if r.Entry != nil {
			view.Wire = cutWire(r.Entry, bytes)
		}
		v.Rows = append(v.Rows, view)
	}
	return v
}

// differs tells whether the Autobahn testsuite judges the case, and its closing, otherwise.
func differs(c *record.Case) (verdict, close bool) {
	if c.WSTest == nil || c.Verdict == record.Error {
		return false, false
	}
	return c.WSTest.Behavior != c.Verdict.WSTest(), c.Close != "" && c.WSTest.BehaviorClose != c.Close.WSTest()
}

// CloseWords say how the connection ended; empty if there was none.
func (c *caseView) CloseWords() string {
	words := map[record.CloseVerdict]string{
		record.ClosePass:           "closed",
		record.CloseInformational:  "close informational",
		record.CloseWrongCode:      "wrong close code",
		record.CloseUnclean:        "unclean close",
		record.CloseFailedByClient: "close failed by client",
		record.CloseFail:           "close failed",
	}[c.Close]
	if words != "" && c.CloseCode != 0 {
		words += fmt.Sprintf(" %d", c.CloseCode)
	}
	return words
}

// FirstFinding is the finding that decides the verdict, nil if there is none.
func (c *caseView) FirstFinding() *findingView {
	i := slices.IndexFunc(c.Findings, func(f findingView) bool { return f.Severity == c.Verdict })
	if i < 0 {
		return nil
	}
	return &c.Findings[i]
}

// FirstNote is the first note, empty if there is none.
func (c *caseView) FirstNote() string {
	if len(c.Notes) == 0 {
		return ""
	}
	return c.Notes[0]
}

// Took is the duration of the case in words.
func (c *caseView) Took() string { return duration(microseconds(c.DurationUS)) }

// Checked are the IDs of the requirements that the case checks, with a space between.
func (c *caseView) Checked() string { return strings.Join(c.Case.Requirements, " ") }

// Unconfirmed tells whether a finding of the case is.
func (c *caseView) Unconfirmed() bool {
	return slices.ContainsFunc(c.Case.Findings, func(f record.Finding) bool { return f.Unconfirmed })
}

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
	requirements := make(map[string]bool)
	for _, peer := range p.Peers {
		for _, ch := range peer.Chapters {
			chapters[ch.Number] = ch.ChapterCounts
			for _, c := range ch.Cases {
				for _, id := range c.Case.Requirements {
					requirements[id] = true
				}
				if c.Differs || c.CloseDiffers {
					p.Differ++
				}
			}
		}
	}
	for _, n := range slices.Sorted(maps.Keys(chapters)) {
		p.Chapters = append(p.Chapters, chapters[n])
	}
	p.Requirements = slices.SortedFunc(maps.Keys(requirements), compareRequirements)
}

// compareRequirements puts the IDs of requirements into the order of the RFCs.
func compareRequirements(a, b string) int {
	return record.CompareIDs(strings.ReplaceAll(a, "-", "."), strings.ReplaceAll(b, "-", "."))
}

func newMatrix(p *page) matrix {
	var m matrix
	for _, ch := range p.Chapters {
		r := matrixRow{ChapterCounts: ch}
		for _, peer := range p.Peers {
			r.Cells = append(r.Cells, peer.chapterCell(ch.Number))
		}
		m.Rows = append(m.Rows, r)
	}
	for _, peer := range p.Peers {
		m.Total = append(m.Total, cell{peer.Counts, peer.Link, peer.Name, peer.Tally})
	}
	return m
}

func (p *peerView) chapterCell(number int) cell {
	for _, ch := range p.Chapters {
		if ch.Number == number {
			return ch.Cell
		}
	}
	return cell{Peer: p.Name}
}

// anchorLength is how many bytes of a name an anchor holds.
const anchorLength = 120

// Anchor is the fragment that leads to a case on the page: index.html#gorilla/5.6. With an empty caseID it leads to the peer.
// Only what a browser would encode in a fragment is encoded, so that what people type leads to the element, too; and the
// slash, which ends the name.
func Anchor(peer, caseID string) string { return anchorPart(peer) + "/" + anchorPart(caseID) }

func anchorPart(s string) string {
	if len(s) > anchorLength {
		sum := sha256.Sum256([]byte(s))
		s = fmt.Sprintf("%s~%x", s[:anchorLength], sum[:8])
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>`%/", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
