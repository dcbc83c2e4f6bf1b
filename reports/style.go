package reports

import (
	"strings"
	"unicode/utf8"

	"github.com/wsspec/wsspec/harness/record"
)

// Style says what the terminal can do.
type Style struct {
	Color bool // write colours, as ANSI escape sequences
	Width int  // in columns; 0: 100
}

// defaultWidth is for output that goes to no terminal, minWidth for terminals in which nothing could be laid out.
const defaultWidth, minWidth = 100, 60

// width is the number of columns to lay out for.
func (s Style) width() int {
	if s.Width == 0 {
		return defaultWidth
	}
	return max(s.Width, minWidth)
}

// The ANSI codes in use (ECMA-48, section 8.3.117).
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	blue   = "34"
	purple = "35"
)

// verdictColors are what makes verdicts stand out; their names are always there, too.
var verdictColors = map[record.Verdict]string{
	record.Pass:          green,
	record.NonStrict:     yellow,
	record.Informational: blue,
	record.Unimplemented: dim,
	record.Fail:          bold + ";" + red,
	record.Error:         bold + ";" + purple,
}

// paint colours a text.
func (s Style) paint(code, text string) string {
	if !s.Color || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s Style) verdict(v record.Verdict, text string) string { return s.paint(verdictColors[v], text) }

// columns is how much room a text takes, one column a character.
func columns(s string) int { return utf8.RuneCountInString(s) }

// pad fills a text with spaces on its right.
func pad(s string, width int) string { return s + strings.Repeat(" ", max(width-columns(s), 0)) }

// padLeft fills a text with spaces on its left.
func padLeft(s string, width int) string { return strings.Repeat(" ", max(width-columns(s), 0)) + s }

// cut shortens a text to a width, with an ellipsis.
func cut(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	runes := []rune(s)
	return string(runes[:max(width-1, 0)]) + "…"
}

// wrap breaks a text into lines at spaces, and within words that are longer than a line.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && columns(line)+1+columns(word) > width {
			lines, line = append(lines, line), ""
		}
		for columns(word) > width {
			runes := []rune(word)
			lines, word = append(lines, string(runes[:width])), string(runes[width:])
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
