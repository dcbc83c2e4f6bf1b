package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/fleet"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/shard"
)

// defaultFleet is the fleet file that is taken if none is named.
const defaultFleet = "wsspec.yaml"

func newFleet() *cobra.Command {
	o := &fleetOptions{}
	cmd := &cobra.Command{
		Use:   "fleet [FILE]",
		Short: "Start, test and compare the peers of a file",
		Long: `fleet starts every peer that FILE (wsspec.yaml) describes, waits until it is ready, tests it, ends it with
everything that it started, and writes one record and one report of all. A peer that does not start does not
keep the others from being tested; its cases count as errors.

Flags win over what the file says: --cases replaces the cases of every peer, --exclude excludes more.
docs/fleet.md explains the file.

Exit code: 0 all conform; 1 a case failed; 2 the command line or a file is wrong; 3 not everything could be tested.`,
		Example: `  wsspec fleet
  wsspec fleet interop/wsspec.yaml --only gorilla,gws
  wsspec fleet --cases 6.* --jobs 4`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := defaultFleet
			if len(args) == 1 {
				file = args[0]
			}
			o.flags = cmd.Flags()
			return o.test(cmd.Context(), file)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringSliceVar(&o.only, "only", nil, "names of the peers to test, separated by commas (default: all)")
	cmd.Flags().IntVar(&o.sideBySide, "jobs", 1, "peers side by side; with more than 1 they disturb each other's measurements")
	o.registerShard(cmd.Flags())
	o.registerShared(cmd)
	return cmd
}

// fleetOptions are the flags of the fleet command.
type fleetOptions struct {
	options
	flags      *pflag.FlagSet
	only       []string
	sideBySide int
}

// test is the fleet command.
func (o *fleetOptions) test(ctx context.Context, file string) error {
	f, err := fleet.Read(file)
	if err != nil {
		return usageError{err}
	}
	if err := o.adopt(f); err != nil {
		return err
	}
	if o.sideBySide < 1 {
		return usageError{errors.New("--jobs: give a number of 1 or more")}
	}
	if err := o.check(); err != nil {
		return err
	}
	peers, err := o.choose(f)
	if err != nil {
		return err
	}
	o.warnOfPeers(f.Names(), true)
	runs, err := o.plan(f, peers)
	if err != nil {
		return err
	}
	if runs, err = o.divideFleet(runs); err != nil {
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
	return j.fleet(ctx, runs, o.sideBySide)
}

// given tells whether a flag is on the command line.
func (o *fleetOptions) given(flag string) bool { return o.flags.Changed(flag) }

// adopt takes from the file what is about the run as a whole and not said by a flag.
func (o *fleetOptions) adopt(f *fleet.Fleet) error {
	if f.Out != "" && !o.given("out") {
		o.out = f.Out
	}
	if f.Format != nil && !o.given("format") {
		for i, format := range f.Format {
			if !slices.Contains(formats(), format) {
				err := fmt.Errorf("%q is unknown: choose from %s", format, strings.Join(formats(), ", "))
				return usageError{f.Mistake("format", i, err)}
			}
		}
		o.format = f.Format
	}
	o.strict = o.strict || f.Strict
	if f.Baseline != "" && !o.given("baseline") {
		o.baseline = f.Baseline
	}
	if f.NewCases != "" && !o.given("new-cases") {
		o.newCases = f.NewCases
	}
	o.demand(f)
	return nil
}

// demand takes from the file what the peers have to offer.
func (o *fleetOptions) demand(f *fleet.Fleet) {
	o.demands = make(map[string][]record.Demand)
	for _, p := range f.Peers {
		for i, feature := range p.Requires {
			o.demands[p.Name] = append(o.demands[p.Name], record.Demand{Feature: feature, By: p.Where("requires", i)})
		}
	}
}

// choose returns the peers that --only names, in the order of the file.
func (o *fleetOptions) choose(f *fleet.Fleet) ([]*fleet.Peer, error) {
	if !o.given("only") {
		return f.Peers, nil
	}
	names := f.Names()
	for _, name := range o.only {
		if !slices.Contains(names, name) {
			return nil, usageError{fmt.Errorf("--only: %s has no peer %q; it has %s", f.File, name, strings.Join(names, ", "))}
		}
	}
	peers := slices.DeleteFunc(slices.Clone(f.Peers), func(p *fleet.Peer) bool { return !slices.Contains(o.only, p.Name) })
	if len(peers) == 0 {
		return nil, usageError{fmt.Errorf("--only: name a peer of %s: %s", f.File, strings.Join(names, ", "))}
	}
	return peers, nil
}

// plan says how the peers are tested. Those for which the flags leave no case are left out.
func (o *fleetOptions) plan(f *fleet.Fleet, peers []*fleet.Peer) (runs []*fleetRun, err error) {
	narrowed := o.given("cases") || o.given("exclude") || o.given("level")
	for _, p := range peers {
		own, err := o.own(p)
		if err != nil {
			return nil, err
		}
		selected, err := own.selection()
		switch {
		case errors.Is(err, errNoCase) && !narrowed:
			return nil, usageError{p.Mistake("cases", -1, errors.New("no case is selected: cases and exclude leave nothing to ask"))}
		case errors.Is(err, errNoCase):
			continue
		case err != nil:
			return nil, err
		}
		runs = append(runs, &fleetRun{&serverRun{options: own, name: p.Name, cases: selected, fleet: f.File}, p})
	}
	if len(runs) == 0 {
		return nil, usageError{errNoCase}
	}
	return runs, nil
}

// divideFleet leaves what this shard does: whole peers, if that is even enough.
func (o *fleetOptions) divideFleet(runs []*fleetRun) ([]*fleetRun, error) {
	servers := make([]*serverRun, len(runs))
	for i, r := range runs {
		servers[i] = r.serverRun
	}
	if err := o.divide(servers, shard.Peers); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(runs, func(r *fleetRun) bool { return nothingToDo(r.serverRun) }), nil
}

// own returns the options of a peer: its own, over which the flags win.
func (o *fleetOptions) own(p *fleet.Peer) (*options, error) {
	if err := checkPatterns(p, "cases", p.Cases); err != nil {
		return nil, err
	}
	if err := checkPatterns(p, "exclude", p.Exclude); err != nil {
		return nil, err
	}
	own := o.options
	own.jobs = p.Jobs
	own.exclude = slices.Concat(p.Exclude, o.exclude)
	own.insecure = o.insecure || p.Insecure
	if !o.given("cases") {
		own.cases = p.Cases
	}
	if p.Profile != "" && !o.given("profile") {
		own.profile = p.Profile
	}
	if p.Timeout != nil && !o.given("timeout") {
		own.timeout = *p.Timeout
	}
	if p.Retries != nil && !o.given("retries") {
		own.retries = *p.Retries
	}
	if !o.given("subprotocol") {
		own.subprotocols = p.Subprotocols
	}
	if !o.given("origin") {
		own.origin = p.Origin
	}
	if !o.given("ca") {
		own.ca = p.CA
	}
	if _, err := own.tls(); err != nil && !o.given("ca") {
		return nil, usageError{p.Mistake("ca", -1, errors.New(strings.TrimPrefix(err.Error(), "--ca: ")))}
	}
	return &own, own.addHeaders(p)
}

// addHeaders adds the header fields that the file has for a peer, unless a flag has another value for them.
func (o *options) addHeaders(p *fleet.Peer) error {
	fields := o.fields
	o.fields = nil
	for _, h := range p.Headers {
		name, value, err := parseHeader(h)
		if err != nil {
			return usageError{p.Mistake("headers", -1, err)}
		}
		if !fields.Has(name) {
			o.fields.Add(name, value)
		}
	}
	o.fields = append(o.fields, fields...)
	return nil
}

// checkPatterns looks for patterns of the file that select nothing.
func checkPatterns(p *fleet.Peer, key string, patterns []string) error {
	for i, pattern := range patterns {
		if _, err := cases.Select(cases.Selection{Include: []string{pattern}}); err != nil {
			return usageError{p.Mistake(key, i, err)}
		}
	}
	return nil
}
