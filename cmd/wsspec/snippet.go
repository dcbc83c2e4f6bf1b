package main

import (
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

// snippet is how a program in some language is written that sends what a case sends.
type snippet struct {
	comment string // starts one
	data    string // a line of the list of bytes, for a string in hexadecimal
	pieces  string // one that is sent in pieces, for the string and their sizes
	program *template.Template
}

//go:embed snippets/snippet.go.txt
var goProgram string

//go:embed snippets/snippet.js
var jsProgram string

//go:embed snippets/snippet.py
var pythonProgram string

// parse reads a program in which << and >> are the marks of the template: languages have braces of their own.
func parse(program string) *template.Template {
	return template.Must(template.New("").Delims("<<", ">>").Parse(program))
}

var (
	goSnippet     = snippet{"//", "{%s, nil},", "{%s, []int{%s}},", parse(goProgram)}
	jsSnippet     = snippet{"//", "[%s],", "[%s, %s],", parse(jsProgram)}
	pythonSnippet = snippet{"#", "(%s,),", "(%s, %s),", parse(pythonProgram)}
)

// longestSnippet is how many bytes a program may send. More than that is nothing that somebody wants to read or compile.
const longestSnippet = 512 << 10

// write writes the program.
func (p snippet) write(w io.Writer, s *script) error {
	size := 0
	for _, one := range s.sent {
		size += len(one.data)
	}
	if size > longestSnippet {
		return usageError{fmt.Errorf("case %s sends %d bytes, too many for a program (at most %d): --profile quick sends less, and --as hex shows how they begin",
			s.c.ID, size, longestSnippet)}
	}
	var lines []string
	for _, one := range s.sent {
		for _, words := range one.words() {
			lines = append(lines, p.comment+" "+words)
		}
		lines = append(lines, p.line(one))
	}
	return p.program.Execute(w, struct {
		ID, Title string
		Host      string
		Request   []string // the lines of the head, but for Host
		Lines     []string
	}{s.c.ID, s.c.Title, dryHost, requestLines(s.request), lines})
}

// line is something that is sent, as the language has it.
func (p snippet) line(one sent) string {
	text := strconv.Quote(hex.EncodeToString(one.data))
	if len(one.pieces) == 0 {
		return fmt.Sprintf(p.data, text)
	}
	sizes := one.pieces
	if even := one.evenly(); even > 0 {
		sizes = []int{even}
	}
	words := make([]string, len(sizes))
	for i, n := range sizes {
		words[i] = strconv.Itoa(n)
	}
	return fmt.Sprintf(p.pieces, text, strings.Join(words, ", "))
}

// requestLines are the lines of the head of a request, each quoted, without the one that names the host.
func requestLines(head []byte) (lines []string) {
	for line := range strings.SplitSeq(strings.TrimRight(string(head), "\r\n"), "\r\n") {
		if !strings.HasPrefix(line, "Host:") {
			lines = append(lines, strconv.Quote(line))
		}
	}
	return slices.Clip(lines)
}
