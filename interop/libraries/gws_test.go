package libraries

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lxzan/gws"
)

var gwsLibrary = library{
	name: "gws",
	dial: func(_ context.Context, url string) (endpoint, error) {
		e := newGWS()
		c, _, err := gws.NewClient(e, &gws.ClientOption{Addr: url, CheckUtf8Enabled: true})
		if err != nil {
			return nil, err
		}
		e.run(c)
		return e, nil
	},
	listen: func(t *testing.T) (string, <-chan endpoint) {
		return serveHTTP(t, func(w http.ResponseWriter, r *http.Request) (endpoint, error) {
			e := newGWS()
			c, err := gws.NewUpgrader(e, &gws.ServerOption{CheckUtf8Enabled: true}).Upgrade(w, r)
			if err != nil {
				return nil, err
			}
			e.run(c)
			return e, nil
		})
	},
}

// gwsEndpoint turns the calls that gws makes into ones that can be made.
type gwsEndpoint struct {
	gws.BuiltinEventHandler
	c        *gws.Conn
	messages chan gwsMessage
	ended    chan struct{} // closed when err is set
	err      error
	pongs    atomic.Int32
}

type gwsMessage struct {
	text bool
	data []byte
}

func newGWS() *gwsEndpoint {
	return &gwsEndpoint{messages: make(chan gwsMessage), ended: make(chan struct{})}
}

func (e *gwsEndpoint) run(c *gws.Conn) {
	c.SetDeadline(time.Now().Add(patience))
	e.c = c
	go c.ReadLoop()
}

func (e *gwsEndpoint) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close()
	e.messages <- gwsMessage{m.Opcode == gws.OpcodeText, bytes.Clone(m.Bytes())}
}

func (e *gwsEndpoint) OnPing(c *gws.Conn, p []byte) { c.WritePong(p) }

func (e *gwsEndpoint) OnPong(*gws.Conn, []byte) { e.pongs.Add(1) }

func (e *gwsEndpoint) OnClose(_ *gws.Conn, err error) {
	e.err = err
	if c, ok := errors.AsType[*gws.CloseError](err); ok {
		e.err = closed{int(c.Code), string(c.Reason)}
	}
	close(e.ended)
}

func (e *gwsEndpoint) send(text bool, parts ...[]byte) error {
	op := gws.OpcodeBinary
	if text {
		op = gws.OpcodeText
	}
	if len(parts) == 1 {
		return e.c.WriteMessage(op, parts[0])
	}
	return e.c.WriteFile(op, bytes.NewReader(bytes.Join(parts, nil))) // cuts it at 128 KiB
}

func (e *gwsEndpoint) receive() (bool, []byte, error) {
	select {
	case m := <-e.messages:
		return m.text, m.data, nil
	case <-e.ended:
		return false, nil, e.err
	}
}

func (e *gwsEndpoint) ping(exchange func()) error {
	before := e.pongs.Load()
	if err := e.c.WritePing([]byte("gws")); err != nil {
		return err
	}
	exchange()
	if e.pongs.Load() != before+1 {
		return errors.New("no pong")
	}
	return nil
}

// close does not wait for the peer's Close frame: gws closes the connection after its own.
func (e *gwsEndpoint) close(code int, reason string) (closed, error) {
	return closed{code, reason}, e.c.WriteClose(uint16(code), []byte(reason))
}

func (e *gwsEndpoint) drop() { e.c.NetConn().Close() }
