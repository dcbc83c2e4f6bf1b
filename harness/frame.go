package harness

import (
	"github.com/wsspec/wsspec/protocol"
)

// Frame is a frame as a case speaks of it, to be sent or expected. The mask and its key are left to the Session.
type Frame struct {
	protocol.Frame
}

func newFrame(op protocol.Opcode, payload string) Frame {
	return Frame{protocol.NewFrame(op, []byte(payload))}
}

// Text is a whole text message.
func Text(payload string) Frame { return newFrame(protocol.Text, payload) }

// Binary is a whole binary message.
func Binary(payload string) Frame { return newFrame(protocol.Binary, payload) }

// Continuation is the last fragment of a message.
func Continuation(payload string) Frame { return newFrame(protocol.Continuation, payload) }

// Ping is a Ping frame.
func Ping(payload string) Frame { return newFrame(protocol.Ping, payload) }

// Pong is a Pong frame.
func Pong(payload string) Frame { return newFrame(protocol.Pong, payload) }

// Close is a Close frame with a status code and a reason.
func Close(code protocol.CloseCode, reason string) Frame {
	return newFrame(protocol.Close, string(protocol.AppendClose(nil, code, reason)))
}

// CloseBody is a Close frame with any body.
func CloseBody(body string) Frame { return newFrame(protocol.Close, body) }

// Opcode is a frame with any opcode.
func Opcode(op protocol.Opcode, payload string) Frame { return newFrame(op, payload) }

// More says that FIN is not set: there is more to come.
func (f Frame) More() Frame {
	f.FIN = false
	return f
}

// WithRSV sets the reserved bits; RSV1 is 4, RSV2 is 2, RSV3 is 1.
func (f Frame) WithRSV(bits byte) Frame {
	f.RSV = bits
	return f
}

// Fragments is a text message in fragments of up to size bytes. The last one is shorter than that, be it empty: so the Autobahn
// testsuite sends them.
func Fragments(size int, payload string) (frames []Frame) {
	op := protocol.Text
	for len(payload) >= size {
		frames = append(frames, newFrame(op, payload[:size]).More())
		payload, op = payload[size:], protocol.Continuation
	}
	return append(frames, newFrame(op, payload))
}
