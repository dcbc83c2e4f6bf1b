package protocol

import (
	"errors"
	"fmt"
)

// The errors of this package are of four kinds, and never mixed:
//
//	*Error                    the peer broke a Rule
//	*LimitError               the peer asked for more than Limits allows, and broke no rule by it
//	*StatusError              the server answered the opening handshake with something else than 101
//	ErrState, ErrHandshake, ... the caller asked for something that the protocol does not allow
//
// ErrNeedMore is no failure: it says that the bytes at hand are used up.
var (
	// ErrNeedMore says that the input holds no further piece, event or head: give it more bytes and ask again.
	ErrNeedMore = errors.New("protocol: need more input")

	// ErrState says that the connection is not in a state in which this may be sent: a message inside another one or after a
	// Close frame (RFC 6455, sections 5.4, 5.5.1 and 6.1), anything after two of those or after a failure.
	ErrState = errors.New("protocol: not allowed in this state of the connection")

	// ErrTooLong says that a control frame's payload would exceed 125 bytes (RFC 6455, section 5.5).
	ErrTooLong = errors.New("protocol: control frame longer than 125 bytes")

	// ErrCode says that a close code must not be sent (RFC 6455, section 7.4).
	ErrCode = errors.New("protocol: close code must not be sent")

	// ErrEncoding says that text or a close reason that was to be sent is not UTF-8 (RFC 6455, section 5.6).
	ErrEncoding = errors.New("protocol: text to send is not UTF-8")
)

// Error is a rule broken by the peer. Unwrap gives the Rule, so errors.Is(err, ReservedBits) works.
type Error struct {
	Rule   Rule
	Offset int64  // of the frame's header if that is wrong, else of the byte that is; from the start of the head or of the frames
	Frame  int64  // the number of the frame, from 0; -1 in the opening handshake
	Detail string // what was seen, such as "opcode 3"; may be empty
}

func (e *Error) Error() string {
	msg := "protocol: " + e.Rule.Error()
	if e.Detail != "" {
		msg += ": " + e.Detail
	}
	if e.Frame >= 0 {
		return fmt.Sprintf("%s (frame %d, byte %d; %s)", msg, e.Frame, e.Offset, e.Rule.Clause())
	}
	return fmt.Sprintf("%s (%s)", msg, e.Rule.Clause())
}

func (e *Error) Unwrap() error { return e.Rule }
