package harness

import (
	"github.com/wsspec/wsspec/protocol"
)

// What an observer holds of one message, in bytes.
const (
	maxMessage = 8 << 20 // no case that does not measure asks for an answer that is nearly as long
	maxGlimpse = 4 << 10 // of a message in bulk: enough to show it, and for any control frame and barrier
)

// observer reads one direction of a conversation. It tolerates and notes every broken rule.
type observer struct {
	reader protocol.Reader
	keep   int   // how much of a frame or a message it holds, in bytes; the rest is looked at and forgotten
	echo   *echo // looks at messages as they arrive; nil if nobody does

	frame    []byte // payload of the frame that is arriving, up to keep
	opcode   protocol.Opcode
	message  []byte // up to keep
	size     int64  // of the message so far
	text     protocol.TextValidator
	valid    bool // the text so far is UTF-8
	arriving bool // the message is not complete
}

// observed is a frame that has arrived, and what it completes.
type observed struct {
	header  protocol.Header
	payload []byte // of the frame, or its start; the receiver's own
	broken  protocol.RuleSet
	status  protocol.CloseStatus // of a Close frame

	message  []byte // the message that the frame completes, or its start
	size     int64  // of the message
	opcode   protocol.Opcode
	complete bool
}

// newObserver returns an observer of what a server sends (fromServer) or a client.
func newObserver(fromServer bool) *observer { return observing(fromServer, maxMessage, maxMessage) }

// newGlimpser is newObserver for messages in bulk: it takes any length, and holds next to nothing.
func newGlimpser(fromServer bool) *observer { return observing(fromServer, -1, maxGlimpse) }

func observing(fromServer bool, limit int64, keep int) *observer {
	return &observer{keep: keep, reader: protocol.Reader{
		Client:   fromServer,
		Tolerate: protocol.AllRules,
		Limits:   protocol.Limits{Frame: limit, Message: limit, Fragments: -1},
	}}
}

// next returns the next frame that has arrived whole; the error is that of protocol.Reader.Next.
func (o *observer) next() (observed, error) {
	for {
		p, err := o.reader.Next()
		if err != nil {
			return observed{}, err
		}
		if p.Part&protocol.First != 0 {
			o.frame = nil
		}
		if !p.Opcode().Control() {
			o.data(p)
		}
		o.frame = o.held(o.frame, p.Payload)
		if p.Part&protocol.Last != 0 {
			return o.complete(p), nil
		}
	}
}

// held adds p to what is held of a frame or a message.
func (o *observer) held(kept, p []byte) []byte {
	return append(kept, p[:min(len(p), o.keep-len(kept))]...)
}

// data adds a piece of a data frame to the message.
func (o *observer) data(p protocol.Piece) {
	if p.Part&protocol.First != 0 && p.Opcode() != protocol.Continuation {
		o.opcode, o.message, o.size, o.valid, o.arriving = p.Opcode(), nil, 0, true, true
		o.text.End()
		if o.echo != nil {
			o.echo.begin(o.opcode)
		}
	}
	o.message = o.held(o.message, p.Payload)
	o.size += int64(len(p.Payload))
	if o.echo != nil && o.arriving {
		o.echo.data(p.Payload)
	}
	if o.opcode == protocol.Text && o.valid {
		o.valid = o.text.Write(p.Payload)
	}
}

// complete describes the frame that has just ended.
func (o *observer) complete(p protocol.Piece) observed {
	f := observed{header: o.reader.Header(), payload: o.frame, broken: o.reader.Broken()}
	switch {
	case f.header.Opcode == protocol.Close:
		var rule protocol.Rule
		var bad bool
		if f.status, rule, bad = protocol.ParseClose(o.frame); bad {
			f.broken.Add(rule)
		}
	case !f.header.Opcode.Control() && p.FIN() && !f.broken.Has(protocol.LoneContinuation):
		f.complete, f.opcode, f.message, f.size = !o.opcode.Reserved(), o.opcode, o.message, o.size // what is reserved is nothing but chapter 0's
		o.message, o.arriving = nil, false
		if o.opcode == protocol.Text {
			if !o.valid || !o.text.End() {
				f.broken.Add(protocol.TextEncoding)
			}
		}
	}
	return f
}

// partial returns what has arrived of a message that is not complete; ok is false if there is none.
func (o *observer) partial() (op protocol.Opcode, payload []byte, ok bool) {
	return o.opcode, o.message, o.arriving && !o.opcode.Reserved()
}
