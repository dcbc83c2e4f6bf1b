package record

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// edit changes single lines of a text and leaves every other byte as it is.
type edit struct {
	lines  []string       // with their ends
	eol    string         // for lines that are added
	insert map[int]string // what comes behind a line; 0: before the first
	gone   map[int]bool
}

func newEdit(text string) *edit {
	e := &edit{lines: strings.SplitAfter(text, "\n"), eol: "\n", insert: make(map[int]string), gone: make(map[int]bool)}
	if last := len(e.lines) - 1; e.lines[last] == "" {
		e.lines = e.lines[:last]
	}
	if len(e.lines) > 0 && strings.HasSuffix(e.lines[0], "\r\n") {
		e.eol = "\r\n"
	}
	return e
}

// add puts lines behind a line, after what was put there before.
func (e *edit) add(line int, texts ...string) {
	for _, text := range texts {
		e.insert[line] += text + e.eol
	}
}

// remove takes lines away, and those of the blank lines around them that would stand side by side then, or at the end.
func (e *edit) remove(first, last int) {
	for n := first; n <= last; n++ {
		e.gone[n] = true
	}
	if first > 1 && e.blank(first-1) {
		for n := last + 1; n <= len(e.lines) && e.blank(n); n++ {
			e.gone[n] = true
		}
	}
	if last == len(e.lines) {
		for n := first - 1; n >= 1 && e.blank(n); n-- {
			e.gone[n] = true
		}
	}
}

func (e *edit) blank(line int) bool { return strings.TrimSpace(e.lines[line-1]) == "" }

// replace puts a text in the place of a value. It returns false if the value does not stand there as it is.
func (e *edit) replace(at scalar, text string) bool {
	if at.line < 1 || at.line > len(e.lines) {
		return false
	}
	line := e.lines[at.line-1]
	start := byteOf(strings.TrimPrefix(line, "\ufeff"), at.column) + len(line) - len(strings.TrimPrefix(line, "\ufeff"))
	for _, quote := range []string{"", `"`, "'"} {
		if old := quote + at.text + quote; old != "" && strings.HasPrefix(line[start:], old) {
			e.lines[at.line-1] = line[:start] + quote + text + quote + line[start+len(old):]
			return true
		}
	}
	return false
}

// byteOf is where the character of a column begins.
func byteOf(line string, column int) int {
	at := 0
	for n := 1; n < column && at < len(line); n++ {
		_, size := utf8.DecodeRuneInString(line[at:])
		at += size
	}
	return at
}

// String is the text as it is now. One that did not end with the end of a line still does not.
func (e *edit) String() string {
	var b strings.Builder
	b.WriteString(e.insert[0])
	open := false // the last line that was written has no end
	for i, line := range e.lines {
		if !e.gone[i+1] {
			b.WriteString(line)
			open = !strings.HasSuffix(line, "\n")
		}
		if added := e.insert[i+1]; added != "" {
			if open {
				b.WriteString(e.eol)
				added = strings.TrimSuffix(added, e.eol)
			}
			b.WriteString(added)
		}
	}
	return b.String()
}

// quoted writes a text as YAML, without quotation marks where it needs none.
func quoted(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./", r)
	}
	letter := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
	words := []string{"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
	if text != "" && letter(rune(text[0])) && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) &&
		!slices.Contains(words, strings.ToLower(text)) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"', r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r > 0x7f && r < 0xa0:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}
