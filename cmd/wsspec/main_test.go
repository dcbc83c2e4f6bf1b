package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){
		"wsspec": func() { os.Exit(run(os.Args[1:])) },
		"wstest": func() { os.Exit(run(arguments(os.Args))) },
		"peer":   func() { os.Exit(runPeer(os.Args[1:])) },
		"client": func() { os.Exit(runSuiteClient(os.Args[1:])) },
	})
}

// TestScripts runs the command as a user does: each script of testdata/script is a story of commands, what they print and how
// they end.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: offerSuite,
	})
}

// exits is the command `exits CODE PROGRAM ARG...`: the program ends with just that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}
