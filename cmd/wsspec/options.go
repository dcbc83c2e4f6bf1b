package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// options are the flags of whatever runs cases.
type options struct {
	cases, exclude []string
	level          string
	profile        harness.Profile
	jobs           int
	timeout        time.Duration
	retries        int
	repeat         int
	pause          bool
	seed           string
	name           string
	out            string
	format         []string
	location       string
	headers        []string
	subprotocols   []string
	origin         string
	insecure       bool
	ca             string
	trace          bool
	quiet          bool
	json           bool

	fields  protocol.Fields // of headers
	secrets *os.File        // see keyLog; nil as long as it is not open
	gateOptions
	shardOptions
}

// register adds the flags of a command that tests servers which the command line names.
func (o *options) register(cmd *cobra.Command) {
	o.registerShared(cmd)
	f := cmd.Flags()
	f.IntVar(&o.jobs, "jobs", 0, fmt.Sprintf("cases side by side (default %d: four for each core)", harness.DefaultJobs))
	f.StringVar(&o.name, "name", "", "name of the peer in the record (default: host and port)")
	o.registerShard(f)
}

// registerShared adds the flags that mean the same for every command that tests.
func (o *options) registerShared(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	f.StringSliceVar(&o.cases, "cases", nil, "which cases: IDs, patterns (6.*), requirements (RFC6455-5.4-10) or sections (RFC6455-5.4), separated by commas")
	f.StringSliceVar(&o.exclude, "exclude", nil, "which cases not, in the same way; chapter 0 runs unless it is excluded")
	f.StringVar(&o.level, "level", "", "only cases that check at least a must, should or may")
	f.StringVar((*string)(&o.profile), "profile", string(harness.Standard), "how much volume to send: quick (a few MiB), standard or full; never which rules are checked")
	f.DurationVar(&o.timeout, "timeout", harness.DefaultProgress, "how long a case waits without progress; 0: for ever")
	f.IntVar(&o.retries, "retries", 3, "how often to try again, alone, when something did not come")
	f.IntVar(&o.repeat, "repeat", 1, "how often to ask each case; its verdict is the worst of them")
	f.BoolVar(&o.pause, "pause", false, "wait for Enter before each case, to attach a debugger; one at a time, and nothing is tried again")
	f.StringVar(&o.seed, "seed", "", "source of every random choice (default: a new one, which the record names)")
	f.StringVar(&o.out, "out", "wsspec-report", "directory for the record and the report")
	f.StringSliceVar(&o.format, "format", []string{"html", "json"}, "what to write there: "+strings.Join(formats(), ", ")+
		" (wstest: the Autobahn testsuite's files, whose index.html is called "+besideHTML+" beside that of html)")
	o.registerLocation(f)
	o.registerHandshake(cmd)
	o.registerGate(f)
	f.BoolVar(&o.trace, "trace", false, "show every frame on stderr")
	f.BoolVar(&o.quiet, "quiet", false, "no progress, and no words about what passes")
	f.BoolVar(&o.json, "json", false, "the record on stdout instead of the summary")
}

// registerHandshake adds the flags that say what the opening handshakes of a server need.
func (o *options) registerHandshake(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&o.headers, "header", nil, "header field for the opening handshake, as \"Name: value\"; the value is not recorded")
	f.StringSliceVar(&o.subprotocols, "subprotocol", nil, "subprotocols to offer")
	f.StringVar(&o.origin, "origin", "", "Origin to send")
	f.BoolVar(&o.insecure, "insecure", false, "do not check the certificate of a wss:// server")
	f.StringVar(&o.ca, "ca", "", "file with the certificates, in PEM, of the authorities to trust")
}

// check looks for what is wrong with the flags themselves.
func (o *options) check() error {
	if err := o.checkOutput(); err != nil {
		return err
	}
	switch {
	case o.jobs < 0:
		return usageError{errors.New("--jobs: give a number of 1 or more")}
	case o.timeout < 0:
		return usageError{errors.New("--timeout: give a duration such as 2s, or 0 for none")}
	case o.retries < 0:
		return usageError{errors.New("--retries: give a number of 0 or more")}
	case o.repeat < 1:
		return usageError{errors.New("--repeat: give a number of 1 or more")}
	}
	if _, err := harness.ParseProfile(string(o.profile)); err != nil {
		return usageError{fmt.Errorf("--profile: %w", err)}
	}
	if err := o.checkShard(); err != nil {
		return err
	}
	if o.seed == "" && o.part == nil {
		o.seed = fmt.Sprintf("%08x", rand.Uint32())
	}
	if err := o.parseHeaders(); err != nil {
		return err
	}
	return o.checkGate()
}

// checkOutput looks for what is wrong with the flags that say what is written.
func (o *options) checkOutput() error {
	for _, f := range o.format {
		if !slices.Contains(formats(), f) {
			return usageError{fmt.Errorf("--format: %q is unknown: choose from %s", f, strings.Join(formats(), ", "))}
		}
	}
	if o.out == "" {
		return usageError{errors.New("--out: name a directory")}
	}
	return o.checkLocation()
}

// reserved are the header fields that the opening handshake sets itself.
var reserved = []string{"Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"}

func (o *options) parseHeaders() error {
	for _, h := range o.headers {
		name, value, err := parseHeader(h)
		if err != nil {
			return usageError{fmt.Errorf("--header: %w", err)}
		}
		o.fields.Add(name, value)
	}
	return nil
}

func parseHeader(h string) (name, value string, err error) {
	name, value, found := strings.Cut(h, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case !found || name == "":
		return "", "", fmt.Errorf("%q is not of the form \"Name: value\"", h)
	case slices.ContainsFunc(reserved, func(r string) bool { return strings.EqualFold(r, name) }):
		return "", "", fmt.Errorf("%s is set by the opening handshake itself", name)
	}
	return name, value, nil
}

var errNoCase = errors.New("no case is selected: --cases, --exclude and --level leave nothing to ask")

// selection returns the cases that the flags choose.
func (o *options) selection() ([]*harness.Case, error) {
	s := cases.Selection{Include: o.cases, Exclude: o.exclude}
	if o.level != "" {
		level, ok := map[string]requirement.Level{"must": requirement.Must, "should": requirement.Should, "may": requirement.May}[o.level]
		if !ok {
			return nil, usageError{fmt.Errorf("--level: %q is unknown: choose must, should or may", o.level)}
		}
		s.Level = &level
	}
	list, err := cases.Select(s)
	if err != nil {
		return nil, usageError{err}
	}
	if !slices.ContainsFunc(list, func(c *harness.Case) bool { return !c.Passive() }) {
		return nil, usageError{errNoCase}
	}
	return list, nil
}
