package corpus

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Engine is one of the programs that make up inputs.
type Engine string

const (
	GoTest    Engine = "native"    // go test -fuzz
	GoFuzz    Engine = "gofuzz"    // github.com/dvyukov/go-fuzz
	LibFuzzer Engine = "libfuzzer" // clang -fsanitize=fuzzer
)

// Engines returns all engines.
func Engines() []Engine { return []Engine{GoTest, GoFuzz, LibFuzzer} }

// ParseEngine returns the engine of that name.
func ParseEngine(name string) (Engine, error) {
	if e := Engine(name); slices.Contains(Engines(), e) {
		return e, nil
	}
	var names []string
	for _, e := range Engines() {
		names = append(names, string(e))
	}
	return "", fmt.Errorf("unknown engine %q, want one of %s", name, strings.Join(names, ", "))
}

// Format is the one in which the engine keeps its corpus.
func (e Engine) Format() Format {
	if e == GoTest {
		return Native
	}
	return Raw
}

// Home is the directory in which an engine works on a target, inside the directory for all work.
func (e Engine) Home(work, target string) string { return filepath.Join(work, string(e), target) }

// Corpus is the directory in which an engine keeps its inputs for a target.
func (e Engine) Corpus(work, target string) string {
	if e == GoTest {
		return e.Home(work, target) // what the engine makes of the cache directory that it is told
	}
	return filepath.Join(e.Home(work, target), "corpus")
}

// read reads what an engine has, which is nothing if it has not worked on the target yet.
func (e Engine) read(work, target string) (*Corpus, error) {
	dir := e.Corpus(work, target)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return new(Corpus), nil
	}
	return Read(dir, e.Format())
}

// Counts are the sizes of the corpora of one target.
type Counts struct {
	Had   map[Engine]int // before the exchange
	Added map[Engine]int // by the exchange
	Union int            // what the engines that take part have now
}

// Exchange brings the inputs of some engines for a target to others. Files that cannot be read are left out and named in the
// error; everything else is carried.
func Exchange(work, target string, from, to []Engine) (Counts, error) {
	counts := Counts{Had: make(map[Engine]int), Added: make(map[Engine]int)}
	union := new(Corpus)
	var errs []error
	for _, e := range Engines() {
		c, err := e.read(work, target)
		errs = append(errs, err)
		counts.Had[e] = len(c.Inputs())
		if slices.Contains(from, e) {
			union.AddAll(c)
		}
	}
	for _, e := range to {
		n, err := Write(e.Corpus(work, target), e.Format(), union)
		counts.Added[e] = n
		errs = append(errs, err)
	}
	counts.Union = len(union.Inputs())
	return counts, errors.Join(errs...)
}
