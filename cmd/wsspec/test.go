package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/harness/shard"
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
		if flag := o.byName(); s.name == "" && port != 0 && flag != "" {
			return usageError{fmt.Errorf("%s: name the server as NAME=URL: without one it is named after its port, which is another one in each run", flag)}
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
	o.warnOfPeers(serverNames(runs), false)
	url := runs[0].target.URL.String()
	if err := o.divide(runs, shard.Cases); err != nil {
		return err
	}
	runs = slices.DeleteFunc(runs, nothingToDo)
	planned := 0
	for _, r := range runs {
		planned += len(r.cases)
	}
	j, err := o.openJournal(planned)
	if err != nil {
		return err
	}
	if len(command) > 0 && len(runs) > 0 {
		program, err := peer.Start(ctx, peer.Options{Command: replacePort(command, port), URL: url})
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

// byName is the flag for which a server has to have a name that lasts, "" if there is none.
func (o *options) byName() string {
	switch {
	case o.baseline != "":
		return "--baseline"
	case o.part != nil:
		return "--shard"
	}
	return ""
}

func serverNames(runs []*serverRun) (names []string) {
	for _, r := range runs {
		names = append(names, r.name)
	}
	return names
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
