package protocol

import (
	"io"
	"iter"
	"unicode/utf8"
)

// State is where a connection stands after the opening handshake (RFC 6455, sections 4.1 and 7.1).
type State byte

// The states of a connection.
const (
	Open          State = iota // messages may go both ways
	CloseSent                  // we sent a Close frame and wait for the peer's
	CloseReceived              // the peer's Close frame is not answered yet
	Closed                     // Close frames went both ways
	Failed                     // a side broke a rule or a limit: nothing that comes is processed any more
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
	Opcode Opcode // Text, Binary, Ping, Pong or Close; a reserved one if that is tolerated
	Part   Part   // of the message; control frames are always whole
	Data   []byte // text that was checked, or a payload; holds until the next call of a method of the Conn
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
	message []byte // the message so far, if Whole is set and it comes in parts
	partial bool   // a part of the message was returned
	broken  RuleSet
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

// Broken holds the rules that the frame of the latest event broke and that Tolerate let pass.
func (c *Conn) Broken() RuleSet { return c.broken }

// HangUp tells whether it is our turn to close the transport, once Out is written: a server's when both Close frames went
// over, anybody's after a failure (RFC 6455, sections 7.1.1 and 7.1.7). A client waits for the server, and for EOF.
func (c *Conn) HangUp() bool {
	return c.state == Failed || c.state == Closed && !c.config.Client
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
		if c.gotClose && c.config.Tolerate.Empty() {
			continue // RFC 6455, section 1.4: what comes after a Close frame is discarded
		}
		c.broken = c.reader.broken
		if ev, ok, err := c.piece(p); ok || err != nil {
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
		c.err = io.ErrUnexpectedEOF
		if c.gotClose {
			c.err = io.EOF
		}
		return Event{}, c.err
	}
	return Event{}, c.fail(err)
}

// piece turns a piece into an event; ok is false if it makes none by itself.
func (c *Conn) piece(p Piece) (ev Event, ok bool, err error) {
	switch op := p.Opcode(); {
	case op == Ping:
		if !c.config.ManualPong && c.state == Open {
			c.writer.frame(Pong, true, p.Payload)
		}
		return Event{Ping, Whole, p.Payload}, true, nil
	case op == Close:
		return c.closeFrame(p.Payload)
	case op.Control():
		return Event{op, p.Part, p.Payload}, true, nil
	}
	return c.data(p)
}

// data handles a piece of a data frame.
func (c *Conn) data(p Piece) (ev Event, ok bool, err error) {
	starts := p.Part&First != 0 && p.Opcode() != Continuation
	if starts {
		c.opcode, c.partial, c.message = p.Opcode(), false, c.message[:0]
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
	if starts && ends {
		return Event{c.opcode, Whole, p}, true, nil
	}
	c.message = append(c.message, p...)
	if !ends {
		return Event{}, false, nil
	}
	return Event{c.opcode, Whole, c.message}, true, nil
}

// check holds a piece of text against RFC 6455, section 8.1.
func (c *Conn) check(p []byte, starts, ends bool) error {
	if starts && ends {
		if utf8.Valid(p) {
			return nil
		}
	} else {
		if starts {
			c.text.End()
		}
		if c.text.Write(p) && (!ends || c.text.End()) {
			return nil
		}
	}
	return c.violate(TextEncoding, Show(p))
}

// closeFrame handles the peer's Close frame (RFC 6455, section 5.5.1).
func (c *Conn) closeFrame(body []byte) (Event, bool, error) {
	status, rule, bad := ParseClose(body)
	if bad {
		if err := c.violate(rule, Show(body)); err != nil {
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

// answerClose echoes the status code, as RFC 6455, section 5.5.1 says is typical.
func (c *Conn) answerClose(code CloseCode) {
	if !code.Sendable() {
		code = NoStatus
	}
	c.sendClose(code, "")
}

// violate notes a rule that a message breaks, or fails the connection.
func (c *Conn) violate(rule Rule, detail string) error {
	if c.config.Tolerate.Has(rule) {
		c.broken.Add(rule)
		return nil
	}
	return c.fail(&Error{Rule: rule, Offset: c.reader.Offset(), Frame: c.reader.Frames() - 1, Detail: detail})
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
	return err
}
