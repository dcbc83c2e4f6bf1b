package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// gateOptions are the flags that say what fails a run.
type gateOptions struct {
	baseline string
	update   bool
	require  []string
	newCases string
	strict   bool

	demands map[string][]record.Demand // what a fleet file requires, by peer
	known   *record.Baseline           // the baseline, nil if there is none
}

// defaultBaseline is the file that --update-baseline writes if none is named.
const defaultBaseline = "wsspec-baseline.yaml"

func (o *gateOptions) registerGate(f *pflag.FlagSet) {
	f.StringVar(&o.baseline, "baseline", "", "file with the failures that are known: only others fail the run")
	f.BoolVar(&o.update, "update-baseline", false, "bring that file up to date with this run (default: "+defaultBaseline+")")
	f.StringSliceVar(&o.require, "require", nil, "what the peer has to offer, else the run fails: "+strings.Join(harness.Features, ", "))
	f.StringVar(&o.newCases, "new-cases", "report", "report or fail: what failures of cases do that are younger than the baseline")
	f.BoolVar(&o.strict, "strict", false, "non-strict and flaky cases count as failures")
}

// checkGate looks for what is wrong with the flags and with the baseline, before anything is measured.
func (o *gateOptions) checkGate() error {
	if o.newCases != "report" && o.newCases != "fail" {
		return usageError{fmt.Errorf("--new-cases: %q is unknown: choose report or fail", o.newCases)}
	}
	for _, feature := range o.require {
		if !slices.Contains(harness.Features, feature) {
			return usageError{fmt.Errorf("--require: %q is unknown: choose from %s", feature, strings.Join(harness.Features, ", "))}
		}
	}
	if o.update && o.baseline == "" {
		o.baseline = defaultBaseline
	}
	if o.baseline == "" {
		return nil
	}
	return o.readBaseline()
}

// readBaseline reads the baseline. One that is to be written need not be there yet.
func (o *gateOptions) readBaseline() error {
	b, err := record.ReadBaseline(o.baseline, cases.Catalogue())
	var empty *record.EmptyBaselineError
	switch {
	case err == nil:
	case o.update && errors.Is(err, os.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(o.baseline)); err != nil {
			return usageError{fmt.Errorf("--baseline: cannot write %s: %w", o.baseline, err)}
		}
		b = record.NewBaseline(o.baseline, cases.Catalogue(), "")
	case o.update && errors.As(err, &empty):
		b = record.NewBaseline(o.baseline, cases.Catalogue(), empty.Text)
	case errors.Is(err, os.ErrNotExist), errors.As(err, &empty):
		return usageError{fmt.Errorf("--baseline: %w; --update-baseline writes one", err)}
	default:
		return usageError{fmt.Errorf("--baseline: %w", err)}
	}
	o.known = b
	for _, warning := range b.Warnings {
		fmt.Fprintln(os.Stderr, "warning: "+warning)
	}
	return nil
}

// warnOfPeers says which peers of the baseline are none of those given. That may be so: a baseline can serve several runs.
// But if it knows none of them, or all peers that there are were given, a name is probably wrong.
func (o *gateOptions) warnOfPeers(names []string, all bool) {
	if o.known == nil {
		return
	}
	var strangers []string
	for _, p := range o.known.Peers {
		if !slices.Contains(names, p.Name) {
			strangers = append(strangers, fmt.Sprintf("%q", p.Name))
		}
	}
	if len(strangers) == 0 || !all && len(strangers) < len(o.known.Peers) {
		return
	}
	fmt.Fprintf(os.Stderr, "warning: %s speaks of %s, and no peer of this run is named so\n", o.baseline, strings.Join(strangers, ", "))
}

// gates tells whether there is anything to hold a record against.
func (o *gateOptions) gates() bool {
	return o.known != nil || len(o.require) > 0 || len(o.demands) > 0 || o.strict
}

func (o *gateOptions) rules() record.GateRules {
	return record.GateRules{Now: time.Now(), Strict: o.strict, FailNew: o.newCases == "fail", Required: o.required}
}

// required is what a peer has to offer.
func (o *gateOptions) required(peer string) (demands []record.Demand) {
	for _, feature := range o.require {
		demands = append(demands, record.Demand{Feature: feature, By: "--require"})
	}
	return append(demands, o.demands[peer]...)
}

// hold holds a record against the baseline and what is required, nil if there is neither. With --update-baseline the baseline
// is brought up to date first, unless the run ended early; what cannot be done about that is the error, and the old baseline
// counts.
func (o *gateOptions) hold(rec *record.Record) (gate *record.Gate, said []string, err error) {
	if o.update && rec.Interrupted == "" {
		said, err = o.updateBaseline(rec)
	} else if o.update {
		said = []string{o.baseline + " stays as it is, since the run ended early"}
	}
	if !o.gates() {
		return nil, nil, nil
	}
	return record.Judge(rec, o.known, o.rules()), said, err
}

// updateBaseline writes the baseline anew, and says what is different.
func (o *gateOptions) updateBaseline(rec *record.Record) (said []string, err error) {
	u, err := o.known.Update(rec, o.rules())
	if err != nil {
		return nil, usageError{fmt.Errorf("--update-baseline: %w", err)}
	}
	if err := writeText(o.baseline, u.Text); err != nil {
		return nil, usageError{fmt.Errorf("--update-baseline: cannot write %s: %w", o.baseline, err)}
	}
	o.known = u.Baseline
	said = []string{fmt.Sprintf("%s   %d added, %d changed, %d removed, %d in all", o.baseline, len(u.Added), len(u.Changed), len(u.Removed), u.Baseline.Size())}
	for _, change := range []struct {
		word string
		list []string
	}{{"added", u.Added}, {"changed", u.Changed}, {"removed", u.Removed}, {"left", u.Kept}, {"no reason", u.Baseline.Unreasoned()}} {
		for _, what := range change.list {
			said = append(said, fmt.Sprintf("  %-9s  %s", change.word, what))
		}
	}
	return said, nil
}

// writeText writes a file as a whole or not at all. A symbolic link stays one.
func writeText(name, text string) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".wsspec-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = io.WriteString(f, text)
	if err := errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// summarize writes what a person wants to know of the record. Against a baseline that is what differs from it.
func (v *view) summarize(w io.Writer, style reports.Style) error {
	if v.gate == nil || v.gate.Baseline == "" {
		if err := reports.Text(w, v.record, v.transcripts, style); err != nil {
			return err
		}
	}
	return v.showGate(w, style)
}

// showGate writes what the gate says, and what became of the baseline.
func (v *view) showGate(w io.Writer, style reports.Style) error {
	if v.gate != nil && (v.gate.Baseline != "" || len(v.gate.Judgements) > 0) {
		options := reports.GateOptions{Style: style, Brief: v.quiet}
		if v.writes("html") {
			options.Report = filepath.ToSlash(filepath.Join(v.out, "index.html"))
		}
		if err := reports.Gated(w, v.record, v.transcripts, v.gate, options); err != nil {
			return err
		}
	}
	for _, line := range v.said {
		fmt.Fprintln(w, line)
	}
	return nil
}

// advise says why the exit code is 1 and how failures are accepted, if nobody seems to know that.
func (v *view) advise(w io.Writer) {
	n := v.record.Counts()[record.Fail]
	if v.quiet || v.gate != nil || n == 0 {
		return
	}
	what := "a failure"
	if n > 1 {
		what = fmt.Sprintf("%d failures", n)
	}
	fmt.Fprintf(w, "exit 1: %s and no baseline. To accept what fails for now: --update-baseline\n", what)
}
