package main

import (
	"context"
	"regexp"

	"github.com/wsspec/wsspec/fuzz/corpus"
	"github.com/wsspec/wsspec/harness/peer"
)

// driver is what has to be known of an engine.
type driver struct {
	// build makes the programs of the engine, once for all targets.
	build func(ctx context.Context, c *campaign) error
	// command fuzzes a target.
	command func(c *campaign, target string) peer.Options
	// endless says that the command has no limit in time, and goes on after a finding.
	endless bool
	// execs finds the number of inputs that were tried in what the command says.
	execs *regexp.Regexp
	// finds are patterns of the files, in the home of the engine, that hold the inputs that violate the property. The native
	// engine has none: it writes them to the seeds itself.
	finds []string
	// failing finds the name of a seed that violates the property in what the command says; nil if that is found like the rest.
	failing *regexp.Regexp
	// forgive tells of a command that failed in or after its time whether that says nothing about the target.
	forgive func(exit *peer.ExitError, after bool) bool
}

var drivers = map[corpus.Engine]driver{
	corpus.GoTest:    goTest,
	corpus.GoFuzz:    goFuzz,
	corpus.LibFuzzer: libFuzzer,
}
