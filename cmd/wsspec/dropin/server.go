package dropin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// server is a server that the mode fuzzingclient tests.
type server struct {
	wstest.Server
	target  harness.Target
	options map[string]any

	mu   sync.Mutex
	peer net.Addr // of the latest connection
}

// dial opens a connection, and remembers to where.
func (s *server) dial(ctx context.Context, dial func(context.Context) (net.Conn, error)) (net.Conn, error) {
	conn, err := dial(ctx)
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.peer = conn.RemoteAddr()
	}
	return conn, err
}

// where is the address of the server in the form of wstest's messages.
func (s *server) where() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peer == nil {
		return s.target.URL.Address()
	}
	address, err := netip.ParseAddrPort(s.peer.String())
	if err != nil {
		return s.peer.String()
	}
	family := "tcp6"
	if address.Addr().Is4() {
		family = "tcp4"
	}
	return fmt.Sprintf("%s:%s:%d", family, address.Addr(), address.Port())
}

// test puts the cases to a server. The error is why the run is over.
func (c *client) test(ctx context.Context, s *server) error {
	runner := &harness.Runner{
		Target: s.target, Timeout: harness.DefaultProgress, Retries: 3, Seed: seed, Profile: harness.Standard, Account: true,
		Adjust: s.adjust,
	}
	probe, err := runner.Probe(ctx)
	if err != nil {
		return c.unreachable(ctx, s, err)
	}
	agent := c.unique(cmp.Or(s.Agent, s.ask(ctx)))
	if probe.Problem != "" {
		c.warn("%s: %s", agent, probe.Problem)
	}
	c.writer.Peer(record.Peer{Name: agent, Role: "server", URL: s.target.URL.String(), Probe: probe.Record()})
	runner.Cases = c.asked(agent, s)
	runner.Before = func(_ context.Context, asked *harness.Case) { s.running(agent, asked.ID) }
	runner.Result = func(result record.Case, t *record.Transcript) {
		c.writer.Case(agent, result, t)
		c.note(agent, result)
	}
	runner.Revive = func(ctx context.Context, asked *harness.Case) bool { return s.comesBack(ctx, asked) }
	if c.options["debug"] != "" {
		runner.Trace = c.Trace
	}
	return runner.Run(ctx, probe)
}

// running says which case is put to a server, in wstest's words.
func (s *server) running(agent, id string) {
	fmt.Printf("Running test case ID %s for agent %s from peer %s\n", id, printable(agent), s.where())
}

// asked are the cases to put to a server: those of the run without those from which it is exempt, and chapter 0. Of the exempt
// ones it is said what wstest says.
func (c *client) asked(agent string, s *server) []*harness.Case {
	list := slices.DeleteFunc(slices.Clone(cases.All()), func(c *harness.Case) bool { return !c.Passive() })
	for _, id := range c.ids {
		if c.spec.Excludes(agent, id) {
			s.running(agent, id)
			fmt.Printf("Skipping test case %s for agent %s by test configuration!\n", id, printable(agent))
			continue
		}
		list = append(list, cases.Find(id))
	}
	return list
}

// comesBack waits for a server that takes no connections any more. If it is in vain, that is said once, since no further case
// is asked.
func (s *server) comesBack(ctx context.Context, asked *harness.Case) bool {
	if s.listens(ctx) {
		return true
	}
	if ctx.Err() == nil {
		s.failed(fmt.Sprintf("it takes no connections any more, since case %s", asked.ID))
	}
	return false
}

// returnLimit is how long a server that takes no connections is waited for, returnPause the time between two looks.
const (
	returnLimit = 5 * time.Second
	returnPause = 50 * time.Millisecond
)

// listens waits until the server takes connections, and tells whether it does.
func (s *server) listens(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, returnLimit)
	defer cancel()
	for ctx.Err() == nil {
		if conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.target.URL.Address()); err == nil {
			conn.Close()
			return true
		}
		rest(ctx, returnPause)
	}
	return false
}

// failed says that there is no connection, in wstest's words.
func (s *server) failed(why string) {
	fmt.Printf("Connection to %s failed (%s)\n", printable(s.URL), printable(why))
}

// unreachable notes of every case that it could not be put to a server, and returns the error if the run is over.
func (c *client) unreachable(ctx context.Context, s *server, err error) error {
	unreachable, ok := errors.AsType[*harness.UnreachableError](err)
	if !ok || ctx.Err() != nil {
		return err
	}
	problem := s.advised(unreachable.Problem)
	s.failed(problem)
	agent := c.unique(cmp.Or(s.Agent, s.URL))
	c.writer.Peer(record.Peer{Name: agent, Role: "server", URL: s.target.URL.String()})
	for _, id := range c.ids {
		if !c.spec.Excludes(agent, id) {
			asked := cases.Find(id)
			c.writer.Case(agent, record.Case{
				ID: id, Title: asked.Title, Requirements: asked.Checks, Verdict: record.Error, Notes: []string{"not asked: " + problem},
			}, nil)
		}
	}
	return nil
}

// advised is what keeps a server from being tested, with advice that suits a specification: it has no --insecure.
func (s *server) advised(problem string) string {
	if strings.HasSuffix(problem, "--insecure") {
		return problem[:strings.LastIndex(problem, ": ")] + `: without "hostname" in the specification nothing is checked`
	}
	return problem
}

// unique returns a name that no other server of the run has: for wstest the last of that name takes all.
func (c *client) unique(agent string) string {
	name, n := agent, 1
	for c.named(name) {
		n++
		name = fmt.Sprintf("%s (%d)", agent, n)
	}
	if n > 1 {
		c.warn("another server is called %s: this one is called %s in the reports; give each an \"agent\" of its own", agent, name)
	}
	return name
}

func (c *client) named(agent string) bool {
	return slices.ContainsFunc(c.writer.Record().Peers, func(p record.Peer) bool { return p.Name == agent })
}

// unknownServer is wstest's name of a server that has none.
const unknownServer = "UnknownServer"

// ask asks a server what it is called: by the Server field of its answer to an opening handshake.
func (s *server) ask(ctx context.Context) string {
	header := http.Header{"Host": {s.target.URL.HostField()}}
	if s.Origin != "" {
		header.Set("Origin", s.Origin)
	}
	conn, response, err := ws.Dial(ctx, "ws://"+s.target.URL.Address()+s.target.URL.ResourceName, &ws.DialOptions{
		Options:      ws.Options{HandshakeTimeout: 5 * time.Second, CloseTimeout: time.Second},
		Header:       header,
		Subprotocols: s.Protocols,
		Dial:         func(ctx context.Context, _, _ string) (net.Conn, error) { return s.target.Dial(ctx) }, // TLS included
	})
	if err != nil {
		return unknownServer
	}
	conn.Close(protocol.NormalClosure, "")
	return cmp.Or(strings.TrimSpace(response.Fields.Get("Server")), unknownServer)
}
