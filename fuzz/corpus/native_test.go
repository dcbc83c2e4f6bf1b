package corpus_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/wsspec/wsspec/fuzz/corpus"
)

func TestNativeRoundTrip(t *testing.T) {
	var all []byte
	for i := range 256 {
		all = append(all, byte(i))
	}
	for _, input := range []string{"", "Hello", "\x81\x85\x37\xfa", "a\"b`c\\d\n\r\t", "\u00e9\u2028\U00024b62\xed\xa0\x80", string(all)} {
		file := corpus.AppendNative([]byte("before"), []byte(input))
		rest, ok := bytes.CutPrefix(file, []byte("before"))
		got, err := corpus.ParseNative(rest)
		if !ok || err != nil || string(got) != input {
			t.Errorf("%q became %q, then %q, error %v", input, file, got, err)
		}
	}
}

// What the native engine wrote is read, and written again the same.
func TestNativeIsThatOfTheEngine(t *testing.T) {
	files, err := filepath.Glob("../testdata/fuzz/*/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no seeds, error %v", err)
	}
	for _, name := range files {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		input, err := corpus.ParseNative(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if again := corpus.AppendNative(nil, input); !bytes.Equal(again, file) {
			t.Errorf("%s: got %q, want %q", name, again, file)
		}
	}
}

func TestParseNativeByHand(t *testing.T) {
	for file, want := range map[string]string{
		"go test fuzz v1\n[]byte(\"\\x81\")":              "\x81",
		"go test fuzz v1\r\n\r\n[]byte(`a\"b`)\r\n\r\n\n": `a"b`,
		"go test fuzz v1\n  []byte( \"a\" )  \n":          "a",
	} {
		if got, err := corpus.ParseNative([]byte(file)); err != nil || string(got) != want {
			t.Errorf("%q: got %q, error %v, want %q", file, got, err, want)
		}
	}
}

func TestParseNativeErrors(t *testing.T) {
	tests := []struct {
		file string
		line int
		text string
	}{
		{"", 1, `no "go test fuzz v1"; the file is empty, or not one of the native engine`},
		{"\n[]byte(\"\")", 1, `no "go test fuzz v1"; the file is empty, or not one of the native engine`},
		{"\x81\x05Hello", 1, `got "\x81\x05Hello", want "go test fuzz v1"; a file that holds the input as it is has the format raw`},
		{"go test fuzz v2\n[]byte(\"\")", 1, `encoding "go test fuzz v2" is newer than "go test fuzz v1", the newest that is known here`},
		{"go test fuzz v1", 1, `the file ends without a value, such as []byte("\x81\x00")`},
		{"go test fuzz v1\n\n", 3, `the file ends without a value, such as []byte("\x81\x00")`},
		{"go test fuzz v1\n\nstring(\"a\")", 3, `got "string(\"a\")", want []byte("...")`},
		{"go test fuzz v1\n[]byte(\"a\"", 2, `got "[]byte(\"a\"", want []byte("...")`},
		{"go test fuzz v1\n[]byte(\"a)", 2, `"\"a" is no string literal of Go`},
		{"go test fuzz v1\n[]byte('a')", 2, `"'a'" is no string literal of Go`},
		{"go test fuzz v1\n[]byte()", 2, `"" is no string literal of Go`},
		{"go test fuzz v1\n[]byte(\"a\")\n[]byte(\"b\")", 3, "a second value, where the targets take one"},
	}
	for _, tt := range tests {
		input, err := corpus.ParseNative([]byte(tt.file))
		var wrong *corpus.SyntaxError
		if !errors.As(err, &wrong) || wrong.Line != tt.line || wrong.Text != tt.text {
			t.Errorf("%q: got %q, error %v, want line %d: %s", tt.file, input, err, tt.line, tt.text)
		}
	}
}

// A file that breaks off anywhere is an error, not another input.
func TestParseNativeTruncated(t *testing.T) {
	file := corpus.AppendNative(nil, []byte("\x81\x05Hello"))
	for n := range len(file) - 1 { // the last byte is a line feed
		if input, err := corpus.ParseNative(file[:n]); err == nil {
			t.Errorf("%q: got %q", file[:n], input)
		}
	}
}
