package reference

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/wsspec/wsspec/protocol"
)

// patience is how long the endpoint waits where RFC 6455 lets it wait for the client: for the rest of a request, for room to
// write, and for the client's end of TCP after its own.
const patience = 5 * time.Second

// Serve serves one connection, from which nothing was read yet: the opening handshake, then every message comes back as it
// was sent, until either side closes. When ctx ends, the endpoint closes with code 1001. f may be nil.
//
// Serve closes the transport. It returns nil after a closing handshake, and otherwise what ended the connection: an
// *protocol.Error if the client broke a rule, io.ErrUnexpectedEOF if it left without a Close frame, an error of the transport.
func Serve(ctx context.Context, transport net.Conn, f *Fault) error {
	e := &endpoint{ctx: ctx, transport: transport, habits: right()}
	if f != nil {
		f.spoil(&e.habits)
	}
	defer transport.Close()
	defer context.AfterFunc(ctx, func() { transport.SetReadDeadline(time.Now()) })()
	if err := e.open(); err != nil {
		return err
	}
	return e.talk()
}

// endpoint is a server's side of one connection.
type endpoint struct {
	ctx       context.Context
	transport net.Conn
	in        io.Reader // the client's frames
	conn      *protocol.Conn
	habits    habits
}

// open does the opening handshake (RFC 6455, section 4.2).
func (e *endpoint) open() error {
	var h protocol.ServerHandshake
	request, err := e.request(&h)
	if err != nil {
		return e.refuse(&h, err)
	}
	agreement := h.Agree(request)
	if err := h.Accept(agreement); err != nil {
		return e.refuse(&h, err)
	}
	e.habits.config.RSV = agreement.RSV
	e.conn = protocol.NewConn(e.habits.config)
	e.in = e.habits.ear(io.MultiReader(bytes.NewReader(h.Rest()), e.transport))
	return e.habits.write(e.transport, e.habits.head(h.Out()))
}

// request reads until the head of the request is complete, or cannot become one.
func (e *endpoint) request(h *protocol.ServerHandshake) (*protocol.Request, error) {
	e.wait(time.Now().Add(patience))
	defer e.wait(time.Time{})
	buf := make([]byte, 4<<10)
	for {
		if r, err := h.Next(); err != protocol.ErrNeedMore {
			return r, err
		}
		n, err := e.transport.Read(buf)
		h.Feed(buf[:n])
		switch {
		case n > 0:
		case err == io.EOF:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		}
	}
}

// refuse answers a request that cannot be accepted in terms of HTTP (RFC 6455, section 4.2.1), and returns why.
func (e *endpoint) refuse(h *protocol.ServerHandshake, why error) error {
	status := protocol.Status(why)
	switch {
	case e.ctx.Err() != nil:
		status, why = 503, context.Cause(e.ctx)
	case errors.Is(why, os.ErrDeadlineExceeded):
		status = 408
	case why == io.ErrUnexpectedEOF:
		status = 400
	}
	if h.Reject(status, nil, []byte(why.Error()+"\n")) == nil && e.habits.write(e.transport, h.Out()) == nil {
		e.habits.hangUp(e)
	}
	return why
}

// talk answers the client until the connection is at its end.
func (e *endpoint) talk() (problem error) {
	for problem == nil && !e.conn.HangUp() {
		problem = e.read()
		for ev, err := range e.conn.All() {
			if err == nil {
				err = e.habits.answer(e, ev)
			}
			if err != nil {
				problem = e.giveUp(err)
				break
			}
		}
		if err := e.flush(); err != nil {
			return err
		}
	}
	e.habits.hangUp(e)
	if problem == errClosed {
		return nil
	}
	return problem
}

// read does one read. What it brings may be many frames, or a part of one: TCP is a stream.
func (e *endpoint) read() error {
	n, err := e.in.Read(e.conn.Buffer())
	e.conn.Advance(n)
	switch {
	case err == io.EOF:
		e.conn.EOF() // what that means depends on what came before
		return nil
	case err != nil && e.ctx.Err() != nil:
		e.conn.Close(protocol.GoingAway, "")
		return context.Cause(e.ctx)
	}
	return err
}

// echo sends a message back, part by part as it arrives, so that no message is held in memory. Pings and Close frames are
// answered by protocol.Conn; what comes after a Close frame is discarded (RFC 6455, section 1.4).
func (e *endpoint) echo(ev protocol.Event) error {
	switch ev.Opcode {
	case protocol.Text, protocol.Binary:
		return e.conn.Message(ev.Opcode, ev.Data, ev.Part)
	case protocol.Close:
		return errClosed
	}
	return nil
}

// errClosed ends a conversation that is over because Close frames went both ways.
var errClosed = errors.New("reference: closed")

// giveUp ends the conversation. If it ends with a closing handshake, or the client is to blame, the last Close frame is in Out
// already (RFC 6455, sections 5.5.1 and 7.1.7), and no other may follow.
func (e *endpoint) giveUp(err error) error {
	r, refused := errors.AsType[refusal](err)
	switch {
	case refused:
		e.conn.Close(r.code, "")
	case err != errClosed:
		e.conn.Close(protocol.InternalError, "")
	}
	return err
}

// flush writes, at once, all that answers the latest read.
func (e *endpoint) flush() error {
	out := e.conn.Out()
	if len(out) == 0 {
		return nil
	}
	err := e.habits.write(e.transport, e.habits.voice(out))
	e.conn.Sent(len(out))
	return err
}

// hangUp closes TCP, a server's duty after the closing handshake (RFC 6455, section 7.1.1). It first says that nothing more
// will come, and then reads on until the client has done the same: if bytes were left unread, TCP would reset the connection,
// and the client might lose the Close frame.
func (e *endpoint) hangUp() {
	if half, ok := e.transport.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		e.transport.SetReadDeadline(time.Now().Add(patience))
		io.Copy(io.Discard, e.transport)
	}
	e.transport.Close()
}

// wait says how long to wait for the client's next bytes; the zero time stands for as long as it takes.
func (e *endpoint) wait(until time.Time) {
	e.transport.SetReadDeadline(until)
	if e.ctx.Err() != nil {
		e.transport.SetReadDeadline(time.Now())
	}
}

// write writes p, unless the client does not read for too long.
func write(transport net.Conn, p []byte) error {
	transport.SetWriteDeadline(time.Now().Add(patience))
	_, err := transport.Write(p)
	return err
}
