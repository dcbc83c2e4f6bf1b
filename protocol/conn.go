package protocol

import (
	"fmt"
	"io"
	"iter"
)

// State is where a connection stands after the opening handshake (RFC 6455, sections 4.1 and 7.1).
type State byte

// The states of a connection.
const (
	Open          State = iota // messages may go both ways
	CloseSent                  // we sent a Close frame and wait for the peer's
	CloseReceived              // the peer's Close frame is not answered yet
	Closed                     // Close frames went both ways
	Failed                     // the peer broke a rule or a limit, or left without a Close frame; nothing is processed any more
)

var stateNames = [...]string{"open", "close sent", "close received", "closed", "failed"}

func (s State) String() string { return stateNames[s] }

// Config is what the opening handshake leaves behind, and the policy of an endpoint. The zero value is a strict server that
// answers pings and Close frames by itself.
type Config struct {
	Client     bool // which side we are: a client masks what it sends
	RSV        byte // reserved bits that negotiated extensions have claimed
	Limits     Limits
	Whole      bool          // return whole messages only
	ManualPong bool          // leave it to the caller to answer pings
	ManualEcho bool          // leave it to the caller to answer a Close frame
	Tolerate   RuleSet       // rules to note in Broken, not to fail on
	Rand       func() uint32 // gives masking keys; nil means crypto/rand (RFC 6455, section 5.3)
}

// Event is what the peer did: it sent a message or a part of one, a Ping, a Pong or a Close frame.
type Event struct {
	Opcode Opcode // Text, Binary, Ping, Pong or Close; if tolerated, a reserved one, or Continuation outside a message
	Part   Part   // of the message; what is no part of one is always whole
	Data   []byte // text that was checked, or a payload; holds until the next call of Next, Buffer, Advance or Feed
}

// Conn is one endpoint of an open connection, without a socket: bytes in, events and bytes out.
//
//	n, err := socket.Read(c.Buffer())
//	c.Advance(n)
//	for ev, err := range c.All() { ... c.Message(ev.Opcode, ev.Data, ev.Part) ... }
//	socket.Write(c.Out()); c.Sent(len(c.Out()))
//
// Answers to pings and Close frames, and whatever the caller sends in the loop, gather in Out and leave in one write. A Conn
// is for one goroutine.
type Conn struct {
	config Config
	reader Reader
	writer writer

	state    State
	err      error
	closing  CloseStatus // of the first Close frame of the peer
	gotClose bool

	opcode  Opcode // of the message that is arriving
	text    TextValidator
	message []byte  // the message so far, if Whole is set and it comes in parts
	partial bool    // a part of the message was returned
	frame   []byte  // the frame so far, if it is no part of a message and comes in pieces
	noted   RuleSet // broken since the latest event
	broken  RuleSet // broken up to it, since the one before
}

// NewConn returns an endpoint of a connection whose opening handshake is done.
func NewConn(c Config) *Conn {
	return &Conn{
		config: c,
		reader: Reader{Client: c.Client, RSV: c.RSV, Tolerate: c.Tolerate, Limits: c.Limits},
		writer: writer{client: c.Client, rand: c.Rand},
	}
}

// Buffer returns where to read into next, never empty: fill a part of it, then call Advance.
func (c *Conn) Buffer() []byte { return c.reader.Buffer() }

// Advance says that the first n bytes of Buffer are filled.
func (c *Conn) Advance(n int) { c.reader.Advance(n) }

// Feed adds a copy of p to the input.
func (c *Conn) Feed(p []byte) { c.reader.Feed(p) }

// EOF says that the peer has ended its side of the transport.
func (c *Conn) EOF() { c.reader.EOF() }

// State tells where the connection stands.
func (c *Conn) State() State { return c.state }

// CloseStatus is what the peer's first Close frame said (RFC 6455, sections 7.1.5 and 7.1.6): the code NoStatus if it had no
// body, AbnormalClosure if there was no Close frame.
func (c *Conn) CloseStatus() CloseStatus {
	if !c.gotClose {
		return CloseStatus{Code: AbnormalClosure}
	}
	return c.closing
}

// Broken holds the rules that were broken by the frame of the latest event, or by frames between it and the event before,
// and that Tolerate let pass.
func (c *Conn) Broken() RuleSet { return c.broken }

// HangUp tells whether it is our turn to close the transport, once Out is written: a server's when both Close frames went
// over, anybody's after a failure or the end of the input (RFC 6455, sections 7.1.1 and 7.1.7). A client waits for the server.
func (c *Conn) HangUp() bool {
	return c.err != nil || c.state == Closed && !c.config.Client
}

// All yields events until Next returns an error; ErrNeedMore just ends the loop, any other error is yielded last.
func (c *Conn) All() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for {
			ev, err := c.Next()
			if err == ErrNeedMore || !yield(ev, err) || err != nil {
				return
			}
		}
	}
}

// Next returns the next event. The error is ErrNeedMore if there is none yet; io.EOF at the end of the input after a Close
// frame, io.ErrUnexpectedEOF without one (RFC 6455, section 7.1.5); *Error or *LimitError if the peer went too far: then the
// Close frame that says so is in Out, and the connection has failed.
func (c *Conn) Next() (Event, error) {
	for {
		if c.err != nil {
			return Event{}, c.err
		}
		p, err := c.reader.Next()
		if err != nil {
			return c.end(err)
		}
		if c.gotClose && !c.config.Tolerate.Has(DataAfterClose) {
			continue // RFC 6455, section 1.4: what comes after a Close frame is discarded
		}
		c.noted.join(c.reader.broken)
		if plain(p) {
			c.broken, c.noted = c.noted, RuleSet{}
			return Event{p.Opcode(), Whole, p.Payload}, nil
		}
		if ev, ok, err := c.piece(p); ok || err != nil {
			c.broken, c.noted = c.noted, RuleSet{}
			return ev, err
		}
	}
}

// end handles that the reader has no piece.
func (c *Conn) end(err error) (Event, error) {
	switch err {
	case ErrNeedMore:
		return Event{}, err
	case io.EOF, io.ErrUnexpectedEOF:
		c.err = io.EOF
		if !c.gotClose { // RFC 6455, section 7.2.1: who loses the transport must fail the connection
			c.state, c.err = Failed, io.ErrUnexpectedEOF
		}
		return Event{}, c.err
	}
	return Event{}, c.fail(err)
}

// plain tells whether a piece is a whole message in which nothing is wrong, as nearly all are.
func plain(p Piece) bool {
	return p.Part == Whole && (p.Head == 0x82 || p.Head == 0x81 && validText(p.Payload))
}

// piece turns a piece into an event; ok is false if it makes none by itself.
func (c *Conn) piece(p Piece) (ev Event, ok bool, err error) {
	op := p.Opcode()
	if op.Control() || op == Continuation && c.reader.broken.Has(LoneContinuation) {
		return c.apart(p)
	}
	return c.data(p)
}

// apart handles a piece of a frame that is no part of a message.
func (c *Conn) apart(p Piece) (ev Event, ok bool, err error) {
	body, whole := c.body(p)
	if !whole {
		return Event{}, false, nil
	}
	op := p.Opcode()
	if op == Close {
		return c.closeFrame(body)
	}
	if op == Ping {
		c.answerPing(body)
	}
	return Event{op, Whole, body}, true, nil
}

// body gathers the payload of a frame. It comes in pieces only if the frame is longer than the RFC allows.
func (c *Conn) body(p Piece) (body []byte, whole bool) {
	if p.Part == Whole {
		return p.Payload, true
	}
	if p.Part&First != 0 {
		c.frame = nil
	}
	c.frame = append(c.frame, p.Payload...)
	return c.frame, p.Part&Last != 0
}

// answerPing sends the Pong that RFC 6455, section 5.5.2 demands unless a Close frame was received. No Pong has room for the
// payload of a Ping that is too long.
func (c *Conn) answerPing(body []byte) {
	if !c.config.ManualPong && !c.gotClose && len(body) <= maxControl {
		c.writer.frame(Pong, true, body)
	}
}

// data handles a piece of a data frame.
func (c *Conn) data(p Piece) (ev Event, ok bool, err error) {
	starts := p.Part&First != 0 && p.Opcode() != Continuation
	if starts {
		c.opcode, c.partial = p.Opcode(), false
	}
	ends := p.Part&Last != 0 && p.FIN()
	if c.opcode == Text {
		if err := c.check(p.Payload, starts, ends); err != nil {
			return Event{}, false, err
		}
	}
	if c.config.Whole {
		return c.gather(p.Payload, starts, ends)
	}
	if len(p.Payload) == 0 && !ends {
		return Event{}, false, nil
	}
	var part Part
	if !c.partial {
		part |= First
	}
	if ends {
		part |= Last
	}
	c.partial = true
	return Event{c.opcode, part, p.Payload}, true, nil
}

// gather adds to a message until it is whole.
func (c *Conn) gather(p []byte, starts, ends bool) (Event, bool, error) {
	if starts {
		c.message = c.message[:0]
	}
	c.message = append(c.message, p...)
	if !ends {
		return Event{}, false, nil
	}
	ev := Event{c.opcode, Whole, c.message}
	if cap(c.message) > maxBuffer {
		c.message = nil // a big message is rare: do not hold its memory until the next one
	}
	return ev, true, nil
}

// check holds a piece of text against RFC 6455, section 8.1.
func (c *Conn) check(p []byte, starts, ends bool) error {
	if starts {
		c.text = TextValidator{}
	}
	before := c.text
	if c.text.Write(p) && (!ends || c.text.End()) {
		return nil
	}
	return c.badText(TextEncoding, before, p)
}

// badText notes, or fails on, text that goes on with p and is not UTF-8.
func (c *Conn) badText(rule Rule, before TextValidator, p []byte) error {
	at, begun := before.brokenAt(p)
	detail := "the end is inside a code point"
	if at < len(p) {
		detail = fmt.Sprintf("0x%02X after %q", p[at], begun)
	}
	return c.violate(rule, len(p)-at, detail)
}

// closeFrame handles the peer's Close frame (RFC 6455, section 5.5.1).
func (c *Conn) closeFrame(body []byte) (Event, bool, error) {
	status, rule, bad := ParseClose(body)
	if bad {
		if err := c.badClose(rule, status.Code, body); err != nil {
			return Event{}, false, err
		}
	}
	if !c.gotClose {
		c.gotClose, c.closing = true, status
	}
	switch c.state {
	case Open:
		c.state = CloseReceived
		if !c.config.ManualEcho {
			c.answerClose(status.Code)
		}
	case CloseSent:
		c.state = Closed
	}
	return Event{Close, Whole, body}, true, nil
}

// badClose notes, or fails on, a Close frame with a body that breaks a rule.
func (c *Conn) badClose(rule Rule, code CloseCode, body []byte) error {
	switch rule {
	case CloseReason:
		return c.badText(rule, TextValidator{}, body[2:])
	case CloseBody:
		return c.violate(rule, len(body), Show(body))
	}
	return c.violate(rule, len(body), code.String())
}

// answerClose echoes the status code, as RFC 6455, section 5.5.1 says is typical.
func (c *Conn) answerClose(code CloseCode) {
	if !code.Sendable() {
		code = NoStatus
	}
	c.sendClose(code, "")
}

// violate notes a rule that a payload breaks, or fails the connection. back is how far from the end of the payload that was
// read the byte is that breaks it.
func (c *Conn) violate(rule Rule, back int, detail string) error {
	if c.config.Tolerate.Has(rule) {
		c.noted.Add(rule)
		return nil
	}
	return c.fail(&Error{Rule: rule, Offset: c.reader.Offset() - int64(back), Frame: c.reader.Frames() - 1, Detail: detail})
}

// fail fails the WebSocket connection (RFC 6455, section 7.1.7): a Close frame that says why, and nothing after it.
func (c *Conn) fail(err error) error {
	code, reason := ProtocolError, ""
	switch e := err.(type) {
	case *Error:
		code, reason = e.Rule.Code(), e.Rule.Error()
	case *LimitError:
		code, reason = e.Code, e.Error()
	}
	if c.state == Open || c.state == CloseReceived {
		c.sendClose(code, reason)
	}
	c.state, c.err = Failed, err
	return c.reader.fail(err)
}
