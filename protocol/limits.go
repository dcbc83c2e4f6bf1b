package protocol

import "fmt"

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

// or returns the limit that v stands for.
func (l Limits) or(v, def int64) int64 {
	switch {
	case v == 0:
		return def
	case v < 0:
		return 1<<63 - 1
	}
	return v
}

// Effective returns l with defaults and "none" spelled out.
func (l Limits) Effective() Limits {
	d := DefaultLimits
	return Limits{
		Frame:     l.or(l.Frame, d.Frame),
		Message:   l.or(l.Message, d.Message),
		Fragments: l.or(l.Fragments, d.Fragments),
		Head:      l.or(l.Head, d.Head),
		Fields:    l.or(l.Fields, d.Fields),
	}
}

// LimitError says that the peer went beyond a limit of ours.
type LimitError struct {
	What  string    // "frame", "message", "fragments", "head" or "fields"
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
