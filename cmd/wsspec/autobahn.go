package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/autobahn"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/reports"
)

func newAutobahn() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "autobahn",
		Short: "Run the Autobahn testsuite",
		Long: `autobahn runs the real Autobahn testsuite, in a container or as it is installed, and treats what it finds
as it does its own: a record, a report, a baseline, an exit code. No case of it is lost in silence, and
whatever hangs is ended. docs/autobahn.md tells more.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q for %q; see `%[2]s --help`", args[0], cmd.CommandPath())}
			}
			return usageError{fmt.Errorf("what is to be tested? see `%s --help`", cmd.CommandPath())}
		},
	}
	cmd.AddCommand(newAutobahnServer(), newAutobahnClient(), newAutobahnFleet(), newAutobahnImport())
	return cmd
}

// autobahnOptions are the flags of what runs the Autobahn testsuite.
type autobahnOptions struct {
	options
	image, pull, network, memory string
	wstest                       string // path of an installed one
	agent                        string
	settings                     string
	limit, stall                 time.Duration
	split, compare               bool

	memoryLimit int64          // bytes
	peerOptions map[string]any // what settings says
}

func (o *autobahnOptions) register(cmd *cobra.Command) {
	o.defaults()
	f := cmd.Flags()
	f.SortFlags = false
	f.StringSliceVar(&o.cases, "cases", nil, "which cases of the testsuite: IDs, wstest's patterns (6.*), requirements or sections, separated by commas")
	f.StringSliceVar(&o.exclude, "exclude", nil, "which cases not, in the same way")
	f.StringVar(&o.name, "name", "", "name of the peer in the record")
	f.StringVar(&o.agent, "agent", "", "name of the peer in the testsuite's own files (default: made of the name)")
	f.StringVar(&o.image, "image", autobahn.DefaultImage, "image of the testsuite")
	f.StringVar(&o.pull, "pull", string(autobahn.PullMissing), "when to fetch the image: never, missing or always")
	f.StringVar(&o.network, "network", "", "network of the container engine that the testsuite is put into")
	f.StringVar(&o.memory, "memory", "", "memory that the testsuite may use, such as 2g")
	f.StringVar(&o.wstest, "wstest", "", "program to run instead of a container: a wstest that is installed")
	f.StringVar(&o.settings, "options", "", `"options" for the testsuite's specification, as JSON: {"failByDrop": true}`)
	f.DurationVar(&o.limit, "timeout", 0, "how long the testsuite may take for a peer; 0: as long as it likes")
	f.DurationVar(&o.stall, "stall", autobahn.DefaultStall, "how long nothing may move before it counts as hung; 0: for ever")
	f.BoolVar(&o.split, "split", false, "a program of its own for each chapter: if one hangs or dies, only its chapter is lost")
	f.StringVar(&o.out, "out", "wsspec-report", "directory for the record and the report; the testsuite's own files are put into wstest/ in it")
	f.StringSliceVar(&o.format, "format", []string{"html", "json"}, "what to write there: "+strings.Join(formats(), ", "))
	o.registerGate(f)
	f.BoolVar(&o.quiet, "quiet", false, "no progress, and no words about what passes")
	f.BoolVar(&o.json, "json", false, "the record on stdout instead of the summary")
}

// registerServer adds the flags that go into the opening handshakes of a server.
func (o *autobahnOptions) registerServer(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&o.subprotocols, "subprotocol", nil, "subprotocols to offer")
	f.StringVar(&o.origin, "origin", "", "Origin to send")
	f.BoolVar(&o.compare, "compare", false, "put our own cases to the server, too, and show where the two disagree")
	f.StringVar(&o.ca, "ca", "", "with --compare: file with the authorities to trust, in PEM; the testsuite, and without this we, check no certificate")
}

// defaults are what our own cases run with, for which there are no flags here.
func (o *autobahnOptions) defaults() {
	o.profile, o.timeout, o.retries, o.repeat = harness.Standard, harness.DefaultProgress, 3, 1
}

// check looks for what is wrong with the flags.
func (o *autobahnOptions) check(cmd *cobra.Command) error {
	var err error
	switch {
	case o.limit < 0:
		return usageError{errors.New("--timeout: give a duration such as 30m, or 0 for none")}
	case o.stall < 0:
		return usageError{errors.New("--stall: give a duration such as 2m, or 0 for none")}
	case !slices.Contains([]string{"never", "missing", "always"}, o.pull):
		return usageError{fmt.Errorf("--pull: %q is unknown: choose never, missing or always", o.pull)}
	case o.image == "":
		return usageError{errors.New("--image: name an image")}
	}
	if o.memoryLimit, err = parseMemory(o.memory); err != nil {
		return usageError{fmt.Errorf("--memory: %w", err)}
	}
	if o.peerOptions, err = parseSettings(o.settings); err != nil {
		return usageError{fmt.Errorf("--options: %w", err)}
	}
	if err := o.checkProgram(cmd); err != nil {
		return err
	}
	o.insecure = o.ca == ""
	return o.options.check()
}

// checkProgram looks whether there is a wstest to run, and no flag that it cannot follow.
func (o *autobahnOptions) checkProgram(cmd *cobra.Command) error {
	if !cmd.Flags().Changed("wstest") {
		return nil
	}
	for _, flag := range []string{"image", "pull", "network", "memory"} {
		if cmd.Flags().Changed(flag) {
			return usageError{fmt.Errorf("--%s is for a container, and --wstest runs without one", flag)}
		}
	}
	if _, err := exec.LookPath(o.wstest); err != nil && !errors.Is(err, exec.ErrDot) {
		var reason *exec.Error
		if errors.As(err, &reason) {
			err = reason.Err
		}
		return usageError{fmt.Errorf("--wstest: cannot run %q: %w", o.wstest, err)}
	}
	return nil
}

// parseMemory reads a number of bytes with a unit, as engines do: 512m, 2g.
func parseMemory(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	number, shift := strings.TrimSuffix(strings.ToLower(s), "b"), 0
	for unit, bits := range map[string]int{"k": 10, "m": 20, "g": 30} {
		if rest, ok := strings.CutSuffix(number, unit); ok {
			number, shift = rest, bits
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > 1<<62>>shift {
		return 0, fmt.Errorf("%q is no amount of memory: give one such as 512m or 2g", s)
	}
	return n << shift, nil
}

// parseSettings reads the options for wstest's specification. Whether it knows them only wstest can say.
func parseSettings(s string) (settings map[string]any, err error) {
	if s == "" {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(s)))
	dec.UseNumber()
	err = dec.Decode(&settings)
	if _, more := dec.Token(); err != nil || settings == nil || more != io.EOF {
		return nil, fmt.Errorf(`%q is no JSON object such as {"failByDrop": true}`, s)
	}
	return settings, nil
}

// suite is what is asked of the testsuite.
type suite struct {
	include, exclude []string // patterns for wstest; a nil include means all
	cases            []string // the IDs that they select, in its order
}

// errNoSuiteCase is errNoCase for the testsuite.
var errNoSuiteCase = errors.New("no case of the Autobahn testsuite is selected: --cases and --exclude leave nothing to ask")

// suiteExclude is what --exclude says of the testsuite's cases. With --compare, patterns may be about cases of ours alone.
func (o *autobahnOptions) suiteExclude() []string {
	if !o.compare {
		return o.exclude
	}
	return slices.DeleteFunc(slices.Clone(o.exclude), func(p string) bool {
		_, err := suitePatterns([]string{p})
		return err != nil && slices.ContainsFunc(cases.All(), func(c *harness.Case) bool { return cases.Match(p, c) })
	})
}

// selectSuite returns what the patterns select of the testsuite's cases.
func selectSuite(include, exclude []string) (suite, error) {
	s := suite{}
	var err error
	if s.include, err = suitePatterns(include); err != nil {
		return suite{}, err
	}
	if s.exclude, err = suitePatterns(exclude); err != nil {
		return suite{}, err
	}
	s.cases = (&wstest.Spec{Cases: s.include, ExcludeCases: s.exclude}).Select()
	if len(s.cases) == 0 {
		return suite{}, errNoSuiteCase
	}
	return s, nil
}

// suitePatterns makes patterns such as wstest has of any: requirements and sections become the cases that check them.
func suitePatterns(patterns []string) (list []string, err error) {
	for _, p := range patterns {
		ids := []string{p}
		if strings.HasPrefix(p, "RFC") {
			ids = checking(p)
		}
		if len((&wstest.Spec{Cases: ids}).Select()) == 0 {
			return nil, fmt.Errorf("no case of the Autobahn testsuite matches %q: give one (5.6), a pattern of wstest's (5.*), a requirement (RFC6455-5.4-10) or its section (RFC6455-5.4)", p)
		}
		list = append(list, ids...)
	}
	return list, nil
}

// checking returns the cases of the testsuite that check a requirement, or one of a section.
func checking(pattern string) []string {
	ids := []string{} // nil would stand for all
	for _, c := range cases.All() {
		if wstest.Number(c.ID) != 0 && cases.Match(pattern, c) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// program returns the wstest that the flags name, and what is to be called when it is no longer needed.
func (o *autobahnOptions) program(ctx context.Context, say func(string)) (autobahn.Program, func(), error) {
	if o.wstest != "" {
		return autobahn.Local{Path: o.wstest}, func() {}, nil
	}
	container, err := autobahn.NewContainer(ctx, autobahn.ContainerOptions{
		Image: o.image, Pull: autobahn.Pull(o.pull), Network: o.network, Memory: o.memoryLimit, Log: say,
	})
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, nil, err
	}
	return container, func() { container.Close() }, nil
}

// source says where the testsuite is taken from.
func (o *autobahnOptions) source() string { return cmp.Or(o.wstest, o.image) }

// tell shows what is done before there is a display.
func (o *autobahnOptions) tell(line string) {
	if !o.quiet {
		fmt.Fprintln(os.Stderr, reports.Printable(line))
	}
}

// carryOut makes a record of tests, and ends it whatever happens to them.
func (o *autobahnOptions) carryOut(ctx context.Context, planned int, test func(*journal, autobahn.Program) error) error {
	program, release, err := o.program(ctx, o.tell)
	if err != nil {
		return err
	}
	defer release()
	rescued := newRescue(program)
	defer rescued.end()
	if !o.compare {
		o.seed, o.profile = "", "" // are about cases of ours
	}
	j, err := o.openJournal(planned)
	if err != nil {
		return err
	}
	j.display.suite = o.source()
	j.display.start(j.began, j.seed)
	err = test(j, rescued)
	j.display.stop()
	return j.finish(err)
}
