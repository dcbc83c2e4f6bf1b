package reference

import (
	"math/bits"

	"github.com/wsspec/wsspec/protocol"
)

// Frames that the endpoint sends in a form that it must not use. A receiver that tolerates them gets every payload.
var sentFaults = []*Fault{
	{
		Name: "masked-frames", Mistake: "masks the frames that it sends, as if it were a client",
		spoil: says(func(f *protocol.Frame) { f.Masked, f.Key = true, 0x0DF0ADBA }),
	},
	{
		Name: "reserved-bit-on-messages", Mistake: "sets RSV1 on its messages, though no extension was agreed on",
		spoil: says(func(f *protocol.Frame) {
			if f.Opcode == protocol.Text || f.Opcode == protocol.Binary {
				f.RSV = 4
			}
		}),
	},
	{
		Name: "reserved-opcode-before-messages", Mistake: "announces each message by a frame with a reserved opcode",
		spoil: announces(protocol.NewFrame(3, nil)),
	},
	{
		Name: "lengths-in-16-bits", Mistake: "writes short lengths in 16 bits, too",
		spoil: says(func(f *protocol.Frame) { f.Form = max(f.Form, protocol.Form16) }),
	},
	{
		Name: "lengths-in-64-bits", Mistake: "writes every length in 64 bits",
		spoil: says(func(f *protocol.Frame) { f.Form = protocol.Form64 }),
	},
	{
		Name: "pongs-without-fin", Mistake: "sends pongs as if they were fragments",
		spoil: says(func(f *protocol.Frame) { f.FIN = f.FIN && f.Opcode != protocol.Pong }),
	},
	{
		Name: "long-unasked-pong", Mistake: "precedes each message by a pong of 126 bytes that nobody asked for",
		spoil: announces(protocol.NewFrame(protocol.Pong, make([]byte, 126))),
	},
	{
		Name: "long-pings-sent", Mistake: "precedes each message by a ping of 126 bytes",
		spoil: announces(protocol.NewFrame(protocol.Ping, make([]byte, 126))),
	},
	{
		Name: "continuation-of-nothing", Mistake: "sends an empty continuation frame before each message",
		spoil: announces(protocol.NewFrame(protocol.Continuation, nil)),
	},
	{
		Name: "message-abandoned", Mistake: "begins each message twice, and ends it once",
		spoil: announces(protocol.Frame{Header: protocol.Header{Opcode: protocol.Binary}}),
	},
}

// announces: the endpoint sends a frame before each of its messages.
func announces(herald protocol.Frame) func(*habits) {
	return sends(func(f protocol.Frame) []protocol.Frame {
		if f.Opcode == protocol.Text || f.Opcode == protocol.Binary {
			return []protocol.Frame{herald, f}
		}
		return []protocol.Frame{f}
	})
}

// Lengths that the endpoint misreads or miswrites, and frames that it loses because of how they arrive.
var lengthFaults = []*Fault{
	{
		Name: "length-125-refused", Mistake: "takes a frame of 125 bytes for too long: less, where less or equal was meant",
		spoil: rejects(func(f *incoming) bool { return f.Form == protocol.Form7 && f.Length == 125 }),
	},
	{
		Name: "length-126-in-7-bits", Mistake: "writes a length of 126 in the seven bits, where it is the mark of a longer one",
		spoil: says(func(f *protocol.Frame) {
			if f.Length == 126 {
				f.Form = protocol.Form7
			}
		}),
	},
	{
		Name: "length-127-in-7-bits", Mistake: "writes a length of 127 in the seven bits, where it is the mark of a longer one",
		spoil: says(func(f *protocol.Frame) {
			if f.Length == 127 {
				f.Form = protocol.Form7
			}
		}),
	},
	{
		Name: "length-16-refused", Mistake: "knows only lengths of seven bits, and of 64",
		spoil: rejects(func(f *incoming) bool { return f.Form == protocol.Form16 }),
	},
	{
		Name: "length-64-refused", Mistake: "knows only lengths of seven bits, and of 16",
		spoil: rejects(func(f *incoming) bool { return f.Form == protocol.Form64 }),
	},
	{
		Name: "length-in-signed-byte", Mistake: "holds lengths up to 255 in a signed byte: from 128 on they are negative",
		spoil: rejects(func(f *incoming) bool { return f.Length >= 128 && f.Length <= 255 }),
	},
	{
		Name: "length-in-signed-16-bits", Mistake: "holds lengths of 16 bits in a signed integer: from 32 768 on they are negative",
		spoil: rejects(func(f *incoming) bool { return f.Form == protocol.Form16 && f.Length >= 1<<15 }),
	},
	{
		Name: "length-cut-to-16-bits", Mistake: "keeps the last 16 bits of a length of 64",
		spoil: mishears(func(f *incoming) { f.Length &= 0xFFFF }),
	},
	{
		Name: "little-endian-lengths-read", Mistake: "reads extended lengths as little-endian",
		spoil: mishears(func(f *incoming) { f.Length = swapped(f.Header) }),
	},
	{
		Name: "length-top-bit", Mistake: "sets the highest bit of a length of 64 bits",
		spoil: func(h *habits) {
			wholeMessages(h)
			says(func(f *protocol.Frame) {
				if f.Length > 0xFFFF {
					f.Length |= 1 << 63
				}
			})(h)
		},
	},
	{
		Name: "one-read-one-frame", Mistake: "loses a frame that does not arrive in one read",
		spoil: loses(func(f *incoming) bool { return !f.whole }),
	},
	{
		Name: "messages-up-to-65535", Mistake: "takes no message of more than 65 535 bytes",
		spoil: func(h *habits) { h.config.Limits.Message = 1<<16 - 1 },
	},
}

// swapped is the length in h with its bytes in the opposite order.
func swapped(h protocol.Header) uint64 {
	switch h.Form {
	case protocol.Form16:
		return uint64(bits.ReverseBytes16(uint16(h.Length)))
	case protocol.Form64:
		return bits.ReverseBytes64(h.Length)
	}
	return h.Length
}

// Messages that come back as others, or not at all.
var messageFaults = []*Fault{
	{
		Name: "no-echo", Mistake: "answers no message",
		spoil: replies(func(*message) bool { return false }),
	},
	{
		Name: "echo-twice", Mistake: "sends every message back twice",
		spoil: func(h *habits) {
			h.answer = func(e *endpoint, ev protocol.Event) error {
				e.echo(ev)
				return e.echo(ev)
			}
			h.config.Whole = true
		},
	},
	{
		Name: "empty-messages-lost", Mistake: "takes a message without payload for none",
		spoil: replies(func(m *message) bool { return len(m.payload) > 0 }),
	},
	{
		Name: "last-byte-lost", Mistake: "sends messages back without their last byte",
		spoil: replies(func(m *message) bool {
			m.payload = m.payload[:max(0, len(m.payload)-1)]
			return true
		}),
	},
	{
		Name: "text-as-binary", Mistake: "sends text messages back as binary ones",
		spoil: replies(func(m *message) bool { m.opcode = protocol.Binary; return true }),
	},
	{
		Name: "binary-as-text", Mistake: "sends binary messages back as text",
		spoil: replies(func(m *message) bool { m.opcode = protocol.Text; return true }),
	},
}
