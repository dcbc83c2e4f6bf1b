package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/harness/record"
)

func newTest() *cobra.Command {
	o := new(options)
	cmd := &cobra.Command{
		Use:   "test [NAME=]URL... [-- COMMAND]",
		Short: "Test servers",
		Long: `test puts the cases to each server and writes a record and a report. The server has to send back every
message as it came; see the README, "Prepare your server".

COMMAND starts the server. It is waited for until it listens at the (first) URL, and ended afterwards with
everything that it started. {port} in COMMAND and in the URLs is a free port.

Exit code: 0 conforms; 1 a case failed; 2 the command line or a file is wrong; 3 not everything could be tested.`,
		Example: `  wsspec test ws://127.0.0.1:9001/
  wsspec test --cases '5.*,RFC6455-5.5' --trace ws://127.0.0.1:9001/
  wsspec test libfoo=ws://127.0.0.1:{port}/ -- ./echo-server --port {port}
  wsspec test wss://localhost:9443/chat --ca ca.pem --subprotocol chat --header 'Authorization: Bearer abc'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			urls, command := args, []string(nil)
			if i := cmd.ArgsLenAtDash(); i >= 0 {
				urls, command = args[:i], args[i:]
			}
			return testServers(cmd.Context(), o, urls, command, cmd.ArgsLenAtDash() >= 0)
		},
	}
	o.register(cmd)
	return cmd
}

// testServers is the test command.
func testServers(ctx context.Context, o *options, urls, command []string, dash bool) error {
	if len(urls) == 0 {
		return usageError{errors.New("which server? give its URL, such as ws://127.0.0.1:9001/")}
	}
	if dash && len(command) == 0 {
		return usageError{errors.New("there is no command after --")}
	}
	servers := make([]server, len(urls))
	for i, arg := range urls {
		servers[i] = parseServer(arg)
	}
	if o.name != "" && len(servers) > 1 {
		return usageError{errors.New("--name is for one server; name several as NAME=URL")}
	}
	if o.name != "" {
		servers[0].name = o.name
	}
	if err := o.check(); err != nil {
		return err
	}
	selected, err := o.selection()
	if err != nil {
		return err
	}
	return o.testAll(ctx, servers, command, selected)
}

// testAll starts the command, if there is one, and tests the servers one after the other.
func (o *options) testAll(ctx context.Context, servers []server, command []string, selected []*harness.Case) error {
	port, err := choosePort(servers, command)
	if err != nil {
		return err
	}
	var runs []*serverRun
	for _, s := range servers {
		target, err := o.target(peer.ReplacePort(s.url, port))
		if err != nil {
			return err
		}
		if s.name == "" {
			s.name = defaultName(target)
		}
		for _, other := range runs {
			if other.name == s.name {
				return usageError{fmt.Errorf("two servers are named %s: name them as NAME=URL", s.name)}
			}
		}
		runs = append(runs, &serverRun{options: o, name: s.name, target: target, cases: selected})
	}
	j, err := o.openJournal(len(selected) * len(runs))
	if err != nil {
		return err
	}
	if len(command) > 0 {
		program, err := peer.Start(ctx, peer.Options{Command: replacePort(command, port), URL: runs[0].target.URL.String()})
		if err != nil {
			return j.finish(err)
		}
		defer end(ctx, program)
		for _, r := range runs {
			r.program = program
		}
	}
	return j.test(ctx, runs)
}

// end ends the program. After an interruption it has little time for that: somebody waits.
func end(ctx context.Context, program *peer.Process) {
	stopping := context.WithoutCancel(ctx)
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		stopping, cancel = context.WithTimeout(stopping, time.Second)
		defer cancel()
	}
	program.Stop(stopping)
}

// choosePort finds a free port if the command line speaks of {port}.
func choosePort(servers []server, command []string) (int, error) {
	words := strings.Join(command, " ")
	for _, s := range servers {
		words += s.url
	}
	if !strings.Contains(words, "{port}") {
		return 0, nil
	}
	return peer.FreePort()
}

func replacePort(command []string, port int) []string {
	replaced := make([]string, len(command))
	for i, word := range command {
		replaced[i] = peer.ReplacePort(word, port)
	}
	return replaced
}

// journal is a run under way: its record, and what the user sees of it.
type journal struct {
	*options
	began   time.Time
	writer  *record.Writer
	display *display
	broken  error // the record could not be written any more
}

// openJournal begins a record.
func (o *options) openJournal(planned int) (*journal, error) {
	j := &journal{options: o, began: time.Now()}
	dir := ""
	if o.writes("json") || o.writes("html") {
		dir = o.out
	}
	if !o.writes("json") && dir != "" {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, usageError{fmt.Errorf("--out: %w", err)}
		}
		dir = ""
	}
	w, err := record.Create(dir, record.Record{
		Tool: strings.Fields(tool())[0] + " " + version, Catalogue: cases.Version, Seed: o.seed, Profile: "standard",
		Started: j.began.UTC(), Planned: planned,
	})
	if err != nil {
		return nil, usageError{fmt.Errorf("--out: %w", err)}
	}
	j.writer, j.display = w, newDisplay(o, planned)
	return j, nil
}

func (o *options) writes(format string) bool {
	for _, f := range o.format {
		if f == format {
			return true
		}
	}
	return false
}

// test tests the servers and ends the record, whatever happens.
func (j *journal) test(ctx context.Context, runs []*serverRun) error {
	j.display.start(j.began, j.seed)
	var err error
	for _, r := range runs {
		if err = r.run(ctx, j); err != nil {
			break
		}
	}
	j.display.stop()
	return j.finish(err)
}

// finish writes what is left to write and tells the user how it went. The error is why the run ended early.
func (j *journal) finish(err error) error {
	cause := ""
	if signal := (signalError{}); errors.As(err, &signal) {
		cause = signal.Error()
	}
	if closeErr := j.writer.Close(time.Since(j.began), cause); closeErr != nil {
		j.broken = usageError{closeErr}
	}
	rec := j.writer.Record()
	switch {
	case len(rec.Peers) == 0 && cause != "":
		return fmt.Errorf("interrupted before the first case: %w", err)
	case len(rec.Peers) == 0:
		return err
	case cause != "":
		err = nil // the record says it, and the exit code
	}
	v := &view{options: j.options, record: rec, transcripts: j.writer.Transcript}
	files, writeErr := v.writeHTML(nil)
	if j.writes("json") {
		files = append(files, filepath.Join(j.out, "results.json"))
	}
	if err := v.print(files); err != nil {
		return err
	}
	switch {
	case err != nil:
		return err
	case writeErr != nil:
		return writeErr
	case j.broken != nil:
		return j.broken
	}
	return judge(rec, j.strict)
}
