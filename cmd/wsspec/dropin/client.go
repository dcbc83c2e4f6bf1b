package dropin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/reports"
	files "github.com/wsspec/wsspec/reports/wstest"
)

// client is a run of the mode fuzzingclient: it tests servers.
type client struct {
	*invocation
	spec    *wstest.Spec
	servers []*server
	ids     []string // of the cases to run, which are the testsuite's
	dir     string   // for the reports
	began   time.Time
	writer  *record.Writer
}

// fuzzingClient is the mode of that name.
func (w *invocation) fuzzingClient(ctx context.Context) error {
	signal.Ignore(syscall.SIGPIPE) // the reports outlive who reads the lines: `| head`, `| grep -q`
	standard := &wstest.Spec{OutDir: defaultReports, Servers: []wstest.Server{{URL: cmp.Or(w.options["wsuri"], "ws://127.0.0.1:9001")}}}
	spec, err := w.loadSpec(standard)
	if err != nil {
		return w.wrong(err)
	}
	c := &client{invocation: w, spec: spec, dir: spec.OutDir}
	if c.dir == "" {
		c.dir = defaultReports
	}
	if err := c.prepare(); err != nil {
		return w.wrong(err)
	}
	return c.run(ctx)
}

// defaultReports is where the reports go by default.
const defaultReports = "./reports/servers"

// prepare looks at everything that can be wrong before the first case.
func (c *client) prepare() error {
	prefix, servers := "u", c.spec.Servers
	if len(servers) == 0 {
		if c.options["wsuri"] == "" {
			return errors.New(`there is no server to test: name one under "servers" in the specification, or with -w`)
		}
		prefix, servers = "", []wstest.Server{{URL: c.options["wsuri"]}}
	} else if uri := c.options["wsuri"]; uri != "" && (len(servers) > 1 || servers[0].URL != uri) {
		c.warn("-w %s is not used, since the specification names servers", c.options["wsuri"])
	}
	var urls []string
	for _, s := range servers {
		server, err := c.server(s)
		if err != nil {
			return err
		}
		c.servers, urls = append(c.servers, server), append(urls, s.URL)
	}
	absent := c.choose()
	if len(c.ids) == 0 && absent == 0 {
		return errors.New(`no case is selected: "cases" and "exclude-cases" of the specification leave nothing to ask`)
	}
	if absent > 0 {
		c.warn("%d of the %d selected cases are not run, and not in the reports: chapters 12 and 13 (permessage-deflate) come with a later version of wsspec",
			absent, absent+len(c.ids))
	}
	if len(c.ids) == 0 {
		return errors.New("none of the selected cases can be run yet")
	}
	if err := writable(c.dir); err != nil {
		return fmt.Errorf(`cannot write the reports, "outdir" of the specification: %w`, err)
	}
	c.announce(pythonList(prefix, urls))
	return nil
}

// writable tries whether files can be written in a directory that need not be there yet. It leaves nothing behind: who makes the
// directory in the end decides to whom it belongs.
func writable(dir string) error {
	info, err := os.Stat(dir)
	switch parent := filepath.Dir(dir); {
	case (errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)) && parent != dir:
		return writable(parent)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is no directory", dir)
	}
	f, err := os.CreateTemp(dir, ".wstest-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// choose sets the cases to run. It returns how many more are selected that the catalogue does not have.
func (c *client) choose() (absent int) {
	for _, id := range c.spec.Select() {
		if cases.Find(id) == nil {
			absent++
			continue
		}
		c.ids = append(c.ids, id)
	}
	return absent
}

// announce says what is going to be done, in wstest's words.
func (c *client) announce(urls string) {
	fmt.Printf("Fuzzing WebSocket Client (%s, in place of Autobahn Testsuite Version %s / Autobahn Version %s)\n", c.Build, testsuiteVersion, autobahnPythonVersion)
	fmt.Printf("Ok, will run %d test cases against %d servers\n", len(c.ids), len(c.servers))
	fmt.Printf("Cases = %s\n", pythonList("", c.ids))
	fmt.Printf("Servers = %s\n", urls)
}

// run tests one server after the other, and writes the reports in the end, whatever happens.
func (c *client) run(ctx context.Context) error {
	c.began = time.Now()
	var err error
	c.writer, err = record.Create("", record.Record{
		Tool: c.Tool, Catalogue: cases.Version, Seed: seed, Profile: string(harness.Standard),
		Started: c.began.UTC(), Planned: len(c.ids) * len(c.servers),
	})
	if err != nil {
		return c.wrong(err)
	}
	for _, s := range c.servers {
		if err = c.test(ctx, s); err != nil {
			break
		}
	}
	return c.finish(ctx, err)
}

// seed makes that every run sends the same bytes, as wstest does.
const seed = "wstest"

// finish writes the reports. The error is why the run ended early.
func (c *client) finish(ctx context.Context, err error) error {
	cause := ""
	if ctx.Err() != nil {
		cause = context.Cause(ctx).Error()
	}
	c.writer.Close(time.Since(c.began), cause)
	rec := c.writer.Record()
	dir, writeErr := c.write(rec)
	if writeErr != nil {
		c.wrong(writeErr)
	}
	switch {
	case cause != "":
		fmt.Fprintf(os.Stderr, "%s: interrupted by %s: %d of %d cases have a result, in %s\n", c.Name, cause, ran(rec), rec.Planned, dir)
		return signalled(cause)
	case err != nil:
		return c.wrong(err)
	case writeErr != nil:
		return exit(exitWrong)
	case c.Live:
		c.summarize(rec)
	}
	return nil
}

// summarize counts the words that the reports have for the cases of each agent.
func (c *client) summarize(rec *record.Record) {
	for _, p := range rec.Peers {
		counts := make(map[string]int)
		for _, result := range p.Cases {
			switch {
			case wstest.Number(result.ID) == 0:
			case result.WSTest == nil:
				counts["FAILED"]++
			default:
				counts[result.WSTest.Behavior]++
			}
		}
		var words []string
		for _, word := range []string{"OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED"} {
			if counts[word] > 0 {
				words = append(words, fmt.Sprintf("%d %s", counts[word], word))
			}
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", printable(p.Name), strings.Join(words, ", "))
	}
	fmt.Fprintln(os.Stderr, filepath.Join(c.dir, "index.html"))
}

// ran counts the results that are in the reports.
func ran(rec *record.Record) (n int) {
	for _, p := range rec.Peers {
		for _, c := range p.Cases {
			if wstest.Number(c.ID) > 0 {
				n++
			}
		}
	}
	return n
}

// signalled is the exit code that shells give a program that a signal ended.
func signalled(name string) exit {
	if name == "SIGTERM" {
		return 128 + 15
	}
	return 128 + 2
}

// write writes the reports, and returns where they are. If they cannot be written where they should be, they go where
// temporary files go, so that nothing that was measured is lost; the error says so.
func (c *client) write(rec *record.Record) (dir string, err error) {
	write := func(dir string) error {
		return files.Write(dir, rec, files.Options{Transcripts: c.writer.Transcript, Case: cases.Find})
	}
	if err = write(c.dir); err == nil {
		return c.dir, nil
	}
	if dir, tempErr := os.MkdirTemp("", "wstest-reports-"); tempErr == nil && write(dir) == nil {
		return dir, fmt.Errorf("%w; they are in %s instead", err, dir)
	}
	return c.dir, err
}

// note tells what a peer did that its reports do not show.
func (c *client) note(agent string, result record.Case) {
	if wstest.Number(result.ID) == 0 && result.Verdict == record.Fail && len(result.Findings) > 0 {
		c.warn("%s: %s (case %s, not in the reports): %s", agent, result.Findings[0].Got, result.ID, result.Findings[0].Requirement)
	}
}

// printable is what a peer says of itself, safe for a terminal.
func printable(agent string) string { return reports.Printable(agent) }
