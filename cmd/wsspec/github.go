package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// tellGitHub shows the record where a job of GitHub Actions shows results: in the summary of the step, in its outputs, and as
// annotations. None of them is worth an error.
func (v *view) tellGitHub() {
	if name := os.Getenv("GITHUB_STEP_SUMMARY"); name != "" {
		if err := v.appendSummary(name); err != nil {
			fmt.Fprintf(os.Stderr, "warning: cannot write the job summary: %v\n", err)
		}
	}
	if name := os.Getenv("GITHUB_OUTPUT"); name != "" {
		if err := v.appendOutputs(name); err != nil {
			fmt.Fprintf(os.Stderr, "warning: cannot write the outputs of the step: %v\n", err)
		}
	}
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		rec, _ := reports.WithoutParameters(v.record, v.transcripts)
		reports.Annotations(v.annotated(), rec, v.gateInRepository())
	}
}

// annotated is where GitHub reads annotations. It reads stdout and stderr alike, but with --json stdout is someone else's.
func (v *view) annotated() io.Writer {
	if v.json {
		return os.Stderr
	}
	return os.Stdout
}

// leastSummary is how much room a summary needs to be of use, in bytes.
const leastSummary = 4 << 10

// appendSummary adds to what other commands of the same step may have written. Of a file that is longer than it may be
// GitHub shows nothing at all.
func (v *view) appendSummary(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	room := reports.SummaryLimit - int(min(info.Size(), reports.SummaryLimit))
	if room < leastSummary {
		return fmt.Errorf("%s is as long as GitHub allows already", name)
	}
	var text bytes.Buffer
	rec, transcripts := reports.WithoutParameters(v.record, v.transcripts)
	if err := reports.Markdown(&text, rec, transcripts, v.gate, room); err != nil {
		return err
	}
	_, err = f.Write(text.Bytes())
	return err
}

// appendOutputs sets the outputs of the step: planned, ran, the number of each verdict, and in words, badge. Nothing of a peer is
// in them.
func (v *view) appendOutputs(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "planned=%d\nran=%d\n", v.record.Planned, v.record.Ran)
	counts := v.record.Counts()
	for _, verdict := range record.Verdicts {
		fmt.Fprintf(&text, "%s=%d\n", verdict, counts[verdict])
	}
	fmt.Fprintf(&text, "badge=%s\n", reports.NewBadge(badgeLabel, v.record, v.gate).Message)
	_, err = f.Write(text.Bytes())
	return errors.Join(err, f.Close())
}
