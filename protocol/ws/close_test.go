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

// Either side may close, while the other reads by any of the ways to read.
func TestClose(t *testing.T) {
	for _, way := range []struct {
		name string
		read func(c *ws.Conn) error
	}{
		{"ReadMessage", func(c *ws.Conn) error { return reading(context.Background(), c) }},
		{"NextReader", func(c *ws.Conn) error {
			_, _, err := c.NextReader(context.Background())
			return err
		}},
		{"Handle", func(c *ws.Conn) error { return c.Handle(context.Background(), echo) }},
	} {
		for _, join := range []func(testing.TB, ws.Options) (*ws.Conn, *ws.Conn){pipe, loopback} {
			t.Run(way.name, func(t *testing.T) {
				client, server := join(t, ws.Options{})
				read := start(func() error { return way.read(server) })
				if err := client.Close(protocol.GoingAway, "bye"); err != nil {
					t.Errorf("the client: %v", err)
				}
				expectClose(t, <-read, protocol.GoingAway)
				if s := server.CloseStatus(); s != (protocol.CloseStatus{Code: protocol.GoingAway, Reason: "bye"}) {
					t.Errorf("the server was told %v", s)
				}
				if s := client.CloseStatus(); s.Code != protocol.GoingAway {
					t.Errorf("the client was answered %v", s)
				}
			})
			t.Run(way.name+" of a client", func(t *testing.T) {
				client, server := join(t, ws.Options{})
				read := start(func() error { return way.read(client) })
				if err := server.Close(4000, ""); err != nil {
					t.Errorf("the server: %v", err)
				}
				expectClose(t, <-read, 4000)
			})
		}
	}
}

func TestCloseErrorText(t *testing.T) {
	for _, test := range []struct {
		err  *ws.CloseError
		want string
	}{
		{&ws.CloseError{Code: protocol.GoingAway}, "ws: the peer closed the connection: 1001 (going away)"},
		{&ws.CloseError{Code: 4000, Reason: "\x1b[31m"}, `ws: the peer closed the connection: 4000: "\x1b[31m"`},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestCloseAtOnce(t *testing.T) {
	for i := range 20 {
		join := pipe // on which neither Close frame can be written unless the other side reads
		if i%2 == 0 {
			join = loopback
		}
		client, server := join(t, ws.Options{})
		a := start(func() error { return client.Close(4001, "") })
		b := start(func() error { return server.Close(4002, "") })
		if err := errors.Join(<-a, <-b); err != nil {
			t.Error(err)
		}
	}
}

// The goroutine that reads, the one that closes, and others that close, too, agree.
func TestCloseWhileReading(t *testing.T) {
	client, server := loopback(t, ws.Options{})
	served := start(func() error { return server.Handle(t.Context(), echo) })
	read := start(func() error { return reading(t.Context(), client) })
	a := start(func() error { return client.Close(4001, "") })
	b := start(func() error { return client.Close(4001, "") })
	expectClose(t, <-read, 4001)
	expectClose(t, <-served, 4001)
	if err := errors.Join(<-a, <-b, client.Close(4002, "")); err != nil {
		t.Error(err)
	}
	if err := client.WriteMessage(t.Context(), protocol.Text, nil); err == nil {
		t.Error("a message was written after the end")
	}
}

// Messages that come before the peer's Close frame are lost, unless somebody reads them.
func TestCloseSkipsMessages(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	closed := start(func() error { return c.Close(protocol.NormalClosure, "enough") })
	p.expect(closing(protocol.NormalClosure, "enough"))
	p.send(frame(protocol.Text, "late"), frame(protocol.Ping, "asked"), closing(protocol.NormalClosure, ""))
	near.(*net.TCPConn).CloseWrite()
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestCloseRefuses(t *testing.T) {
	client, server := loopback(t, ws.Options{})
	for _, test := range []struct {
		code   protocol.CloseCode
		reason string
		want   error
	}{
		{protocol.AbnormalClosure, "", protocol.ErrCode},
		{999, "", protocol.ErrCode},
		{protocol.NormalClosure, strings.Repeat("x", 124), protocol.ErrTooLong},
		{protocol.NormalClosure, "\xff", protocol.ErrEncoding},
	} {
		if err := client.Close(test.code, test.reason); !errors.Is(err, test.want) {
			t.Errorf("%v %q: got %v, want %v", test.code, test.reason, err, test.want)
		}
	}
	if err := client.WriteMessage(t.Context(), protocol.Text, []byte("still here")); err != nil {
		t.Error(err)
	}
	expectMessages(t, server, "still here")
}

// A server closes TCP at once, a client waits for that (RFC 6455, section 7.1.1).
func TestWhoClosesFirst(t *testing.T) {
	t.Run("server that answers", func(t *testing.T) {
		near, far := tcp(t)
		p, c := withClient(t, near, far, nil)
		read := start(func() error { return reading(t.Context(), c) })
		p.send(closing(protocol.NormalClosure, ""))
		p.expect(closing(protocol.NormalClosure, ""))
		p.expectEOF()
		near.Close()
		expectClose(t, <-read, protocol.NormalClosure)
	})
	t.Run("server that asks", func(t *testing.T) {
		near, far := tcp(t)
		p, c := withClient(t, near, far, nil)
		closed := start(func() error { return c.Close(protocol.NormalClosure, "") })
		p.expect(closing(protocol.NormalClosure, ""))
		p.send(closing(protocol.NormalClosure, ""))
		p.expectEOF()
		near.Close()
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
	for _, test := range []struct {
		name  string
		after time.Duration // how long the server takes
		want  time.Duration
	}{{"client waits", time.Second, time.Second}, {"client waits no longer", time.Hour, 3 * time.Second}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				c, p := withServer(t, near, far, &ws.DialOptions{Options: ws.Options{CloseTimeout: 3 * time.Second}})
				go func() {
					p.expect(closing(protocol.NormalClosure, ""))
					p.send(closing(protocol.NormalClosure, ""))
					pause(t, test.after)
					far.Close()
				}()
				var err error
				took := elapsed(func() { err = c.Close(protocol.NormalClosure, "") })
				if took != test.want || err != nil {
					t.Errorf("Close took %v, want %v: %v", took, test.want, err)
				}
			})
		})
	}
}

// A client does not even half-close the transport before the server has closed it.
func TestClientHalfClosesLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		transport := &halfCloser{Conn: near}
		c, p := withServer(t, transport, far, nil)
		begin := time.Now()
		go func() {
			p.expect(closing(protocol.NormalClosure, ""))
			p.send(closing(protocol.NormalClosure, ""))
			pause(t, time.Second)
			far.Close()
		}()
		if err := c.Close(protocol.NormalClosure, ""); err != nil {
			t.Error(err)
		}
		if after := transport.halfClosed.Sub(begin); after != time.Second {
			t.Errorf("half-closed after %v, want 1s", after)
		}
	})
}

// halfCloser is a transport that notes when it is first half-closed.
type halfCloser struct {
	net.Conn
	halfClosed time.Time
}

func (h *halfCloser) CloseWrite() error {
	if h.halfClosed.IsZero() {
		h.halfClosed = time.Now()
	}
	return nil
}

// The peer has answered in time, and only the end of the transport is missing, for which another goroutine waits.
func TestCloseWhileHangingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		c, p := withServer(t, near, far, nil)
		read := start(func() error { return reading(t.Context(), c) })
		go func() {
			p.expect(closing(protocol.NormalClosure, ""))
			pause(t, time.Second)
			p.send(closing(4000, ""))
		}()
		var err error
		if took := elapsed(func() { err = c.Close(protocol.NormalClosure, "") }); took != 5*time.Second || err != nil {
			t.Errorf("Close took %v: %v", took, err)
		}
		expectClose(t, <-read, 4000)
	})
}

// A server that reads on until the client is gone does not wait for one that stays.
func TestServerDoesNotWaitForever(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, &ws.AcceptOptions{Options: ws.Options{CloseTimeout: 10 * time.Millisecond}})
	p.send(closing(protocol.NormalClosure, ""))
	expectClose(t, reading(t.Context(), c), protocol.NormalClosure)
	p.expect(closing(protocol.NormalClosure, ""))
	p.expectEOF()
}

func TestCloseUnanswered(t *testing.T) {
	for _, test := range []struct {
		name   string
		listen bool
	}{{"peer reads", true}, {"peer does not read", false}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				_, c := withClient(t, near, far, &ws.AcceptOptions{Options: ws.Options{CloseTimeout: 3 * time.Second}})
				if test.listen {
					go io.Copy(io.Discard, near)
				}
				wrote := start(func() error { return c.WriteMessage(t.Context(), protocol.Text, make([]byte, 100)) })
				synctest.Wait()
				var err error
				if took := elapsed(func() { err = c.Close(protocol.NormalClosure, "") }); took != 3*time.Second {
					t.Errorf("Close took %v", took)
				}
				if err == nil || !strings.Contains(err.Error(), "no Close frame") {
					t.Errorf("got %v", err)
				}
				if err := <-wrote; (err == nil) != test.listen {
					t.Errorf("the writer got %v", err)
				}
				if again := c.Close(protocol.NormalClosure, ""); again != err {
					t.Errorf("the second time got %v", again)
				}
			})
		})
	}
}

func TestCloseNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		_, c := withClient(t, near, far, nil)
		blocked := []<-chan error{
			start(func() error { return reading(t.Context(), c) }),
			start(func() error { return reading(t.Context(), c) }),
			start(func() error { return c.WriteMessage(t.Context(), protocol.Text, nil) }),
			start(func() error { return c.WriteMessage(t.Context(), protocol.Text, nil) }),
			start(func() error { return c.Ping(t.Context()) }),
		}
		synctest.Wait()
		if took := elapsed(func() { c.CloseNow() }); took != 0 {
			t.Errorf("CloseNow took %v", took)
		}
		for _, b := range blocked {
			if err := <-b; !errors.Is(err, ws.ErrClosed) || !errors.Is(err, net.ErrClosed) {
				t.Errorf("got %v", err)
			}
		}
		if err := c.WriteMessage(t.Context(), protocol.Text, nil); !errors.Is(err, ws.ErrClosed) {
			t.Errorf("afterwards got %v", err)
		}
	})
}

// When nothing can be sent any more, what the peer has said before is still there to read.
func TestReadAfterWriteFailed(t *testing.T) {
	near, far := net.Pipe()
	transport := &halfDead{Conn: far}
	p, c := withClient(t, near, transport, nil)
	transport.dead = true
	sent := start(func() error {
		_, err := near.Write(p.bytes(frame(protocol.Text, "one"), frame(protocol.Ping, ""), frame(protocol.Text, "two"), closing(protocol.PolicyViolation, "why")))
		return err
	})
	if err := c.WriteMessage(t.Context(), protocol.Text, nil); !errors.Is(err, errDead) {
		t.Errorf("writing got %v", err)
	}
	transport.dead = false // too late: a part of the message is missing
	if err := c.WriteMessage(t.Context(), protocol.Text, nil); !errors.Is(err, errDead) {
		t.Errorf("the next time writing got %v", err)
	}
	expectMessages(t, c, "one", "two")
	expectClose(t, reading(t.Context(), c), protocol.PolicyViolation)
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

var errDead = errors.New("the wire is cut")

// halfDead is a transport that cannot be written to once it is dead.
type halfDead struct {
	net.Conn
	dead bool
}

func (d *halfDead) Write(p []byte) (int, error) {
	if d.dead {
		return 0, errDead
	}
	return d.Conn.Write(p)
}
