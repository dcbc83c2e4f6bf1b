package libraries

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// gorillaBuffer is so small, in bytes, that gorilla makes fragments of whatever is written in parts.
const gorillaBuffer = 256

var gorillaLibrary = library{
	name: "gorilla",
	dial: func(ctx context.Context, url string) (endpoint, error) {
		dialer := websocket.Dialer{WriteBufferSize: gorillaBuffer}
		c, _, err := dialer.DialContext(ctx, url, nil)
		if err != nil {
			return nil, err
		}
		return newGorilla(c), nil
	},
	listen: func(t *testing.T) (string, <-chan endpoint) {
		upgrader := websocket.Upgrader{WriteBufferSize: gorillaBuffer}
		return serveHTTP(t, func(w http.ResponseWriter, r *http.Request) (endpoint, error) {
			c, err := upgrader.Upgrade(w, r, nil)
			if err != nil {
				return nil, err
			}
			return newGorilla(c), nil
		})
	},
}

type gorilla struct {
	c     *websocket.Conn
	pongs int
}

func newGorilla(c *websocket.Conn) *gorilla {
	e := &gorilla{c: c}
	c.NetConn().SetDeadline(time.Now().Add(patience))
	c.SetPongHandler(func(string) error {
		e.pongs++
		return nil
	})
	return e
}

func (e *gorilla) send(text bool, parts ...[]byte) error {
	op := websocket.BinaryMessage
	if text {
		op = websocket.TextMessage
	}
	if len(parts) == 1 {
		return e.c.WriteMessage(op, parts[0])
	}
	w, err := e.c.NextWriter(op)
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

func (e *gorilla) receive() (bool, []byte, error) {
	op, p, err := e.c.ReadMessage()
	if c, ok := errors.AsType[*websocket.CloseError](err); ok {
		err = closed{c.Code, c.Text}
	}
	return op == websocket.TextMessage, p, err
}

func (e *gorilla) ping(exchange func()) error {
	before := e.pongs
	if err := e.c.WriteControl(websocket.PingMessage, []byte("gorilla"), time.Now().Add(patience)); err != nil {
		return err
	}
	exchange()
	if e.pongs != before+1 {
		return errors.New("no pong")
	}
	return nil
}

func (e *gorilla) close(code int, reason string) (closed, error) {
	err := e.c.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason))
	if err != nil {
		return closed{}, err
	}
	return answer(e)
}

func (e *gorilla) drop() { e.c.Close() }
