package ws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/wsspec/wsspec/protocol"
)

// Serve does the opening handshake of a server (RFC 6455, section 4.2) on a connection from which nothing was read yet: TCP,
// TLS, a unix socket, or one end of a net.Pipe. The request is that of the client, for its path and its header fields; to
// refuse it, use AcceptOptions.Check. ctx, and Options.HandshakeTimeout, are for the handshake only.
//
// If Serve fails, the client has been answered as far as that was possible, and the connection is closed.
func Serve(ctx context.Context, transport net.Conn, options *AcceptOptions) (*Conn, *protocol.Request, error) {
	o := options.orDefault()
	h := &protocol.ServerHandshake{Limits: o.Limits}
	c, request, err := o.serve(ctx, transport, h)
	if err != nil {
		closeTransport(transport)
		return nil, nil, fmt.Errorf("ws: opening handshake: %w", err)
	}
	return c, request, nil
}

func (o *AcceptOptions) serve(ctx context.Context, transport net.Conn, h *protocol.ServerHandshake) (*Conn, *protocol.Request, error) {
	ctx, cancel := o.handshakeContext(ctx)
	defer cancel()
	if err := during(ctx, transport, func() error { return readHead(transport, h) }); err != nil {
		return nil, nil, err
	}
	request, err := h.Next()
	if err != nil {
		return nil, nil, o.reject(ctx, transport, h, err)
	}
	response, agreement, err := o.judge(request)
	if err != nil {
		return nil, nil, o.reject(ctx, transport, h, err)
	}
	if err := o.respond(ctx, transport, response); err != nil {
		return nil, nil, err
	}
	return newConn(transport, false, agreement, o.Options, h.Rest()), request, nil
}

// readHead reads until the head of the request is complete, or what there is of it cannot become one.
func readHead(transport net.Conn, h *protocol.ServerHandshake) error {
	buf := make([]byte, 4<<10)
	for {
		n, err := transport.Read(buf)
		h.Feed(buf[:n])
		if _, problem := h.Next(); problem != protocol.ErrNeedMore {
			return nil
		}
		if err == io.EOF {
			return errors.New("the client left before the end of its request")
		}
		if err != nil {
			return err
		}
	}
}

// reject answers a request that cannot be accepted, and returns err. It reads on until the client has had the answer: if bytes
// were left unread, TCP would reset the connection.
func (o *AcceptOptions) reject(ctx context.Context, transport net.Conn, h *protocol.ServerHandshake, err error) error {
	if problem := h.Reject(answerTo(err)); problem != nil {
		h.Reject(500, nil, nil)
	}
	ctx, cancel := context.WithTimeout(ctx, o.CloseTimeout)
	defer cancel()
	during(ctx, transport, func() error {
		if _, problem := transport.Write(h.Out()); problem == nil && closeWrite(transport) {
			io.Copy(io.Discard, transport)
		}
		return nil
	})
	return err
}
