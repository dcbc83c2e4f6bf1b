package libraries

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

var gobwasLibrary = library{
	name: "gobwas",
	dial: func(ctx context.Context, url string) (endpoint, error) {
		conn, early, _, err := ws.Dial(ctx, url)
		if err != nil {
			return nil, err
		}
		return newGobwas(conn, early, ws.StateClientSide), nil
	},
	listen: func(t *testing.T) (string, <-chan endpoint) {
		return serveTCP(t, func(conn net.Conn) (endpoint, error) {
			if _, err := ws.Upgrade(conn); err != nil {
				return nil, err
			}
			return newGobwas(conn, nil, ws.StateServerSide), nil
		})
	},
}

type gobwas struct {
	conn    net.Conn
	state   ws.State
	reader  *wsutil.Reader
	control wsutil.FrameHandlerFunc
	pongs   int
}

// newGobwas puts the parts of the library together. early is what a client has read behind the handshake.
func newGobwas(conn net.Conn, early *bufio.Reader, state ws.State) *gobwas {
	conn.SetDeadline(time.Now().Add(patience))
	e := &gobwas{conn: conn, state: state}
	source := io.Reader(conn)
	if early != nil {
		source = early
	}
	e.reader = &wsutil.Reader{Source: source, State: state, CheckUTF8: true, OnIntermediate: e.handle}
	e.control = wsutil.ControlFrameHandler(conn, state)
	return e
}

// handle counts pongs, and lets the library do the rest.
func (e *gobwas) handle(h ws.Header, r io.Reader) error {
	if h.OpCode == ws.OpPong {
		e.pongs++
	}
	return e.control(h, r)
}

func (e *gobwas) send(text bool, parts ...[]byte) error {
	op := ws.OpBinary
	if text {
		op = ws.OpText
	}
	for i, p := range parts {
		if err := e.write(ws.NewFrame(op, i == len(parts)-1, append([]byte{}, p...))); err != nil {
			return err
		}
		op = ws.OpContinuation
	}
	return nil
}

func (e *gobwas) write(f ws.Frame) error {
	if e.state.ClientSide() {
		f = ws.MaskFrameInPlace(f)
	}
	return ws.WriteFrame(e.conn, f)
}

func (e *gobwas) receive() (bool, []byte, error) {
	for {
		h, err := e.reader.NextFrame()
		if err != nil {
			return false, nil, err
		}
		if h.OpCode.IsControl() {
			if err := e.handle(h, e.reader); err != nil {
				return false, nil, gobwasClosed(err)
			}
			continue
		}
		p, err := io.ReadAll(e.reader)
		return h.OpCode == ws.OpText, p, gobwasClosed(err)
	}
}

func gobwasClosed(err error) error {
	if c, ok := errors.AsType[wsutil.ClosedError](err); ok {
		return closed{int(c.Code), c.Reason}
	}
	return err
}

func (e *gobwas) ping(exchange func()) error {
	before := e.pongs
	if err := e.write(ws.NewPingFrame([]byte("gobwas"))); err != nil {
		return err
	}
	exchange()
	if e.pongs != before+1 {
		return errors.New("no pong")
	}
	return nil
}

func (e *gobwas) close(code int, reason string) (closed, error) {
	err := e.write(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusCode(code), reason)))
	if err != nil {
		return closed{}, err
	}
	return answer(e)
}

func (e *gobwas) drop() { e.conn.Close() }
