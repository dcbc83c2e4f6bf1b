package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// encore is what became of a case that was played again.
type encore string

const (
	fixed    encore = "fixed"    // it failed, and is clean in every run
	clean    encore = "clean"    // it did not fail, and does not
	flaky    encore = "flaky"    // it fails in some runs
	failed   encore = "failed"   // it fails in every run, over what it failed before
	changed  encore = "changed"  // it fails in every run, over something else
	untested encore = "untested" // it could not be asked
)

var encores = []encore{fixed, clean, flaky, failed, changed, untested}

// compare says what became of a case. now is nil if it has no verdict.
func (r *replay) compare(was, now *record.Case) encore {
	if now == nil {
		return untested
	}
	runs := now.Runs
	if len(runs) == 0 {
		runs = []record.Verdict{now.Verdict}
	}
	bad, answered := 0, 0
	for _, v := range runs {
		if v != record.Error {
			answered++
		}
		if r.bad(&record.Case{Verdict: v}) {
			bad++
		}
	}
	switch {
	case answered == 0, bad == 0 && answered < len(runs):
		return untested
	case bad > 0 && bad < answered:
		return flaky
	case bad > 0 && r.bad(was) && alike(was, now):
		return failed
	case bad > 0:
		return changed
	case r.bad(was):
		return fixed
	}
	return clean
}

// alike tells whether both break a requirement in common.
func alike(was, now *record.Case) bool {
	return slices.ContainsFunc(now.Findings, func(f record.Finding) bool {
		return slices.ContainsFunc(was.Findings, func(g record.Finding) bool { return f.Requirement == g.Requirement })
	})
}

// tell shows what became of the cases, and returns how the command ends. The error is why the replay ended early.
func (r *replay) tell(parts []*replayed, rec *record.Record, err error) error {
	if len(rec.Peers) == 0 && err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	counts := make(map[encore]int)
	for _, part := range parts {
		for _, c := range part.wanted {
			was, now := part.peer.Case(c.ID), (*record.Case)(nil)
			if p := rec.Peer(part.peer.Name); p != nil {
				now = p.Case(c.ID)
			}
			what := r.compare(was, now)
			counts[what]++
			if !r.json {
				r.tellCase(out, what, part.peer.Name, was, now)
			}
		}
	}
	if r.json {
		if err := reports.JSON(out, rec); err != nil {
			return err
		}
	} else {
		r.tellTotals(out, counts)
	}
	if err := flush(out); err != nil {
		return err
	}
	switch {
	case err != nil && !errors.As(err, new(signalError)):
		return err
	case counts[flaky]+counts[failed]+counts[changed] > 0:
		return verdictError{exitFails}
	case counts[untested] > 0, err != nil:
		return verdictError{exitUntested}
	}
	return nil
}

// tellCase shows a case: on one line if it is well, with what was found if it is not.
func (r *replay) tellCase(out *bufio.Writer, what encore, name string, was, now *record.Case) {
	well := what == fixed || what == clean
	if well && r.quiet {
		return
	}
	title := was.Title
	if now != nil {
		title = now.Title
	}
	fmt.Fprintf(out, "%-9s%-8s%s   %s\n", what, reports.Printable(was.ID), reports.Printable(name), reports.Printable(title))
	if well || now == nil {
		return
	}
	for _, f := range now.Findings {
		r.detail(out, "broken", strings.TrimSpace(f.Requirement+" "+f.Level))
		r.detail(out, "expected", f.Expected)
		r.detail(out, "got", f.Got)
	}
	if what == changed && r.bad(was) {
		for _, f := range was.Findings {
			r.detail(out, "before", f.Requirement+": "+f.Got)
		}
	}
	for _, note := range now.Notes {
		r.detail(out, "note", note)
	}
}

func (r *replay) detail(out *bufio.Writer, name, value string) {
	fmt.Fprintf(out, "         %-10s%s\n", name, reports.Printable(value))
}

// tellTotals counts what became of the cases.
func (r *replay) tellTotals(out *bufio.Writer, counts map[encore]int) {
	if r.quiet && counts[fixed]+counts[clean] == total(counts) {
		return
	}
	var parts []string
	for _, what := range encores {
		if n := counts[what]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	runs := "once"
	if r.repeat > 1 {
		runs = fmt.Sprintf("%d times", r.repeat)
	}
	fmt.Fprintf(out, "%s      played %s, seed %s\n", strings.Join(parts, "   "), runs, reports.Printable(r.seed))
}

func total(counts map[encore]int) (n int) {
	for _, k := range counts {
		n += k
	}
	return n
}
