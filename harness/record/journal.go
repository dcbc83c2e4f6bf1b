package record

import (
	"bytes"
	"fmt"
	"os"
)

// resultsName is the file of the record, partName the one in which its next version grows until it takes the place of the
// first in one step.
const (
	resultsName = "results.json"
	partName    = "results.json.part"
)

// file is what a journal needs of an open file.
type file interface {
	WriteAt(p []byte, off int64) (int, error)
	Truncate(size int64) error
	Close() error
}

// directory is what a journal needs of the directory that it lives in.
type directory interface {
	open(name string, flag int) (file, error)
	rename(from, to string) error
	remove(name string) error
}

// journal is a JSON document on disk that grows and is valid between any two system calls. It ends in a tail that closes
// what is open:
//
//	{"schema":1, ... "peers":[           head
//	{"name":"gorilla","cases":[
//	{"id":"5.6", ... },
//	{"id":"5.7", ... }
//	]}],"planned":303,"ran":2}           tail
//
// To append is one write at the place of the tail: the new text and a new tail behind it.
type journal struct {
	dir  directory
	file file   // nil before the first replace
	end  int64  // offset of the tail
	tail []byte // as it stands in the file
}

// replace puts body and tail in the place of all that the file held, by renaming.
func (j *journal) replace(body, tail []byte) error {
	if err := j.writePart(append(body, tail...)); err != nil {
		j.dir.remove(partName)
		return err
	}
	// Windows renames neither an open file nor onto one.
	j.close()
	if err := j.dir.rename(partName, resultsName); err != nil {
		return err
	}
	f, err := j.dir.open(resultsName, os.O_RDWR)
	if err != nil {
		return err
	}
	j.file, j.end, j.tail = f, int64(len(body)), tail
	return nil
}

func (j *journal) writePart(data []byte) error {
	f, err := j.dir.open(partName, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(data, 0); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// append puts text before the tail and replaces the tail. If the write fails half-way, what was there is put back.
func (j *journal) append(text, tail []byte) error {
	if j.file == nil {
		return fmt.Errorf("%s is not open", resultsName)
	}
	// A shorter document would leave the end of the longer one behind it; white space covers that.
	if short := len(j.tail) - len(text) - len(tail); short > 0 {
		tail = append(tail, bytes.Repeat([]byte("\n"), short)...)
	}
	if _, err := j.file.WriteAt(append(text, tail...), j.end); err != nil {
		j.restore()
		return err
	}
	j.end += int64(len(text))
	j.tail = tail
	return nil
}

// restore undoes a write that failed. The old tail needs no space that the file has not got, so it fits on a full disk.
func (j *journal) restore() {
	if _, err := j.file.WriteAt(j.tail, j.end); err == nil {
		j.file.Truncate(j.end + int64(len(j.tail)))
	}
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

// rootDirectory is a directory of the file system. A symbolic link in it cannot lead out of it.
type rootDirectory struct{ root *os.Root }

func (d rootDirectory) open(name string, flag int) (file, error) {
	f, err := d.root.OpenFile(name, flag, 0o644)
	if err != nil {
		return nil, err // not a nil *os.File in a file
	}
	return f, nil
}

func (d rootDirectory) rename(from, to string) error { return d.root.Rename(from, to) }

func (d rootDirectory) remove(name string) error { return d.root.Remove(name) }
