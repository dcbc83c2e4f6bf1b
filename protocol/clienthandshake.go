package protocol

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// ClientHandshake is the opening handshake of a client, RFC 6455, section 4.1: the bytes of a request come out, the bytes of a
// response go in. The zero value with a Host is strict and offers no subprotocol and no extension.
//
// Call Start, write Out, and feed it until Next returns something other than ErrNeedMore. Then give Rest to a Conn.
type ClientHandshake struct {
	Host         string      // the Host field: URL.HostField
	Target       string      // the resource name: URL.ResourceName; "" is "/"
	Origin       string      // sent if not empty, as browsers do
	Subprotocols []string    // to offer, the one the client likes best first
	Extensions   []Extension // to offer, the one the client likes best first
	Fields       Fields      // further header fields, such as cookies

	// Extend looks at the extensions that the server accepted, which are all among those offered, and says which reserved bits
	// they claim. An *Error is treated as a broken rule. If it is nil, any parameters will do, and no bits are claimed.
	Extend func(accepted []Extension) (rsv byte, err error)
	// Rand gives the bits of the key. If it is nil, crypto/rand does.
	Rand func() uint32

	Limits   Limits
	Tolerate RuleSet // rules to note in Broken, not to fail on, where there is a way to go on

	head      headReader
	request   *Request
	response  Response
	agreement Agreement
	interim   int
	stage     stage
	err       error
	out       []byte
}

// maxInterim is how many interim answers (status 1xx) are skipped. A server has one or two to send.
const maxInterim = 8

// Request returns a new request with a new key. The error wraps ErrHandshake and says what is wrong with the configuration; the
// request is returned even so.
func (h *ClientHandshake) Request() (*Request, error) {
	r := &Request{Method: "GET", Target: h.Target, Proto: httpVersion}
	if r.Target == "" {
		r.Target = "/"
	}
	f := &r.Fields
	f.Add(fieldHost, h.Host)
	f.Add(fieldUpgrade, "websocket")
	f.Add(fieldConnection, "Upgrade")
	f.Add(fieldKey, h.key())
	if h.Origin != "" {
		f.Add(fieldOrigin, h.Origin)
	}
	if len(h.Subprotocols) > 0 {
		f.Add(fieldSubprotocol, strings.Join(h.Subprotocols, ", "))
	}
	if len(h.Extensions) > 0 {
		f.Add(fieldExtensions, string(AppendExtensions(nil, h.Extensions)))
	}
	f.Add(fieldVersion, webSocketVersion)
	*f = append(*f, h.Fields...)
	return r, h.refuse(r)
}

// refuse checks a request that is to be sent. A subprotocol with a comma would make two of one.
func (h *ClientHandshake) refuse(r *Request) error {
	for _, name := range h.Subprotocols {
		if !isToken(name) {
			return fmt.Errorf("%w: subprotocol %s is not a token", ErrHandshake, excerpt(name))
		}
	}
	if err := CheckRequest(r); err != nil {
		return fmt.Errorf("%w: %v", ErrHandshake, err)
	}
	return nil
}

// "The nonce MUST be selected randomly for each connection." (RFC 6455, section 4.1)
func (h *ClientHandshake) key() string {
	var nonce [16]byte
	if h.Rand == nil {
		rand.Read(nonce[:])
	} else {
		for i := 0; i < len(nonce); i += 4 {
			binary.LittleEndian.PutUint32(nonce[i:], h.Rand())
		}
	}
	return base64.StdEncoding.EncodeToString(nonce[:])
}

// Start puts a new request into Out. It returns the error of Request, or ErrState if there is a request already.
func (h *ClientHandshake) Start() error {
	r, err := h.Request()
	if err != nil {
		return err
	}
	return h.Send(r)
}

// Send puts any request into Out, legal or not. The response is held against it. Send returns ErrState if there is a request
// already. The caller must not change r afterwards.
func (h *ClientHandshake) Send(r *Request) error {
	if h.request != nil {
		return ErrState
	}
	h.request = r
	h.out = r.Append(nil)
	return nil
}

// Out returns the request, to be written once. It is empty before Start and Send.
func (h *ClientHandshake) Out() []byte { return h.out }

// Feed takes bytes that the server sent. It copies p.
func (h *ClientHandshake) Feed(p []byte) {
	if h.err == nil || h.head.complete && len(h.head.rest()) < maxBody {
		h.head.feed(p)
	}
}

// Next returns the response when its head is complete and opens the connection, and the same again when it is called again.
// The error is ErrNeedMore, an *Error, a *LimitError, a *StatusError if the server answered with a status other than 101, or
// ErrState if there is no request. Interim answers are skipped (RFC 9110, section 15.2).
func (h *ClientHandshake) Next() (*Response, error) {
	if h.request == nil {
		return nil, ErrState
	}
	if h.stage == incomplete {
		err := h.read()
		if err == ErrNeedMore {
			return nil, err
		}
		h.stage, h.err = complete, err
	}
	if _, ok := errors.AsType[*StatusError](h.err); ok {
		return nil, h.response.statusError(h.head.rest())
	}
	if h.err != nil {
		return nil, h.err
	}
	return &h.response, nil
}

func (h *ClientHandshake) read() error {
	h.head.syntax, h.head.limits, h.head.tolerate = ResponseSyntax, h.Limits.Effective(), h.Tolerate
	h.head.start = h.response.parseLine
	for {
		if err := h.head.next(); err != nil {
			return err
		}
		h.response.Fields = h.head.fields
		if !h.skips(h.response.Status) {
			return h.check()
		}
		h.interim++
		h.head.restart()
	}
}

// skips tells whether an answer announces another one.
func (h *ClientHandshake) skips(status int) bool {
	return status/100 == 1 && status != switchingProtocols && h.interim < maxInterim
}

func (h *ClientHandshake) check() error {
	if h.response.Status != switchingProtocols {
		return h.response.statusError(nil)
	}
	for f := range h.response.faults(h.request) {
		if err := h.head.judge(f); err != nil {
			return err
		}
	}
	return h.agree()
}

// agree settles what the response says is in use (RFC 6455, section 4.1).
func (h *ClientHandshake) agree() error {
	h.agreement.Subprotocol = trimSpace(h.response.Fields.Get(fieldSubprotocol))
	accepted, _ := ParseExtensions(h.response.Fields.Values(fieldExtensions)...)
	h.agreement.Extensions = accepted
	if len(accepted) == 0 || h.Extend == nil {
		return nil
	}
	rsv, err := h.Extend(accepted)
	if broken, ok := errors.AsType[*Error](err); ok {
		line := h.response.Fields.line(fieldExtensions, 0)
		err = h.head.judge(&fault{broken.Rule, line, broken.Detail})
	}
	h.agreement.RSV = rsv
	return err
}

// Agreement returns what the response settled, once Next has returned it.
func (h *ClientHandshake) Agreement() Agreement { return h.agreement }

// Broken returns the rules that the response broke and Tolerate let pass.
func (h *ClientHandshake) Broken() RuleSet { return h.head.broken() }

// Faults returns what the response broke and Tolerate let pass, one for each place.
func (h *ClientHandshake) Faults() []*Error { return h.head.faults }

// Rest returns what came after a head that opens the connection: the first frames of the server. The slice holds until the next
// Feed.
func (h *ClientHandshake) Rest() []byte {
	if h.err != nil {
		return nil
	}
	return h.head.rest()
}
