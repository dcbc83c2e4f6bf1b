// Command wsspec tests WebSocket endpoints against RFC 6455. See the README, and `wsspec --help`.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() { os.Exit(run(arguments(os.Args))) }

// memoryLimit is where the garbage collector begins to work harder, in bytes: a peer that floods makes garbage faster than it
// is used to. Far less than that is ever in use.
const memoryLimit = 192 << 20

// run executes a command line and returns the exit code.
func run(args []string) int {
	debug.SetMemoryLimit(memoryLimit)
	ctx, stop := interruptible()
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && err.Error() != "" {
		fmt.Fprintln(os.Stderr, "wsspec: "+err.Error())
	}
	return exitCode(err)
}

// signalError is why a context ended.
type signalError struct{ os.Signal }

func (e signalError) Error() string {
	if e.Signal == syscall.SIGTERM {
		return "SIGTERM"
	}
	return "SIGINT"
}

// interruptible returns a context that ends with the first SIGINT or SIGTERM. A second one kills the process as usual.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(signalError{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}
