package autobahn

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// files is the directory in which the files of wstest are kept. Those of several parts lie side by side: each part has case
// files of its own, and they share one index.json.
type files struct {
	dir   string
	split bool
	index index // of all parts
	whole bool  // it is in the directory, as wstest wrote it
}

// openFiles makes the directory, and removes the files of an earlier test from it.
func openFiles(dir string, split bool) (*files, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if !ours.MatchString(entry.Name()) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return nil, err
		}
	}
	return &files{dir: dir, split: split, index: make(index)}, nil
}

// ours are the names of what a test leaves behind: wstest's files, and what take was interrupted at.
var ours = regexp.MustCompile(`^(index(-chapter[0-9]+)?|.*_case_[0-9_]+)\.(json|html)$|^\.part-[0-9]+$`)

const indexName = "index.json"

// take gets the files that a program has written for a part.
func (f *files) take(ctx context.Context, process Process, p *part) error {
	from, err := os.MkdirTemp(f.dir, ".part-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(from)
	err = process.Reports(ctx, from)
	p.wrote = !empty(from)
	p.index = f.readIndex(filepath.Join(from, indexName))
	return cmp.Or(err, f.move(from, p.name))
}

func empty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

var errNoIndex = errors.New("wstest wrote no index.json")

// readIndex adds an index to that of all parts, as far as it can be read. A file that is not needed as it stands is removed.
func (f *files) readIndex(name string) error {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		f.whole = false
		return errNoIndex
	}
	if err != nil {
		return err
	}
	if err = f.index.read(text); err != nil {
		err = fmt.Errorf("the index.json that wstest wrote cannot be read to its end: %w", err)
	}
	if f.whole = !f.split && err == nil; f.whole {
		return nil
	}
	return cmp.Or(err, os.Remove(name))
}

// move moves what is in a directory up to ours. If there are several parts, what is called index gets the name of the part.
func (f *files) move(from, part string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if ext := filepath.Ext(name); f.split && strings.TrimSuffix(name, ext) == "index" {
			name = "index-" + part + ext
		}
		if err := os.Rename(filepath.Join(from, entry.Name()), filepath.Join(f.dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// finish writes the index, unless it is there as wstest wrote it.
func (f *files) finish() error {
	if f.whole {
		return nil
	}
	text, err := json.MarshalIndent(f.index, "", "   ") // as wstest does it
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(f.dir, indexName), text, 0o666)
}

// copyFile copies a file as a whole or not at all.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		os.Remove(to)
	}
	return err
}
