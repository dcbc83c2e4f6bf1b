package ws

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/wsspec/wsspec/protocol"
)

// NextReader returns the type of the next message as soon as it begins, and a reader of its bytes, which come piece by piece
// while they arrive: no more of the message is in memory than one piece of up to 64 KiB. Text is checked piece by piece, too,
// so that a code point may be cut by the end of a Read.
//
// The reader ends with io.EOF at the end of the message. Its other errors are those of ReadMessage, and so is what becomes of
// the connection when ctx, which holds for the reader as well, ends. The reader ceases to work when ReadMessage, NextReader or
// Handle is called next; what is left of the message is then skipped.
func (c *Conn) NextReader(ctx context.Context) (protocol.Opcode, io.Reader, error) {
	if err := c.acquire(ctx, c.reading); err != nil {
		return 0, nil, err
	}
	defer c.reading.unlock()
	op, err := c.nextMessage(ctx)
	if err != nil {
		return 0, nil, err
	}
	return op, &messageReader{c, ctx, c.incoming.number}, nil
}

// nextMessage makes the first piece of the next message the rest that is to be read.
func (c *Conn) nextMessage(ctx context.Context) (protocol.Opcode, error) {
	in := &c.incoming
	in.number++
	if in.gathering { // ReadMessage was interrupted in the middle of it
		in.gathering = false
		in.rest, in.last = in.data, false
		return in.opcode, nil
	}
	for {
		ev, err := c.messageEvent(ctx)
		if err != nil {
			return 0, err
		}
		if ev.Part&protocol.First != 0 {
			in.rest, in.last = ev.Data, ev.Part&protocol.Last != 0
			c.answer(ctx)
			return ev.Opcode, nil
		}
	}
}

// messageEvent returns the next event that is a message or a part of one.
func (c *Conn) messageEvent(ctx context.Context) (protocol.Event, error) {
	for {
		ev, err := c.event(ctx)
		switch {
		case err != nil || !ev.Opcode.Control():
			return ev, err
		case ev.Opcode == protocol.Close:
			return ev, c.closedByPeer(ctx)
		}
	}
}

// messageReader reads one message.
type messageReader struct {
	c      *Conn
	ctx    context.Context
	number uint64
}

var errStaleReader = errors.New("ws: the reader of a message was used after the next message had been asked for")

// Read implements io.Reader.
func (r *messageReader) Read(p []byte) (int, error) {
	c := r.c
	if err := c.acquire(r.ctx, c.reading); err != nil {
		return 0, err
	}
	defer c.reading.unlock()
	in := &c.incoming
	if r.number != in.number {
		return 0, cmp.Or(c.cause(), errStaleReader)
	}
	for len(in.rest) == 0 {
		if in.last {
			return 0, io.EOF
		}
		ev, err := c.messageEvent(r.ctx)
		if err != nil {
			return 0, err
		}
		in.rest, in.last = ev.Data, ev.Part&protocol.Last != 0
	}
	n := copy(p, in.rest)
	in.rest = in.rest[n:]
	c.answer(r.ctx)
	return n, nil
}
