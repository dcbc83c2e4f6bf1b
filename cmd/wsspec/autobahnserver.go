package main

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/autobahn"
	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
)

func newAutobahnServer() *cobra.Command {
	o := new(autobahnOptions)
	cmd := &cobra.Command{
		Use:   "server [NAME=]URL... [-- COMMAND]",
		Short: "Have the Autobahn testsuite test servers",
		Long: `server runs the Autobahn testsuite as a client of each server, and makes a record and a report of what it
found. The testsuite's own files are kept in the directory wstest below that of --out.

COMMAND starts the server, as with ` + "`wsspec test`" + `. {port} in COMMAND and in the URLs is a free port.

Exit code: 0 conforms; 1 a case failed; 2 the command line or a file is wrong; 3 not everything could be tested.`,
		Example: `  wsspec autobahn server ws://127.0.0.1:9001/
  wsspec autobahn server --compare libfoo=ws://127.0.0.1:{port}/ -- ./echo-server --port {port}
  wsspec autobahn server --cases '1.*,5.*' --wstest ~/venv/bin/wstest ws://127.0.0.1:9001/
  wsspec autobahn server --network mynet --pull never --memory 2g --timeout 1h ws://echo:9001/`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			servers, err := parseServers(cmd, args, o.name)
			if err != nil {
				return err
			}
			return o.testServers(cmd.Context(), servers)
		},
	}
	o.register(cmd)
	o.registerServer(cmd)
	return cmd
}

// comparedRun is the test of a server by the testsuite, and by us if the two are compared.
type comparedRun struct {
	*autobahnRun
	ours *serverRun // nil if they are not
}

// testServers is the command `autobahn server`.
func (o *autobahnOptions) testServers(ctx context.Context, s *servers) error {
	suite, err := selectSuite(o.cases, o.suiteExclude())
	if err != nil {
		return usageError{err}
	}
	targets, err := o.targets(s)
	if err != nil {
		return err
	}
	ours := o.oursToo(suite)
	var runs []*comparedRun
	for i, target := range targets {
		runs = append(runs, o.serverRun(s.list[i].name, target, suite, ours, len(targets) > 1))
	}
	o.warnOfPeers(o.recordedNames(runs), false)
	return o.carryOut(ctx, len(runs)*(len(suite.cases)+len(ours)), func(j *journal, p autobahn.Program) error {
		return o.startAndTest(ctx, j, p, runs, s.command)
	})
}

// oursToo are the cases of our own that are asked, too: those that the testsuite is to ask, and, unless --cases says which, those
// that it does not have.
func (o *autobahnOptions) oursToo(s suite) (ours []*harness.Case) {
	if !o.compare {
		return nil
	}
	for _, c := range cases.All() {
		if slices.ContainsFunc(o.exclude, func(p string) bool { return cases.Match(p, c) }) {
			continue
		}
		if c.Passive() || slices.Contains(s.cases, c.ID) || len(o.cases) == 0 && wstest.Number(c.ID) == 0 {
			ours = append(ours, c)
		}
	}
	return ours
}

// serverRun is the test of one server, which is one of several or alone.
func (o *autobahnOptions) serverRun(name string, target harness.Target, suite suite, ours []*harness.Case, several bool) *comparedRun {
	run := &comparedRun{autobahnRun: &autobahnRun{
		autobahnOptions: o, name: name, role: "server", url: target.URL.String(), suite: suite, dir: o.suiteDir(name, several),
	}}
	if ours != nil {
		run.ours = &serverRun{options: &o.options, name: name, target: target, cases: ours}
	}
	return run
}

// suiteDir is where the files of the testsuite about a peer are put.
func (o *autobahnOptions) suiteDir(name string, several bool) string {
	if several {
		return filepath.Join(o.out, "wstest", record.FileName(name))
	}
	return filepath.Join(o.out, "wstest")
}

func (o *autobahnOptions) recordedNames(runs []*comparedRun) (names []string) {
	for _, r := range runs {
		names = append(names, r.recorded())
		if r.ours != nil {
			names = append(names, r.name)
		}
	}
	return names
}

// startAndTest starts the command, if there is one, and tests the servers one after the other.
func (o *autobahnOptions) startAndTest(ctx context.Context, j *journal, p autobahn.Program, runs []*comparedRun, command []string) error {
	if len(command) > 0 {
		program, err := peer.Start(ctx, peer.Options{Command: command, URL: runs[0].url})
		if err != nil {
			return err
		}
		defer end(ctx, program)
		for _, r := range runs {
			if r.ours != nil {
				r.ours.program = program
			}
		}
	}
	for _, r := range runs {
		if err := r.run(ctx, j, p); err != nil {
			return err
		}
	}
	return nil
}

// run has the testsuite test the server, and then tests it as we do.
func (r *comparedRun) run(ctx context.Context, j *journal, p autobahn.Program) error {
	r.ask = func(ctx context.Context, t autobahn.Test) (*autobahn.Result, error) {
		s := autobahn.Server{URL: r.url, Origin: r.origin, Protocols: r.subprotocols}
		return autobahn.TestServer(ctx, p, t, s, r.dir)
	}
	if err := r.autobahnRun.run(ctx, j); err != nil || r.ours == nil {
		return err
	}
	return r.ours.run(ctx, j)
}
