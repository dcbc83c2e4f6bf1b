package yamlfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Mistake is something that is wrong in a file.
type Mistake struct {
	File         string
	Line, Column int // from 1, the column in characters; 0 if the file as a whole is wrong
	Err          error
	Excerpt      string // the line and the one before it, and a caret below the place
}

func (m *Mistake) Error() string {
	words := shown(m.Err.Error()) // they may quote the file
	if m.Line == 0 {
		return fmt.Sprintf("%s: %s", m.File, words)
	}
	return fmt.Sprintf("%s:%d:%d: %s\n%s", m.File, m.Line, m.Column, words, m.Excerpt)
}

func (m *Mistake) Unwrap() error { return m.Err }

// Mistake returns err as a mistake at a node.
func (f *File) Mistake(n ast.Node, err error) *Mistake { return f.MistakeAt(Start(n), err) }

// MistakeAt returns err as a mistake at a token, or in the file as a whole if that is nil.
func (f *File) MistakeAt(t *token.Token, err error) *Mistake {
	m := &Mistake{File: f.Name, Err: err}
	if t == nil || t.Position == nil {
		return m
	}
	m.Line, m.Column = min(max(t.Position.Line, 1), len(f.Lines)), max(t.Position.Column, 1)
	m.Excerpt = f.excerpt(m.Line, m.Column)
	return m
}

// How much of a line is shown, in characters: all of most, and of a long one what is around the place.
const (
	shownBefore = 80
	shownInAll  = 160
)

// excerpt shows a line and the one before it.
func (f *File) excerpt(line, column int) string {
	from := max(column-1-shownBefore, 0)
	var b strings.Builder
	for n := max(line-1, 1); n <= line; n++ {
		fmt.Fprintf(&b, "%5d | %s\n", n, part(shown(f.Lines[n-1]), from))
	}
	fmt.Fprintf(&b, "%5s | %s^", "", strings.Repeat(" ", column-1-from))
	return b.String()
}

// part is what is shown of a line.
func part(line string, from int) string {
	runes := []rune(line)
	from = min(from, len(runes))
	return string(runes[from:min(from+shownInAll, len(runes))])
}

// shown is a line in which every character takes one column and none steers the terminal.
func shown(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case !strconv.IsPrint(r):
			return '\uFFFD'
		}
		return r
	}, line)
}
