package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/reports"
)

// The versions whose files and verdicts are reproduced.
const (
	testsuiteVersion      = "25.10.1"
	autobahnPythonVersion = "0.10.9"
)

// wstestModes are what wstest can be asked to do, in the order of its messages.
var wstestModes = []string{
	"broadcastclient", "broadcastserver", "echoclient", "echoserver", "fuzzingclient", "fuzzingserver", "massconnect", "serializer",
	"testeeclient", "testeeserver",
}

// needsURI tells whether a mode needs -w.
func needsURI(mode string) bool {
	return slices.Contains([]string{"broadcastclient", "broadcastserver", "echoclient", "echoserver", "testeeclient", "testeeserver"}, mode)
}

// run does what the mode says.
func (w *wstestRun) run(ctx context.Context) error {
	switch mode := w.options["mode"]; mode {
	case "fuzzingclient":
		return w.fuzzingClient(ctx)
	case "echoserver", "testeeserver":
		return w.echoServer(ctx)
	case "broadcastserver":
		return w.broadcastServer(ctx)
	default:
		return w.wrong(fmt.Errorf("this version of wsspec has no mode %s yet: it tests servers (fuzzingclient) and is one "+
			"(echoserver, testeeserver, broadcastserver); for the others there still is the Autobahn testsuite", mode))
	}
}

func newWSTest() *cobra.Command {
	return &cobra.Command{
		Use:   "wstest -m MODE [-s SPEC] [-w URI]",
		Short: "Stand in for wstest of the Autobahn testsuite",
		Long: `wstest takes the flags and the specification files of the Autobahn testsuite's program of that name, and
writes the same files, with the testsuite's own verdicts; docs/wstest.md says what is different. Called under
the name wstest, by a link to this program, wsspec does the same.

Exit code: 0 whatever the cases give; 1 the command line or the specification is wrong; 130 and 143 after
SIGINT and SIGTERM.`,
		Example: `  wsspec wstest -m fuzzingclient -s fuzzingclient.json
  wsspec wstest -m fuzzingclient -w ws://127.0.0.1:9001
  wsspec wstest -m echoserver -w ws://127.0.0.1:9001`,
		DisableFlagParsing: true,
		RunE:               func(cmd *cobra.Command, args []string) error { return runWSTest(cmd.Context(), args) },
	}
}

// wstestName is the name under which the program stands in for wstest.
const wstestName = "wstest"

// calledAsWSTest tells whether the program was called under that name.
func calledAsWSTest(program string) bool {
	return strings.TrimSuffix(strings.ToLower(filepath.Base(program)), ".exe") == wstestName
}

// arguments are those of a command line. Called as wstest, the program is its own subcommand of that name.
func arguments(commandLine []string) []string {
	if calledAsWSTest(commandLine[0]) {
		return append([]string{wstestName}, commandLine[1:]...)
	}
	return commandLine[1:]
}

// wstestRun is an invocation of wstest.
type wstestRun struct {
	program string // as messages call it
	options wstestOptions
}

// runWSTest is the wstest command. What is wrong with the command line is said on stdout, as wstest does.
func runWSTest(ctx context.Context, args []string) error {
	w := &wstestRun{program: "wsspec wstest"}
	if calledAsWSTest(os.Args[0]) {
		w.program = wstestName
	}
	var err error
	if w.options, err = parseWSTestFlags(args); err != nil {
		return w.usage(err)
	}
	switch o := w.options; {
	case o["help"] != "":
		fmt.Print(wstestHelp(w.program))
		return nil
	case o["autobahnversion"] != "", o["version"] != "":
		fmt.Printf("%s, in place of:\nAutobahn %s\nAutobahnTestSuite %s\n", thisBuild(), autobahnPythonVersion, testsuiteVersion)
		return nil
	}
	if err := w.options.check(); err != nil {
		return w.usage(err)
	}
	return w.run(ctx)
}

// usage ends the program over its command line.
func (w *wstestRun) usage(err error) error {
	fmt.Printf("%s %s\n\nTry %s --help for usage details\n\n", w.program, err, w.program)
	return verdictError{exitFails}
}

// wrong ends the program over a file, or over something else that the user has to see to.
func (w *wstestRun) wrong(err error) error {
	fmt.Fprintf(os.Stderr, "%s: %v\n", w.program, err)
	return verdictError{exitFails}
}

// warn tells what the user should know, in one line.
func (w *wstestRun) warn(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s: warning: %s\n", w.program, reports.Printable(fmt.Sprintf(format, args...)))
}
