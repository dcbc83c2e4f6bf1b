package harness

import (
	"github.com/wsspec/wsspec/protocol"
)

// maxMessage is what an observer holds of one message, in bytes. No case asks for an answer that is nearly as long.
const maxMessage = 8 << 20

// observer reads one direction of a conversation. It tolerates and notes every broken rule.
type observer struct {
	reader protocol.Reader

	frame    []byte // payload of the frame that is arriving
	opcode   protocol.Opcode
	message  []byte
	text     protocol.TextValidator
	valid    bool // the text so far is UTF-8
	arriving bool // the message is not complete
}

// observed is a frame that has arrived, and what it completes.
type observed struct {
	header  protocol.Header
	payload []byte // of the frame; the receiver's own
	broken  protocol.RuleSet
	status  protocol.CloseStatus // of a Close frame

	message  []byte // the message that the frame completes
	opcode   protocol.Opcode
	complete bool
	halfRune bool // the text is invalid only in that it ends inside a code point
}

// newObserver returns an observer of what a server sends (fromServer) or a client.
func newObserver(fromServer bool) *observer {
	return &observer{reader: protocol.Reader{
		Client:   fromServer,
		Tolerate: protocol.AllRules,
		Limits:   protocol.Limits{Frame: maxMessage, Message: maxMessage, Fragments: -1},
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
		o.frame = append(o.frame, p.Payload...)
		if p.Part&protocol.Last != 0 {
			return o.complete(p), nil
		}
	}
}

// data adds a piece of a data frame to the message.
func (o *observer) data(p protocol.Piece) {
	if p.Part&protocol.First != 0 && p.Opcode() != protocol.Continuation {
		o.opcode, o.message, o.valid, o.arriving = p.Opcode(), nil, true, true
		o.text.End()
	}
	o.message = append(o.message, p.Payload...)
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
		f.complete, f.opcode, f.message = !o.opcode.Reserved(), o.opcode, o.message // what is reserved is nothing but chapter 0's
		o.message, o.arriving = nil, false
		if o.opcode == protocol.Text {
			f.halfRune = o.valid && !o.text.End()
			if !o.valid || f.halfRune {
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
