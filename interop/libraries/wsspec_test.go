package libraries

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// oursAccept reads by ReadMessage, and gets its connections from net/http.
var oursAccept = library{
	name: "wsspec",
	dial: func(ctx context.Context, url string) (endpoint, error) {
		c, _, err := ws.Dial(ctx, url, nil)
		return &ourEndpoint{c: c, ctx: ctx}, err
	},
	listen: func(t *testing.T) (string, <-chan endpoint) {
		ctx := limit(t)
		return serveHTTP(t, func(w http.ResponseWriter, r *http.Request) (endpoint, error) {
			c, err := ws.Accept(w, r, nil)
			return &ourEndpoint{c: c, ctx: ctx}, err
		})
	},
}

// oursServe reads by NextReader, and gets its connections from a listener.
var oursServe = library{
	name: "wsspec in pieces",
	dial: func(ctx context.Context, url string) (endpoint, error) {
		c, _, err := ws.Dial(ctx, url, nil)
		return &ourEndpoint{c: c, ctx: ctx, pieces: true}, err
	},
	listen: func(t *testing.T) (string, <-chan endpoint) {
		ctx := limit(t)
		return serveTCP(t, func(conn net.Conn) (endpoint, error) {
			c, _, err := ws.Serve(ctx, conn, nil)
			return &ourEndpoint{c: c, ctx: ctx, pieces: true}, err
		})
	},
}

// serveHTTP accepts connections by a handler of net/http.
func serveHTTP(t *testing.T, accept func(http.ResponseWriter, *http.Request) (endpoint, error)) (string, <-chan endpoint) {
	accepted := make(chan endpoint, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := accept(w, r)
		if err != nil {
			t.Error(err)
			return
		}
		accepted <- e
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "http", "ws", 1), accepted
}

// serveTCP accepts one connection from a listener.
func serveTCP(t *testing.T, accept func(net.Conn) (endpoint, error)) (string, <-chan endpoint) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	accepted := make(chan endpoint, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		e, err := accept(conn)
		if err != nil {
			t.Error(err)
			return
		}
		accepted <- e
	}()
	return "ws://" + l.Addr().String(), accepted
}

// ourEndpoint is a connection of package ws.
type ourEndpoint struct {
	c      *ws.Conn
	ctx    context.Context
	pieces bool
}

func (e *ourEndpoint) send(text bool, parts ...[]byte) error {
	op := protocol.Binary
	if text {
		op = protocol.Text
	}
	if len(parts) == 1 {
		return e.c.WriteMessage(e.ctx, op, parts[0])
	}
	w, err := e.c.NextWriter(e.ctx, op)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if _, err := w.Write(p); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return w.Close()
}

func (e *ourEndpoint) receive() (bool, []byte, error) {
	if !e.pieces {
		op, p, err := e.c.ReadMessage(e.ctx)
		return op == protocol.Text, p, ourClosed(err)
	}
	op, r, err := e.c.NextReader(e.ctx)
	if err != nil {
		return false, nil, ourClosed(err)
	}
	p, err := io.ReadAll(iotest.HalfReader(r))
	return op == protocol.Text, p, ourClosed(err)
}

// ourClosed makes the error of a Close frame a closed.
func ourClosed(err error) error {
	if c, ok := errors.AsType[*ws.CloseError](err); ok {
		return closed{int(c.Code), c.Reason}
	}
	return err
}

func (e *ourEndpoint) ping(exchange func()) error {
	return pingMeanwhile(func() error { return e.c.Ping(e.ctx) }, exchange)
}

func (e *ourEndpoint) close(code int, reason string) (closed, error) {
	err := e.c.Close(protocol.CloseCode(code), reason)
	s := e.c.CloseStatus()
	return closed{int(s.Code), s.Reason}, err
}

func (e *ourEndpoint) drop() { e.c.CloseNow() }
