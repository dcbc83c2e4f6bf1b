package record

import (
	"errors"
	"os"
)

// ErrFull is what a disk answers that is full.
var ErrFull = errors.New("no space left on device")

// Disk is a directory that calls after each system call, and whose disk is full once Space bytes were written.
type Disk struct {
	directory
	after func(call string)
	Space int // -1: no end
}

// Watch puts a watched directory under a Writer that has just been created.
func Watch(w *Writer, space int, after func(call string)) (*Disk, error) {
	d := &Disk{w.journal.dir, after, -1}
	w.journal.dir = d
	err := w.rewrite()
	d.Space = space
	return d, err
}

func (d *Disk) open(name string, flag int) (file, error) {
	f, err := d.directory.open(name, flag)
	d.after("open " + name)
	if err != nil {
		return nil, err
	}
	info, err := f.(*os.File).Stat()
	if err != nil {
		return nil, err
	}
	return &watchedFile{f, d, info.Size()}, nil
}

func (d *Disk) rename(from, to string) error {
	err := d.directory.rename(from, to)
	d.after("rename")
	return err
}

type watchedFile struct {
	file
	dir  *Disk
	size int64
}

func (f *watchedFile) WriteAt(p []byte, off int64) (int, error) {
	defer f.dir.after("write")
	grown := int(max(off+int64(len(p))-f.size, 0))
	if f.dir.Space < 0 || grown <= f.dir.Space {
		if f.dir.Space >= 0 {
			f.dir.Space -= grown
		}
		f.size = max(f.size, off+int64(len(p)))
		return f.file.WriteAt(p, off)
	}
	n, _ := f.file.WriteAt(p[:len(p)-grown+f.dir.Space], off)
	f.dir.Space = 0
	return n, ErrFull
}

func (f *watchedFile) Truncate(size int64) error {
	defer f.dir.after("truncate")
	return f.file.Truncate(size)
}
