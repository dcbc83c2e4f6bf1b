package reference

import (
	"fmt"
	"io"
	"net"

	"github.com/wsspec/wsspec/protocol"
)

// habits are what an endpoint does in the places where a fault or a variant may do something else. Each connection has its
// own, so that a habit may remember what came before.
type habits struct {
	// config says which rules are let pass, which limits hold, and what protocol.Conn answers by itself.
	config protocol.Config
	// head returns the bytes that answer the opening handshake.
	head func(head []byte) []byte
	// hear sees the header of each frame before the endpoint does, and may change it. The frame is lost if it returns false.
	// It may be nil.
	hear func(*incoming) bool
	// answer does what there is to do about an event. An error fails the connection.
	answer func(*endpoint, protocol.Event) error
	// say returns the frames that leave in place of one. It may be nil.
	say func(protocol.Frame) []protocol.Frame
	// write puts bytes on the wire.
	write func(net.Conn, []byte) error
	// hangUp ends the connection.
	hangUp func(*endpoint)
}

// right returns the habits of the endpoint that does everything right.
func right() habits {
	return habits{
		head:   func(head []byte) []byte { return head },
		answer: (*endpoint).echo,
		write:  write,
		hangUp: (*endpoint).hangUp,
	}
}

// ear returns what the endpoint reads from.
func (h *habits) ear(in io.Reader) io.Reader {
	if h.hear == nil {
		return in
	}
	return &ear{in: in, hear: h.hear}
}

// voice returns the bytes that leave in place of those in out, which are whole frames.
func (h *habits) voice(out []byte) []byte {
	if h.say == nil {
		return out
	}
	var said []byte
	for len(out) > 0 {
		header, n := protocol.ParseHeader(out)
		end := n + int(header.Length)
		for _, f := range h.say(protocol.Frame{Header: header, Payload: out[n:end]}) {
			said = f.Append(said)
		}
		out = out[end:]
	}
	return said
}

// refusal is the error by which an endpoint fails a connection that it should not fail.
type refusal struct{ code protocol.CloseCode }

func (r refusal) Error() string { return fmt.Sprintf("reference: refused with %v", r.code) }
