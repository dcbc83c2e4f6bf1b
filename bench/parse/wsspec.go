package parse

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// openCore reads by the connection without a socket, which knows messages and checks text.
func openCore(conn net.Conn, _ bool) (func() (Count, error), error) {
	c := protocol.NewConn(protocol.Config{Whole: true, ManualPong: true})
	return func() (count Count, err error) {
		for {
			n, err := conn.Read(c.Buffer())
			c.Advance(n)
			if err == io.EOF {
				return count, nil
			}
			for {
				ev, err := c.Next()
				if err == protocol.ErrNeedMore {
					break
				}
				if err != nil {
					return count, err
				}
				count.event(ev)
			}
		}
	}, nil
}

// event counts an event.
func (c *Count) event(ev protocol.Event) {
	if ev.Opcode == protocol.Ping {
		c.Pings++
	} else {
		c.message(ev.Data)
	}
}

// openReader reads frames, which is as low as one can get; text is not checked there.
func openReader(conn net.Conn, text bool) (func() (Count, error), error) {
	if text {
		return nil, nil
	}
	r := &protocol.Reader{}
	return func() (count Count, err error) {
		var message []byte
		for {
			n, err := conn.Read(r.Buffer())
			r.Advance(n)
			if err == io.EOF {
				return count, nil
			}
			for {
				p, err := r.Next()
				if err == protocol.ErrNeedMore {
					break
				}
				if err != nil {
					return count, err
				}
				switch {
				case p.Opcode() == protocol.Ping:
					count.Pings++
				case p.Part == protocol.Whole:
					count.message(p.Payload)
				default:
					message = append(message, p.Payload...)
					if p.Part&protocol.Last != 0 {
						count.message(message)
						message = message[:0]
					}
				}
			}
		}
	}, nil
}

// openHandle reads by the loop of package ws.
func openHandle(conn net.Conn, _ bool) (func() (Count, error), error) {
	c, err := ws.Accept(newHijacked(conn), request(), nil)
	if err != nil {
		return nil, err
	}
	return func() (count Count, err error) {
		err = c.Handle(context.Background(), func(_ *ws.Batch, ev protocol.Event) error {
			count.event(ev)
			return nil
		})
		return count, unlessEOF(err)
	}, nil
}

// openReadMessage reads by the blocking call of package ws, which does not show Pings.
func openReadMessage(conn net.Conn, _ bool) (func() (Count, error), error) {
	c, err := ws.Accept(newHijacked(conn), request(), nil)
	if err != nil {
		return nil, err
	}
	return func() (count Count, err error) {
		for {
			_, p, err := c.ReadMessage(context.Background())
			if err != nil {
				return count, unlessEOF(err)
			}
			count.message(p)
		}
	}, nil
}

// unlessEOF drops the error that says that the input has ended.
func unlessEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
