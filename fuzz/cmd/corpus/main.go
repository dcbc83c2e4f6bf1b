// Command corpus carries inputs from one fuzz engine to another, each input once.
//
//	go run ./fuzz/cmd/corpus                                            what any engine has, all of them get, for every target
//	go run ./fuzz/cmd/corpus -target FuzzReader -from libfuzzer         what one engine has, the others get
//	go run ./fuzz/cmd/corpus -from native:DIR -to raw:DIR               from a directory to another, whoever they belong to
//
// The exit code is 0 if everything was carried, and 2 if the command line or a file is wrong: all other files are carried then,
// too.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/wsspec/wsspec/fuzz"
	"github.com/wsspec/wsspec/fuzz/corpus"
)

func main() {
	err := run(os.Args[1:], os.Stdout)
	if err == nil {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(os.Stderr, "corpus: "+line)
	}
	os.Exit(2)
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("corpus", flag.ContinueOnError)
	work := flags.String("dir", "wsspec-fuzz", "directory in which the engines work, as of fuzz/cmd/engine")
	target := flags.String("target", "", "carry the inputs of this target, such as FuzzReader, instead of all")
	from := flags.String("from", "", "an engine (native, gofuzz, libfuzzer), or native:DIR or raw:DIR; default: all engines")
	to := flags.String("to", "", "as -from")
	flags.SetOutput(io.Discard) // main prints the error
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(out)
		flags.Usage()
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if strings.Contains(*from+*to, ":") {
		if *target != "" {
			return errors.New("-target does not go with directories, which are of one target anyway")
		}
		return convert(*from, *to, out)
	}
	sources, err := engines(*from)
	if err != nil {
		return fmt.Errorf("-from: %w", err)
	}
	sinks, err := engines(*to)
	if err != nil {
		return fmt.Errorf("-to: %w", err)
	}
	names, err := targets(*target)
	if err != nil {
		return err
	}
	if _, err := os.Stat(*work); err != nil {
		return fmt.Errorf("%w: no engine has worked there, see -dir", err)
	}
	return exchange(*work, names, sources, sinks, out)
}

// engines returns those that a flag means.
func engines(name string) ([]corpus.Engine, error) {
	if name == "" {
		return corpus.Engines(), nil
	}
	e, err := corpus.ParseEngine(name)
	return []corpus.Engine{e}, err
}

// targets returns those that a flag means.
func targets(name string) (names []string, err error) {
	var known []string
	for _, p := range fuzz.Properties() {
		if known = append(known, "Fuzz"+p.Name); name == "Fuzz"+p.Name {
			return []string{name}, nil
		}
	}
	if name != "" {
		return nil, fmt.Errorf("unknown target %q, want one of %s", name, strings.Join(known, ", "))
	}
	return known, nil
}

// exchange prints a table: what each engine had, and what is new to it.
func exchange(work string, targets []string, from, to []corpus.Engine, out io.Writer) error {
	fmt.Fprintf(out, "%-17s", "target")
	for _, e := range corpus.Engines() {
		fmt.Fprintf(out, " %16s", e)
	}
	fmt.Fprintf(out, " %10s\n", "carried")
	var errs []error
	for _, target := range targets {
		counts, err := corpus.Exchange(work, target, from, to)
		errs = append(errs, err)
		fmt.Fprintf(out, "%-17s", target)
		for _, e := range corpus.Engines() {
			fmt.Fprintf(out, " %16s", fmt.Sprintf("%d + %d", counts.Had[e], counts.Added[e]))
		}
		fmt.Fprintf(out, " %10d\n", counts.Union)
	}
	return errors.Join(errs...)
}

// convert carries the inputs of one directory to another.
func convert(from, to string, out io.Writer) error {
	source, sourceFormat, err := directory(from)
	if err != nil {
		return fmt.Errorf("-from: %w", err)
	}
	sink, sinkFormat, err := directory(to)
	if err != nil {
		return fmt.Errorf("-to: %w", err)
	}
	c, bad := corpus.Read(source, sourceFormat)
	if bad != nil && len(c.Inputs()) == 0 {
		return bad
	}
	written, err := corpus.Write(sink, sinkFormat, c)
	fmt.Fprintf(out, "%d inputs in %s, %d new in %s\n", len(c.Inputs()), source, written, sink)
	return errors.Join(bad, err)
}

// directory splits FORMAT:DIR.
func directory(s string) (dir string, format corpus.Format, err error) {
	name, dir, ok := strings.Cut(s, ":")
	if !ok || dir == "" {
		return "", "", fmt.Errorf("got %q, want native:DIR or raw:DIR", s)
	}
	format, err = corpus.ParseFormat(name)
	return dir, format, err
}
