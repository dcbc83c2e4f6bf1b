package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/fuzz/corpus"
)

// fill gives an engine some inputs.
func fill(t *testing.T, work string, e corpus.Engine, target string, inputs ...string) {
	t.Helper()
	c := new(corpus.Corpus)
	for _, input := range inputs {
		c.Add([]byte(input))
	}
	if _, err := corpus.Write(e.Corpus(work, target), e.Format(), c); err != nil {
		t.Fatal(err)
	}
}

func size(t *testing.T, dir string, format corpus.Format) int {
	t.Helper()
	c, err := corpus.Read(dir, format)
	if err != nil {
		t.Fatal(err)
	}
	return len(c.Inputs())
}

func TestExchange(t *testing.T) {
	work := t.TempDir()
	fill(t, work, corpus.LibFuzzer, "FuzzReader", "a", "b")
	fill(t, work, corpus.GoFuzz, "FuzzUTF8", "c")
	var out strings.Builder
	if err := run([]string{"-dir", work, "-target", "FuzzReader", "-from", "libfuzzer", "-to", "native"}, &out); err != nil {
		t.Fatal(err)
	}
	want := "target                      native           gofuzz        libfuzzer    carried\n" +
		"FuzzReader                   0 + 2            0 + 0            2 + 0          2\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
	out.Reset()
	if err := run([]string{"-dir", work}, &out); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n"); n != 12 {
		t.Errorf("got %d lines, want one for each target and a head:\n%s", n, &out)
	}
	for _, e := range corpus.Engines() {
		if n := size(t, e.Corpus(work, "FuzzReader"), e.Format()); n != 2 {
			t.Errorf("%s has %d inputs, want 2", e, n)
		}
		if n := size(t, e.Corpus(work, "FuzzUTF8"), e.Format()); n != 1 {
			t.Errorf("%s has %d inputs, want 1", e, n)
		}
	}
}

func TestConvert(t *testing.T) {
	from, to := filepath.Join("..", "..", "testdata", "fuzz", "FuzzReader"), filepath.Join(t.TempDir(), "raw")
	var out strings.Builder
	if err := run([]string{"-from", "native:" + from, "-to", "raw:" + to}, &out); err != nil {
		t.Fatal(err)
	}
	if n := size(t, to, corpus.Raw); n == 0 || n != size(t, from, corpus.Native) {
		t.Errorf("got %d inputs; %s", n, &out)
	}
}

func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken")
	if err := os.WriteFile(broken, []byte("go test fuzz v1\n[]byte(\"a)\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ args, want string }{
		{"now", `unexpected argument "now"`},
		{"-target FuzzAll", `unknown target "FuzzAll", want one of FuzzHeader, `},
		{"-from afl", `-from: unknown engine "afl", want one of native, gofuzz, libfuzzer`},
		{"-to afl", `-to: unknown engine "afl"`},
		{"-dir " + dir + "/none", "none: no such file or directory: no engine has worked there, see -dir"},
		{"-from raw:" + dir, `-to: got "", want native:DIR or raw:DIR`},
		{"-from raw: -to raw:x", `-from: got "raw:", want native:DIR or raw:DIR`},
		{"-from zip:x -to raw:x", `-from: unknown format "zip", want native or raw`},
		{"-from raw:x -to raw:y -target FuzzReader", "-target does not go with directories"},
		{"-from raw:" + dir + "/none -to raw:" + dir + "/new", "none: no such file or directory"},
		{"-from native:" + dir + " -to raw:" + dir + "/new", broken + `: line 2: "\"a" is no string literal of Go`},
	}
	for _, tt := range tests {
		err := run(strings.Fields(tt.args), new(strings.Builder))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got the error %v, want %q", tt.args, err, tt.want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("a directory was made for nothing")
	}
}
