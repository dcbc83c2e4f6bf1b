package ws

import (
	"context"

	"github.com/wsspec/wsspec/protocol"
)

// Handle calls f for whatever comes from the peer, until the connection ends, f returns an error, or ctx ends: for messages,
// which are always whole, and for Pings, Pongs and the Close frame, which are answered already. It returns the error of f, or
// those that ReadMessage returns, under the same conditions.
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
		if err := f(b, ev); err != nil {
			c.answer(ctx)
			return err
		}
		if ev.Opcode == protocol.Close {
			return c.closedByPeer(ctx)
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
	whole := func() error { return b.c.core.Message(op, p, protocol.Whole) }
	waits, err := b.add(whole, true)
	if !waits {
		return err
	}
	if err := b.c.push(b.ctx); err != nil {
		return err
	}
	if err := b.c.beginMessage(b.ctx, op); err != nil {
		return err
	}
	defer b.c.messages.unlock()
	_, err = b.add(whole, false)
	return err
}

// Ping adds a Ping with up to 125 bytes. The Pong is an event.
func (b *Batch) Ping(p []byte) error {
	_, err := b.add(func() error { return b.c.core.Ping(p) }, false)
	return err
}

// Close adds a Close frame, which begins the closing handshake; for the arguments see Conn.Close. Handle goes on until the
// peer's Close frame is there.
func (b *Batch) Close(code protocol.CloseCode, reason string) error {
	_, err := b.add(func() error { return b.c.core.Close(code, reason) }, false)
	return err
}

// add lets something be put into core.Out; not between the parts of a message, if it is one itself.
func (b *Batch) add(put func() error, message bool) (waits bool, err error) {
	c := b.c
	full := false
	err = c.add(func() error {
		if waits = message && c.inParts; waits {
			return nil
		}
		before := len(c.core.Out())
		err := put()
		c.answers += len(c.core.Out()) - before
		c.batched = true
		full = c.answers > maxAnswers
		return err
	})
	if full && err == nil {
		err = c.push(b.ctx)
	}
	return waits, err
}
