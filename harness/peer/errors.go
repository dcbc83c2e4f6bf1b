package peer

import (
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// StartError says that the program could not be started: there is none of that name, it may not be run, or the options make
// no sense. The command line is to be corrected.
type StartError struct {
	Command []string
	Err     error
}

func (e *StartError) Error() string {
	return fmt.Sprintf("cannot start %s: %v", commandLine(e.Command), e.reason())
}

func (e *StartError) Unwrap() error { return e.Err }

// reason leaves out what the message says anyway: the name of the program, and that it was to be started.
func (e *StartError) reason() error {
	var lookup *exec.Error
	if errors.As(e.Err, &lookup) {
		return lookup.Err
	}
	var start *fs.PathError
	if errors.As(e.Err, &start) && start.Op == "fork/exec" {
		return start.Err
	}
	return e.Err
}

// BusyError says that something listened at the address before the program was started, which was therefore not started.
type BusyError struct {
	Address string // such as "127.0.0.1:9001" or "unix:/run/server.sock"
}

func (e *BusyError) Error() string {
	other := "port"
	if strings.HasPrefix(e.Address, "unix:") {
		other = "path"
	}
	return fmt.Sprintf("something already listens on %s: stop it or choose another %s", e.Address, other)
}

// ExitError says how the program ended.
type ExitError struct {
	Command []string
	Awaited string   // the address at which it should have listened before; empty if it did
	Code    int      // its exit code; -1 if a signal ended it, or if it is not known
	Signal  string   // the signal that ended it, such as "segmentation fault"; empty if none did
	Stdout  []string // the last lines that it wrote, as Process.Stdout gives them
	Stderr  []string
}

func (e *ExitError) Error() string { return e.Brief() + lastLines(e.Stdout, e.Stderr) }

// Output is the last lines of the program: of its standard error if it wrote there.
func (e *ExitError) Output() []string { return output(e.Stdout, e.Stderr) }

// Brief is the message without what the program wrote.
func (e *ExitError) Brief() string {
	how := fmt.Sprintf("ended with exit code %d", e.Code)
	switch {
	case e.Signal != "":
		how = "was ended by a signal: " + e.Signal
	case e.Code < 0:
		how = "ended with an unknown exit code"
	}
	if e.Awaited != "" {
		how += " before it listened on " + e.Awaited
	}
	return commandLine(e.Command) + " " + how
}

// awaiting returns the same end as that of a program that should have listened first.
func (e *ExitError) awaiting(a address) *ExitError {
	awaited := *e
	awaited.Awaited = a.String()
	return &awaited
}

// NotListeningError says that the program was running, but did not listen at its address in time. It was ended then.
type NotListeningError struct {
	Command []string
	Address string
	Waited  time.Duration
	Stdout  []string // the last lines that it wrote, as Process.Stdout gives them
	Stderr  []string
}

func (e *NotListeningError) Error() string { return e.Brief() + lastLines(e.Stdout, e.Stderr) }

// Output is the last lines of the program: of its standard error if it wrote there.
func (e *NotListeningError) Output() []string { return output(e.Stdout, e.Stderr) }

// Brief is the message without what the program wrote.
func (e *NotListeningError) Brief() string {
	return fmt.Sprintf("%s does not listen on %s after %v: does it listen elsewhere, or need more time?",
		commandLine(e.Command), e.Address, e.Waited)
}

// NotReadyError says that the program was running, but did not in time do what it should when it is ready. It was ended then.
type NotReadyError struct {
	Command []string
	Missing string // what did not come, in words
	Waited  time.Duration
	Stdout  []string // the last lines that it wrote, as Process.Stdout gives them
	Stderr  []string
}

func (e *NotReadyError) Error() string { return e.Brief() + lastLines(e.Stdout, e.Stderr) }

// Output is the last lines of the program: of its standard error if it wrote there.
func (e *NotReadyError) Output() []string { return output(e.Stdout, e.Stderr) }

// Brief is the message without what the program wrote.
func (e *NotReadyError) Brief() string {
	return fmt.Sprintf("%s is not ready after %v: %s", commandLine(e.Command), e.Waited, e.Missing)
}

// lastLines ends a message with what the program wrote: to standard error if it wrote there.
func lastLines(stdout, stderr []string) string {
	name, lines := "error", stderr
	if len(lines) == 0 {
		name, lines = "output", stdout
	}
	if len(lines) == 0 {
		return "; it wrote nothing"
	}
	return "; its standard " + name + " ends with\n\t| " + strings.Join(lines, "\n\t| ")
}

func output(stdout, stderr []string) []string {
	if len(stderr) > 0 {
		return stderr
	}
	return stdout
}

// commandLine writes the command as one would type it; an argument that would not survive that is quoted as in Go.
func commandLine(command []string) string {
	words := make([]string, len(command))
	for i, arg := range command {
		words[i] = arg
		if quoted := strconv.Quote(arg); arg == "" || quoted != `"`+arg+`"` || strings.ContainsFunc(arg, unicode.IsSpace) {
			words[i] = quoted
		}
	}
	return strings.Join(words, " ")
}
