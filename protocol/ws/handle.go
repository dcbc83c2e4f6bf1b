package ws

import (
	"cmp"
	"context"
	"errors"

	"github.com/wsspec/wsspec/protocol"
)

// Handle calls f for whatever comes from the peer, until the connection ends, f returns an error, or ctx ends: for messages,
// which are always whole, and for Pings, Pongs and the Close frame, which are answered already. It returns the error of f, or
// those that ReadMessage returns, under the same conditions; but if ctx ends while answers are on their way, the connection is
// closed, as WriteMessage does it.
//
// It is the fastest way to answer messages: what f puts into the Batch for all events of one read leaves in one write.
// Event.Data is not copied: it holds until f returns.
//
//	err := conn.Handle(ctx, func(b *ws.Batch, ev protocol.Event) error {
//		if ev.Opcode.Control() {
//			return nil
//		}
//		return b.Message(ev.Opcode, ev.Data)
//	})
//
// Other goroutines may send at the same time. f must not call Close or a method that reads.
func (c *Conn) Handle(ctx context.Context, f func(b *Batch, ev protocol.Event) error) error {
	if err := c.acquire(ctx, c.reading); err != nil {
		return err
	}
	defer c.reading.unlock()
	c.incoming.number++
	b := &Batch{c, ctx}
	for {
		ev, _, err := c.wholeEvent(ctx)
		if err != nil {
			return err
		}
		err = f(b, ev)
		if ev.Opcode == protocol.Close {
			return cmp.Or(err, c.closedByPeer(ctx))
		}
		if err != nil {
			c.answer(ctx)
			return err
		}
	}
}

// Batch gathers what the function that Handle calls has to send. It leaves when that function has returned for the last event
// of a read, and whenever 64 KiB have gathered: then its methods wait, if the peer does not read. It is for use within that
// function only.
type Batch struct {
	c   *Conn
	ctx context.Context
}

// Message adds a message, protocol.Text or protocol.Binary. p is the caller's again when Message returns; it may be the Data of
// the event. If another goroutine is writing a message in parts, Message waits for its end.
func (b *Batch) Message(op protocol.Opcode, p []byte) error {
	if err := checkType(op); err != nil {
		return err
	}
	full, err := b.message(op, p)
	if err == errInParts {
		return b.messageInTurn(op, p)
	}
	return b.relieve(full, err)
}

// errInParts says that another goroutine is writing a message in parts.
var errInParts = errors.New("ws: another message is being written")

// message adds a message, and tells whether as much has gathered as may. It is on the fast path: without a closure.
func (b *Batch) message(op protocol.Opcode, p []byte) (full bool, err error) {
	c := b.c
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.sendErr != nil:
		return false, c.sendErr
	case c.inParts:
		return false, errInParts
	}
	before := len(c.core.Out())
	err = c.core.Message(op, p, protocol.Whole)
	return c.gathered(before), explain(err)
}

// messageInTurn adds a message when the other one has ended. What was added before does not wait for that.
func (b *Batch) messageInTurn(op protocol.Opcode, p []byte) error {
	if err := b.c.push(b.ctx); err != nil {
		return err
	}
	if err := b.c.acquire(b.ctx, b.c.messages); err != nil {
		return err
	}
	defer b.c.messages.unlock()
	return b.relieve(b.message(op, p))
}

// Ping adds a Ping with up to 125 bytes. The Pong is an event.
func (b *Batch) Ping(p []byte) error {
	return b.add(func() error { return b.c.core.Ping(p) })
}

// Close adds a Close frame, which begins the closing handshake; for the arguments see Conn.Close. Handle goes on until the
// peer's Close frame is there.
func (b *Batch) Close(code protocol.CloseCode, reason string) error {
	return b.add(func() error { return b.c.core.Close(code, reason) })
}

// add lets something be put into core.Out.
func (b *Batch) add(put func() error) error {
	full := false
	err := b.c.add(func() error {
		before := len(b.c.core.Out())
		err := put()
		full = b.c.gathered(before)
		return err
	})
	return b.relieve(full, err)
}

// gathered takes account of what a Batch has put into core.Out, in which there were so many bytes before, and tells whether
// that is as much as may wait. The caller holds mu.
func (c *Conn) gathered(before int) (full bool) {
	c.answers += len(c.core.Out()) - before
	c.batched = true
	return c.answers > maxAnswers
}

// relieve sends what has gathered if it is enough.
func (b *Batch) relieve(full bool, err error) error {
	if err == nil && full {
		return b.c.push(b.ctx)
	}
	return err
}
