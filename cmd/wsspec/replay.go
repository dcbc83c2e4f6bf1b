package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/harness/record"
)

func newReplay() *cobra.Command {
	r := &replay{options: handMade()}
	cmd := &cobra.Command{
		Use:   "replay FILE [URL] [-- COMMAND]",
		Short: "Play recorded cases again: fixed, flaky or failed",
		Long: `replay puts cases of a record to the server once more, three times each and with the random choices of the
recorded run, and says of each whether it is

  fixed     it failed, and is clean in every run
  flaky     it fails in some runs
  failed    it fails in every run, as recorded
  changed   it fails in every run, but not as recorded
  clean     it did not fail, and does not

FILE is a results.json or the directory that holds one: then the cases that failed are played, or those that
--cases selects. It may also be the transcript of a case, below that directory. Without URL the server is tried
where it was recorded. COMMAND starts it, as in "wsspec test".

Header fields that were sent are not in the record; give them again with --header.

Exit code: 0 fixed or clean, all of them; 1 failed, flaky or changed; 2 the command line or a file is wrong; 3 not
everything could be tested.`,
		Example: `  wsspec replay wsspec-report
  wsspec replay wsspec-report/transcripts/libfoo/5.6.json ws://127.0.0.1:9001/
  wsspec replay --cases '6.4.*' --repeat 10 wsspec-report -- ./echo-server --port {port}`,
		RunE: func(cmd *cobra.Command, args []string) error {
			args, command, err := splitCommand(cmd, args)
			if err != nil {
				return err
			}
			return r.main(cmd.Context(), args, command)
		},
	}
	r.register(cmd)
	return cmd
}

// register adds the flags.
func (r *replay) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	f.StringSliceVar(&r.cases, "cases", nil, "which cases of the record (default: those that failed)")
	f.StringVar(&r.peer, "peer", "", "the peer whose cases are played (default: all of the record)")
	f.IntVar(&r.repeat, "repeat", 3, "how often to play each case")
	f.IntVar(&r.jobs, "jobs", 0, fmt.Sprintf("cases side by side (default %d: four for each core)", harness.DefaultJobs))
	f.DurationVar(&r.timeout, "timeout", harness.DefaultProgress, "how long a case waits without progress; 0: for ever")
	f.BoolVar(&r.pause, "pause", false, "wait for Enter before each case, to attach a debugger; one at a time")
	r.registerHandshake(cmd)
	f.BoolVar(&r.strict, "strict", false, "non-strict and flaky cases count as failures")
	f.BoolVar(&r.trace, "trace", false, "show every frame on stderr")
	f.BoolVar(&r.quiet, "quiet", false, "no progress, and no words about what is fixed")
	f.BoolVar(&r.json, "json", false, "the record of the replay on stdout")
}

// splitCommand takes the arguments apart at --.
func splitCommand(cmd *cobra.Command, args []string) (before, command []string, err error) {
	i := cmd.ArgsLenAtDash()
	if i < 0 {
		return args, nil, nil
	}
	if i == len(args) {
		return nil, nil, usageError{errors.New("there is no command after --")}
	}
	return args[:i], args[i:], nil
}

// handMade returns the options of a command that writes no record, and tries nothing again behind the user's back.
func handMade() *options {
	return &options{out: ".", repeat: 1, profile: harness.Standard, gateOptions: gateOptions{newCases: "report"}}
}

// replay is the replay command.
type replay struct {
	*options
	peer string // --peer

	source *record.Source
}

// replayed is the part of a replay that one server is asked.
type replayed struct {
	peer   *record.Peer // as recorded
	wanted []*harness.Case
	run    *serverRun
}

func (r *replay) main(ctx context.Context, args, command []string) error {
	switch len(args) {
	case 0:
		return usageError{errors.New("which record? give its directory, such as wsspec-report, or a transcript in it")}
	case 1, 2:
	default:
		return usageError{fmt.Errorf("what is %q? give a record and a URL, and the command that starts the server after --", args[2])}
	}
	if err := r.check(); err != nil {
		return err
	}
	var err error
	if r.source, err = record.Find(args[0]); err != nil {
		return usageError{err}
	}
	r.seed, r.profile = r.source.Seed, harness.Profile(r.source.Profile)
	parts, err := r.choose()
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		fmt.Println("no case of the record failed: there is nothing to replay; --cases plays others")
		return nil
	}
	return r.play(ctx, parts, args[1:], command)
}

// choose returns what there is to play, by peer.
func (r *replay) choose() (parts []*replayed, err error) {
	if r.peer != "" && r.source.Record.Peer(r.peer) == nil {
		return nil, usageError{fmt.Errorf("--peer: there is no %q in the record, but %s", r.peer, r.names())}
	}
	for _, pattern := range r.cases {
		if !slices.ContainsFunc(r.source.Peers, func(p record.Peer) bool { return len(selected([]string{pattern}, &p)) > 0 }) {
			return nil, usageError{fmt.Errorf("--cases: the record holds no case that matches %q", pattern)}
		}
	}
	for i := range r.source.Peers {
		p := &r.source.Peers[i]
		if r.peer != "" && p.Name != r.peer || r.source.Peer != "" && p.Name != r.source.Peer {
			continue
		}
		wanted, err := r.wanted(p)
		if err != nil {
			return nil, err
		}
		if len(wanted) > 0 {
			parts = append(parts, &replayed{peer: p, wanted: wanted})
		}
	}
	return parts, nil
}

// names lists the peers of the record.
func (r *replay) names() string {
	var names []string
	for _, p := range r.source.Peers {
		names = append(names, strconv.QuoteToGraphic(p.Name))
	}
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// wanted returns the cases of a peer that are to be played.
func (r *replay) wanted(p *record.Peer) (list []*harness.Case, err error) {
	for i := range p.Cases {
		c := &p.Cases[i]
		switch {
		case r.source.Case != "" && c.ID != r.source.Case:
		case r.source.Case == "" && len(r.cases) == 0 && !r.bad(c):
		case r.source.Case == "" && len(r.cases) > 0 && !slices.Contains(selected(r.cases, p), c.ID):
		case p.Role != "server":
			return nil, usageError{fmt.Errorf("%s is a %.40q: only what was asked of servers can be replayed",
				strconv.QuoteToGraphic(p.Name), p.Role)}
		default:
			found := cases.Find(c.ID)
			if found == nil {
				return nil, usageError{fmt.Errorf("case %.40q of the record is not in the catalogue (%s; the record's is %.20q): "+
					"update wsspec, or choose others with --cases",
					c.ID, cases.Version, r.source.Catalogue)}
			}
			list = append(list, found)
		}
	}
	return list, nil
}

// selected returns the IDs of a peer's cases that match one of the patterns.
func selected(patterns []string, p *record.Peer) (ids []string) {
	for _, c := range p.Cases {
		known := cases.Find(c.ID)
		if known == nil {
			known = &harness.Case{ID: c.ID, Aliases: c.Aliases, Checks: c.Requirements}
		}
		if matches(patterns, known) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// bad tells whether a case counts as a failure.
func (r *replay) bad(c *record.Case) bool {
	return c.Verdict == record.Fail || r.strict && (c.Verdict == record.NonStrict || c.Flaky)
}

// play starts the server, if there is a command for it, plays the cases and says what became of them.
func (r *replay) play(ctx context.Context, parts []*replayed, urls, command []string) error {
	if len(parts) > 1 && (len(urls) > 0 || len(command) > 0) {
		return usageError{fmt.Errorf("the record holds %s: choose the one that is replayed with --peer", r.names())}
	}
	port, err := freePort(slices.Concat(urls, command))
	if err != nil {
		return err
	}
	planned := 0
	for _, part := range parts {
		if part.run, err = r.prepare(part, urls, port); err != nil {
			return err
		}
		planned += len(part.run.cases)
	}
	if len(command) > 0 {
		first := parts[0].run
		program, err := peer.Start(ctx, peer.Options{Command: replacePort(command, port), URL: first.target.URL.String()})
		if err != nil {
			return err
		}
		defer end(ctx, program)
		first.program = program
	}
	j, err := r.openJournal(planned)
	if err != nil {
		return err
	}
	j.display.start(j.began, r.seed)
	for _, part := range parts {
		if err = part.run.run(ctx, j); err != nil {
			break
		}
	}
	j.display.stop()
	return r.tell(parts, j.writer.Record(), err)
}

// prepare says what is put to the server of one peer, and where it is: at the URL of the command line, or else where it was.
func (r *replay) prepare(part *replayed, urls []string, port int) (*serverRun, error) {
	at := onPort(part.peer.URL, port)
	if len(urls) > 0 {
		at = peer.ReplacePort(urls[0], port)
	}
	target, err := r.target(at)
	if err != nil {
		return nil, err
	}
	recordedRequest(r.source, part).repeat(&target)
	own := *r.options
	if part.peer.Profile != "" {
		own.profile = harness.Profile(part.peer.Profile)
	}
	return &serverRun{options: &own, name: part.peer.Name, target: target, cases: withCompany(part)}, nil
}

// withCompany returns the cases to put to the server. Those that watch every conversation need what they watched.
func withCompany(part *replayed) []*harness.Case {
	if !slices.ContainsFunc(part.wanted, (*harness.Case).Passive) {
		return part.wanted
	}
	var all []*harness.Case
	for _, c := range part.peer.Cases {
		known := cases.Find(c.ID)
		if known != nil && (slices.Contains(part.wanted, known) || !known.Passive()) {
			all = append(all, known)
		}
	}
	return all
}
