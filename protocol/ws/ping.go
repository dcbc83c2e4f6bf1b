package ws

import (
	"context"
	"encoding/binary"
	"slices"
)

// pings are the Pings that wait for a Pong, the oldest first.
type pings struct {
	sent    uint64
	waiting []waitingPing
}

// waitingPing is a Ping that carries its number.
type waitingPing struct {
	number uint64
	pong   chan struct{} // closed when the Pong is there
}

func (p *pings) add() waitingPing {
	p.sent++
	w := waitingPing{p.sent, make(chan struct{})}
	p.waiting = append(p.waiting, w)
	return w
}

func (p *pings) remove(w waitingPing) {
	p.waiting = slices.DeleteFunc(p.waiting, func(v waitingPing) bool { return v == w })
}

// answered takes a Pong. It stands for older Pings, too: the peer "MAY elect to send a Pong frame for only the most recently
// processed Ping frame" (RFC 6455, section 5.5.3).
func (p *pings) answered(payload []byte) {
	if len(payload) != 8 {
		return
	}
	number := binary.BigEndian.Uint64(payload)
	if number > p.sent {
		return // nobody's Ping: a Pong may be sent unsolicited
	}
	for len(p.waiting) > 0 && p.waiting[0].number <= number {
		close(p.waiting[0].pong)
		p.waiting = slices.Delete(p.waiting, 0, 1)
	}
}

// Ping sends a Ping and waits for the Pong (RFC 6455, section 5.5.2). Another goroutine must be reading, or the Pong is not
// seen. If ctx ends first, the connection is as good as before.
func (c *Conn) Ping(ctx context.Context) error {
	var w waitingPing
	err := c.send(ctx, func() error {
		w = c.pings.add()
		return c.core.Ping(binary.BigEndian.AppendUint64(nil, w.number))
	})
	defer c.forget(w)
	if err != nil {
		return err
	}
	select {
	case <-w.pong:
		return nil
	case <-ctx.Done():
		return interrupted("waiting for a Pong", ctx.Err())
	case <-c.finished:
		return c.cause()
	}
}

func (c *Conn) forget(w waitingPing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pings.remove(w)
}

// askForLife sends a keep-alive ping, unless the connection is closing, for which there is a timeout of its own.
func (c *Conn) askForLife(ctx context.Context) {
	c.add(func() error {
		before := len(c.core.Out())
		err := c.core.Ping(nil)
		c.answers += len(c.core.Out()) - before
		return err
	})
	c.answer(ctx)
}
