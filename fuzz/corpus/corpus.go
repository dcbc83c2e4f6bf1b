package corpus

import (
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Format is how a directory holds inputs.
type Format string

const (
	Raw    Format = "raw"    // each file is an input: go-fuzz, libFuzzer
	Native Format = "native" // testdata/fuzz and the cache of `go test -fuzz`
)

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, error) {
	switch f := Format(name); f {
	case Raw, Native:
		return f, nil
	}
	return "", fmt.Errorf("unknown format %q, want %s or %s", name, Native, Raw)
}

// Corpus is a set of inputs, in the order in which they were added. The zero value is empty.
type Corpus struct {
	inputs [][]byte
	known  map[[sha256.Size]byte]bool
}

// Inputs returns the inputs, each once. The caller must not change them.
func (c *Corpus) Inputs() [][]byte { return c.inputs }

// Add adds an input, which is kept and must not change, and tells whether it is new.
func (c *Corpus) Add(input []byte) bool {
	sum := sha256.Sum256(input)
	if c.known[sum] {
		return false
	}
	if c.known == nil {
		c.known = make(map[[sha256.Size]byte]bool)
	}
	c.known[sum] = true
	c.inputs = append(c.inputs, input)
	return true
}

// AddAll adds the inputs of another corpus, and returns how many were new.
func (c *Corpus) AddAll(other *Corpus) (added int) {
	for _, input := range other.inputs {
		if c.Add(input) {
			added++
		}
	}
	return added
}

// Read reads all files below a directory. A file that cannot be read, or is not of the format, is left out and named in the
// error, with the line; the corpus has all the others.
func Read(dir string, format Format) (*Corpus, error) {
	c := new(Corpus)
	var bad []error
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if path == dir {
				return err
			}
			bad = append(bad, err)
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		input, err := readFile(path, format)
		if err != nil {
			bad = append(bad, err)
			return nil
		}
		c.Add(input)
		return nil
	})
	return c, errors.Join(append(bad, err)...)
}

func readFile(path string, format Format) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // reading a pipe would never end
		return nil, fmt.Errorf("%s: not a file", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if format == Raw {
		if looksNative(data) {
			return nil, fmt.Errorf("%s: line 1: a file of the native engine among raw ones", path)
		}
		return data, nil
	}
	input, err := ParseNative(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return input, nil
}

// Write brings the inputs of a corpus into a directory, which is made if there is none, and returns how many files it wrote:
// what the directory holds already, under whatever name, stays as it is. Files of the directory that are not of the format are
// left alone.
func Write(dir string, format Format, c *Corpus) (written int, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return 0, err
	}
	there, _ := Read(dir, format) // what cannot be read is not what is written
	for _, input := range c.inputs {
		if !there.Add(input) {
			continue
		}
		name, file := encode(input, format)
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o666); err != nil {
			return written, err
		}
		written++
	}
	return written, nil
}

// Name is the name of an input's file. It is the one that the engines of the format would give it.
func Name(input []byte, format Format) string {
	name, _ := encode(input, format)
	return name
}

// encode returns the name and the content of a file.
func encode(input []byte, format Format) (name string, file []byte) {
	if format == Raw {
		return fmt.Sprintf("%x", sha1.Sum(input)), input
	}
	file = AppendNative(nil, input)
	return fmt.Sprintf("%x", sha256.Sum256(file))[:16], file
}
