package protocol

import "slices"

// ServerHandshake is the opening handshake of a server, RFC 6455, section 4.2: the bytes of a request go in, the bytes of a
// response come out. The zero value is strict and agrees to no subprotocol and no extension.
//
// Feed it until Next returns something other than ErrNeedMore. Then call Accept or Reject, write Out, and, after Accept, give
// Rest to a Conn.
type ServerHandshake struct {
	// Subprotocols are those that the server speaks, the one it likes best first.
	Subprotocols []string
	// Select chooses one of the offered subprotocols, or "", instead of Subprotocols. It may be nil.
	Select func(offered []string) string
	// Extend chooses from the offered extensions, and says which reserved bits they claim. If it is nil, none is accepted.
	Extend func(offered []Extension) (accepted []Extension, rsv byte)

	Limits   Limits
	Tolerate RuleSet // rules to note in Broken, not to fail on, where there is a way to go on

	head    headReader
	request Request
	stage   stage
	err     error
	out     []byte
}

// stage is how far a handshake has come.
type stage byte

const (
	incomplete stage = iota // a head is being read
	complete                // the head is there, good or bad
	answered                // the response is in Out
)

// Feed takes bytes that the client sent. It copies p.
func (h *ServerHandshake) Feed(p []byte) {
	if h.err == nil {
		h.head.feed(p)
	}
}

// Next returns the request when its head is complete and a server can accept it, and the same again when it is called again.
// The error is ErrNeedMore, an *Error or a *LimitError. Answer the latter two with Reject and the status that Status gives.
func (h *ServerHandshake) Next() (*Request, error) {
	if h.stage == incomplete {
		err := h.read()
		if err == ErrNeedMore {
			return nil, err
		}
		h.stage, h.err = complete, err
	}
	if h.err != nil {
		return nil, h.err
	}
	return &h.request, nil
}

func (h *ServerHandshake) read() error {
	h.head.syntax, h.head.limits, h.head.tolerate = RequestSyntax, h.Limits.Effective(), h.Tolerate
	h.head.start = h.request.parseLine
	if err := h.head.next(); err != nil {
		return err
	}
	h.request.Fields = h.head.fields
	for f := range h.request.faults() {
		if err := h.head.judge(f); err != nil {
			return err
		}
	}
	return h.request.checkBody()
}

// Broken returns the rules that the request broke and Tolerate let pass.
func (h *ServerHandshake) Broken() RuleSet { return h.head.broken() }

// Faults returns what the request broke and Tolerate let pass, one for each place.
func (h *ServerHandshake) Faults() []*Error { return h.head.faults }

// Agree returns what the server agrees to for a request, by Subprotocols, Select and Extend. It changes nothing.
func (h *ServerHandshake) Agree(r *Request) Agreement {
	a := Agreement{Subprotocol: h.choose(r.Subprotocols())}
	if offered, err := r.Extensions(); err == nil && len(offered) > 0 && h.Extend != nil {
		a.Extensions, a.RSV = h.Extend(offered)
	}
	return a
}

// "The value chosen MUST be derived from the client's handshake, specifically by selecting one of the values from the
// |Sec-WebSocket-Protocol| field that the server is willing to use for this connection (if any)." (RFC 6455, section 4.2.2)
func (h *ServerHandshake) choose(offered []string) string {
	if len(offered) == 0 {
		return ""
	}
	if h.Select != nil {
		return h.Select(offered)
	}
	for _, name := range h.Subprotocols {
		if slices.Contains(offered, name) {
			return name
		}
	}
	return ""
}

// Accept puts the response that opens the connection into Out, with the fields in extra after its own. The agreement is that
// of Agree, or another one that the request allows. It returns ErrState if there is no request that can be accepted, or it is
// answered, and an error that wraps ErrHandshake if the response must not be sent.
func (h *ServerHandshake) Accept(a Agreement, extra ...Field) error {
	if h.stage != complete || h.err != nil {
		return ErrState
	}
	response, err := h.request.Response(a, extra...)
	if err != nil {
		return err
	}
	h.answer(response)
	return nil
}

// Reject puts an answer that refuses the handshake into Out; Rejection says what it consists of. A HEAD request gets no body.
// The caller closes the connection when Out is written. It may be called before the request is complete. It returns ErrState
// if the request is answered, and an error that wraps ErrHandshake if the response must not be sent.
func (h *ServerHandshake) Reject(status int, fields Fields, body []byte) error {
	if h.stage == answered {
		return ErrState
	}
	response, err := Rejection(status, fields, body)
	if err != nil {
		return err
	}
	if h.request.Method == "HEAD" {
		response.Body = nil
	}
	h.answer(response)
	return nil
}

func (h *ServerHandshake) answer(r *Response) {
	h.stage = answered
	h.out = r.Append(nil)
}

// Out returns the response, to be written once. It is empty before Accept and Reject.
func (h *ServerHandshake) Out() []byte { return h.out }

// Rest returns what came after a head that can be accepted: frames of a client that did not wait for the response. The slice
// holds until the next Feed.
func (h *ServerHandshake) Rest() []byte {
	if h.err != nil {
		return nil
	}
	return h.head.rest()
}
