package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// Text writes a summary for a terminal: chapters by verdict, every failure with the bytes that prove it, what else a reader
// must know in a line each, and totals. Whatever a peer sent appears in it without control characters; transcripts may be
// nil.
func Text(w io.Writer, rec *record.Record, transcripts Transcripts, style Style) error {
	t := &text{subject: prepare(rec, transcripts), Style: style, out: bufio.NewWriter(w)}
	t.line(cut(strings.Join(t.origin(), "   "), t.width()))
	for i := range t.Record.Peers {
		t.peer(i)
	}
	if len(t.Record.Peers) > 1 {
		t.comparison()
	}
	t.writeAgreements()
	t.totals()
	return t.out.Flush()
}

// text is a summary that is being written. Errors of writing stay in out until it is flushed.
type text struct {
	*subject
	Style
	out *bufio.Writer
}

// line writes a line that is not taken for a command by the runners of GitHub Actions, which look for :: at its beginning.
func (t *text) line(parts ...string) {
	line := strings.TrimRight(strings.Join(parts, ""), " ")
	if words := strings.TrimLeft(line, " "); strings.HasPrefix(words, "::") {
		line = line[:len(line)-len(words)] + `\x3a` + words[1:]
	}
	t.out.WriteString(line)
	t.out.WriteByte('\n')
}

// indent is where the details of a failure stand; label is the width of the word that opens a detail.
const indent, label = "     ", 10

// detail writes a labelled text, wrapped, with further lines below its beginning.
func (t *text) detail(name, value, color string) {
	name = pad(name, label)
	for _, line := range wrap(value, t.width()-len(indent)-label) {
		t.line(indent, t.paint(dim, name), t.paint(color, line))
		name = pad("", label)
	}
}

func (t *text) peer(i int) {
	p := &t.Record.Peers[i]
	t.line()
	about := slices.Concat([]string{roleWords(p)}, judgedBy(p), profileWords(p), probeWords(p.Probe), usageWords(p.Usage))
	about = slices.DeleteFunc(about, func(s string) bool { return s == "" })
	name, words := cut(p.Name, t.width()), strings.Join(about, "; ")
	if columns(name)+3+columns(words) > t.width() {
		t.line(t.paint(bold, name))
		t.line("  ", cut(words, t.width()-2))
	} else {
		t.line(t.paint(bold, name), "   ", words)
	}
	if p.Probe != nil && p.Probe.Problem != "" {
		for _, line := range wrap(p.Probe.Problem, t.width()-2) {
			t.line("  ", t.paint(yellow, line))
		}
	}
	t.ended(p.Ended)
	t.untested(p.Untested)
	if len(t.Record.Peers) == 1 {
		t.line()
		t.chapters(p)
	}
	t.volumes(p)
	t.failures(i)
	t.others(p)
}

// ended tells how the peer's program came to its end, with the last lines that it wrote.
func (t *text) ended(e *record.Ended) {
	if e == nil {
		return
	}
	t.line("  ", t.paint(verdictColors[record.Fail], "the program ended: "+howEnded(e)))
	for _, line := range e.Stderr[max(len(e.Stderr)-stderrLines, 0):] {
		t.line("  | ", cut(line, t.width()-4))
	}
}

func howEnded(e *record.Ended) string {
	how := cut(e.Signal, wordLength)
	if how == "" {
		how = fmt.Sprintf("exit code %d", e.ExitCode)
	}
	if e.During != "" {
		how += " during case " + cut(e.During, wordLength)
	}
	return how
}

// stderrLines is how many of a dead program's last lines are shown.
const stderrLines = 8

// chapters writes the table of chapters by verdict.
func (t *text) chapters(p *record.Peer) {
	if len(p.Cases) == 0 {
		t.line("  no case has a verdict")
		return
	}
	table := t.newTable("chapter", p.Counts())
	for _, ch := range p.Chapters() {
		table.add(fmt.Sprintf("%3d %s", ch.Number, ch.Title), ch.Counts)
	}
	table.write()
}

// volumes says how fast a peer moved what it was sent in bulk, and how soon it answered.
func (t *text) volumes(p *record.Peer) {
	fastest, soonest := 0.0, int64(0)
	for _, c := range p.Cases {
		switch v := c.Volume; {
		case v == nil:
		case v.Messages == 1:
			fastest = max(fastest, v.Throughput()/1e6)
		case v.MedianUS > 0 && (soonest == 0 || v.MedianUS < soonest):
			soonest = v.MedianUS
		}
	}
	var parts []string
	if fastest > 0 {
		parts = append(parts, fmt.Sprintf("up to %.3g MB/s each way", fastest))
	}
	if soonest > 0 {
		parts = append(parts, "a small message and its echo in "+duration(microseconds(soonest)))
	}
	if len(parts) > 0 {
		t.line("  ", t.paint(dim, "volumes  "), strings.Join(parts, "; "))
	}
}

// failures writes every failure of a peer, those that are alike together.
func (t *text) failures(i int) {
	p := &t.Record.Peers[i]
	for _, like := range alike(p, record.Fail) {
		k := slices.IndexFunc(p.Cases, func(c record.Case) bool { return c.ID == like[0] })
		t.failure(i, k, like[1:])
	}
}

// alike returns the IDs of the cases with a verdict, those together that need not be told twice.
func alike(p *record.Peer, v record.Verdict) (groups [][]string) {
	place := make(map[string]int)
	for k := range p.Cases {
		c := &p.Cases[k]
		if c.Verdict != v {
			continue
		}
		n, known := place[likeness(c)]
		if !known {
			n = len(groups)
			place[likeness(c)], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], c.ID)
	}
	return groups
}

func (t *text) failure(i, k int, alike []string) {
	p := &t.Record.Peers[i]
	c := &p.Cases[k]
	t.line()
	t.heading(c)
	for _, f := range c.Findings {
		t.finding(&f)
	}
	for _, note := range c.Notes {
		t.detail("note", note, "")
	}
	t.conversation(i, k)
	if len(alike) > 0 {
		t.detail("likewise", strings.Join(alike, " "), "")
	}
	if command := again(p, c.ID); command != "" {
		t.line(indent, t.paint(dim, pad("again", label)), t.paint(bold, command)) // on one line, to be copied
	}
}

// heading names a case that did not pass, with what wsspec's verdict differs from.
func (t *text) heading(c *record.Case) {
	word := strings.ToUpper(string(c.Verdict))
	extra := ""
	if differs, _ := differs(c); differs {
		extra = "   wstest says " + cut(c.WSTest.Behavior, wordLength)
	}
	if c.Flaky {
		extra += "   flaky"
	}
	room := t.width() - columns(word+c.ID+extra) - 3
	t.line(t.verdict(c.Verdict, word), " ", t.paint(bold, c.ID), "  ", cut(c.Title, room), t.paint(blue, extra))
}

func (t *text) finding(f *record.Finding) {
	place := lookUp(f.Requirement).Place
	words := []string{f.Requirement + " " + f.Level, place, tries(f)}
	words = slices.DeleteFunc(words, func(s string) bool { return s == "" })
	t.detail("broken", strings.Join(words, ", "), verdictColors[f.Severity])
	if c := lookUp(f.Requirement); c.Quoted {
		t.detail("", "“"+c.Says+"”", dim)
	}
	t.detail("expected", f.Expected, "")
	t.detail("got", f.Got, bold)
}

// textEntries is how many entries of a conversation the summary shows.
const textEntries = 10

// textBytes is how many bytes of each it shows: what leaves room for the words.
func (t *text) textBytes() int { return min(max((t.width()-66)/3, 4), 14) }

// conversation writes the entries that matter for a case.
func (t *text) conversation(i, k int) {
	transcript := t.transcript(i, k)
	if len(transcript.Entries) == 0 {
		return
	}
	rows := withoutHeads(evidence(&transcript, t.Record.Peers[i].Cases[k].Findings, textEntries))
	width := 0
	for _, r := range rows {
		if r.Entry != nil {
			width = max(width, columns(cutWire(r.Entry, t.textBytes()).String()))
		}
	}
	for _, r := range rows {
		if r.Entry == nil {
			t.line(indent, t.paint(dim, fmt.Sprintf("%11s  … %d more", "", r.Skipped)))
		} else {
			t.entry(&r, width)
		}
	}
}

// withoutHeads drops the handshake, unless it proves something or there is nothing else.
func withoutHeads(rows []row) []row {
	dull := func(r row) bool {
		return r.Entry != nil && r.Entry.Kind == record.KindHead && r.Entry.Mark == "" && len(r.Findings) == 0
	}
	telling := func(r row) bool { return r.Entry != nil && !dull(r) && r.Entry.Kind != record.KindEnd }
	if !slices.ContainsFunc(rows, telling) {
		return rows
	}
	return slices.DeleteFunc(rows, dull)
}

// entry writes an entry, its bytes in a column of the given width. The head of a handshake that proves something is written
// line by line.
func (t *text) entry(r *row, width int) {
	e := r.Entry
	side := e.Side
	if side == record.SideNote {
		side = ""
	}
	side = cut(side, len(record.SideSent))
	before := fmt.Sprintf("%11s  %-4s  %s  ", timeOf(e), side, pad(cutWire(e, t.textBytes()).String(), width))
	whole := e.Kind == record.KindHead && (e.Mark != "" || len(r.Findings) > 0)
	words, mark := describe(e), markOf(e)
	if whole {
		words = entryName(e) + ", " + plural(e.Length, "byte")
	}
	words = cut(words, max(t.width()-columns(indent+before+mark), 24))
	t.line(indent, t.paint(dim, before), t.paint(entryColor(e), words), t.paint(entryColor(e), mark))
	if whole {
		for line := range strings.SplitSeq(e.Text, "\n") {
			t.line(indent, pad("", 11), t.paint(dim, "  |   "), cut(line, t.width()-len(indent)-17))
		}
	}
	if e.Side == record.SideGot && len(e.Broken) > 0 {
		breaks := cut("breaks: "+strings.Join(e.Broken, "; "), t.width()-columns(indent+before))
		t.line(indent, pad("", columns(before)), t.paint(red, breaks))
	}
}

// markOf says what is special about an entry.
func markOf(e *record.Entry) string {
	switch e.Mark {
	case "":
		return ""
	case record.MarkUnexpected:
		return "   <- " + markWord(e.Mark)
	}
	return " (" + markWord(e.Mark) + ")"
}

func entryColor(e *record.Entry) string {
	if wrong(e) {
		return red
	}
	return ""
}

// others lists, in a line or two each, the cases that need attention without being failures.
func (t *text) others(p *record.Peer) {
	t.errors(p)
	for n, like := range alike(p, record.NonStrict) {
		if n == 0 {
			t.line()
		}
		t.brief(p.Case(like[0]))
		if len(like) > 1 {
			t.detail("likewise", strings.Join(like[1:], " "), "")
		}
	}
	t.listed("flaky", p, func(c *record.Case) bool { return c.Flaky && c.Verdict == record.Pass })
	t.listed("differs from wstest", p, func(c *record.Case) bool { differs, _ := differs(c); return differs })
}

// brief writes a case as a line, and what was found in another.
func (t *text) brief(c *record.Case) {
	t.heading(c)
	for _, f := range c.Findings {
		t.line(indent, cut(f.Requirement+"   "+f.Got, t.width()-len(indent)))
	}
	if len(c.Findings) == 0 && len(c.Notes) > 0 {
		t.line(indent, cut(c.Notes[0], t.width()-len(indent)))
	}
}

// listed writes the IDs of some cases, if there are any.
func (t *text) listed(what string, p *record.Peer, matches func(*record.Case) bool) {
	var ids []string
	for k := range p.Cases {
		if matches(&p.Cases[k]) {
			ids = append(ids, p.Cases[k].ID)
		}
	}
	if len(ids) == 0 {
		return
	}
	t.line()
	name := what + "  "
	for _, line := range wrap(strings.Join(ids, " "), t.width()-columns(name)) {
		t.line(t.paint(dim, name), line)
		name = pad("", columns(name))
	}
}

// totalOrder is the order of the last line: what gates comes first.
var totalOrder = []record.Verdict{
	record.Fail, record.NonStrict, record.Informational, record.Unimplemented, record.Error, record.Pass,
}

func (t *text) totals() {
	counts := t.Record.Counts()
	var parts []string
	for _, v := range totalOrder {
		part := fmt.Sprintf("%d %s", counts[v], v)
		if counts[v] == 0 {
			parts = append(parts, t.paint(dim, part))
		} else {
			parts = append(parts, t.verdict(v, part))
		}
	}
	t.line()
	took := duration(time.Duration(t.DurationMS) * time.Millisecond)
	t.line(strings.Join(parts, "   "), fmt.Sprintf("      %d planned, %d ran, %s", t.Planned, t.Ran, took)) // however long, one line
	t.byClause()
	t.slowest()
	if words := t.incomplete(); words != "" {
		for _, line := range wrap("incomplete: "+words, t.width()) {
			t.line(t.paint(verdictColors[record.Error], line))
		}
	}
}

// byClause counts failures by the section of the RFC that they break.
func (t *text) byClause() {
	sections := make(map[string]int)
	for _, p := range t.Record.Peers {
		for _, c := range p.Cases {
			if c.Verdict == record.Fail {
				for section := range sectionsOf(&c) {
					sections[section]++
				}
			}
		}
	}
	var parts []string
	for _, section := range slices.SortedFunc(maps.Keys(sections), record.CompareIDs) {
		parts = append(parts, fmt.Sprintf("%s: %d", section, sections[section]))
	}
	t.named("by clause", strings.Join(parts, ", "))
}

// sectionsOf are the sections whose requirements a case broke, such as "6455 5.1".
func sectionsOf(c *record.Case) map[string]bool {
	sections := make(map[string]bool)
	for _, f := range c.Findings {
		if r, ok := requirement.Get(f.Requirement); ok && f.Severity == record.Fail {
			sections[strings.TrimPrefix(r.RFC, "RFC")+" "+r.Section] = true
		}
	}
	return sections
}

// slowestShown is how many cases the summary names for the time that they took, from slowEnough on.
const slowestShown, slowEnough = 3, 100 * time.Millisecond

func (t *text) slowest() {
	var cases []record.Case
	for _, p := range t.Record.Peers {
		for _, c := range p.Cases {
			if microseconds(c.DurationUS) >= slowEnough {
				cases = append(cases, c)
			}
		}
	}
	slices.SortStableFunc(cases, func(a, b record.Case) int { return cmp.Compare(b.DurationUS, a.DurationUS) })
	var parts []string
	for _, c := range cases[:min(len(cases), slowestShown)] {
		parts = append(parts, c.ID+" "+duration(microseconds(c.DurationUS)))
	}
	t.named("slowest", strings.Join(parts, ", "))
}

// named writes a line of the totals, if there is something to say.
func (t *text) named(name, value string) {
	if value == "" {
		return
	}
	name = pad(name, label+1)
	for _, line := range wrap(value, t.width()-label-1) {
		t.line(t.paint(dim, name), line)
		name = pad("", label+1)
	}
}
