package corpus_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/fuzz/corpus"
)

// files makes a directory.
func files(t *testing.T, content map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range content {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// list returns the inputs of a corpus, sorted.
func list(c *corpus.Corpus) (inputs []string) {
	for _, input := range c.Inputs() {
		inputs = append(inputs, string(input))
	}
	slices.Sort(inputs)
	return inputs
}

func of(inputs ...string) *corpus.Corpus {
	c := new(corpus.Corpus)
	for _, input := range inputs {
		c.Add([]byte(input))
	}
	return c
}

func TestRead(t *testing.T) {
	raw := files(t, map[string]string{"a": "one", "b": "two", "same": "one", "empty": "", "deep/c": "three"})
	c, err := corpus.Read(raw, corpus.Raw)
	if want := []string{"", "one", "three", "two"}; err != nil || !slices.Equal(list(c), want) {
		t.Errorf("got %q, error %v, want %q", list(c), err, want)
	}
	native := files(t, map[string]string{"a": "go test fuzz v1\n[]byte(\"one\")\n", "b": "go test fuzz v1\n[]byte(`one`)\n"})
	c, err = corpus.Read(native, corpus.Native)
	if want := []string{"one"}; err != nil || !slices.Equal(list(c), want) {
		t.Errorf("got %q, error %v, want %q", list(c), err, want)
	}
}

// One bad file costs nothing but itself.
func TestReadNamesWhatIsWrong(t *testing.T) {
	dir := files(t, map[string]string{
		"a-good": "go test fuzz v1\n[]byte(\"good\")\n",
		"b-bad":  "go test fuzz v1\n[]byte(\"bad)\n",
		"c-raw":  "\x81",
		"d-new":  "go test fuzz v9\n",
		"e-good": "go test fuzz v1\n[]byte(\"fine\")\n",
	})
	if err := os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "f-link")); err != nil {
		t.Logf("no links here: %v", err)
	}
	c, err := corpus.Read(dir, corpus.Native)
	if want := []string{"fine", "good"}; !slices.Equal(list(c), want) {
		t.Errorf("got %q, want %q", list(c), want)
	}
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"b-bad: line 2: ", "c-raw: line 1: ", "d-new: line 1: "} {
		if !strings.Contains(err.Error(), filepath.Join(dir, want)) {
			t.Errorf("got the error %v, want %q in it", err, want)
		}
	}
}

func TestReadRefusesNativeFilesAmongRaw(t *testing.T) {
	dir := files(t, map[string]string{"a": "go test fuzz v1\n[]byte(\"one\")\n", "b": "two"})
	c, err := corpus.Read(dir, corpus.Raw)
	if err == nil || !strings.Contains(err.Error(), "line 1: a file of the native engine among raw ones") {
		t.Errorf("got the error %v", err)
	}
	if want := []string{"two"}; !slices.Equal(list(c), want) {
		t.Errorf("got %q, want %q", list(c), want)
	}
}

func TestReadNothing(t *testing.T) {
	if _, err := corpus.Read(filepath.Join(t.TempDir(), "none"), corpus.Raw); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("got the error %v", err)
	}
	if c, err := corpus.Read(t.TempDir(), corpus.Native); err != nil || len(c.Inputs()) != 0 {
		t.Errorf("got %q, error %v", list(c), err)
	}
}

func TestWrite(t *testing.T) {
	for _, format := range []corpus.Format{corpus.Raw, corpus.Native} {
		dir := filepath.Join(t.TempDir(), "new")
		for _, want := range []int{3, 0} {
			if n, err := corpus.Write(dir, format, of("", "one", "\x81\xff")); err != nil || n != want {
				t.Errorf("%s: wrote %d, error %v, want %d", format, n, err, want)
			}
		}
		c, err := corpus.Read(dir, format)
		if want := []string{"", "one", "\x81\xff"}; err != nil || !slices.Equal(list(c), want) {
			t.Errorf("%s: got %q, error %v, want %q", format, list(c), err, want)
		}
	}
}

// What a directory holds stays as it is, whatever its name.
func TestWriteLeavesAlone(t *testing.T) {
	dir := files(t, map[string]string{"case-5.6": "go test fuzz v1\n[]byte(`one`)\n", "broken": "no file of ours"})
	if n, err := corpus.Write(dir, corpus.Native, of("one", "two")); err != nil || n != 1 {
		t.Errorf("wrote %d, error %v", n, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{"broken", "case-5.6", corpus.Name([]byte("two"), corpus.Native)}; !slices.Equal(names, want) {
		t.Errorf("got the files %q, want %q", names, want)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "broken")); err != nil || string(text) != "no file of ours" {
		t.Errorf("got %q, error %v", text, err)
	}
}

// The names are those of the engines, so that an engine finds its own file again: SHA-1 of the input, and the start of the
// SHA-256 of the file.
func TestName(t *testing.T) {
	if got, want := corpus.Name([]byte("abc"), corpus.Raw), "a9993e364706816aba3e25717850c26c9cd0d89d"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := corpus.Name([]byte("0"), corpus.Native), "582528ddfad69eb5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestExchange(t *testing.T) {
	work := t.TempDir()
	write := func(e corpus.Engine, inputs ...string) {
		if _, err := corpus.Write(e.Corpus(work, "FuzzReader"), e.Format(), of(inputs...)); err != nil {
			t.Fatal(err)
		}
	}
	write(corpus.GoTest, "a", "b")
	write(corpus.LibFuzzer, "b", "c", "d")

	counts, err := corpus.Exchange(work, "FuzzReader", []corpus.Engine{corpus.LibFuzzer}, corpus.Engines())
	if err != nil || counts.Union != 3 || counts.Added[corpus.GoTest] != 2 || counts.Added[corpus.GoFuzz] != 3 || counts.Added[corpus.LibFuzzer] != 0 {
		t.Errorf("got %+v, error %v", counts, err)
	}
	if counts.Had[corpus.GoTest] != 2 || counts.Had[corpus.GoFuzz] != 0 || counts.Had[corpus.LibFuzzer] != 3 {
		t.Errorf("got %+v", counts)
	}
	counts, err = corpus.Exchange(work, "FuzzReader", corpus.Engines(), corpus.Engines())
	if err != nil || counts.Union != 4 {
		t.Errorf("got %+v, error %v", counts, err)
	}
	for _, e := range corpus.Engines() {
		c, err := corpus.Read(e.Corpus(work, "FuzzReader"), e.Format())
		if want := []string{"a", "b", "c", "d"}; err != nil || !slices.Equal(list(c), want) {
			t.Errorf("%s: got %q, error %v, want %q", e, list(c), err, want)
		}
	}
}

func TestExchangeCarriesTheRest(t *testing.T) {
	work := t.TempDir()
	dir := corpus.GoTest.Corpus(work, "FuzzReader")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"bad": "go test fuzz v1\n[]byte(", "good": "go test fuzz v1\n[]byte(\"a\")"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	counts, err := corpus.Exchange(work, "FuzzReader", corpus.Engines(), corpus.Engines())
	if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "bad: line 2")) {
		t.Errorf("got the error %v", err)
	}
	if counts.Added[corpus.LibFuzzer] != 1 || counts.Added[corpus.GoFuzz] != 1 {
		t.Errorf("got %+v", counts)
	}
}

func TestExchangeUnreadable(t *testing.T) {
	work := t.TempDir()
	home := corpus.LibFuzzer.Home(work, "FuzzReader")
	if err := os.MkdirAll(home, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "corpus"), nil, 0o666); err != nil { // a file where the directory should be
		t.Fatal(err)
	}
	if _, err := corpus.Exchange(work, "FuzzReader", corpus.Engines(), corpus.Engines()); err == nil {
		t.Error("no error")
	}
	if _, err := fs.Stat(os.DirFS(work), "gofuzz/FuzzReader/corpus"); err != nil {
		t.Errorf("the others got nothing: %v", err)
	}
}

func TestParseNames(t *testing.T) {
	if _, err := corpus.ParseEngine("afl"); err == nil || err.Error() != `unknown engine "afl", want one of native, gofuzz, libfuzzer` {
		t.Errorf("got the error %v", err)
	}
	if _, err := corpus.ParseFormat("zip"); err == nil || err.Error() != `unknown format "zip", want native or raw` {
		t.Errorf("got the error %v", err)
	}
	for _, e := range corpus.Engines() {
		if got, err := corpus.ParseEngine(string(e)); err != nil || got != e {
			t.Errorf("got %q, error %v, want %q", got, err, e)
		}
	}
}
