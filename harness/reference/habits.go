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
	// sip is how many bytes it reads at once, as long as it sips; 0 stands for all that are there.
	sip int
	// tap stands between the connection and the endpoint, and may change what a read brings. It may be nil.
	tap func(io.Reader) io.Reader
	// hear sees the header of each frame before the endpoint does, and may change it. The frame is lost if it returns false.
	// It may be nil.
	hear func(*incoming) bool
	// answer does what there is to do about an event. An error fails the connection.
	answer func(*endpoint, protocol.Event) error
	// say returns the frames that leave in place of those that answer one read. It may be nil.
	say func([]protocol.Frame) []protocol.Frame
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
	if h.sip > 0 {
		in = &sipping{in: in, n: h.sip}
	}
	if h.tap != nil {
		in = h.tap(in)
	}
	if h.hear == nil {
		return in
	}
	return &ear{in: in, hear: h.hear}
}

// sips is how often an endpoint that reads a few bytes at a time does so before it loses patience.
const sips = 2000

// sipping reads up to n bytes at once, sips times.
type sipping struct {
	in    io.Reader
	n     int
	taken int
}

func (s *sipping) Read(p []byte) (int, error) {
	if s.taken++; s.taken > sips {
		return s.in.Read(p)
	}
	return s.in.Read(p[:min(len(p), s.n)])
}

// voice returns the bytes that leave in place of those in out, which are whole frames.
func (h *habits) voice(out []byte) []byte {
	if h.say == nil {
		return out
	}
	var frames []protocol.Frame
	for len(out) > 0 {
		header, n := protocol.ParseHeader(out)
		end := n + int(header.Length)
		frames = append(frames, protocol.Frame{Header: header, Payload: out[n:end]})
		out = out[end:]
	}
	var said []byte
	for _, f := range h.say(frames) {
		said = f.Append(said)
	}
	return said
}

// refusal is the error by which an endpoint fails a connection that it should not fail.
type refusal struct{ code protocol.CloseCode }

func (r refusal) Error() string { return fmt.Sprintf("reference: refused with %v", r.code) }
