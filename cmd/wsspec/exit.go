package main

import (
	"errors"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/autobahn"
	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/harness/record"
)

// The exit codes, which scripts depend on.
const (
	exitConforms = 0
	exitFails    = 1 // a case failed
	exitUsage    = 2 // the command line, a file or a pattern is wrong
	exitUntested = 3 // not everything could be tested
)

// usageError is a mistake of the user's: the command line, a file that it names.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// untestedError is why something could not be tested, though the command line is right.
type untestedError struct{ error }

func (e untestedError) Unwrap() error { return e.error }

// verdictError is how a run ends that was carried out, but not well. It has no words, since the summary has them.
type verdictError struct{ code int }

func (verdictError) Error() string { return "" }

// exitCode translates an error. Whatever is not known to be something else is a mistake in the command line: that is what
// cobra reports.
func exitCode(err error) int {
	var verdict verdictError
	var unreachable *harness.UnreachableError
	var busy *peer.BusyError
	var exited *peer.ExitError
	var deaf *peer.NotListeningError
	var signal signalError
	var engine *autobahn.EngineError
	var untested untestedError
	switch {
	case err == nil:
		return exitConforms
	case errors.As(err, &verdict):
		return verdict.code
	case errors.As(err, &engine), errors.As(err, &untested):
		return exitUntested
	case errors.As(err, &unreachable), errors.As(err, &busy), errors.As(err, &exited), errors.As(err, &deaf), errors.As(err, &signal):
		return exitUntested
	}
	return exitUsage
}

// judge returns how a run ends whose record this is; the gate may be nil.
func judge(rec *record.Record, gate *record.Gate) error {
	switch rec.Outcome(gate) {
	case record.OutcomeFails:
		return verdictError{exitFails}
	case record.OutcomeIncomplete:
		return verdictError{exitUntested}
	}
	return nil
}
