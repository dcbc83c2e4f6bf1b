package ws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/wsspec/wsspec/protocol"
)

// Close ends the connection in order (RFC 6455, section 7.1.2): it sends a Close frame, waits for that of the peer and for the
// end of the transport, up to Options.CloseTimeout, and closes the transport. A server closes it first, so that it is the
// server that holds the TIME_WAIT state; a client waits for that (section 7.1.1). Messages that still come are lost, unless
// another goroutine reads them.
//
// Use protocol.NormalClosure, protocol.GoingAway or a code of your own from 4000 to 4999. The reason has up to 123 bytes of
// UTF-8. A code or a reason that must not be sent is an error, and the connection stays open. Otherwise Close returns nil if
// Close frames went both ways, and if not, what came between. It is harmless to call it again, or after the peer's Close.
//
// Close waits for the goroutine that reads. In the function that Handle calls, use Batch.Close.
func (c *Conn) Close(code protocol.CloseCode, reason string) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.options.CloseTimeout)
	defer cancel()
	err := c.add(func() error { return c.core.Close(code, reason) })
	switch err {
	case protocol.ErrCode, protocol.ErrTooLong, protocol.ErrEncoding:
		return err
	}
	// The peer may have to be read from before it reads.
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		c.push(context.Background())
	}()
	err = c.awaitClose(ctx)
	<-sent
	if _, clean := errors.AsType[*CloseError](err); clean {
		return nil
	}
	return err
}

// awaitClose reads until the connection is at its end, or lets another goroutine do so.
func (c *Conn) awaitClose(ctx context.Context) error {
	if err := c.acquire(ctx, c.reading); err != nil {
		return c.closeUnanswered(ctx, err)
	}
	defer c.reading.unlock()
	c.incoming.number++
	for {
		ev, err := c.event(ctx)
		if err != nil {
			return c.closeUnanswered(ctx, err)
		}
		if ev.Opcode == protocol.Close {
			return c.closedByPeer(ctx)
		}
	}
}

// closeUnanswered ends a connection that cannot be waited for any longer.
func (c *Conn) closeUnanswered(ctx context.Context, err error) error {
	if s := c.CloseStatus(); s.Code != protocol.AbnormalClosure {
		err = &CloseError{s.Code, s.Reason} // another goroutine has it, and waits for the end of the transport
	} else if ctx.Err() != nil {
		err = fmt.Errorf("ws: no Close frame from the peer within %v", c.options.CloseTimeout)
	}
	return c.end(err)
}

// CloseNow ends the connection at once, without a Close frame. Whatever waits in other goroutines returns ErrClosed.
func (c *Conn) CloseNow() { c.end(ErrClosed) }

// closedByPeer ends the connection after the peer's Close frame, which core has answered if it was the first.
func (c *Conn) closedByPeer(ctx context.Context) error {
	s := c.CloseStatus()
	return c.finish(ctx, &CloseError{s.Code, s.Reason})
}

// fail ends the connection for the reason that core gives. If it was a fault of the peer, the Close frame that says so is in
// core.Out (RFC 6455, section 7.1.7).
func (c *Conn) fail(ctx context.Context, err error) error {
	if err == io.ErrUnexpectedEOF {
		return c.end(fmt.Errorf("ws: the peer left without a Close frame: %w", err))
	}
	return c.finish(ctx, err)
}

// finish sends what there still is to say, and ends the connection for the given reason.
func (c *Conn) finish(ctx context.Context, reason error) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.CloseTimeout)
	defer cancel()
	if c.acquire(ctx, c.sending) == nil && c.flush(ctx) == nil {
		c.hangUp(ctx)
	}
	return c.end(reason)
}

// hangUp brings the transport to its end (RFC 6455, section 7.1.1). It half-closes it and reads on until the peer has closed
// it, too: if bytes are left unread, TCP resets the connection, and the peer may lose our Close frame. The caller holds
// reading.
func (c *Conn) hangUp(ctx context.Context) {
	c.mu.Lock()
	first := c.core.HangUp()
	c.mu.Unlock()
	if first && !closeWrite(c.transport) {
		return
	}
	c.input.until(time.Time{})
	for c.input.watch(ctx) == nil {
		if _, err := c.transport.Read(c.core.Buffer()); err != nil {
			break
		}
	}
	if !first {
		closeWrite(c.transport)
	}
}

// closeWrite ends the sending side of a transport, and tells whether it has a way to do so.
func closeWrite(transport net.Conn) bool {
	half, ok := transport.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}

// closeTransport closes a transport without a wait. That of TLS would try to say goodbye, for up to 5 s.
func closeTransport(transport net.Conn) {
	if over, ok := transport.(interface{ NetConn() net.Conn }); ok {
		transport = over.NetConn()
	}
	transport.Close()
}
