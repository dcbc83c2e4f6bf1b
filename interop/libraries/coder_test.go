package libraries

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/coder/websocket"
)

var coderLibrary = library{
	name: "coder",
	dial: func(ctx context.Context, url string) (endpoint, error) {
		c, _, err := websocket.Dial(ctx, url, nil)
		if err != nil {
			return nil, err
		}
		return newCoder(ctx, c), nil
	},
	listen: func(t *testing.T) (string, <-chan endpoint) {
		ctx := limit(t)
		return serveHTTP(t, func(w http.ResponseWriter, r *http.Request) (endpoint, error) {
			c, err := websocket.Accept(w, r, nil)
			if err != nil {
				return nil, err
			}
			return newCoder(ctx, c), nil
		})
	},
}

type coder struct {
	c   *websocket.Conn
	ctx context.Context
}

func newCoder(ctx context.Context, c *websocket.Conn) *coder {
	c.SetReadLimit(-1)
	return &coder{c, ctx}
}

func (e *coder) send(text bool, parts ...[]byte) error {
	op := websocket.MessageBinary
	if text {
		op = websocket.MessageText
	}
	if len(parts) == 1 {
		return e.c.Write(e.ctx, op, parts[0])
	}
	w, err := e.c.Writer(e.ctx, op)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return w.Close()
}

func (e *coder) receive() (bool, []byte, error) {
	op, p, err := e.c.Read(e.ctx)
	if c, ok := errors.AsType[websocket.CloseError](err); ok {
		err = closed{int(c.Code), c.Reason}
	}
	return op == websocket.MessageText, p, err
}

func (e *coder) ping(exchange func()) error {
	return pingMeanwhile(func() error { return e.c.Ping(e.ctx) }, exchange)
}

// close waits for the peer's Close frame, and fails if that has another code.
func (e *coder) close(code int, reason string) (closed, error) {
	return closed{code, reason}, e.c.Close(websocket.StatusCode(code), reason)
}

func (e *coder) drop() { e.c.CloseNow() }
