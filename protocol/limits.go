package protocol

import (
	"fmt"
	"math"
)

// Limits bounds what a peer may make an endpoint hold. A zero field means the default, a negative one no limit. Nothing is
// ever allocated for what a peer merely announces, whatever the limits (RFC 6455, section 10.4).
type Limits struct {
	Frame     int64 // payload of one frame, in bytes; default 16 MiB
	Message   int64 // payload of one message, in bytes; default 16 MiB
	Fragments int64 // frames of one message; default 131 072
	Head      int64 // head of the opening handshake, in bytes; default 64 KiB
	Fields    int64 // header fields of the opening handshake; default 128
}

// DefaultLimits are the limits that stand for zero fields.
var DefaultLimits = Limits{Frame: 16 << 20, Message: 16 << 20, Fragments: 1 << 17, Head: 64 << 10, Fields: 128}

// unlimited stands for no limit. Even a length beyond it, which breaks LengthTopBit, is then not too long.
const unlimited = math.MaxInt64

// Effective returns l with the defaults spelled out, and the largest number for a limit that is none.
func (l Limits) Effective() Limits {
	d := DefaultLimits
	return Limits{
		Frame:     effective(l.Frame, d.Frame),
		Message:   effective(l.Message, d.Message),
		Fragments: effective(l.Fragments, d.Fragments),
		Head:      effective(l.Head, d.Head),
		Fields:    effective(l.Fields, d.Fields),
	}
}

func effective(limit, byDefault int64) int64 {
	switch {
	case limit == 0:
		return byDefault
	case limit < 0:
		return unlimited
	}
	return limit
}

// exceeds tells whether n more bytes are too many where used bytes, no more than the limit, were there before.
func exceeds(n uint64, used, limit int64) bool {
	return limit != unlimited && n > uint64(limit-used)
}

// LimitError says that the peer went beyond a limit of ours.
type LimitError struct {
	What  string    // "frame", "message", "fragments", "head", "fields" or "body"
	Limit int64     // what is allowed, in bytes; a number for fragments and fields
	Code  CloseCode // MessageTooBig, or 0 in the opening handshake
}

func (e *LimitError) Error() string {
	switch e.What {
	case "fragments", "fields":
		return fmt.Sprintf("protocol: more than %d %s", e.Limit, e.What)
	}
	return fmt.Sprintf("protocol: %s longer than %d bytes", e.What, e.Limit)
}
