package echo

import (
	"context"
	"net"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// serveHandle uses the loop of package ws.
func serveHandle(l net.Listener) error {
	return eachConn(l, func(conn net.Conn) {
		ctx := context.Background()
		c, _, err := ws.Serve(ctx, conn, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		c.Handle(ctx, func(b *ws.Batch, ev protocol.Event) error {
			if ev.Opcode.Control() {
				return nil
			}
			return b.Message(ev.Opcode, ev.Data)
		})
	})
}

// serveReadMessage uses the blocking calls of package ws.
func serveReadMessage(l net.Listener) error {
	return eachConn(l, func(conn net.Conn) {
		ctx := context.Background()
		c, _, err := ws.Serve(ctx, conn, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		for {
			op, p, err := c.ReadMessage(ctx)
			if err != nil {
				return
			}
			if err := c.WriteMessage(ctx, op, p); err != nil {
				return
			}
		}
	})
}

// serveCore drives package protocol by hand.
func serveCore(l net.Listener) error {
	return eachConn(l, func(conn net.Conn) {
		c, err := shakeHands(conn)
		if err != nil {
			return
		}
		for !c.HangUp() {
			n, err := conn.Read(c.Buffer())
			c.Advance(n)
			if err != nil {
				return
			}
			for ev, err := range c.All() {
				if err == nil && !ev.Opcode.Control() {
					err = c.Message(ev.Opcode, ev.Data, ev.Part)
				}
				if err != nil {
					break
				}
			}
			n, err = conn.Write(c.Out())
			if c.Sent(n); err != nil {
				return
			}
		}
	})
}

func shakeHands(conn net.Conn) (*protocol.Conn, error) {
	var h protocol.ServerHandshake
	request, err := readRequest(conn, &h)
	if err != nil {
		return nil, err
	}
	if err := h.Accept(h.Agree(request)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(h.Out()); err != nil {
		return nil, err
	}
	c := protocol.NewConn(protocol.Config{Whole: true})
	c.Feed(h.Rest())
	return c, nil
}

func readRequest(conn net.Conn, h *protocol.ServerHandshake) (*protocol.Request, error) {
	buf := make([]byte, bufferSize)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return nil, err
		}
		h.Feed(buf[:n])
		if request, err := h.Next(); err != protocol.ErrNeedMore {
			return request, err
		}
	}
}
