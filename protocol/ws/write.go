package ws

import (
	"context"
	"fmt"

	"github.com/wsspec/wsspec/protocol"
)

// WriteMessage sends a message, protocol.Text or protocol.Binary, in one frame. Text has to be UTF-8. When WriteMessage
// returns, p is the caller's again, and all of the message is in the hands of the operating system: nothing is queued. If the
// peer does not read, WriteMessage waits.
//
// If ctx ends while it waits for its turn, nothing is sent, and all is well. If ctx ends while the bytes are on their way, a
// part of the message may have left: there is no way to go on from there, and the connection is closed.
func (c *Conn) WriteMessage(ctx context.Context, op protocol.Opcode, p []byte) error {
	if err := c.beginMessage(ctx, op); err != nil {
		return err
	}
	defer c.messages.unlock()
	return c.sendPart(ctx, op, p, protocol.Whole)
}

// beginMessage waits until no other message is being written, and locks messages.
func (c *Conn) beginMessage(ctx context.Context, op protocol.Opcode) error {
	if err := checkType(op); err != nil {
		return err
	}
	return c.acquire(ctx, c.messages)
}

func checkType(op protocol.Opcode) error {
	if op != protocol.Text && op != protocol.Binary {
		return fmt.Errorf("ws: a message is Text or Binary, not %v", op)
	}
	return nil
}

// sendPart sends a message or a part of one. The caller holds messages.
func (c *Conn) sendPart(ctx context.Context, op protocol.Opcode, p []byte, part protocol.Part) error {
	return c.send(ctx, func() error {
		err := c.core.Message(op, p, part)
		if err == nil {
			c.inParts = part&protocol.Last == 0
		}
		return err
	})
}

// send lets add put bytes into core.Out, and writes them. It takes the lock first, so that the peer's pace decides how much
// waits in Out: never more than one message or a part of one, and answers.
func (c *Conn) send(ctx context.Context, add func() error) error {
	if err := c.acquire(ctx, c.sending); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		c.flushLater() // what was left to this goroutine in the meantime
		return interrupted("writing", err)
	}
	err := c.add(add)
	if flushed := c.flushOrEnd(ctx); err == nil {
		err = flushed
	}
	return err
}

// add lets something be put into core.Out.
func (c *Conn) add(add func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sendErr != nil {
		return c.sendErr
	}
	return explain(add())
}

// explain makes an error of core that is about its state one that says which.
func explain(err error) error {
	if err == protocol.ErrState {
		return errClosing
	}
	return err
}

// push writes what is in core.Out, when its turn has come.
func (c *Conn) push(ctx context.Context) error {
	if err := c.acquire(ctx, c.sending); err != nil {
		return err
	}
	return c.flushOrEnd(ctx)
}

// flushOrEnd is flush, and ends the connection if ctx ends while bytes are on their way: nobody can tell where to go on.
func (c *Conn) flushOrEnd(ctx context.Context) error {
	err := c.flush(ctx)
	if err != nil && ctx.Err() != nil {
		return c.end(err)
	}
	return err
}

// flush writes core.Out until it is empty. The caller holds sending, and has given it up when flush returns.
func (c *Conn) flush(ctx context.Context) error {
	out, err := c.unsent()
	if out == nil {
		return err
	}
	for out != nil {
		if err := c.write(ctx, out); err != nil {
			c.sending.unlock()
			return err
		}
		out = c.unsentSince(out)
	}
	return nil
}

// flushLater is flush for a goroutine that cannot wait. It is over when the peer reads, or the connection ends.
func (c *Conn) flushLater() { go c.flush(context.Background()) }

// unsent returns what is to be written. If that is nothing, sending is unlocked.
func (c *Conn) unsent() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if out := c.core.Out(); len(out) > 0 && c.sendErr == nil {
		return out, nil
	}
	c.doneSending()
	return nil, c.sendErr
}

// unsentSince returns what others have put into core.Out behind the bytes that are written now. If that is nothing, sending is
// unlocked.
func (c *Conn) unsentSince(written []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.core.Sent(len(written))
	if out := c.core.Out(); len(out) > 0 {
		return out
	}
	c.doneSending()
	return nil
}

// doneSending unlocks sending in the moment in which Out is seen to be empty, so that whoever adds to it afterwards finds the
// lock free. The caller holds mu.
func (c *Conn) doneSending() {
	c.answers, c.batched = 0, false
	c.sending.unlock()
}

// write writes to the transport, once.
func (c *Conn) write(ctx context.Context, b []byte) error {
	if err := c.output.watch(ctx); err != nil {
		return interrupted("writing", err)
	}
	_, err := c.transport.Write(b)
	if err == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.sendErr != nil:
		return c.sendErr
	case ctx.Err() != nil:
		return interrupted("writing", ctx.Err())
	}
	c.sendErr = fmt.Errorf("ws: connection lost: %w", err)
	return c.sendErr
}
