package autobahn

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// owner is a user of the container; -1 where this system has no numbers for them.
type owner struct{ user, group int }

func caller() owner { return owner{os.Getuid(), os.Getgid()} }

// String is how a container is told to run as this user; "" leaves it to the image.
func (o owner) String() string {
	if o.user < 0 {
		return ""
	}
	return fmt.Sprintf("%d:%d", o.user, o.group)
}

// pack makes the archive that is unpacked in the container's root: the directory of our own with the specification, the files
// and a place for the reports. All of it is the owner's.
func pack(spec []byte, files map[string][]byte, o owner) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	add := func(name string, kind byte, mode int64, content []byte) error {
		h := &tar.Header{Name: strings.TrimPrefix(name, "/"), Typeflag: kind, Mode: mode, Size: int64(len(content))}
		h.Uid, h.Gid = max(o.user, 0), max(o.group, 0)
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		_, err := w.Write(content)
		return err
	}
	for _, dir := range []string{containerHome, containerReports, containerFiles} {
		if err := add(dir+"/", tar.TypeDir, 0o755, nil); err != nil {
			return nil, err
		}
	}
	if err := add(containerSpec, tar.TypeReg, 0o644, spec); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name != path.Base(name) || !filepath.IsLocal(name) {
			return nil, fmt.Errorf("%q is no name for a file beside the specification", name)
		}
		if err := add(path.Join(containerFiles, name), tar.TypeReg, 0o600, files[name]); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), w.Close()
}

// limits bound what is unpacked. The reports of one peer are some 1 000 files of 30 MB in all.
type limits struct {
	files       int
	file, total int64 // bytes
}

var reportLimits = limits{files: 200_000, file: 256 << 20, total: 8 << 30}

// unpack writes the files of an archive into dir, which is made. The name of each is taken without its first part, that of the
// directory which was packed. Whatever is neither a file nor a directory, or would lie outside of dir, is left out and told: it
// is the work of a program that may be a bad one. Files that are there already are replaced.
func unpack(archive io.Reader, dir string, l limits, tell func(string)) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for r := tar.NewReader(archive); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the reports came only in part: %w", err)
		}
		_, name, _ := strings.Cut(path.Clean(h.Name), "/")
		switch {
		case h.Typeflag == tar.TypeDir && name == "":
		case !filepath.IsLocal(name) || strings.Contains(h.Name, ".."):
			tell(fmt.Sprintf("left out of the reports: %q, which lies outside of them", h.Name))
		case h.Typeflag == tar.TypeDir:
			err = root.MkdirAll(name, 0o777)
		case h.Typeflag != tar.TypeReg:
			tell(fmt.Sprintf("left out of the reports: %q, which is no file", h.Name))
		default:
			l.files, l.total = l.files-1, l.total-h.Size
			if l.files < 0 || l.total < 0 || h.Size > l.file {
				return fmt.Errorf("the reports are too big: %q would go beyond what is sensible", h.Name)
			}
			err = unpackFile(root, name, r)
		}
		if err != nil {
			return err
		}
	}
}

// unpackFile makes a new file, so that it is the caller's whatever was there before.
func unpackFile(root *os.Root, name string, content io.Reader) error {
	if err := root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return err
	}
	if err := root.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}
