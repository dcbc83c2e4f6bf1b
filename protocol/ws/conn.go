package ws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/wsspec/wsspec/protocol"
)

// Conn is a WebSocket connection. One goroutine at a time may read from it, which is to call ReadMessage, NextReader, the
// reader of that, or Handle. Any number may call the other methods, at any time.
//
// A Conn must be closed in the end, by Close or CloseNow, whatever errors its methods have returned. Errors of what came after
// the end wrap net.ErrClosed if this side has closed the connection, and else say again how it ended.
type Conn struct {
	transport   net.Conn
	options     Options
	subprotocol string

	// The receiving half belongs to the goroutine that holds reading.
	reading  lock
	input    watcher
	incoming incoming

	// The transport's sending side belongs to the goroutine that holds sending. Whoever writes a message holds messages, too,
	// so that no other gets between its parts.
	messages lock
	sending  lock
	output   watcher
	parts    []byte // of a message that is written in parts: what is not sent yet

	mu       sync.Mutex     // guards what follows, and the sending half and the state of core
	core     *protocol.Conn // its receiving half alone belongs to who holds reading
	answers  int            // bytes in core.Out that the reading goroutine has put there
	batched  bool           // among them is something that a Batch has put there
	inParts  bool           // the first part of a message is sent, the last is not
	pings    pings
	sendErr  error         // why nothing can be sent any more
	err      error         // why the connection ended
	finished chan struct{} // closed when the transport is
}

// maxAnswers is how many bytes of answers may wait in memory, until reading waits for the peer to take them.
const maxAnswers = 64 << 10

// newConn returns a connection whose opening handshake is done. early is what came with it.
func newConn(transport net.Conn, client bool, a protocol.Agreement, o Options, early []byte) *Conn {
	c := &Conn{
		transport:   transport,
		options:     o,
		subprotocol: a.Subprotocol,
		reading:     newLock(),
		input:       watcher{setDeadline: transport.SetReadDeadline},
		messages:    newLock(),
		sending:     newLock(),
		output:      watcher{setDeadline: transport.SetWriteDeadline},
		core:        protocol.NewConn(protocol.Config{Client: client, RSV: a.RSV, Limits: o.Limits}),
		finished:    make(chan struct{}),
	}
	c.core.Feed(early)
	return c
}

// Subprotocol is the subprotocol in use, or "" (RFC 6455, section 1.9).
func (c *Conn) Subprotocol() string { return c.subprotocol }

// NetConn is the transport, for its addresses and the state of TLS. To read from it or to write to it breaks the connection.
func (c *Conn) NetConn() net.Conn { return c.transport }

// CloseStatus is what the peer's Close frame said: the code protocol.NoStatus if it said nothing, protocol.AbnormalClosure
// if none has come, or none yet (RFC 6455, sections 7.1.5 and 7.1.6).
func (c *Conn) CloseStatus() protocol.CloseStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.core.CloseStatus()
}

// ErrClosed says that this side has ended the connection. It is a net.ErrClosed.
var ErrClosed = fmt.Errorf("ws: connection closed by this side: %w", net.ErrClosed)

// errClosing says that something was to be sent after a Close frame.
var errClosing = fmt.Errorf("ws: the closing handshake has begun, no message may follow (RFC 6455, section 5.5.1): %w", net.ErrClosed)

// ErrSilent says that nothing came from the peer, not even in answer to a Ping (see Options.KeepAlive).
var ErrSilent = errors.New("ws: the peer is silent: nothing came in answer to a keep-alive ping")

// CloseError says that the connection ended by the peer's Close frame, that is in order (RFC 6455, section 7.1.4).
type CloseError struct {
	Code   protocol.CloseCode // protocol.NoStatus if there was none
	Reason string             // not for the eyes of end users (RFC 6455, section 5.5.1)
}

func (e *CloseError) Error() string {
	msg := "ws: the peer closed the connection: " + e.Code.String()
	if e.Reason != "" {
		msg += fmt.Sprintf(": %q", e.Reason)
	}
	return msg
}

// acquire takes a lock, or returns why it cannot be had.
func (c *Conn) acquire(ctx context.Context, l lock) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("ws: %w", err)
	}
	if l.try() {
		return nil
	}
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return interrupted("waiting for another goroutine", ctx.Err())
	case <-c.finished:
		return c.cause()
	}
}

// cause is why the connection ended, or nil.
func (c *Conn) cause() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// end closes the transport and returns why the connection ended, which is err unless it had ended before.
func (c *Conn) end(err error) error {
	c.mu.Lock()
	if c.err != nil {
		defer c.mu.Unlock()
		return c.err
	}
	c.err = err
	if c.sendErr == nil {
		c.sendErr = err
	}
	c.mu.Unlock()
	c.input.close()
	c.output.close()
	closeTransport(c.transport)
	close(c.finished)
	return err
}
