package harness_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/reference"
)

// The probe tells the user what is wrong in his words, and ends the run only if no case can be put to the peer.
func TestProbe(t *testing.T) {
	status := func(text string) func(*wire) {
		return func(c *wire) { readHead(c); io.WriteString(c, text); swallow(c) }
	}
	for _, test := range []struct {
		name    string
		behave  func(*wire)
		problem string // what the probe says; empty: nothing
		fatal   bool
	}{
		{"conforms", after(0, nil), "", false},
		{"another path", status("HTTP/1.1 404 Not Found\r\nContent-Length: 20\r\n\r\nno such page\nat all\n"),
			`the server answered HTTP 404 Not Found instead of 101 ("no such page"); check the path of the URL`, false},
		{"no echo", after101(swallow), `the server does not send back what it gets; see README, "Prepare your server"`, false},
		{"greets", func(c *wire) {
			reference.Serve(context.Background(), &greeter{wire: c}, nil)
		}, `the server sends messages of its own (Text "welcome")`, false},
		{"silence", swallow, "the opening handshake fails: nothing complete within 5s", false},
		{"closes", func(*wire) {}, "the opening handshake fails: the end of the stream", false},
		{"a wrong key", status("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"),
			"Sec-WebSocket-Accept does not answer the key", false},
		{"TLS", status("\x15\x03\x01\x00\x02\x02\x16"), "the server expects TLS: use wss://", true},
		{"TLS that knows HTTP", status("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"),
			"the server expects TLS: use wss://", true},
		{"another protocol", status("SSH-2.0-OpenSSH_9.2\r\n"), "what listens there does not speak HTTP", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, err := runner(target(test.behave)).Probe(t.Context())
				if unreachable := (*harness.UnreachableError)(nil); errors.As(err, &unreachable) != test.fatal {
					t.Fatalf("error %v", err)
				}
				said := p.Problem
				if err != nil {
					said = err.Error()
				}
				if !strings.Contains(said, test.problem) || test.problem == "" && said != "" {
					t.Errorf("says %q, want %q", said, test.problem)
				}
			})
		})
	}
}

// greeter is a connection of a server that says something after the opening handshake.
type greeter struct {
	*wire
	greeted bool
}

func (g *greeter) Write(p []byte) (int, error) {
	n, err := g.wire.Write(p)
	if !g.greeted && strings.HasPrefix(string(p), "HTTP/1.1 101") {
		g.greeted = true
		io.WriteString(g.wire, "\x81\x07welcome")
	}
	return n, err
}

func TestProbeCountsConnections(t *testing.T) {
	for _, limit := range []int{1, 3, 100} {
		synctest.Test(t, func(t *testing.T) {
			slots := make(chan struct{}, limit)
			r := runner(target(func(c *wire) {
				select {
				case slots <- struct{}{}:
				case <-c.gone:
					return
				}
				defer func() { <-slots }()
				reference.Serve(context.Background(), c, nil)
			}))
			r.Jobs = 8
			p, err := r.Probe(t.Context())
			if err != nil || p.Connections != min(limit, 8) {
				t.Errorf("%d connections at once, want %d (error %v)", p.Connections, min(limit, 8), err)
			}
			if one := strings.Contains(p.Problem, "one connection at a time"); one != (limit == 1) {
				t.Errorf("with %d slots the problem is %q", limit, p.Problem)
			}
		})
	}
}

// late is a connection over which everything arrives some time after it was sent.
type late struct {
	net.Conn
	delay time.Duration
}

func (l late) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	timer := time.NewTimer(l.delay)
	<-timer.C
	return n, err
}

func TestProbeMeasuresTheRoundTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far := target(after(0, nil))
		dial := far.Dial
		far.Dial = func(ctx context.Context) (net.Conn, error) {
			conn, err := dial(ctx)
			return late{conn, 70 * time.Millisecond}, err
		}
		p, err := runner(far).Probe(t.Context())
		if err != nil || p.RoundTrip < 70*time.Millisecond || p.RoundTrip > 75*time.Millisecond {
			t.Errorf("round trip %v, want 70ms (error %v)", p.RoundTrip, err)
		}
	})
}

func TestProbeUnreachable(t *testing.T) {
	for problem, err := range map[string]error{
		"nothing listens there":          &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"there is no host of that name":  &net.DNSError{Err: "no such host", Name: "x.invalid"},
		"check host, port and firewall":  context.DeadlineExceeded,
		"something that nobody foresees": errors.New("something that nobody foresees"),
	} {
		nowhere := target(swallow)
		nowhere.Dial = func(context.Context) (net.Conn, error) { return nil, err }
		_, err := runner(nowhere).Probe(t.Context())
		if unreachable := (*harness.UnreachableError)(nil); !errors.As(err, &unreachable) || !strings.Contains(err.Error(), problem) {
			t.Errorf("error %v, want one that says %q", err, problem)
		}
	}
}
