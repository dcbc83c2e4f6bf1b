// Package wsspectest puts the catalogue of wsspec to a WebSocket server from within a Go test: each case is a subtest.
//
//	func TestConformance(t *testing.T) {
//		wsspectest.Run(t, http.HandlerFunc(echo), nil)
//	}
//
// The server has to send back every message as it came.
package wsspectest

import (
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

// Options choose what is asked, and how. The zero value, and nil, ask everything.
type Options struct {
	Cases   []string // patterns as in `wsspec test --cases`; none means all
	Exclude []string // patterns of what is not asked
	Strict  bool     // what is only non-strict or flaky fails, too

	Timeout time.Duration // of a case without progress; 0 means harness.DefaultProgress
	Retries int           // how often something that did not come is tried again; 0 means 3, a negative number none
	Seed    string        // source of every random choice; empty means a new one, which is logged

	Profile harness.Profile // how much volume is sent; empty means harness.Standard

	Header       http.Header // added to the opening handshake
	Subprotocols []string    // offered
	TLS          *tls.Config // for wss; for an http.Handler it also makes the server one of TLS
}

// Run tests a server: the URL of one that runs (a string), an http.Handler, or an *httptest.Server. Each case is a subtest of
// its chapter, such as TestConformance/5_Fragmentation/5.6, and fails with its findings. Cases of a chapter run side by side, except those
// that measure (chapter 9), which send up to 16 MiB each; Options.Profile quick makes that little.
//
// Chapter 0, which watches every conversation, comes last, and speaks of the conversations that there were.
func Run(t *testing.T, urlOrHandler any, options *Options) {
	t.Helper()
	o := Options{}
	if options != nil {
		o = *options
	}
	selected, err := cases.Select(cases.Selection{Include: o.Cases, Exclude: o.Exclude})
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{options: o, template: o.runner(t, target(t, urlOrHandler, o))}
	if r.probe, err = r.template.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.probe.Problem != "" {
		t.Log(r.probe.Problem)
	}
	r.run(t, selected)
}

// target finds out what to test.
func target(t *testing.T, urlOrHandler any, o Options) harness.Target {
	t.Helper()
	var url string
	settings := o.TLS
	switch v := urlOrHandler.(type) {
	case string:
		url = v
	case *httptest.Server:
		url, settings = address(v), clientSettings(v, o.TLS)
	case http.Handler:
		server := httptest.NewUnstartedServer(v)
		if server.TLS = o.TLS; o.TLS != nil {
			server.StartTLS()
		} else {
			server.Start()
		}
		t.Cleanup(server.Close)
		url, settings = address(server), clientSettings(server, o.TLS)
	default:
		t.Fatalf("wsspectest.Run: a %T is neither a URL (string) nor an http.Handler nor an *httptest.Server", v)
	}
	target, err := harness.NewTarget(url, settings)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range o.Header {
		for _, value := range values {
			target.Fields.Add(name, value)
		}
	}
	target.Subprotocols = o.Subprotocols
	return target
}

// address is the WebSocket URL of a test server.
func address(s *httptest.Server) string { return "ws" + strings.TrimPrefix(s.URL, "http") + "/" }

// clientSettings trust the certificate of a test server.
func clientSettings(s *httptest.Server, settings *tls.Config) *tls.Config {
	transport, ok := s.Client().Transport.(*http.Transport)
	if !ok || transport.TLSClientConfig == nil {
		return settings
	}
	return transport.TLSClientConfig
}

// runner puts cases to one server.
type runner struct {
	options  Options
	template *harness.Runner
	probe    harness.Probe

	mu      sync.Mutex
	passive map[string]record.Case // by ID: what a case of chapter 0 found first
	held    int                    // conversations
}

func (o Options) runner(t *testing.T, target harness.Target) *harness.Runner {
	r := &harness.Runner{Target: target, Timeout: o.Timeout, Retries: o.Retries, Seed: o.Seed, Profile: o.Profile}
	if r.Timeout == 0 {
		r.Timeout = harness.DefaultProgress
	}
	if r.Retries == 0 {
		r.Retries = 3
	}
	if r.Seed == "" {
		r.Seed = fmt.Sprintf("%08x", rand.Uint32())
		t.Logf("seed %s", r.Seed)
	}
	return r
}

// run makes a subtest of each chapter, and in it one of each case.
func (r *runner) run(t *testing.T, selected []*harness.Case) {
	r.passive = make(map[string]record.Case)
	var watchers []*harness.Case
	chapters := map[int][]*harness.Case{}
	var order []int
	for _, c := range selected {
		n, _ := record.Chapter(c.ID)
		if c.Passive() {
			watchers = append(watchers, c)
			continue
		}
		if chapters[n] == nil {
			order = append(order, n)
		}
		chapters[n] = append(chapters[n], c)
	}
	for _, n := range order {
		t.Run(chapterName(chapters[n][0]), func(t *testing.T) {
			for _, c := range chapters[n] {
				t.Run(c.ID, func(t *testing.T) {
					if r.probe.Connections != 1 && !c.Alone {
						t.Parallel()
					}
					r.ask(t, c, watchers)
				})
			}
		})
	}
	if len(watchers) > 0 && r.held > 0 {
		t.Run(chapterName(watchers[0]), func(t *testing.T) {
			for _, c := range watchers {
				t.Run(c.ID, func(t *testing.T) { r.report(t, r.passive[c.ID]) })
			}
		})
	}
}

func chapterName(c *harness.Case) string {
	n, title := record.Chapter(c.ID)
	return fmt.Sprintf("%d %s", n, title)
}

// ask puts one case to the server, and lets chapter 0 watch.
func (r *runner) ask(t *testing.T, c *harness.Case, watchers []*harness.Case) {
	one := *r.template
	one.Cases, one.Jobs = append([]*harness.Case{c}, watchers...), 1
	var result record.Case
	one.Result = func(found record.Case, _ *record.Transcript) {
		if found.ID == c.ID {
			result = found
			return
		}
		r.watched(found)
	}
	if err := one.Run(t.Context(), r.probe); err != nil {
		t.Fatal(err)
	}
	r.report(t, result)
}

// watched keeps what a case of chapter 0 found in one conversation.
func (r *runner) watched(found record.Case) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held++
	if old, ok := r.passive[found.ID]; !ok || old.Verdict == record.Pass {
		r.passive[found.ID] = found
	}
}

// report makes a verdict that of a subtest.
func (r *runner) report(t *testing.T, c record.Case) {
	t.Helper()
	for _, f := range c.Findings {
		words := fmt.Sprintf("%s\n%s (%s)\n  expected  %s\n  got       %s", c.Title, f.Requirement, f.Level, printable(f.Expected), printable(f.Got))
		if f.Severity == record.Fail || r.options.Strict {
			t.Error(words)
		} else {
			t.Log("non-strict: " + words)
		}
	}
	for _, note := range c.Notes {
		t.Log(printable(note))
	}
	switch {
	case c.Verdict == record.Error:
		t.Error("could not be carried out")
	case c.Flaky && r.options.Strict:
		t.Error("flaky")
	case c.Flaky:
		t.Log("flaky")
	}
}

// printable keeps what a peer sent from acting on the terminal.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return '\ufffd'
		}
		return c
	}, s)
}
