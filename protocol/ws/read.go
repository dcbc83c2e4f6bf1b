package ws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/wsspec/wsspec/protocol"
)

// incoming is the message that is arriving.
type incoming struct {
	number    uint64 // of the call that reads, so that readers of NextReader notice that they are stale
	opcode    protocol.Opcode
	data      []byte // what ReadMessage returned, or has so far
	gathering bool   // data is the start of a message whose end is missing
	rest      []byte // what NextReader's reader returns next
	last      bool   // rest is the end of its message
	full      bool   // as many answers wait as may
}

// ReadMessage returns the next message, protocol.Text or protocol.Binary. Text is known to be UTF-8. The bytes are the Conn's
// own: they hold until ReadMessage, NextReader or Handle is called next.
//
// Pings that come before it are answered. The error is a *CloseError if the peer closed the connection; a *protocol.Error or a
// *protocol.LimitError if it broke a rule or a limit; one that wraps io.ErrUnexpectedEOF if it just left. After these the
// connection is at its end.
//
// If ctx ends, ReadMessage returns its error, and the connection is as good as before: what has arrived of a message is kept
// for the next call.
func (c *Conn) ReadMessage(ctx context.Context) (protocol.Opcode, []byte, error) {
	if err := c.acquire(ctx, c.reading); err != nil {
		return 0, nil, err
	}
	defer c.reading.unlock()
	c.incoming.number++
	for {
		ev, gathered, err := c.wholeEvent(ctx)
		switch {
		case err != nil:
			return 0, nil, err
		case ev.Opcode == protocol.Close:
			return 0, nil, c.closedByPeer(ctx)
		case ev.Opcode.Control():
			continue
		}
		if !gathered {
			c.incoming.restart()
			c.incoming.data = append(c.incoming.data, ev.Data...)
		}
		c.answer(ctx) // what came before the message; it is there whether this succeeds or not
		return ev.Opcode, c.incoming.data, nil
	}
}

// restart begins a message. It lets go of the memory of a big one if it is not needed again.
func (in *incoming) restart() {
	if cap(in.data) > maxAnswers && len(in.data) < cap(in.data)/4 {
		in.data = nil
	}
	in.data = in.data[:0]
}

// wholeEvent returns the next event, with messages in one piece. One that came in several is gathered in incoming.data.
func (c *Conn) wholeEvent(ctx context.Context) (ev protocol.Event, gathered bool, err error) {
	in := &c.incoming
	for {
		ev, err := c.event(ctx)
		if err != nil || ev.Opcode.Control() || ev.Part == protocol.Whole {
			return ev, false, err
		}
		if ev.Part&protocol.First != 0 {
			in.restart()
			in.opcode, in.gathering = ev.Opcode, true
		}
		if !in.gathering {
			continue // the rest of a message that NextReader's reader did not want
		}
		in.data = append(in.data, ev.Data...)
		if ev.Part&protocol.Last != 0 {
			in.gathering = false
			return protocol.Event{Opcode: in.opcode, Part: protocol.Whole, Data: in.data}, true, nil
		}
	}
}

// event returns the next event. Before it waits for the peer, it lets all answers to what went before leave, in one write.
func (c *Conn) event(ctx context.Context) (protocol.Event, error) {
	for {
		ev, err := c.next()
		if err == nil {
			return ev, nil
		}
		if err != protocol.ErrNeedMore {
			return ev, c.fail(ctx, err)
		}
		if err := c.answer(ctx); err != nil {
			return ev, err
		}
		if c.incoming.full {
			if err := c.push(ctx); ctx.Err() != nil {
				return ev, err
			}
		}
		if err := c.fill(ctx); err != nil {
			return ev, err
		}
	}
}

// next takes an event out of the input, and keeps account of the answers that it causes.
func (c *Conn) next() (protocol.Event, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return protocol.Event{}, c.err
	}
	if c.sendErr != nil {
		c.core.Sent(len(c.core.Out())) // no answer will leave any more
		c.answers = 0
	}
	before := len(c.core.Out())
	ev, err := c.core.Next()
	c.answers += len(c.core.Out()) - before
	c.incoming.full = c.answers > maxAnswers
	if err == nil && ev.Opcode == protocol.Pong {
		c.pings.answered(ev.Data)
	}
	return ev, err
}

// answer lets leave what the reading goroutine has put into core.Out. What core has put there by itself, such as Pongs, is
// written by another goroutine: who stops reading when the peer does not read may be what the peer is waiting for. The error is
// that of ctx: when nothing can be sent any more, what the peer sent before that is still worth reading.
func (c *Conn) answer(ctx context.Context) error {
	c.mu.Lock()
	// Whoever is sending already will not stop before Out is empty.
	mine, batched := c.answers > 0 && c.sending.try(), c.batched
	c.mu.Unlock()
	switch {
	case mine && batched:
		if err := c.flushOrEnd(ctx); ctx.Err() != nil {
			return err
		}
	case mine:
		c.flushLater()
	}
	return nil
}

// fill reads from the transport, once.
func (c *Conn) fill(ctx context.Context) error {
	if err := c.input.watch(ctx); err != nil {
		return interrupted("reading", err)
	}
	n, err := c.read(ctx)
	c.core.Advance(n)
	switch {
	case err == io.EOF:
		c.core.EOF()
		return nil
	case err == nil, n > 0: // the next read will say the same again
		return nil
	case ctx.Err() != nil:
		return interrupted("reading", ctx.Err())
	case err == ErrSilent:
		return c.end(err)
	}
	return c.end(fmt.Errorf("ws: connection lost: %w", err))
}

// read reads into the buffer of core. With KeepAlive it asks a peer that is silent for a sign of life.
func (c *Conn) read(ctx context.Context) (int, error) {
	buf := c.core.Buffer()
	if c.options.KeepAlive <= 0 {
		return c.transport.Read(buf)
	}
	c.input.until(time.Now().Add(c.options.KeepAlive))
	n, err := c.transport.Read(buf)
	if n > 0 || ctx.Err() != nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return n, err
	}
	c.askForLife(ctx)
	c.input.until(time.Now().Add(c.options.KeepAliveTimeout))
	n, err = c.transport.Read(buf)
	if n == 0 && errors.Is(err, os.ErrDeadlineExceeded) {
		err = ErrSilent
	}
	return n, err
}

// interrupted says what a context that ended has stopped.
func interrupted(what string, err error) error {
	return fmt.Errorf("ws: %s was interrupted: %w", what, err)
}
