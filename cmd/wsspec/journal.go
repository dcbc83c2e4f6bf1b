package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/record"
)

// journal is a run under way: its record, and what the user sees of it.
type journal struct {
	*options
	began   time.Time
	writer  *record.Writer
	display *display
	broken  error // the record could not be written any more
}

// openJournal begins a record.
func (o *options) openJournal(planned int) (*journal, error) {
	j := &journal{options: o, began: time.Now()}
	dir := ""
	if o.writes("json") || o.writes("html") {
		dir = o.out
	}
	if !o.writes("json") && dir != "" {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, usageError{fmt.Errorf("--out: %w", err)}
		}
		dir = ""
	}
	w, err := record.Create(dir, record.Record{
		Tool: strings.Fields(tool())[0] + " " + version, Catalogue: cases.Version, Seed: o.seed, Profile: "standard",
		Started: j.began.UTC(), Planned: planned,
	})
	if err != nil {
		return nil, usageError{fmt.Errorf("--out: %w", err)}
	}
	j.writer, j.display = w, newDisplay(o, planned)
	return j, nil
}

func (o *options) writes(format string) bool {
	for _, f := range o.format {
		if f == format {
			return true
		}
	}
	return false
}

// test tests the servers and ends the record, whatever happens.
func (j *journal) test(ctx context.Context, runs []*serverRun) error {
	j.display.start(j.began, j.seed)
	var err error
	for _, r := range runs {
		if err = r.run(ctx, j); err != nil {
			break
		}
	}
	j.display.stop()
	return j.finish(err)
}

// finish writes what is left to write and tells the user how it went. The error is why the run ended early.
func (j *journal) finish(err error) error {
	cause := ""
	if signal := (signalError{}); errors.As(err, &signal) {
		cause = signal.Error()
	}
	if closeErr := j.writer.Close(time.Since(j.began), cause); closeErr != nil {
		j.broken = usageError{closeErr}
	}
	rec := j.writer.Record()
	switch {
	case len(rec.Peers) == 0 && cause != "":
		return fmt.Errorf("interrupted before the first case: %w", err)
	case len(rec.Peers) == 0:
		return err
	case cause != "":
		err = nil // the record says it, and the exit code
	}
	v := &view{options: j.options, record: rec, transcripts: j.writer.Transcript}
	files, writeErr := v.writeHTML(nil)
	if j.writes("json") {
		files = append(files, filepath.Join(j.out, "results.json"))
	}
	if err := v.print(files); err != nil {
		return err
	}
	switch {
	case err != nil:
		return err
	case writeErr != nil:
		return writeErr
	case j.broken != nil:
		return j.broken
	}
	return judge(rec, j.strict)
}
