package ws_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// serving is a listener that serves one connection.
func serving(t testing.TB, options *ws.AcceptOptions) (address string, served <-chan error) {
	t.Helper()
	l := listen(t, "tcp", "127.0.0.1:0")
	return l.Addr().String(), start(func() error {
		transport, err := l.Accept()
		if err != nil {
			return err
		}
		c, _, err := ws.Serve(t.Context(), transport, options)
		if err == nil {
			defer c.CloseNow()
			c.Handle(t.Context(), echo)
		}
		return err
	})
}

func TestServeRefuses(t *testing.T) {
	for _, test := range append(hostileRequests, []struct {
		name, old, new string
		status         int
		want           any
	}{
		{"not HTTP", "GET /chat HTTP/1.1", "hello", 400, protocol.RequestSyntax},
		{"old HTTP", "HTTP/1.1", "HTTP/1.0", 505, protocol.RequestVersion},
		{"no Host", "Host: example.com\r\n", "", 400, protocol.RequestHost},
		{"long head", "Host", "X: " + strings.Repeat("x", 100_000) + "\r\nHost", 431, &protocol.LimitError{}},
		{"many fields", "Host", strings.Repeat("X: y\r\n", 200) + "Host", 431, &protocol.LimitError{}},
	}...) {
		t.Run(test.name, func(t *testing.T) {
			address, served := serving(t, &ws.AcceptOptions{Check: check})
			// The server must not answer what it has not read with a reset, which would make the response disappear.
			response, p := ask(t, address, strings.Replace(request, test.old, test.new, 1)+strings.Repeat("x", 100_000))
			expectRefusal(t, response, p, test.status)
			if !response.Close {
				t.Error("Connection: close is missing")
			}
			if _, err := p.transport.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("after the response got %v", err)
			}
			p.transport.Close()
			expectRefused(t, <-served, test.want)
		})
	}
}

// A response to HEAD has no body.
func TestServeRefusesHEAD(t *testing.T) {
	address, served := serving(t, nil)
	_, p := ask(t, address, strings.Replace(request, "GET", "HEAD", 1))
	if body, err := io.ReadAll(p.transport); len(body) > 0 || err != nil {
		t.Errorf("body %q, %v", body, err)
	}
	p.transport.Close()
	expectRefused(t, <-served, protocol.RequestMethod)
}

// A Refusal that is no legal response does not reach the client.
func TestBadRefusal(t *testing.T) {
	for _, refusal := range []*ws.Refusal{{Status: 200}, {Status: 403, Fields: protocol.Fields{{Name: "X", Value: "a\r\nb"}}}} {
		options := &ws.AcceptOptions{Check: func(*protocol.Request) error { return refusal }}
		s, accepted := accepting(t, options)
		if response, _ := ask(t, s.Listener.Addr().String(), request); response.StatusCode != 500 {
			t.Errorf("%+v: status %v", refusal, response.Status)
		}
		if err := <-accepted; !errors.Is(err, refusal) {
			t.Errorf("got %v", err)
		}
		address, served := serving(t, options)
		response, p := ask(t, address, request)
		if response.StatusCode != 500 {
			t.Errorf("%+v: status %v", refusal, response.Status)
		}
		p.transport.Close()
		if err := <-served; !errors.Is(err, refusal) {
			t.Errorf("got %v", err)
		}
	}
}

func TestServeLimits(t *testing.T) {
	address, served := serving(t, &ws.AcceptOptions{Options: ws.Options{Limits: protocol.Limits{Head: 100}}})
	response, p := ask(t, address, request)
	if response.StatusCode != 431 {
		t.Errorf("status %v", response.Status)
	}
	p.transport.Close()
	expectRefused(t, <-served, &protocol.LimitError{})
}

func TestServeFirstFrames(t *testing.T) {
	address, _ := serving(t, nil)
	response, p := ask(t, address, request+string((&peer{masks: true}).bytes(frame(protocol.Text, "early"))))
	if response.StatusCode != 101 {
		t.Fatal(response.Status)
	}
	p.expect(frame(protocol.Text, "early"))
}

func TestServeClientLeaves(t *testing.T) {
	near, far := tcp(t)
	io.WriteString(near, request[:50])
	near.Close()
	if _, _, err := ws.Serve(t.Context(), far, nil); err == nil || !strings.Contains(err.Error(), "left before the end") {
		t.Errorf("got %v", err)
	}
	if _, err := far.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the transport is not closed: %v", err)
	}
}

// The head may come byte by byte, but not for ever.
func TestServeSlowClient(t *testing.T) {
	for _, test := range []struct {
		pace time.Duration
		ok   bool
		took time.Duration
	}{
		{100 * time.Millisecond, true, time.Duration(len(request)) * 100 * time.Millisecond},
		{time.Second, false, 30 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			near, far := net.Pipe()
			go func() {
				for i := range len(request) {
					pause(t, test.pace)
					io.WriteString(near, request[i:i+1])
				}
				io.Copy(io.Discard, near)
			}()
			var c *ws.Conn
			var err error
			if took := elapsed(func() { c, _, err = ws.Serve(t.Context(), far, nil) }); took != test.took {
				t.Errorf("took %v, want %v", took, test.took)
			}
			if test.ok && err != nil || !test.ok && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a byte every %v: got %v", test.pace, err)
			}
			if err == nil {
				c.CloseNow()
			}
			near.Close()
		})
	}
}

// Every client is kept waiting for the same time at most, even one that is to be refused.
func TestServeIsInterrupted(t *testing.T) {
	for _, test := range []struct {
		name, head string
		timeout    time.Duration // of the context
		want       time.Duration
	}{
		{"no request", "", time.Second, time.Second},
		{"client that does not read the response", request, time.Second, time.Second},
		{"client that does not read the refusal", "nonsense\r\n", time.Second, time.Second},
		{"client that does not read the refusal for long", "nonsense\r\n", time.Hour, 5 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				go io.WriteString(near, test.head)
				ctx, cancel := context.WithTimeout(t.Context(), test.timeout)
				defer cancel()
				var err error
				if took := elapsed(func() { _, _, err = ws.Serve(ctx, far, nil) }); took != test.want {
					t.Errorf("interrupted after %v", took)
				}
				if err == nil {
					t.Error("Serve succeeded")
				}
				near.Close()
			})
		})
	}
}

// The context of the handshake has no meaning for the connection, even if it ends in the moment in which that is there.
func TestServeContextEndsLater(t *testing.T) {
	near, far := tcp(t)
	ctx, cancel := context.WithCancel(t.Context())
	served := start(func() *ws.Conn {
		c, _, err := ws.Serve(ctx, far, nil)
		if err != nil {
			t.Error(err)
		}
		return c
	})
	client, _, err := ws.Dial(ctx, "ws://example.com/", &ws.DialOptions{Dial: always(near)})
	if err != nil {
		t.Fatal(err)
	}
	server := <-served
	cancel()
	if err := client.WriteMessage(t.Context(), protocol.Text, []byte("Hello")); err != nil {
		t.Error(err)
	}
	expectMessages(t, server, "Hello")
	client.CloseNow()
	server.CloseNow()
}
