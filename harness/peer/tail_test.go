package peer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTail(t *testing.T) {
	long := strings.Repeat("x", lineLimit)
	tests := []struct {
		name   string
		writes []string
		want   []string
	}{
		{"nothing", nil, nil},
		{"a line", []string{"one\n"}, []string{"one"}},
		{"no end", []string{"one\ntwo"}, []string{"one", "two"}},
		{"pieces", []string{"o", "ne", "\n", "\ntw", "o\n"}, []string{"one", "", "two"}},
		{"CR LF", []string{"one\r\ntwo\r"}, []string{"one", "two"}},
		{"a full line", []string{long + "\n"}, []string{long}},
		{"a long line", []string{long, "y\nnext"}, []string{long + "…", "next"}},
		{"a longer line", []string{long + long + "\n", long, long, long}, []string{long + "…", long + "…"}},
	}
	for _, tt := range tests {
		var tail tail
		for _, w := range tt.writes {
			if n, err := tail.Write([]byte(w)); n != len(w) || err != nil {
				t.Errorf("%s: %d, %v", tt.name, n, err)
			}
		}
		if got := tail.lines(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %.80q, want %.80q", tt.name, got, tt.want)
		}
	}
}

func TestTailKeepsTheLastLines(t *testing.T) {
	var tail tail
	var all []string
	for i := range 3 * tailLines {
		line := fmt.Sprintf("%s %d", strings.Repeat("x", i), i)
		fmt.Fprintln(&tail, line)
		all = append(all, line)
		if got, want := tail.lines(), all[max(0, len(all)-tailLines):]; !slices.Equal(got, want) {
			t.Fatalf("after %d lines: %q, want %q", i+1, got, want)
		}
	}
	fmt.Fprint(&tail, "open")
	if got, want := tail.lines(), append(all[len(all)-tailLines+1:], "open"); !slices.Equal(got, want) {
		t.Errorf("with an open line: %q, want %q", got, want)
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain, größer, 漢字 \"quoted\" c:\\dir": "plain, größer, 漢字 \"quoted\" c:\\dir",
		"a\tb":                 "a\tb",
		"\x1b[2J\x1b]0;t\a":    `\x1b[2J\x1b]0;t\a`,
		"50 %\r100 %\r":        `50 %\r100 %`,
		"\x9b2J \xff":          `\x9b2J \xff`,
		"\u009b2J":             `\u009b2J`,
		"\u202etxt.exe \u200b": `\u202etxt.exe \u200b`,
		"\ufffd":               "\ufffd",
		"\x00\x7f":             `\x00\x7f`,
		"##[group]x":           `#\x23[group]x`,
	} {
		if got := visible([]byte(in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	if got := visible([]byte(strings.Repeat("\x1b", lineLimit))); len(got) > lineLimit+len("…") || !strings.HasSuffix(got, `\x1b…`) {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-10:])
	}
}
