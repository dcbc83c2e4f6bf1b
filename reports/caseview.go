package reports

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// caseView is one case of one peer.
type caseView struct {
	record.Case
	Anchor       string
	Short        string // the anchor on a page of one peer
	Link         template.URL
	Chapter      int
	Differs      bool // the Autobahn testsuite's verdict is another one
	CloseDiffers bool
	Judgement    *judgementView
	Findings     []findingView
	Requirements []clause // those that no finding explains
	Picture      *picture
	Rows         []rowView
	Lines        []string // the conversation in short, in place of Rows
	Octets       []*octets
	Again        string
}

// findingView is a finding, and what the RFC says.
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

// rowView is a row of the table of a conversation.
type rowView struct {
	row
	Wire wireBytes
}

// lineLength bounds a line that tells a row, without the bytes, in characters.
const lineLength = 110

// line tells the row in one line of text.
func (r rowView) line() string {
	if r.Entry == nil {
		return grouped(int64(r.Skipped)) + " not shown"
	}
	words := cut(describe(r.Entry), lineLength)
	if r.Entry.Kind == record.KindHead {
		words = cut(r.FirstLine(), lineLength)
	}
	if mark := r.Mark(); mark != "" {
		words += " (" + mark + ")"
	}
	if wire := r.Wire.String(); wire != "" {
		words += "  " + wire
	}
	return fmt.Sprintf("%10s  %-4s  %s", r.At(), r.Entry.Side, words)
}

// special tells whether the case is about the row.
func (r rowView) special() bool {
	return len(r.Findings) > 0 || len(r.Entry.Broken) > 0 || r.Entry.Mark != ""
}

func (r rowView) Time() string    { return milliseconds(r.Entry.AtUS) }
func (r rowView) At() string      { return timeOf(r.Entry) }
func (r rowView) Name() string    { return entryName(r.Entry) }
func (r rowView) Flags() string   { return strings.Join(flags(r.Entry), " ") }
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
func (r rowView) Octets() string     { return plural(r.Entry.Length, "byte") }

// fewPeers are so few that the page has room to tell every conversation as a table. With more, those of cases that passed
// are told in lines of text, which browsers open faster.
const fewPeers = 2

// extent is how much of a conversation the page shows.
type extent struct {
	drawn   int  // entries in the picture
	entries int  // entries in words
	bytes   int  // of each entry
	frames  int  // that are explained byte by byte
	special bool // of these only such that the case is about
	lines   bool // lines of text in place of a table
}

// extent is larger where there is a reason to read.
func (c *caseView) extent(peers int) extent {
	switch passed, few := c.Verdict == record.Pass, peers <= fewPeers; {
	case passed && few:
		return extent{drawn: 14, entries: 14, bytes: 20, frames: 2, special: true}
	case passed:
		return extent{drawn: 14, entries: 14, bytes: 20, lines: true}
	case few:
		return extent{drawn: 28, entries: 60, bytes: 64, frames: 16}
	}
	return extent{drawn: 28, entries: 60, bytes: 64, frames: 2}
}

func newCaseView(j *judged, i, k int, shared *gallery) *caseView {
	p := &j.Record.Peers[i]
	c := p.Cases[k]
	v := &caseView{Case: c, Anchor: Anchor(j.names[i][0], j.names[i][k+1]), Again: again(p, c.ID)}
	v.Link = template.URL("#" + v.Anchor)
	if len(j.Record.Peers) == 1 {
		v.Short = shortAnchor(j.names[i][k+1])
	}
	v.Chapter, _ = record.Chapter(c.ID)
	v.Differs, v.CloseDiffers = differs(&c)
	if judgement := j.of(i, k); judgement != nil {
		v.Judgement = &judgementView{judgement}
	}
	for n, f := range c.Findings {
		v.Findings = append(v.Findings, findingView{f, n + 1, lookUp(f.Requirement)})
	}
	for _, id := range c.Requirements {
		if !slices.ContainsFunc(c.Findings, func(f record.Finding) bool { return f.Requirement == id }) {
			v.Requirements = append(v.Requirements, lookUp(id))
		}
	}
	t := j.transcript(i, k)
	v.show(&t, p.Role, v.extent(len(j.Record.Peers)), shared)
	return v
}

// show fills in the conversation.
func (c *caseView) show(t *record.Transcript, role string, x extent, shared *gallery) {
	c.Picture = draw(evidence(t, c.Case.Findings, x.drawn), role, shared)
	for _, r := range evidence(t, c.Case.Findings, x.entries) {
		view := rowView{row: r}
		if r.Entry != nil {
			view.Wire = cutWire(r.Entry, x.bytes)
		}
		if x.lines {
			c.Lines = append(c.Lines, view.line())
		} else {
			c.Rows = append(c.Rows, view)
		}
	}
	c.annotate(role, x)
}

// openOctets is how many of the frames that a case is about have their bytes explained before the reader asks.
const openOctets = 2

// annotate explains the bytes of frames in the table.
func (c *caseView) annotate(role string, x extent) {
	opened := 0
	for _, i := range c.annotated(x) {
		r := c.Rows[i]
		fields := dissect(r.Entry, (r.Entry.Side == record.SideGot) == (role == "client"))
		if fields == nil {
			continue
		}
		o := &octets{Row: r, Fields: fields}
		if c.Verdict != record.Pass && r.special() && opened < openOctets {
			o.Open = true
			opened++
		}
		c.Octets = append(c.Octets, o)
	}
}

// annotated are the indexes of the rows to explain, in order. If there are too many, those that the case is about are kept.
func (c *caseView) annotated(x extent) []int {
	var special, others []int
	for i, r := range c.Rows {
		switch {
		case r.Entry == nil || r.Entry.Kind != record.KindFrame:
		case r.special():
			special = append(special, i)
		case !x.special:
			others = append(others, i)
		}
	}
	list := append(special, others...)
	list = list[:min(len(list), x.frames)]
	slices.Sort(list)
	return list
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

// Measured says what a case that measures got; empty for others.
func (c *caseView) Measured() string {
	v := c.Volume
	if v == nil || v.DurationUS <= 0 {
		return ""
	}
	words := fmt.Sprintf("%s of %s each way in %s", plural(int64(v.Messages), "message"), size(v.MessageBytes), duration(microseconds(v.DurationUS)))
	if v.MessageBytes > 0 {
		words += ": " + rate(v.Throughput())
	}
	if v.MedianUS > 0 && v.Messages > 1 {
		words += fmt.Sprintf("; round trip %s, the worst %s", duration(microseconds(v.MedianUS)), duration(microseconds(v.WorstUS)))
	}
	return words
}
