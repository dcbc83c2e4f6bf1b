package harness_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/wsspec/wsspec/harness/reference"
)

// The probe offers the optional features in an opening handshake of their own. What is not an acceptance is none, and harms
// nobody.
func TestProbeFeatures(t *testing.T) {
	none, deflate := []string{}, []string{"permessage-deflate"}
	for name, test := range map[string]struct {
		behave func(*wire)
		want   []string // nil: could not be asked
	}{
		"offers nothing":            {after(0, nil), none},
		"accepts":                   {accepts("permessage-deflate"), deflate},
		"accepts, with parameters":  {accepts("permessage-deflate; server_no_context_takeover; server_max_window_bits=10"), deflate},
		"accepts what nobody wants": {accepts("x-bar"), none},
		"answers nonsense":          {accepts("permessage-deflate;;=, "), none},
		"refuses the request":       {accepts("\r\n\r\n"), none},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, err := runner(target(test.behave)).Probe(t.Context())
				if err != nil || p.Problem != "" || p.Connections < 2 {
					t.Fatalf("error %v, problem %q, %d connections", err, p.Problem, p.Connections)
				}
				if !slices.Equal(p.Features, test.want) || (p.Features == nil) != (test.want == nil) {
					t.Errorf("features %q, want %q", p.Features, test.want)
				}
				if r := p.Record(); (r.Features == nil) != (test.want == nil) {
					t.Errorf("the record has %q", r.Features)
				}
			})
		})
	}
}

// A peer that has enough connections when it is asked is asked again; if it has no other answer, nothing is known.
func TestProbeFeaturesOfABusyPeer(t *testing.T) {
	for busy, want := range map[int64]string{0: "permessage-deflate", 1: "permessage-deflate", 100: ""} {
		synctest.Test(t, func(t *testing.T) {
			var conns, refusals atomic.Int64
			accept := accepts("permessage-deflate")
			p, err := runner(target(func(c *wire) {
				if conns.Add(1) > 1 && refusals.Add(1) <= busy {
					readHead(c)
					io.WriteString(c, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
					return
				}
				accept(c)
			})).Probe(t.Context())
			if err != nil || strings.Join(p.Features, " ") != want || (p.Features == nil) != (want == "") {
				t.Errorf("busy %d times: features %q, want %q (error %v)", busy, p.Features, want, err)
			}
		})
	}
}

// accepts returns a conforming peer that answers the offer of an extension with a field of these words. It compresses
// nothing, which is legal.
func accepts(words string) func(*wire) {
	return func(c *wire) {
		reference.Serve(context.Background(), &accepter{wire: c, words: words}, nil)
	}
}

// accepter is a connection of a server that knows of no extension itself.
type accepter struct {
	*wire
	words   string
	offered bool
}

func (a *accepter) Read(p []byte) (int, error) {
	n, err := a.wire.Read(p)
	a.offered = a.offered || strings.Contains(string(p[:n]), "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n")
	return n, err
}

func (a *accepter) Write(p []byte) (int, error) {
	const head = "HTTP/1.1 101"
	if !a.offered || !strings.HasPrefix(string(p), head) {
		return a.wire.Write(p)
	}
	a.offered = false
	answer := strings.TrimSuffix(string(p), "\r\n") + "Sec-WebSocket-Extensions: " + a.words + "\r\n\r\n"
	if strings.HasPrefix(a.words, "\r\n") {
		answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
	}
	if _, err := io.WriteString(a.wire, answer); err != nil {
		return 0, err
	}
	return len(p), nil
}
