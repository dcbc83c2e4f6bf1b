package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

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
			servers, err := parseServers(cmd, args, o.name)
			if err != nil {
				return err
			}
			return o.testServers(cmd.Context(), servers)
		},
	}
	o.register(cmd)
	return cmd
}

// testServers is the command `test`.
func (o *options) testServers(ctx context.Context, s *servers) error {
	if err := o.check(); err != nil {
		return err
	}
	runs, err := o.serverRuns(s)
	if err != nil {
		return err
	}
	planned := 0
	for _, r := range runs {
		planned += len(r.cases)
	}
	j, err := o.openJournal(planned)
	if err != nil {
		return err
	}
	if len(s.command) > 0 && len(runs) > 0 {
		program, err := peer.Start(ctx, peer.Options{Command: s.command, URL: s.list[0].url})
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

// serverRuns are the tests of the servers, as far as they belong to this shard.
func (o *options) serverRuns(s *servers) (runs []*serverRun, err error) {
	selected, err := o.selection()
	if err != nil {
		return nil, err
	}
	targets, err := o.targets(s)
	if err != nil {
		return nil, err
	}
	var names []string
	for i, target := range targets {
		names = append(names, s.list[i].name)
		runs = append(runs, &serverRun{options: o, name: s.list[i].name, target: target, cases: selected})
	}
	o.warnOfPeers(names, false)
	if err := o.divide(runs, shard.Cases); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(runs, nothingToDo), nil
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
