package ws

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/wsspec/wsspec/protocol"
)

// AcceptOptions are the settings of a server. nil stands for the zero value.
type AcceptOptions struct {
	Options

	// Subprotocols are those that the server speaks, the one it likes best first. The first that the client offers, too, is
	// used; if there is none, the connection has no subprotocol.
	Subprotocols []string

	// Origins are the sites whose pages may connect from a browser, beside the server's own: a host, a host and a port, or
	// either with a scheme, such as "https://example.com". A "*" stands for any characters of a host, as in "*.example.com",
	// and "*" alone for any origin. Requests without an Origin field do not come from a browser, and are let in.
	Origins []string

	// CheckOrigin decides instead of Origins whether a request is let in, if it is not nil.
	CheckOrigin func(r *protocol.Request) bool

	// Check sees a request that is otherwise in order, and returns an error to refuse it: a *Refusal says how, any other error
	// is answered with status 403. It is how a server without net/http looks at the path and the cookies.
	Check func(r *protocol.Request) error

	// Header holds further fields for the response, such as Set-Cookie. What a handler has set in the header of its
	// http.ResponseWriter is not part of it.
	Header http.Header
}

// Refusal is how a server refuses the opening handshake. As an error of Accept and Serve it says that it did so, by its
// options; what the client did wrong is a *protocol.Error or a *protocol.LimitError.
type Refusal struct {
	Status  int    // of HTTP, 300 to 599
	Message string // becomes the body of the answer, as plain text
	Fields  protocol.Fields
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("ws: refused with status %d: %s", r.Status, r.Message)
}

// Accept does the opening handshake for a handler of net/http (RFC 6455, section 4.2), and takes the connection away from the
// server: neither its timeouts nor its Shutdown concern it from then on. It is HTTP/1.1 that is needed; HTTP/2 has no Upgrade.
//
// If Accept fails, the client has been answered, with an HTTP status that says why: nothing is left to do but to return, or
// to log the error.
func Accept(w http.ResponseWriter, r *http.Request, options *AcceptOptions) (*Conn, error) {
	o := options.orDefault()
	if r.ProtoMajor != 1 {
		return nil, refuse(w, &Refusal{Status: 505, Message: "a WebSocket connection starts with HTTP/1.1, not " + r.Proto})
	}
	response, agreement, err := o.judge(requestOf(r))
	if err != nil {
		return nil, refuse(w, err)
	}
	transport, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, refuse(w, fmt.Errorf("ws: the http.ResponseWriter of type %T does not give up its connection: %w", w, err))
	}
	early, _ := buffered.Reader.Peek(buffered.Reader.Buffered())
	if err := o.respond(context.Background(), transport, response); err != nil {
		closeTransport(transport)
		return nil, fmt.Errorf("ws: opening handshake: %w", err)
	}
	return newConn(transport, false, agreement, o.Options, early), nil
}

// orDefault returns a copy of o, which may be nil, with the defaults spelled out.
func (o *AcceptOptions) orDefault() *AcceptOptions {
	full := AcceptOptions{}
	if o != nil {
		full = *o
	}
	full.Options = full.Options.orDefault()
	return &full
}

// judge returns the response that accepts a request, or why it is refused.
func (o *AcceptOptions) judge(r *protocol.Request) (*protocol.Response, protocol.Agreement, error) {
	h := protocol.ServerHandshake{Subprotocols: o.Subprotocols}
	if err := protocol.CheckRequest(r); err != nil {
		return nil, protocol.Agreement{}, err
	}
	if err := o.checkOrigin(r); err != nil {
		return nil, protocol.Agreement{}, err
	}
	if o.Check != nil {
		if err := o.Check(r); err != nil {
			return nil, protocol.Agreement{}, asRefusal(err)
		}
	}
	a := h.Agree(r)
	response, err := r.Response(a, fieldsOf(o.Header)...)
	return response, a, err
}

// asRefusal gives an error of AcceptOptions.Check a status.
func asRefusal(err error) error {
	if _, ok := errors.AsType[*Refusal](err); ok {
		return err
	}
	return fmt.Errorf("%w (%w)", &Refusal{Status: 403, Message: "refused"}, err)
}

// respond sends the response, and frees the transport of deadlines that others have left on it.
func (o *AcceptOptions) respond(ctx context.Context, transport net.Conn, response *protocol.Response) error {
	ctx, cancel := o.handshakeContext(ctx)
	defer cancel()
	transport.SetDeadline(time.Time{})
	return during(ctx, transport, func() error {
		_, err := transport.Write(response.Append(nil))
		return err
	})
}

// requestOf gives a request of net/http the form that it had on the wire, as far as that is known.
func requestOf(r *http.Request) *protocol.Request {
	p := &protocol.Request{Method: r.Method, Target: r.RequestURI, Proto: r.Proto}
	p.Fields.Add("Host", r.Host)
	p.Fields = append(p.Fields, fieldsOf(r.Header)...)
	if len(r.TransferEncoding) > 0 {
		p.Fields.Add("Transfer-Encoding", r.TransferEncoding[0])
	}
	return p
}

// fieldsOf returns the fields of a header, sorted by name.
func fieldsOf(h http.Header) protocol.Fields {
	var fields protocol.Fields
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			fields.Add(name, value)
		}
	}
	return fields
}

// refuse answers a request that cannot be accepted, and returns err.
func refuse(w http.ResponseWriter, err error) error {
	response, problem := protocol.Rejection(answerTo(err))
	if problem != nil {
		response, _ = protocol.Rejection(500, nil, nil)
	}
	for _, f := range response.Fields {
		w.Header().Add(f.Name, f.Value)
	}
	w.WriteHeader(response.Status)
	w.Write(response.Body)
	return err
}

// answerTo returns what a refusal for the given reason consists of.
func answerTo(err error) (status int, fields protocol.Fields, body []byte) {
	status, message := protocol.Status(err), err.Error()
	if r, ok := errors.AsType[*Refusal](err); ok {
		status, message, fields = r.Status, r.Message, r.Fields
	} else if status == 500 {
		message = "this server cannot accept WebSocket connections"
	}
	if !fields.Has("Content-Type") {
		fields.Set("Content-Type", "text/plain; charset=utf-8")
		fields.Set("X-Content-Type-Options", "nosniff")
	}
	return status, fields, []byte(message + "\n")
}
