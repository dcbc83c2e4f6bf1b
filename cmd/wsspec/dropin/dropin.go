// Package dropin stands in for wstest, the program of the Autobahn testsuite, wherever servers are tested with it: it takes the same
// command lines and specification files, says the same, and writes the same files. docs/wstest.md tells where it differs.
package dropin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// Program is what stands in for wstest.
type Program struct {
	Name  string // by which its messages call it
	Tool  string // and its version, for reports and the Server field: "wsspec 0.1.0"
	Build string // the same for people, with the commit
	Live  bool   // somebody sits in front of stderr

	// Trace is told, with -d, of all that crosses the wire. It is called by many goroutines.
	Trace func(c *harness.Case, side string, e record.Entry)

	// KeyLog returns where to write the secrets of TLS connections to a URL, nil if nobody wants them.
	KeyLog func(url string) (io.Writer, error)
}

// Run executes a command line, which is given without the name of the program, and returns the exit code. It writes to stdout and
// stderr what wstest does. A signal ends ctx; then its cause says SIGINT or SIGTERM.
func (p *Program) Run(ctx context.Context, args []string) int {
	w := &invocation{Program: p}
	err := w.execute(ctx, args)
	code := exit(exitDone)
	if err != nil && !errors.As(err, &code) {
		errors.As(w.wrong(err), &code)
	}
	return int(code)
}

// exit is how an invocation ends of which has been said what there is to say.
type exit int

func (exit) Error() string { return "" }

// The exit codes, beside those that shells give to programs which a signal ended.
const (
	exitDone  = 0 // whatever the cases gave
	exitWrong = 1
)

// The versions whose files and verdicts are reproduced.
const (
	testsuiteVersion      = "25.10.1"
	autobahnPythonVersion = "0.10.9"
)

// invocation is the program at work.
type invocation struct {
	*Program
	options options
}

// execute does what a command line says. What is wrong with it is said on stdout, as wstest does.
func (w *invocation) execute(ctx context.Context, args []string) error {
	options, surplus, err := parse(args)
	if err != nil {
		return w.usage(err)
	}
	w.options = options
	switch o := w.options; {
	case o["help"] != "":
		fmt.Print(help(w.Name))
		return nil
	case o["autobahnversion"] != "" && len(surplus) == 0, o["version"] != "":
		fmt.Printf("Autobahn %s\nAutobahnTestSuite %s\n%s stands in for them\n", autobahnPythonVersion, testsuiteVersion, w.Build)
		return nil
	case len(surplus) > 0:
		return w.usage(saying("Wrong number of arguments."))
	}
	if err := w.options.check(); err != nil {
		return w.usage(err)
	}
	return w.run(ctx)
}

// modes are what wstest can be asked to do, in the order of its messages.
var modes = []string{
	"broadcastclient", "broadcastserver", "echoclient", "echoserver", "fuzzingclient", "fuzzingserver", "massconnect", "serializer",
	"testeeclient", "testeeserver",
}

// needsURI tells whether a mode needs -w.
func needsURI(mode string) bool {
	return slices.Contains([]string{"broadcastclient", "broadcastserver", "echoclient", "echoserver", "testeeclient", "testeeserver"}, mode)
}

// run does what the mode says.
func (w *invocation) run(ctx context.Context) error {
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

// usage ends the program over its command line.
func (w *invocation) usage(err error) error {
	fmt.Printf("%s %s\n\nTry %s --help for usage details\n\n", w.Name, err, w.Name)
	return exit(exitWrong)
}

// wrong ends the program over a file, or over something else that the user has to see to.
func (w *invocation) wrong(err error) error {
	fmt.Fprintf(os.Stderr, "%s: %v\n", w.Name, err)
	return exit(exitWrong)
}

// warn tells what the user should know, in one line.
func (w *invocation) warn(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s: warning: %s\n", w.Name, reports.Printable(fmt.Sprintf(format, args...)))
}
