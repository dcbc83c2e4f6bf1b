package fleet

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Mistake is something that is wrong in a fleet file.
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

// source is the text that nodes come from.
type source struct {
	file  string
	lines []string
}

// mistake returns err as a mistake at a node.
func (s *source) mistake(n ast.Node, err error) *Mistake { return s.mistakeAt(start(n), err) }

func (s *source) mistakeAt(t *token.Token, err error) *Mistake {
	m := &Mistake{File: s.file, Err: err}
	if t == nil || t.Position == nil {
		return m
	}
	m.Line, m.Column = max(t.Position.Line, 1), max(t.Position.Column, 1)
	m.Excerpt = s.excerpt(m.Line, m.Column)
	return m
}

// start is the token with which a node begins. A mapping is more than the colon that stands for it.
func start(n ast.Node) *token.Token {
	switch n := n.(type) {
	case nil:
		return nil
	case *ast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return n.GetToken()
}

// excerpt shows a line and the one before it.
func (s *source) excerpt(line, column int) string {
	var b strings.Builder
	for n := max(line-1, 1); n <= min(line, len(s.lines)); n++ {
		fmt.Fprintf(&b, "%5d | %s\n", n, shown(s.lines[n-1]))
	}
	fmt.Fprintf(&b, "%5s | %s^", "", strings.Repeat(" ", column-1))
	return b.String()
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
	}, strings.TrimSuffix(line, "\r"))
}

// malformed turns an error of the YAML parser into a mistake.
func (s *source) malformed(err error) *Mistake {
	var positioned yaml.Error
	if errors.As(err, &positioned) {
		return s.mistakeAt(positioned.GetToken(), errors.New(positioned.GetMessage()))
	}
	return s.mistakeAt(nil, err)
}
