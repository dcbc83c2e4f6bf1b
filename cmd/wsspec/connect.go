package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/wsspec/wsspec/harness"
)

func newConnect() *cobra.Command {
	o := handMade()
	manual := false
	cmd := &cobra.Command{
		Use:   "connect URL",
		Short: "Talk to a server by hand, frame by frame",
		Long: `connect opens a connection and shows every frame that crosses it. A line that is typed is sent as a text
message; a line that begins with / is a command:

` + speechHelp + `
Pings are answered and Close frames are returned by themselves, unless --manual is given. Whatever rule the server
breaks is pointed out.

At the end of the input the connection is closed: a Close frame is sent and that of the server is waited for. So
lines can come from a file as well; then a line that is wrong ends the conversation.

Exit code: 0 closed cleanly; 1 the server broke a rule; 2 the command line or a line is wrong; 3 no connection.`,
		Example: `  wsspec connect ws://127.0.0.1:9001/
  printf 'Hello\n/ping x\n' | wsspec connect ws://127.0.0.1:9001/
  printf '/frame text mask=0 Hello\n/wait\n' | wsspec connect ws://127.0.0.1:9001/`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("which server? give one URL, such as ws://127.0.0.1:9001/")}
			}
			if err := o.check(); err != nil {
				return err
			}
			target, err := o.target(args[0])
			if err != nil {
				return err
			}
			t := &talk{target: target, limit: o.timeout, manual: manual, out: os.Stdout, in: typed(os.Stdin), ready: terminal(os.Stdin)}
			return t.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.DurationVar(&o.timeout, "timeout", harness.DefaultProgress, "how long to wait for what the server has to do; 0: for ever")
	o.registerHandshake(cmd)
	f.BoolVar(&manual, "manual", false, "answer neither pings nor Close frames")
	return cmd
}

func terminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// longestLine is how long a line may be that is typed, in bytes.
const longestLine = 16 << 20

// line is a line of the input, or why there are no more.
type line struct {
	number int
	text   string
	err    error
}

// typed reads lines as they are typed.
func typed(in io.Reader) <-chan line {
	lines := make(chan line)
	go func() {
		scanner := bufio.NewScanner(in)
		scanner.Buffer(nil, longestLine)
		n := 0
		for scanner.Scan() {
			n++
			lines <- line{number: n, text: scanner.Text()}
		}
		err := scanner.Err()
		switch {
		case errors.Is(err, bufio.ErrTooLong):
			err = usageError{fmt.Errorf("line %d is longer than %d bytes", n+1, longestLine)}
		case err != nil:
			err = usageError{fmt.Errorf("cannot read the input: %w", err)}
		default:
			err = io.EOF
		}
		lines <- line{number: n + 1, err: err}
	}()
	return lines
}

// run has the conversation.
func (t *talk) run(ctx context.Context) error {
	if err := t.open(ctx); err != nil {
		return err
	}
	defer t.conn.Close()
	err := t.converse(ctx)
	if err != nil {
		return err
	}
	return t.verdict()
}
