package reports_test

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain é 語 😀":     "plain é 語 😀",
		"\x1b]0;x\x07":    `\x1b]0;x\a`,
		"a\nb\r\tc\x00":   `a\nb\r\tc\x00`,
		"\u202egnp":       `\u202egnp`,
		"\xff\xc3":        `\xff\xc3`,
		"\ufffd":          "\ufffd",
		"\u2028\u200b":    `\u2028\u200b`,
		`back\slash "q"`:  `back\slash "q"`,
		"\x7f\u0080":      `\x7f\u0080`,
		"\U000e0041 tags": `\U000e0041 tags`,
		"##[x]###":        `#\x23[x]#\x23#`,
	} {
		if got := reports.Printable(text); got != want {
			t.Errorf("Printable(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestPrintableIsClipped(t *testing.T) {
	got := reports.Printable(strings.Repeat("é", 1<<20))
	if len(got) > 1000+40 || !strings.HasSuffix(got, "é… (2097152 bytes in all)") {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-40:])
	}
}
