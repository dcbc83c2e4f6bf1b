package reports

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// DiffText writes for a terminal what differs between two records: a line for each case, those that follow each other and
// differ alike together. What is a regression is in capitals.
func DiffText(w io.Writer, d *record.Diff, style Style) error {
	clean := visible(*d)
	t := &text{Style: style, out: bufio.NewWriter(w)}
	for _, note := range clean.Notes {
		t.line(t.paint(dim, "note"), "  ", note)
	}
	spans := diffSpans(clean.Cases)
	peers, cases, verdicts := 0, 0, 0
	for _, s := range spans {
		peers, cases, verdicts = max(peers, columns(s.Peer)), max(cases, columns(s.cases())), max(verdicts, columns(s.verdicts()))
	}
	for _, s := range spans {
		words := s.Text
		if s.Requirement != "" {
			words += "   " + s.Requirement
		}
		t.line(t.paint(diffColor(s.CaseDiff), pad(s.word(), 8)), " ", pad(s.Peer, peers), "  ", pad(s.cases(), cases), "  ", pad(s.verdicts(), verdicts), "  ", words)
	}
	for _, s := range clean.Speeds {
		t.line(t.paint(dim, speedWords(s)))
	}
	t.line(diffSum(&clean))
	return t.out.Flush()
}

// DiffMarkdown writes the same in GitHub's Markdown.
func DiffMarkdown(w io.Writer, d *record.Diff) error {
	clean := visible(*d)
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "**%s**\n\n", escapeMarkdown(diffSum(&clean)))
	if len(clean.Cases) > 0 {
		out.WriteString(markdownRow("", "Case", "Peer", "Verdict", "What is different") + markdownRow("---", "---", "---", "---", "---"))
	}
	for _, s := range diffSpans(clean.Cases) {
		words := escapeMarkdown(s.Text)
		if s.Requirement != "" {
			words = strings.TrimSpace(words + " " + escapeMarkdown(s.Requirement))
		}
		out.WriteString(markdownRow(emphasized(s.word(), s.Regression), escapeMarkdown(s.cases()), escapeMarkdown(s.Peer), escapeMarkdown(s.verdicts()), words))
	}
	if len(clean.Notes)+len(clean.Speeds) > 0 {
		out.WriteString("\n")
	}
	for _, note := range clean.Notes {
		fmt.Fprintf(out, "- %s\n", escapeMarkdown(note))
	}
	for _, s := range clean.Speeds {
		fmt.Fprintf(out, "- %s\n", escapeMarkdown(speedWords(s)))
	}
	return out.Flush()
}

// diffSpan is cases that follow each other and differ alike.
type diffSpan struct {
	record.CaseDiff
	last string
}

func diffSpans(cases []record.CaseDiff) (spans []diffSpan) {
	for _, c := range cases {
		if n := len(spans) - 1; n >= 0 && spans[n].takes(c) {
			spans[n].last = c.Case
		} else {
			spans = append(spans, diffSpan{c, c.Case})
		}
	}
	return spans
}

// takes tells whether a case differs as those of the span do, and is of the same family.
func (s diffSpan) takes(c record.CaseDiff) bool {
	like := c
	like.Case = s.Case
	return like == s.CaseDiff && family(c.Case) == family(s.last)
}

// family is what the IDs of cases have in common that differ in the last number.
func family(id string) string { return id[:strings.LastIndex(id, ".")+1] }

func (s diffSpan) cases() string {
	if s.last == s.Case {
		return s.Case
	}
	return s.Case + "-" + s.last
}

func (s diffSpan) word() string {
	if s.Regression {
		return strings.ToUpper(string(s.Difference))
	}
	return string(s.Difference)
}

func (s diffSpan) verdicts() string {
	switch {
	case s.Old == "":
		return string(s.New)
	case s.New == "" || s.New == s.Old:
		return string(s.Old)
	}
	return string(s.Old) + " -> " + string(s.New)
}

func diffColor(c record.CaseDiff) string {
	switch {
	case c.Regression:
		return bold + ";" + red
	case c.Difference == record.Passes:
		return green
	}
	return dim
}

// speedWords say how the throughput changed. That depends on the machine as much as on the peer.
func speedWords(s record.Speed) string {
	return fmt.Sprintf("throughput of %s: %.2f times the old one (median of %s; the lowest is %.2f, case %s)",
		s.Peer, s.Median, plural(int64(s.Cases), "case"), s.Worst, s.Case)
}

// diffSum counts the differences.
func diffSum(d *record.Diff) string {
	counts := make(map[record.Difference]int)
	for _, c := range d.Cases {
		counts[c.Difference]++
	}
	var words []string
	for _, difference := range record.Differences {
		if n := counts[difference]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, difference))
		}
	}
	sum := "no difference"
	if len(words) > 0 {
		sum = strings.Join(words, ", ")
	}
	return sum + ": " + plural(int64(d.Regressions()), "regression")
}
