package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
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

	mu     sync.Mutex
	broken error // the record could not be written any more
}

// wrote keeps the first error of writing the record.
func (j *journal) wrote(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil && j.broken == nil {
		j.broken = usageError{err}
	}
}

// openJournal begins a record.
func (o *options) openJournal(planned int) (*journal, error) {
	j := &journal{options: o, began: time.Now()}
	dir := ""
	if len(o.format) > 0 {
		dir = o.out
	}
	if !o.writes("json") && dir != "" {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, usageError{fmt.Errorf("--out: %w", err)}
		}
		dir = ""
	}
	header := record.Record{
		Tool: thisBuild().tool(), Catalogue: cases.Version, Seed: o.seed, Profile: string(o.profile),
		Started: j.began.UTC(), Planned: planned, Shard: o.holds,
	}
	if o.profile == "" { // no case of ours is asked
		header.Catalogue = ""
	}
	w, err := record.Create(dir, header)
	if err != nil {
		return nil, usageError{fmt.Errorf("--out: %w", err)}
	}
	j.writer, j.display = w, newDisplay(o, planned)
	return j, nil
}

func (o *options) writes(format string) bool { return slices.Contains(o.format, format) }

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
	j.wrote(j.writer.Close(time.Since(j.began), cause))
	rec := j.writer.Record()
	switch {
	case len(rec.Peers) == 0 && cause != "":
		return fmt.Errorf("interrupted before the first case: %w", err)
	case len(rec.Peers) == 0 && err != nil:
		return err
	case cause != "":
		err = nil // the record says it, and the exit code
	}
	gate, said, gateErr := j.hold(rec)
	v := &view{options: j.options, record: rec, transcripts: j.writer.Transcript, gate: gate, said: said}
	files, writeErr := v.writeDocuments(nil)
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
	case gateErr != nil:
		return gateErr
	}
	return judge(rec, gate)
}
