package reports

import (
	"bufio"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// Entry shows an entry of a transcript as the summary on the terminal does, in whole lines: the time, the side, the first
// bytes, what they mean; the head of a handshake line by line. Whatever a peer sent appears without control characters.
func (s Style) Entry(e record.Entry) string {
	clean := visible(e)
	if e.Kind == record.KindHead {
		clean.Text = printableLines(e.Text)
	}
	var lines strings.Builder
	t := &text{Style: s, out: bufio.NewWriter(&lines)}
	t.entry(&row{Entry: &clean, Findings: []int{1}}, 3*t.textBytes()) // with a finding, the head is shown as a whole
	t.out.Flush()
	return lines.String()
}

// Printable makes a text that may be a peer's safe to show on one line of a terminal: control characters, those that change
// the direction of writing, and bytes that are no UTF-8 appear as Go would escape them; what is too long is cut.
func Printable(s string) string { return printable(s) }
