package fuzz

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/wsspec/wsspec/protocol"
)

// NaiveReader reads frames in the plainest way: all input at once, one byte after the other, one step of RFC 6455, section 5
// after the other. It is slow and short, so that its correctness can be seen. With protocol.Reader it shares the words in which
// it speaks, and no code. The zero value is a strict server.
type NaiveReader struct {
	Client   bool             // it reads as a client, so frames must not be masked
	RSV      byte             // the bits that extensions have claimed on the first frame of a message; RSV1 is 4
	Tolerate protocol.RuleSet // rules that may be broken
	Limits   protocol.Limits  // for Frame, Message and Fragments
}

// NaiveFrame is a frame as a NaiveReader saw it.
type NaiveFrame struct {
	Offset  int // of the header in the input
	Header  protocol.Header
	Broken  protocol.RuleSet // the rules that the header breaks, tolerated or not
	Payload []byte           // unmasked; all that there is of it
	Whole   bool             // the payload is all there
}

// String describes the configuration.
func (r NaiveReader) String() string {
	role := "server"
	if r.Client {
		role = "client"
	}
	return fmt.Sprintf("%s with RSV %03b claimed, tolerating %q, limits %+v", role, r.RSV, names(r.Tolerate), r.Limits)
}

// String describes the frame as protocol.Frame does, with its place and what is wrong with it.
func (f NaiveFrame) String() string {
	s := fmt.Sprintf("%v at %d", protocol.Frame{Header: f.Header, Payload: f.Payload}, f.Offset)
	if !f.Whole {
		s += ", not whole"
	}
	for rule := range f.Broken.All() {
		s += ", " + rule.Error()
	}
	return s
}

// ErrRefused says that the last frame breaks a rule that is not tolerated. Nothing after its header was read.
var ErrRefused = errors.New("fuzz: frame breaks a rule")

// Read returns all frames whose header is complete, and why there are no more: io.EOF, io.ErrUnexpectedEOF inside a frame,
// ErrRefused, or a *protocol.LimitError for the last frame. It does not change the input.
func (r NaiveReader) Read(input []byte) (frames []NaiveFrame, end error) {
	n := naive{NaiveReader: r, input: input}
	for n.at < len(input) {
		f := NaiveFrame{Offset: n.at}
		f.Header = n.header()
		if n.short {
			return frames, io.ErrUnexpectedEOF
		}
		f.Broken = n.broken(f.Header)
		for rule := range f.Broken.All() {
			if !r.Tolerate.Has(rule) {
				return append(frames, f), ErrRefused
			}
		}
		n.enter(f.Header)
		if limit := n.tooMuch(f.Header); limit != nil {
			return append(frames, f), limit
		}
		f.Payload = n.payload(f.Header)
		f.Whole = !n.short
		frames = append(frames, f)
		if n.short {
			return frames, io.ErrUnexpectedEOF
		}
	}
	return frames, io.EOF
}

// naive is a Read under way.
type naive struct {
	NaiveReader
	input []byte
	at    int
	short bool // the input ended too early

	inMessage, closed bool
	fragments, length uint64 // of the message so far
}

func (n *naive) byte() byte {
	if n.at == len(n.input) {
		n.short = true
		return 0
	}
	n.at++
	return n.input[n.at-1]
}

// number reads a number of so many bytes "in network byte order" (RFC 6455, section 5.2).
func (n *naive) number(bytes int) (number uint64) {
	for range bytes {
		number = number*256 + uint64(n.byte())
	}
	return number
}

func (n *naive) header() (h protocol.Header) {
	first, second := n.byte(), n.byte()
	h.FIN, h.RSV, h.Opcode = first >= 128, first/16%8, protocol.Opcode(first%16)
	h.Masked, h.Form, h.Length = second >= 128, protocol.Form7, uint64(second%128)
	switch h.Length {
	case 126:
		h.Form, h.Length = protocol.Form16, n.number(2)
	case 127:
		h.Form, h.Length = protocol.Form64, n.number(8)
	}
	if h.Masked {
		for place := 0; place < 32; place += 8 {
			h.Key += uint32(n.byte()) << place
		}
	}
	return h
}

// payload reads as RFC 6455, section 5.3 says: "Octet i of the transformed data is the XOR of octet i of the original data with
// octet at index i modulo 4 of the masking key".
func (n *naive) payload(h protocol.Header) (p []byte) {
	for i := uint64(0); i < h.Length; i++ {
		octet := n.byte()
		if n.short {
			return p
		}
		if h.Masked {
			octet ^= byte(h.Key >> (8 * (i % 4)))
		}
		p = append(p, octet)
	}
	return p
}

func (n *naive) broken(h protocol.Header) (set protocol.RuleSet) {
	control, continuation := h.Opcode >= 8, h.Opcode == 0
	claimed := byte(0)
	if h.Opcode == protocol.Text || h.Opcode == protocol.Binary {
		claimed = n.RSV
	}
	for rule, broken := range map[protocol.Rule]bool{
		protocol.UnmaskedFrame:     !n.Client && !h.Masked,
		protocol.MaskedFrame:       n.Client && h.Masked,
		protocol.ReservedBits:      h.RSV&^claimed != 0,
		protocol.ReservedOpcode:    h.Opcode > 2 && h.Opcode < 8 || h.Opcode > 10,
		protocol.LengthTopBit:      h.Length >= 1<<63,
		protocol.MinimalLength:     h.Form == protocol.Form16 && h.Length < 126 || h.Form == protocol.Form64 && h.Length < 65536,
		protocol.FragmentedControl: control && !h.FIN,
		protocol.LongControl:       control && h.Length > 125,
		protocol.LoneContinuation:  continuation && !n.inMessage,
		protocol.BrokenMessage:     !control && !continuation && n.inMessage,
		protocol.DataAfterClose:    !control && n.closed,
	} {
		if broken {
			set.Add(rule)
		}
	}
	return set
}

// enter follows the messages. Where rules are broken that are tolerated, a continuation with nothing to continue stands for
// itself, and a new message takes the place of the one that it interrupts.
func (n *naive) enter(h protocol.Header) {
	switch {
	case h.Opcode == protocol.Close:
		n.closed = true
	case h.Opcode >= 8:
	case h.Opcode == protocol.Continuation && n.inMessage:
		n.fragments++
		n.length += h.Length
		n.inMessage = !h.FIN
	default:
		n.fragments, n.length = 1, h.Length
		n.inMessage = !h.FIN && h.Opcode != protocol.Continuation
	}
}

// tooMuch holds a frame against the limits. Control frames of a legal length are below all of them.
func (n *naive) tooMuch(h protocol.Header) error {
	l := n.Limits.Effective()
	switch control := h.Opcode >= 8; {
	case control && h.Length <= 125:
		return nil
	case over(h.Length, l.Frame):
		return &protocol.LimitError{What: "frame", Limit: l.Frame, Code: protocol.MessageTooBig}
	case control:
		return nil
	case over(n.fragments, l.Fragments):
		return &protocol.LimitError{What: "fragments", Limit: l.Fragments, Code: protocol.MessageTooBig}
	case over(n.length, l.Message):
		return &protocol.LimitError{What: "message", Limit: l.Message, Code: protocol.MessageTooBig}
	}
	return nil
}

func over(number uint64, limit int64) bool { return limit != math.MaxInt64 && number > uint64(limit) }
