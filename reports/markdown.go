package reports

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// SummaryLimit is how many bytes GitHub takes as the summary of a step.
const SummaryLimit = 1 << 20

// Markdown writes a summary in GitHub's Markdown: how the run went, what the gate says, peers by chapters if there are several
// peers, and what gates or could not be carried out, with the bytes that prove it, folded. Nothing of a peer is taken for
// Markdown, HTML or the name of somebody to notify. At most limit bytes are written; a summary that is not whole says so. The
// gate and transcripts may be nil.
func Markdown(w io.Writer, rec *record.Record, transcripts Transcripts, gate *record.Gate, limit int) error {
	m := &markdown{judged: judge(rec, transcripts, gate), limit: limit - len(clippedNote)}
	m.head()
	m.judges()
	m.programs()
	m.changes()
	m.matrix()
	m.writeAgreements()
	for i := range m.Record.Peers {
		for _, cases := range m.alike(i) {
			m.failure(i, cases[0], cases[1:])
		}
	}
	if m.clipped {
		m.text.WriteString(clippedNote)
	}
	_, err := io.WriteString(w, m.text.String())
	return err
}

// clippedNote ends a summary that is not whole.
const clippedNote = "\n**The summary ends here, because it may not be longer.** The report has the rest.\n"

// markdown is a summary that is being written.
type markdown struct {
	*judged
	text    strings.Builder
	limit   int
	clipped bool // something did not fit, and nothing is written behind that
}

// block writes text that makes sense only as a whole.
func (m *markdown) block(parts ...string) {
	text := strings.Join(parts, "")
	if m.clipped = m.clipped || m.text.Len()+len(text) > m.limit; !m.clipped {
		m.text.WriteString(text)
	}
}

func (m *markdown) head() {
	counts := m.Record.Counts()
	words, _ := headline(counts, m.Planned, m.Ran)
	if m.hasBaseline() {
		words = m.gateHeadline()
	}
	if len(m.Record.Peers) == 1 {
		words += " (" + m.Record.Peers[0].Name + ")"
	}
	m.block("## wsspec: ", escapeMarkdown(words), "\n\n")
	var parts []string
	for _, v := range totalOrder {
		parts = append(parts, emphasized(grouped(int64(counts[v]))+" "+string(v), counts[v] > 0 && (v == record.Fail || v == record.Error)))
	}
	m.block(fmt.Sprintf("%s; %s planned, %s ran, %s  \n", strings.Join(parts, ", "), grouped(int64(m.Planned)), grouped(int64(m.Ran)),
		duration(time.Duration(m.DurationMS)*time.Millisecond)))
	m.block("by ", escapeMarkdown(strings.Join(m.origin(), ", ")), "\n")
	if words := m.incomplete(); words != "" {
		m.block("\n**Incomplete:** ", escapeMarkdown(words), "\n")
	}
}

func emphasized(s string, really bool) string {
	if really {
		return "**" + s + "**"
	}
	return s
}

// gateHeadline counts the changes.
func (m *markdown) gateHeadline() string {
	number := make(map[record.Change]int)
	for _, j := range m.gate.Judgements {
		number[j.Change]++
	}
	var parts []string
	for _, c := range record.Changes {
		if number[c] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", number[c], c))
		}
	}
	words := strings.Join(parts, ", ")
	switch {
	case words == "":
		return "no failure"
	case !m.gate.Fails():
		return "nothing new; " + words
	}
	return words
}

// judges says of which peers others gave the verdicts.
func (m *markdown) judges() {
	for _, p := range m.Record.Peers {
		for _, words := range judgedBy(&p) {
			m.block("\nPeer ", escapeMarkdown(p.Name), ": ", escapeMarkdown(words), "\n")
		}
	}
}

// programs tells of the peers that could not be tested, and of the programs that ended by themselves.
func (m *markdown) programs() {
	for _, p := range m.Record.Peers {
		words := lastWords(&p)
		if len(words) > 0 {
			m.block("\nPeer ", escapeMarkdown(p.Name), ": **", escapeMarkdown(words[0]), "**\n", folded("its last words", strings.Join(words[1:], "\n")))
		}
	}
}

// changes writes what the gate says, what gates first.
func (m *markdown) changes() {
	if m.gate == nil || len(m.gate.Judgements) == 0 {
		return
	}
	m.block("\n", markdownRow("", "case", "peer", "verdict", "what", "baseline"), "|---|---|---|---|---|---|\n")
	for _, change := range record.Changes {
		for _, j := range m.gate.Judgements {
			if j.Change == change {
				m.block(markdownRow(emphasized(string(change), change.Gates()), escapeMarkdown(j.Case), escapeMarkdown(j.Peer),
					escapeMarkdown(string(j.Verdict)), changeWords(&j), escapeMarkdown(j.Where)))
			}
		}
	}
}

func markdownRow(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// changeWords say why, with what a person wrote into the baseline.
func changeWords(j *record.Judgement) string {
	var parts []string
	for _, part := range []string{j.Text, j.Reason} {
		if part != "" {
			parts = append(parts, escapeMarkdown(part))
		}
	}
	switch {
	case j.Ticket == "":
	case isLink(j.Ticket):
		parts = append(parts, "<"+j.Ticket+">")
	default:
		parts = append(parts, escapeMarkdown(j.Ticket))
	}
	return strings.Join(parts, "; ")
}

// matrix writes chapters by peers, if there are several peers.
func (m *markdown) matrix() {
	if len(m.Record.Peers) < 2 {
		return
	}
	titles := make(map[int]string)
	head, total := []string{"chapter"}, []string{"all"}
	for _, p := range m.Record.Peers {
		for _, ch := range p.Chapters() {
			titles[ch.Number] = ch.Title
		}
		head, total = append(head, escapeMarkdown(p.Name)), append(total, share(p.Counts()))
	}
	m.block("\nCases without a failure or an error, of all:\n\n", markdownRow(head...), "|---|", strings.Repeat("--:|", len(m.Record.Peers)), "\n")
	for _, n := range slices.Sorted(maps.Keys(titles)) {
		cells := []string{fmt.Sprintf("%d %s", n, titles[n])}
		for _, p := range m.Record.Peers {
			cells = append(cells, share(chapterCounts(&p, n)))
		}
		m.block(markdownRow(cells...))
	}
	m.block(markdownRow(total...))
}

func chapterCounts(p *record.Peer, number int) record.Counts {
	for _, ch := range p.Chapters() {
		if ch.Number == number {
			return ch.Counts
		}
	}
	return nil
}

// share is how many cases of all neither failed nor were in error.
func share(c record.Counts) string {
	bad, all := c[record.Fail]+c[record.Error], c.Total()
	if all == 0 {
		return ""
	}
	return emphasized(fmt.Sprintf("%d/%d", all-bad, all), bad > 0)
}

// failure writes a case, and names those that are like it.
func (m *markdown) failure(i, k int, like []int) {
	p := &m.Record.Peers[i]
	c := &p.Cases[k]
	word := strings.ToUpper(string(c.Verdict))
	if j := m.of(i, k); j != nil {
		word = string(j.Change)
	}
	heading := fmt.Sprintf("%s %s %s", word, c.ID, c.Title)
	if len(m.Record.Peers) > 1 {
		heading += " (" + p.Name + ")"
	}
	parts := []string{"\n### ", escapeMarkdown(heading), "\n\n"}
	for _, f := range c.Findings {
		parts = append(parts, markdownFinding(&f))
	}
	for _, note := range c.Notes {
		parts = append(parts, "- note: ", escapeMarkdown(note), "\n")
	}
	if len(like) > 0 {
		parts = append(parts, "- likewise: ", escapeMarkdown(m.ids(i, like)), "\n")
	}
	evidence := m.evidence(i, k)
	parts = append(parts, folded("what crossed the wire", evidence))
	if command := again(p, c.ID); command != "" {
		parts = append(parts, "\n", fenced(command))
	}
	m.block(parts...)
}

func markdownFinding(f *record.Finding) string {
	clause := lookUp(f.Requirement)
	words := []string{f.Requirement + " " + f.Level, clause.Place, tries(f)}
	words = slices.DeleteFunc(words, func(s string) bool { return s == "" })
	text := "- broken: " + escapeMarkdown(strings.Join(words, ", ")) + "\n"
	if clause.Quoted {
		text += "  > " + escapeMarkdown(clause.Says) + "\n\n"
	}
	return text + "- **expected** " + escapeMarkdown(f.Expected) + "\n- **got** " + escapeMarkdown(f.Got) + "\n"
}

// evidence is the conversation as the summary for a terminal shows it, "" if there is none.
func (m *markdown) evidence(i, k int) string {
	var b strings.Builder
	t := &text{subject: m.subject, Style: Style{Width: 120}, out: bufio.NewWriter(&b)}
	t.conversation(i, k)
	t.out.Flush()
	return b.String()
}

// folded is text that is shown when it is asked for.
func folded(title, text string) string {
	if text == "" {
		return ""
	}
	return "\n<details><summary>" + title + "</summary>\n\n" + fenced(text) + "\n</details>\n"
}

// fenced is text that is shown as it stands. The fence is longer than any that the text could hold.
func fenced(text string) string {
	longest := 0
	for run := range strings.FieldsFuncSeq(text, func(r rune) bool { return r != '`' }) {
		longest = max(longest, len(run))
	}
	fence := strings.Repeat("`", max(longest+1, 3))
	return fence + "text\n" + strings.TrimRight(text, "\n") + "\n" + fence + "\n"
}

// markdownEscapes make a printable line mean itself. The two that GitHub looks for after everything else, so that no escape
// helps, are parted from what follows by a space without width.
var markdownEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "@&#8203;", "#", "#&#8203;", "://", `\://`, "www.", `www\.`,
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`, "!", `\!`,
)

func escapeMarkdown(s string) string { return markdownEscapes.Replace(s) }

// isLink tells whether a text is the address of a page and nothing that could be taken for more.
func isLink(s string) bool {
	_, rest, found := strings.Cut(s, "://")
	return found && (strings.HasPrefix(s, "https:") || strings.HasPrefix(s, "http:")) && strings.Trim(rest, plainInShell+"?&#~") == ""
}
