package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
	gate        *record.Gate // nil: there is nothing to hold the record against
	said        []string     // what became of the baseline
}

// document is a form in which a record is written as one file.
type document struct {
	format string // for --format
	file   string // its name in the directory of --out
	write  func(*view, *bufio.Writer) error
}

// documents are all of them. The record itself, "json", is none: it is written case by case.
var documents = []document{
	{"html", "index.html", func(v *view, w *bufio.Writer) error { return reports.HTML(w, v.record, v.transcripts, v.gate) }},
	{"junit", "junit.xml", func(v *view, w *bufio.Writer) error { return reports.JUnit(w, v.record, v.transcripts, v.gate) }},
	{"markdown", "summary.md", func(v *view, w *bufio.Writer) error {
		rec, transcripts := reports.WithoutParameters(v.record, v.transcripts)
		return reports.Markdown(w, rec, transcripts, v.gate, reports.SummaryLimit)
	}},
	{"sarif", "results.sarif", func(v *view, w *bufio.Writer) error {
		rec, _ := reports.WithoutParameters(v.record, v.transcripts)
		return reports.SARIF(w, rec, v.gate, v.places())
	}},
}

// collection is a form in which a record is written as several files, the names of which, or of some of them, are added to files.
type collection struct {
	format string // for --format
	write  func(v *view, files []string) ([]string, error)
}

// collections are all of them.
var collections = []collection{
	{"badge", (*view).writeBadges},
	{"wstest", (*view).writeTestsuiteFiles},
}

// formats are what --format can ask for.
func formats() []string {
	names := []string{"json"}
	for _, d := range documents {
		names = append(names, d.format)
	}
	for _, c := range collections {
		names = append(names, c.format)
	}
	slices.Sort(names)
	return names
}

// writeDocuments writes what --format asks for, and adds the names to files. What cannot be written keeps nothing else from
// being written.
func (v *view) writeDocuments(files []string) ([]string, error) {
	var failed error
	note := func(err error) {
		if err != nil && failed == nil {
			failed = usageError{fmt.Errorf("cannot write the report: %w", err)}
		}
	}
	for _, d := range documents {
		if !v.writes(d.format) {
			continue
		}
		name := filepath.Join(v.out, d.file)
		err := writeFile(name, func(w *bufio.Writer) error { return d.write(v, w) })
		note(err)
		if err == nil {
			files = append(files, name)
		}
	}
	for _, c := range collections {
		if v.writes(c.format) {
			var err error
			files, err = c.write(v, files)
			note(err)
		}
	}
	return files, failed
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

// print shows the record on stdout, and to GitHub if it is there.
func (v *view) print(files []string) error {
	defer v.tellGitHub()
	w := bufio.NewWriter(os.Stdout)
	if v.json {
		if err := reports.JSON(w, v.record); err != nil {
			return err
		}
		if !v.quiet {
			v.showGate(os.Stderr, reports.Style{})
		}
		return flush(w)
	}
	if v.quiet && judge(v.record, v.gate) == nil {
		return nil
	}
	style := reports.Style{Color: colourful(), Width: terminalWidth()}
	if err := v.summarize(w, style); err != nil {
		return err
	}
	for _, name := range files {
		fmt.Fprintln(w, name)
	}
	v.advise(w)
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
