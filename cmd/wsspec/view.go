package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/term"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// view is a record that is shown to the user.
type view struct {
	*options
	record      *record.Record
	transcripts reports.Transcripts
}

// writeHTML writes the report, if --format asks for it, and adds its name to files.
func (v *view) writeHTML(files []string) ([]string, error) {
	if !v.writes("html") {
		return files, nil
	}
	name := filepath.Join(v.out, "index.html")
	err := writeFile(name, func(w *bufio.Writer) error { return reports.HTML(w, v.record, v.transcripts) })
	if err != nil {
		return files, usageError{fmt.Errorf("cannot write the report: %w", err)}
	}
	return append(files, name), nil
}

// writeRecord writes the record, with its transcripts, into another directory, if --format asks for it, and adds its name
// to files.
func (v *view) writeRecord(files []string) ([]string, error) {
	if !v.writes("json") {
		return files, nil
	}
	w, err := record.Create(v.out, *v.record)
	if err != nil {
		return files, usageError{fmt.Errorf("--out: %w", err)}
	}
	for _, p := range v.record.Peers {
		w.Peer(p)
		for _, c := range p.Cases {
			w.Case(p.Name, c, v.transcripts(p.Name, c.ID))
		}
	}
	if err := w.Close(time.Duration(v.record.DurationMS)*time.Millisecond, v.record.Interrupted); err != nil {
		return files, usageError{err}
	}
	return append(files, filepath.Join(v.out, "results.json")), nil
}

// writeFile writes a file as a whole or not at all.
func writeFile(name string, write func(*bufio.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".wsspec-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	w := bufio.NewWriter(f)
	err = errors.Join(write(w), w.Flush(), f.Chmod(0o644), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// print shows the record on stdout.
func (v *view) print(files []string) error {
	w := bufio.NewWriter(os.Stdout)
	if v.json {
		if err := reports.JSON(w, v.record); err != nil {
			return err
		}
		return flush(w)
	}
	if v.quiet && judge(v.record, v.strict) == nil {
		return nil
	}
	style := reports.Style{Color: colourful(), Width: terminalWidth()}
	if err := reports.Text(w, v.record, v.transcripts, style); err != nil {
		return err
	}
	for _, name := range files {
		fmt.Fprintln(w, name)
	}
	return flush(w)
}

func flush(w *bufio.Writer) error {
	if err := w.Flush(); err != nil {
		return usageError{fmt.Errorf("cannot write to stdout: %w", err)}
	}
	return nil
}

// terminalWidth is how many columns the summary may have.
func terminalWidth() int {
	if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && width > 0 {
		return width
	}
	return 120
}
