package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/harness/autobahn"
	"github.com/wsspec/wsspec/harness/fleet"
	"github.com/wsspec/wsspec/harness/peer"
)

func newAutobahnFleet() *cobra.Command {
	o := new(autobahnFleetOptions)
	cmd := &cobra.Command{
		Use:   "fleet [FILE]",
		Short: "Have the Autobahn testsuite test the peers of a file",
		Long: `fleet starts every peer that FILE (wsspec.yaml) describes, as ` + "`wsspec fleet`" + ` does, has the Autobahn
testsuite test it, and ends it. One record and one report hold all of them.

Of what FILE says of the testing itself, cases, exclude, subprotocols, origin and limit count, and with
--compare all of it. Flags win.

Exit code: 0 all conform; 1 a case failed; 2 the command line or a file is wrong; 3 not everything could be tested.`,
		Example: `  wsspec autobahn fleet
  wsspec autobahn fleet interop/wsspec.yaml --only gorilla,gws --compare`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := defaultFleet
			if len(args) == 1 {
				file = args[0]
			}
			o.flags = cmd.Flags()
			if err := o.check(cmd); err != nil {
				return err
			}
			return o.test(cmd.Context(), file)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringSliceVar(&o.only, "only", nil, "names of the peers to test, separated by commas (default: all)")
	cmd.Flags().IntVar(&o.sideBySide, "jobs", 1, "peers side by side, each with a testsuite of its own; with more than 1 they disturb each other's measurements")
	o.register(cmd)
	o.registerServer(cmd)
	cmd.Flags().MarkHidden("name") // the file has the names
	cmd.Flags().MarkHidden("agent")
	return cmd
}

// autobahnFleetOptions are the flags of the command `autobahn fleet`.
type autobahnFleetOptions struct {
	autobahnOptions
	flags      *pflag.FlagSet
	only       []string
	sideBySide int
}

// suiteFleetRun is the test of a peer of a fleet, from its start to its end.
type suiteFleetRun struct {
	*comparedRun
	start *fleetRun // how the peer is built and started, and tested by us
}

// test is the command.
func (o *autobahnFleetOptions) test(ctx context.Context, file string) error {
	for _, flag := range []string{"name", "agent"} {
		if o.flags.Changed(flag) {
			return usageError{fmt.Errorf("--%s is for one peer: those of a fleet have their names from the file", flag)}
		}
	}
	if o.sideBySide < 1 {
		return usageError{errors.New("--jobs: give a number of 1 or more")}
	}
	f, err := fleet.Read(file)
	if err != nil {
		return usageError{err}
	}
	own := &fleetOptions{options: o.options, flags: o.flags, only: o.only, sideBySide: 1}
	if err := own.adopt(f); err != nil {
		return err
	}
	peers, err := own.choose(f)
	if err != nil {
		return err
	}
	if err := own.checkGate(); err != nil { // of a baseline that the file names
		return err
	}
	o.options = own.options
	runs, err := o.plan(f, own, peers)
	if err != nil {
		return err
	}
	own.warnOfPeers(f.Names(), true)
	planned := 0
	for _, r := range runs {
		planned += len(r.suite.cases)
		if r.ours != nil {
			planned += len(r.ours.cases)
		}
	}
	return o.carryOut(ctx, planned, func(j *journal, p autobahn.Program) error {
		announce := func(r *suiteFleetRun) { j.wrote(j.writer.Peer(r.describe())) }
		sideBySide(ctx, runs, o.sideBySide, announce, func(r *suiteFleetRun) { r.run(ctx, j, p) })
		return context.Cause(ctx)
	})
}

// plan says how the peers are tested. Those for which the flags leave no case are left out.
func (o *autobahnFleetOptions) plan(f *fleet.Fleet, own *fleetOptions, peers []*fleet.Peer) (runs []*suiteFleetRun, err error) {
	narrowed := own.given("cases") || own.given("exclude")
	for _, p := range peers {
		settings, err := own.own(p)
		if err != nil {
			return nil, err
		}
		suite, err := o.suiteOf(p)
		switch {
		case errors.Is(err, errNoSuiteCase) && narrowed:
			continue
		case err != nil:
			return nil, usageError{err}
		}
		r, err := o.fleetRun(f, p, settings, suite)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	if len(runs) == 0 {
		return nil, usageError{errNoSuiteCase}
	}
	return runs, nil
}

// suiteOf selects the cases for a peer. What its file selects of our own cases alone is nothing to the testsuite.
func (o *autobahnFleetOptions) suiteOf(p *fleet.Peer) (suite, error) {
	include := o.cases
	if !o.flags.Changed("cases") {
		include = suitable(p.Cases)
		if len(p.Cases) > 0 && len(include) == 0 {
			return suite{}, p.Mistake("cases", -1, errors.New("none of this is a case of the Autobahn testsuite"))
		}
	}
	s, err := selectSuite(include, slices.Concat(suitable(p.Exclude), o.suiteExclude()))
	if errors.Is(err, errNoSuiteCase) && !o.flags.Changed("cases") && !o.flags.Changed("exclude") {
		err = p.Mistake("cases", -1, err)
	}
	return s, err
}

// suitable are the patterns that select cases of the testsuite.
func suitable(patterns []string) (list []string) {
	for _, p := range patterns {
		if found, err := suitePatterns([]string{p}); err == nil {
			list = append(list, found...)
		}
	}
	return list
}

func (o *autobahnFleetOptions) fleetRun(f *fleet.Fleet, p *fleet.Peer, settings *options, suite suite) (*suiteFleetRun, error) {
	mine := o.autobahnOptions
	mine.options = *settings
	if p.Limit > 0 && !o.flags.Changed("timeout") {
		mine.limit = p.Limit
	}
	r := &suiteFleetRun{
		comparedRun: &comparedRun{autobahnRun: &autobahnRun{
			autobahnOptions: &mine, name: p.Name, role: "server", url: p.URL, fleet: f.File, suite: suite, dir: o.suiteDir(p.Name, true),
		}},
		start: &fleetRun{&serverRun{options: settings, name: p.Name, fleet: f.File}, p},
	}
	if !o.compare {
		return r, nil
	}
	var err error
	if r.start.cases, err = settings.selection(); err != nil {
		return nil, err
	}
	r.ours = r.start.serverRun
	return r, nil
}

// run tests the peer. Whatever keeps a case from being asked is its verdict, unless the run as a whole ends.
func (r *suiteFleetRun) run(ctx context.Context, j *journal, p autobahn.Program) {
	err := r.startAndTest(ctx, j, p)
	if err == nil || ctx.Err() != nil {
		return
	}
	if r.result == nil {
		r.unasked(j, err)
	}
	if r.ours != nil {
		r.start.unasked(j, err)
	}
}

// startAndTest builds and starts the peer, if that is its way, has it tested and stops it.
func (r *suiteFleetRun) startAndTest(ctx context.Context, j *journal, p autobahn.Program) error {
	if r.start.peer.Build != nil {
		j.display.say(r.name + "   is built")
		if err := r.start.build(ctx); err != nil {
			return err
		}
	}
	if r.start.peer.Command != nil {
		program, err := peer.Start(ctx, r.start.startOptions())
		if err != nil {
			return err
		}
		defer end(ctx, program)
		r.start.program, r.url = program, program.URL()
	}
	target, err := r.start.options.target(r.url)
	if err != nil {
		return err
	}
	r.start.target, r.url = target, target.URL.String()
	return r.comparedRun.run(ctx, j, p)
}

// unasked gives the verdict error to every case of the testsuite, with the reason.
func (r *autobahnRun) unasked(j *journal, err error) {
	untested := reasonOf(err)
	j.display.say(r.recorded() + "   is not tested: " + untested.Reason)
	j.wrote(j.writer.Peer(r.describe()))
	rec, err := r.blank()
	if err != nil {
		j.wrote(err)
		return
	}
	for _, c := range rec.Peers[0].Cases {
		c.Notes = []string{"not asked: " + untested.Reason}
		j.wrote(j.writer.Case(r.recorded(), c, nil))
	}
	j.wrote(j.writer.Untested(r.recorded(), untested))
}
