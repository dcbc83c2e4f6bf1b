package wstest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// output is the directory into which files are written.
type output struct {
	dir   string
	owner owner
}

// openOutput makes the directory.
func openOutput(dir string) (*output, error) {
	above := dir
	var missing []string
	for {
		if _, err := os.Stat(above); err == nil || above == filepath.Dir(above) {
			break
		}
		missing = append(missing, above)
		above = filepath.Dir(above)
	}
	out := &output{dir: dir, owner: ownerOf(above)}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for _, made := range missing {
		out.owner.take(made)
	}
	return out, nil
}

// put writes a file as a whole or not at all. The error names it.
func (o *output) put(name string, text []byte) error {
	name = filepath.Join(o.dir, name)
	if err := o.replace(name, text); err != nil {
		return fmt.Errorf("%s: %w", name, reason(err))
	}
	return nil
}

// replace writes a file beside the one of that name, and puts it in its place.
func (o *output) replace(name string, text []byte) error {
	f, err := os.CreateTemp(o.dir, ".wsspec-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	o.owner.take(f.Name())
	return os.Rename(f.Name(), name)
}
