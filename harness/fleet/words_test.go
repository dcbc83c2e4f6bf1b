package fleet

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	for _, test := range []struct {
		line string
		want []string
	}{
		{"./server", []string{"./server"}},
		{"  ./server\t--port\n{port}  ", []string{"./server", "--port", "{port}"}},
		{`a 'b c' "d e"`, []string{"a", "b c", "d e"}},
		{`a'b c'd`, []string{"ab cd"}},
		{`'' ""`, []string{"", ""}},
		{`'a\b"c' "a'b\c"`, []string{`a\b"c`, `a'b\c`}},
		{`"say \"hi\" \\ there"`, []string{`say "hi" \ there`}},
		{`a\ b \'c\' \"d\" e\\f`, []string{"a b", "'c'", `"d"`, `e\f`}},
		{`C:\servers\echo.exe --port=1`, []string{`C:\servers\echo.exe`, "--port=1"}},
		{`a\`, []string{`a\`}},
		{`curl http://h/?a=1&b=2 $HOME *.go`, []string{"curl", "http://h/?a=1&b=2", "$HOME", "*.go"}},
		{`sh -c 'a | b' '|' ">"`, []string{"sh", "-c", "a | b", "|", ">"}},
		{`größe "ä ö"`, []string{"größe", "ä ö"}},
	} {
		got, err := Words(test.line)
		if err != nil {
			t.Errorf("%s: %v", test.line, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.line, diff)
		}
	}
}

func TestNoWords(t *testing.T) {
	for _, line := range []string{"", " \n", `a "b`, "a | b", "a && b", "a ; b", "a > b", "a 2>&1", "a &", "a < b"} {
		if words, err := Words(line); err == nil {
			t.Errorf("%q has the words %q", line, words)
		}
	}
}
