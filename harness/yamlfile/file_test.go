package yamlfile

import (
	"errors"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
)

// However a file ends its lines and whatever it begins with, a place in it is the same.
func TestPlaces(t *testing.T) {
	for what, text := range map[string]string{
		"LF": "a: 1\nb:\n  c: 2\n", "CRLF": "a: 1\r\nb:\r\n  c: 2\r\n", "a byte order mark": "\ufeffa: 1\nb:\n  c: 2\n",
	} {
		f, err := Parse("x.yaml", []byte(text))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		b := f.Body.(*ast.MappingNode).Values[1]
		want := "x.yaml:3:3: wrong\n    2 | b:\n    3 |   c: 2\n      |   ^"
		if got := f.Mistake(b.Value, errors.New("wrong")).Error(); got != want {
			t.Errorf("%s:\n got %q\nwant %q", what, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	for _, empty := range []string{"", "# nothing\n", "---\n", "\ufeff", "---\n---\n"} {
		if f, err := Parse("x.yaml", []byte(empty)); err != nil || f.Body != nil {
			t.Errorf("%q: %v", empty, err)
		}
	}
	for text, want := range map[string]string{
		"\x00\x01":          "x.yaml: this is no text: it holds zero bytes",
		"a: 1\n---\nb: 1":   "x.yaml:3:1: here begins a second document: take out the line --- before it\n    2 | ---\n    3 | b: 1\n      | ^",
		"a: 1\na: 2\n":      "x.yaml:2:1: mapping key \"a\" already defined at [1:1]\n    1 | a: 1\n    2 | a: 2\n      | ^",
		"a: \"\x1b[31m\n":   "x.yaml:1:4: ",
		"\t\x1b]0;pwned: [": "x.yaml:1:",
	} {
		_, err := Parse("x.yaml", []byte(text))
		var m *Mistake
		if !errors.As(err, &m) || !strings.HasPrefix(err.Error(), want) || strings.ContainsAny(err.Error(), "\x1b\t\r\x00") {
			t.Errorf("%q:\n got %q\nwant %q", text, err, want)
		}
	}
}

// Of a long line, what is around the place is shown, with the caret below it.
func TestLongLine(t *testing.T) {
	f, err := Parse("x.yaml", []byte(strings.Repeat("é", 1000)+": "+strings.Repeat("1", 1000)))
	if err != nil {
		t.Fatal(err)
	}
	m := f.Mistake(f.Body.(*ast.MappingNode).Values[0].Value, errors.New("wrong"))
	lines := strings.Split(m.Excerpt, "\n")
	if m.Column != 1003 || len([]rune(lines[0])) != 8+shownInAll || len(lines[1]) != 8+shownBefore+1 {
		t.Errorf("column %d\n%s", m.Column, m.Excerpt)
	}
}
