package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"sync"

	"golang.org/x/term"

	"github.com/wsspec/wsspec/harness"
)

// pauser lets the user hold a run before each case. There is one, as there is one stdin.
var pauser struct {
	sync.Mutex
	over bool // there is no more input
}

// pause says which case comes next and waits until the user presses Enter, or the run ends. Once there is no more input, the
// rest runs without a pause.
func pause(ctx context.Context, c *harness.Case) {
	pauser.Lock()
	defer pauser.Unlock()
	if pauser.over {
		return
	}
	fmt.Fprintf(os.Stderr, "next: %s  %s   [Enter] ", c.ID, c.Title)
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		fmt.Fprintln(os.Stderr) // nobody's Enter ends the line
	}
	select {
	case _, more := <-entered():
		if pauser.over = !more; pauser.over {
			fmt.Fprintln(os.Stderr, "there is no more input: the rest runs without a pause")
		}
	case <-ctx.Done():
		fmt.Fprintln(os.Stderr)
	}
}

// entered hands out each line of stdin as it is entered, and is closed at its end.
var entered = sync.OnceValue(func() <-chan struct{} {
	lines := make(chan struct{})
	go func() {
		defer close(lines)
		in := bufio.NewReader(os.Stdin)
		for {
			b, err := in.ReadByte()
			if err != nil {
				return
			}
			if b == '\n' {
				lines <- struct{}{}
			}
		}
	}()
	return lines
})
