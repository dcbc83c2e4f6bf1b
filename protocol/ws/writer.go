package ws

import (
	"context"
	"errors"

	"github.com/wsspec/wsspec/protocol"
)

// MessageWriter writes one message in parts, each of which becomes a frame (RFC 6455, section 5.4). It is for one goroutine.
// Control frames, such as the answers to pings, get between the parts; other messages wait for the end of this one.
//
// Close ends the message. It must be called, or the next message waits forever. There is no way to take a message back that has
// begun: if it cannot be ended, the connection has to be.
type MessageWriter struct {
	c     *Conn
	ctx   context.Context
	op    protocol.Opcode
	begun bool  // a part was sent
	err   error // of the first method that failed
}

// Sizes in bytes. What is written in smaller portions than partBuffer is gathered, and no frame is longer than maxPart.
const (
	partBuffer = 4 << 10
	maxPart    = 64 << 10
)

// NextWriter begins a message, protocol.Text or protocol.Binary, that is written in parts. It waits until no other message is
// being written. ctx holds for the MessageWriter as well: if it ends before the message does, the connection is closed.
func (c *Conn) NextWriter(ctx context.Context, op protocol.Opcode) (*MessageWriter, error) {
	if err := c.beginMessage(ctx, op); err != nil {
		return nil, err
	}
	if c.parts == nil {
		c.parts = make([]byte, 0, partBuffer)
	}
	c.parts = c.parts[:0]
	return &MessageWriter{c: c, ctx: ctx, op: op}, nil
}

var errWriterClosed = errors.New("ws: the message is ended already")

// Write adds to the message. Small portions are gathered until they make a frame of 4 KiB, Flush or Close is called. p is the
// caller's again when Write returns. Text may be cut within a code point.
func (w *MessageWriter) Write(p []byte) (int, error) {
	total := len(p)
	for w.err == nil && len(w.c.parts)+len(p) > partBuffer {
		if len(w.c.parts) > 0 {
			n := partBuffer - len(w.c.parts)
			w.c.parts = append(w.c.parts, p[:n]...)
			p = p[n:]
			w.Flush()
			continue
		}
		n := min(len(p), maxPart)
		if w.send(p[:n], false); w.err == nil {
			p = p[n:]
		}
	}
	if w.err == nil {
		w.c.parts = append(w.c.parts, p...)
		p = nil
	}
	return total - len(p), w.err
}

// Flush sends what was gathered, so that the peer can read it.
func (w *MessageWriter) Flush() error {
	if w.err == nil && len(w.c.parts) > 0 {
		w.send(w.c.parts, false)
		w.c.parts = w.c.parts[:0]
	}
	return w.err
}

// Close sends the end of the message. The error of an earlier call is returned again.
func (w *MessageWriter) Close() error {
	if w.err == errWriterClosed {
		return w.err
	}
	if w.err == nil {
		w.send(w.c.parts, true)
	}
	err := w.err
	w.err = errWriterClosed
	if err != nil && w.begun {
		w.abandon()
	}
	w.c.messages.unlock()
	return err
}

// send sends one part.
func (w *MessageWriter) send(p []byte, last bool) {
	var part protocol.Part
	if !w.begun {
		part |= protocol.First
	}
	if last {
		part |= protocol.Last
	}
	if w.err = w.c.sendPart(w.ctx, w.op, p, part); w.err == nil {
		w.begun = true
	}
}

// abandon begins the closing handshake, because the message cannot be ended, and no other may come before its end.
func (w *MessageWriter) abandon() {
	c := w.c
	c.add(func() error {
		c.inParts = false
		return c.core.Close(protocol.InternalError, "a message could not be ended")
	})
	go c.push(context.Background())
}
