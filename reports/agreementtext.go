package reports

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// AgreementText writes for a terminal how far this tool and the Autobahn testsuite say the same of one endpoint.
func AgreementText(w io.Writer, a *Agreement, style Style) error {
	clean := visible(*a)
	t := &text{Style: style, out: bufio.NewWriter(w)}
	t.agreement(&clean)
	return t.out.Flush()
}

// section is a part of an agreement.
type section struct {
	Title string
	List  []Disagreement
}

// Sections are the parts of an agreement that have anything to say.
func (a *Agreement) Sections() (list []section) {
	for _, s := range []section{
		{"Different", a.Differ},
		{"Different by timing", a.Races},
		{"Not seen by the testsuite", a.Unseen},
	} {
		if len(s.List) > 0 {
			list = append(list, s)
		}
	}
	return list
}

// N is how many cases a section is about.
func (s section) N() (n int) {
	for _, d := range s.List {
		n += len(d.Cases)
	}
	return n
}

// Headline says in one sentence how far both agree.
func (a *Agreement) Headline() string {
	differ := section{List: a.Differ}.N() + section{List: a.Races}.N()
	unseen := 0
	for _, d := range a.Unseen {
		if d.Theirs != nil {
			unseen += len(d.Cases)
		}
	}
	return fmt.Sprintf("wsspec and the %s agree on %d of %s that both asked", a.By, a.Agree, plural(int64(a.Agree+differ+unseen), "case"))
}

// Only says which cases have a verdict of one of them only, in lines.
func (a *Agreement) Only() (lines []string) {
	if len(a.OnlyHere) > 0 {
		lines = append(lines, "Only wsspec has a verdict on "+strings.Join(a.OnlyHere, " "))
	}
	if len(a.OnlyThere) > 0 {
		lines = append(lines, "Only the testsuite has a verdict on "+strings.Join(a.OnlyThere, " "))
	}
	return lines
}

// IDs are the cases, with a space between.
func (d *Disagreement) IDs() string { return strings.Join(d.Ranges, " ") }

// N is how many cases it is about.
func (d *Disagreement) N() int { return len(d.Cases) }

// TheirWords and OurWords are what the testsuite says, and what this tool says in its name.
func (d *Disagreement) TheirWords() string { return testsuiteWords(d.Theirs) }
func (d *Disagreement) OurWords() string {
	if d.Theirs != nil && sameWords(d.Theirs, d.Emulated) {
		return "the same"
	}
	return testsuiteWords(d.Emulated)
}

// Says is what both say, in a line.
func (d *Disagreement) Says() string {
	if d.Theirs == nil {
		return "wsspec " + string(d.Verdict)
	}
	words := "wstest " + d.TheirWords()
	if !sameWords(d.Theirs, d.Emulated) {
		words += "; in its name wsspec says " + testsuiteWords(d.Emulated)
	}
	return words + "; wsspec " + string(d.Verdict)
}

// agreement writes an agreement in words.
func (t *text) agreement(a *Agreement) {
	t.line()
	t.line(t.paint(bold, cut(a.Peer+": "+a.Headline(), t.width())))
	for _, s := range a.Sections() {
		t.line("  ", t.paint(bold, fmt.Sprintf("%s: %s", strings.ToLower(s.Title), plural(int64(s.N()), "case"))))
		for i := range s.List {
			t.disagreement(&s.List[i])
		}
	}
	for _, words := range a.Only() {
		for _, line := range wrap(words, t.width()-len("  ")) {
			t.line("  ", line)
		}
	}
}

func (t *text) disagreement(d *Disagreement) {
	ids := d.IDs()
	if d.N() > 1 {
		ids += fmt.Sprintf(" (%d cases)", d.N())
	}
	for _, line := range wrap(ids, t.width()-len("  ")) {
		t.line("  ", t.verdict(d.Verdict, line))
	}
	t.detail("say", d.Says(), "")
	if d.Found != "" {
		t.detail("found", d.Found, "")
	}
	t.detail("stands", d.Stands+": "+d.Why, "")
}

// agreements writes those of the record.
func (t *text) writeAgreements() {
	for _, a := range t.agreements {
		t.agreement(a)
	}
}

// AgreementMarkdown writes how far this tool and the Autobahn testsuite say the same of one endpoint, as GitHub's Markdown.
func AgreementMarkdown(w io.Writer, a *Agreement) error {
	clean := visible(*a)
	m := &markdown{judged: &judged{subject: &subject{agreements: []*Agreement{&clean}}}, limit: SummaryLimit}
	m.writeAgreements()
	_, err := io.WriteString(w, m.text.String())
	return err
}

// writeAgreements writes those of the record.
func (m *markdown) writeAgreements() {
	for _, a := range m.agreements {
		m.block("\n### ", escapeMarkdown(a.Peer+": "+a.Headline()), "\n")
		for _, s := range a.Sections() {
			m.block("\n", escapeMarkdown(s.Title), ":\n\n", markdownRow("cases", "wstest", "wsspec in its name", "wsspec", "found", "whose stands, and why"), "|---|---|---|---|---|---|\n")
			for i := range s.List {
				m.block(disagreementRow(&s.List[i]))
			}
		}
		for _, words := range a.Only() {
			m.block("\n", escapeMarkdown(words), "\n")
		}
	}
}

func disagreementRow(d *Disagreement) string {
	return markdownRow(escapeMarkdown(d.IDs()), escapeMarkdown(d.TheirWords()), escapeMarkdown(d.OurWords()),
		emphasized(escapeMarkdown(string(d.Verdict)), d.Verdict == record.Fail), escapeMarkdown(d.Found), escapeMarkdown(d.Stands+": "+d.Why))
}
