package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// untested tells why cases could not be put to a peer, with the last lines that its program wrote.
func (t *text) untested(u *record.Untested) {
	if u == nil {
		return
	}
	for _, line := range wrap("not tested: "+u.Reason, t.width()-len("  ")) {
		t.line("  ", t.paint(verdictColors[record.Error], line))
	}
	for _, line := range u.Output[max(len(u.Output)-stderrLines, 0):] {
		t.line("  | ", cut(line, t.width()-len("  | ")))
	}
}

// errors writes the cases that could not be carried out, those together that have the same reason.
func (t *text) errors(p *record.Peer) {
	var reasons []string
	ids := make(map[string][]string)
	var order []string
	for _, c := range p.Cases {
		order = append(order, c.ID)
		if c.Verdict != record.Error {
			continue
		}
		reason := strings.Join(c.Notes, "; ")
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
		ids[reason] = append(ids[reason], c.ID)
	}
	for i, reason := range reasons {
		if i == 0 {
			t.line()
		}
		title := strings.Join(ranges(ids[reason], order), " ")
		if n := len(ids[reason]); n > 1 {
			title += fmt.Sprintf(" (%d cases)", n)
		} else {
			title += "  " + p.Case(ids[reason][0]).Title
		}
		t.line(t.verdict(record.Error, "ERROR"), " ", cut(title, t.width()-len("ERROR ")))
		if reason != "" {
			t.line(indent, cut(reason, t.width()-len(indent)))
		}
	}
}
