package wstest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"

	"github.com/wsspec/wsspec/harness/yamlfile"
)

// jsonFile is a JSON file that a person wrote, and finds the places of what is wrong in it. Comments of both kinds that
// JavaScript has, and a comma after the last element, are no mistakes.
type jsonFile struct {
	name  string
	text  []byte // as it was written, without a byte order mark
	plain []byte // the same with blanks in place of comments and superfluous commas
	root  node
}

// node is a value of a JSON file: nil, a bool, a string, a json.Number, a []node or an object.
type node struct {
	at    int // index of its first byte
	value any
}

// object holds the members of a JSON object in the order of the file.
type object []member

type member struct {
	key   string
	at    int // index of the first byte of the key
	value node
}

// parseJSON reads the text of a file. The error is a *yamlfile.Mistake.
func parseJSON(name string, text []byte) (*jsonFile, error) {
	f := &jsonFile{name: name, text: bytes.TrimPrefix(text, []byte("\ufeff"))}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return nil, &yamlfile.Mistake{File: name, Err: errors.New("this is UTF-16: save it as UTF-8")}
	}
	if at := notUTF8(f.text); at >= 0 {
		return nil, f.mistake(at, "this is not UTF-8: save the file as UTF-8")
	}
	if at := f.blank(); at >= 0 {
		return nil, f.mistake(at, "this comment has no end: close it with */")
	}
	var checked any
	if err := json.Unmarshal(f.plain, &checked); err != nil {
		return nil, f.malformed(err)
	}
	d := json.NewDecoder(bytes.NewReader(f.plain))
	d.UseNumber()
	f.root = f.read(d)
	return f, nil
}

// notUTF8 returns the index of the first byte that is not UTF-8, or -1.
func notUTF8(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// blank fills plain. It returns the index of a comment without an end, or -1.
func (f *jsonFile) blank() int {
	f.plain = bytes.Clone(f.text)
	var before, previous byte // the last two tokens, by their first bytes
	comma := 0                // where the last one is, if it is a comma
	for i, n := 0, 0; i < len(f.plain); i += n {
		if n = tokenLength(f.plain[i:]); n < 0 {
			return i
		}
		c := f.plain[i]
		switch {
		case c == '/' && n > 1:
			erase(f.plain[i : i+n])
			continue
		case strings.IndexByte(" \t\r\n", c) >= 0:
			continue
		case c == ',':
			comma = i
		case (c == '}' || c == ']') && previous == ',' && strings.IndexByte("\x00[{,:", before) < 0:
			f.plain[comma] = ' '
		}
		before, previous = previous, c
	}
	return -1
}

// tokenLength is how many bytes of a text belong together at its start: a string, a comment, or one byte. It is negative for a
// comment without an end.
func tokenLength(text []byte) int {
	switch {
	case text[0] == '"':
		return stringLength(text)
	case bytes.HasPrefix(text, []byte("//")):
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			return end
		}
		return len(text)
	case bytes.HasPrefix(text, []byte("/*")):
		end := bytes.Index(text[2:], []byte("*/"))
		if end < 0 {
			return -1
		}
		return 2 + end + 2
	}
	return 1
}

// stringLength is how long a string is, quotes included; without a closing quote it ends with the line.
func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		case '\n':
			return i
		}
	}
	return len(text)
}

// erase puts blanks in the place of everything but the ends of lines.
func erase(text []byte) {
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
}

// next is the index of the byte with which the next token begins.
func (f *jsonFile) next(d *json.Decoder) int {
	at := int(d.InputOffset())
	return at + len(f.plain[at:]) - len(bytes.TrimLeft(f.plain[at:], " \t\r\n,:"))
}

// read reads a value of a file that is known to be JSON.
func (f *jsonFile) read(d *json.Decoder) node {
	n := node{at: f.next(d)}
	t, _ := d.Token()
	switch t {
	case json.Delim('{'):
		n.value = f.readObject(d)
	case json.Delim('['):
		n.value = f.readList(d)
	default:
		n.value = t
	}
	return n
}

func (f *jsonFile) readList(d *json.Decoder) []node {
	list := []node{}
	for d.More() {
		list = append(list, f.read(d))
	}
	d.Token()
	return list
}

// readObject reads the members of an object. Of several with the same key the last one counts, as for the testsuite.
func (f *jsonFile) readObject(d *json.Decoder) object {
	members := object{}
	for d.More() {
		m := member{at: f.next(d)}
		t, _ := d.Token()
		m.key = t.(string)
		m.value = f.read(d)
		members = append(members.without(m.key), m)
	}
	d.Token()
	return members
}

func (o object) without(key string) object {
	kept := o[:0]
	for _, m := range o {
		if m.key != key {
			kept = append(kept, m)
		}
	}
	return kept
}

// malformed turns an error of the JSON decoder into a mistake.
func (f *jsonFile) malformed(err error) error {
	end := len(bytes.TrimRight(f.plain, " \t\r\n"))
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	switch {
	case end == 0:
		return &yamlfile.Mistake{File: f.name, Err: errors.New("there is nothing in it")}
	case !ok || syntax.Error() == "unexpected end of JSON input":
		return f.mistake(end, "the file ends in the middle: a closing bracket or quote is missing")
	}
	return f.mistake(int(syntax.Offset)-1, "%s", syntax.Error())
}

// mistake returns what is wrong at a byte.
func (f *jsonFile) mistake(at int, format string, args ...any) *yamlfile.Mistake {
	file := &yamlfile.File{Name: f.name, Lines: strings.Split(strings.ReplaceAll(string(f.text), "\r\n", "\n"), "\n")}
	line, column := f.place(at)
	return file.MistakeAt(&token.Token{Position: &token.Position{Line: line, Column: column}}, fmt.Errorf(format, args...))
}

// place is the line and the column of a byte, in characters, both from 1.
func (f *jsonFile) place(at int) (line, column int) {
	before := f.text[:min(at, len(f.text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])
}
