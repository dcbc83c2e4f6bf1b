package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cmd/wsspec/dropin"
)

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

// runWSTest is the wstest command.
func runWSTest(ctx context.Context, args []string) error {
	program := &dropin.Program{
		Name: "wsspec " + wstestName, Tool: thisBuild().tool(), Build: thisBuild().String(), Live: live(),
		Trace: (&tracer{tell: new(display).tell}).show, KeyLog: new(options).keyLog,
	}
	if calledAsWSTest(os.Args[0]) {
		program.Name = wstestName
	}
	if code := program.Run(ctx, args); code != exitConforms {
		return verdictError{code}
	}
	return nil
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
