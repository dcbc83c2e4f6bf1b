// Command engine fuzzes with one of three engines: the native one of Go, go-fuzz, libFuzzer.
//
//	go run ./fuzz/cmd/engine -engine libfuzzer -target FuzzReader -time 60s
//
// It builds what the engine needs, gives it the seeds, runs one worker, and prints how many inputs were tried. What is found is
// written to fuzz/testdata/fuzz/TARGET, where `go test ./fuzz` fails with it until it is repaired, whichever engine found it.
// Without -target all targets have their turn. It runs in a clone of the repository; libFuzzer needs clang.
//
// The exit code is 0 if nothing was found, 1 if something was, 2 if the command line is wrong, and 3 if an engine could not be
// built or run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/fuzz"
	"github.com/wsspec/wsspec/fuzz/corpus"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "engine: "+err.Error())
	}
	os.Exit(exitCode(err))
}

// errFound is the result of a run that has found something.
var errFound = errors.New("found what violates a property: repair it, and keep the file, which is the regression test")

// usageError is a mistake in the command line.
type usageError struct{ error }

func exitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFound):
		return 1
	case errors.As(err, new(usageError)):
		return 2
	}
	return 3
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("engine", flag.ContinueOnError)
	name := flags.String("engine", string(corpus.GoTest), "native, gofuzz or libfuzzer")
	target := flags.String("target", "", "the target to fuzz, such as FuzzReader, instead of all")
	limit := flags.Duration("time", time.Minute, "how long to fuzz each target")
	work := flags.String("dir", "wsspec-fuzz", "directory for what the engine builds and finds out; kept for the next run")
	flags.SetOutput(io.Discard) // main prints the error
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(out)
		flags.Usage()
		return nil
	} else if err != nil {
		return usageError{err}
	}
	engine, err := corpus.ParseEngine(*name)
	switch {
	case err != nil:
		return usageError{err}
	case flags.NArg() > 0:
		return usageError{fmt.Errorf("unexpected argument %q", flags.Arg(0))}
	case *limit < time.Second:
		return usageError{fmt.Errorf("-time is %v, want at least 1s", *limit)}
	}
	properties, err := chosen(*target)
	if err != nil {
		return usageError{err}
	}
	c, err := newCampaign(ctx, engine, *work, *limit, out)
	if err != nil {
		return err
	}
	return c.run(ctx, properties)
}

// chosen returns the properties that the flag means.
func chosen(target string) ([]fuzz.Property, error) {
	if target == "" {
		return fuzz.Properties(), nil
	}
	var known []string
	for _, p := range fuzz.Properties() {
		if target == "Fuzz"+p.Name {
			return []fuzz.Property{p}, nil
		}
		known = append(known, "Fuzz"+p.Name)
	}
	return nil, fmt.Errorf("unknown target %q, want one of %s", target, strings.Join(known, ", "))
}
