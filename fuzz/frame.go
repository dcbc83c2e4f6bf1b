package fuzz

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"github.com/wsspec/wsspec/protocol"
)

// Frame: whatever a Frame holds, its header is on the wire as it says, and its payload behind it, masked if the header says so;
// Mask is its own inverse and goes on where it stopped; String is printable on one line. The input is two bytes with the bits of
// the header, its key, its length, whether it says the length of the payload, where to cut the payload, and the payload.
func Frame(data []byte) error {
	f, cut := drawFrame(data)
	payload := string(f.Payload)
	wire := f.Append([]byte("before"))
	reader := naive{input: wire, at: len("before")}
	want := onWire(f.Header)
	if got := reader.header(); got != want || reader.short {
		return violated(data, "Append of %+v: got the header %+v, want %+v", f.Header, got, want)
	}
	want.Length = uint64(len(payload)) // read all of it, whatever the header says
	if got := reader.payload(want); string(got) != payload || reader.at != len(wire) {
		return violated(data, "Append of %+v: got the payload %q, want %q", f.Header, got, payload)
	}
	if string(f.Payload) != payload || !bytes.HasPrefix(wire, []byte("before")) {
		return violated(data, "Append changed what it was given")
	}
	if err := maskTwice(data, f, cut); err != nil {
		return err
	}
	return printable(data, f)
}

func drawFrame(data []byte) (f protocol.Frame, cut int) {
	s := source{data}
	first, second := s.byte(), s.byte()
	f.FIN, f.RSV, f.Opcode = first&0x80 != 0, first>>4&0x7, protocol.Opcode(first&0xF)
	f.Masked, f.Form = second&0x80 != 0, protocol.Form(second&0x3)
	f.Key, f.Length = s.uint32(), s.uint64()
	honest := s.byte()%2 == 0
	cut = int(s.byte())
	f.Payload = s.rest
	if honest {
		f.Length = uint64(len(f.Payload))
	}
	if f.Form == protocol.Form7 {
		f.Length %= 126 // 126 and 127 in its place announce another form
	}
	return f, min(cut, len(f.Payload))
}

// onWire is what can be read of a header that was written: forms cut the length off, the shortest form has a name, and without a
// mask there is no key.
func onWire(h protocol.Header) protocol.Header {
	switch {
	case h.Form == protocol.Shortest && h.Length < 126:
		h.Form = protocol.Form7
	case h.Form == protocol.Shortest && h.Length < 65536:
		h.Form = protocol.Form16
	case h.Form == protocol.Shortest:
		h.Form = protocol.Form64
	case h.Form == protocol.Form16:
		h.Length %= 65536
	}
	if !h.Masked {
		h.Key = 0
	}
	return h
}

func maskTwice(data []byte, f protocol.Frame, cut int) error {
	masked := bytes.Clone(f.Payload)
	key := protocol.Mask(masked[:cut], f.Key)
	key = protocol.Mask(masked[cut:], key)
	for i, b := range masked {
		if want := f.Payload[i] ^ byte(f.Key>>(8*(i%4))); b != want {
			return violated(data, "Mask with key %#x, cut at %d: got %#x at %d, want %#x", f.Key, cut, b, i, want)
		}
	}
	if turned := f.Key>>(8*(len(masked)%4)) | f.Key<<(32-8*(len(masked)%4)); key != turned {
		return violated(data, "Mask: got the key %#x after %d bytes with %#x, want %#x", key, len(masked), f.Key, turned)
	}
	if protocol.Mask(masked, f.Key); !bytes.Equal(masked, f.Payload) {
		return violated(data, "Mask twice with key %#x: got %q, want %q", f.Key, masked, f.Payload)
	}
	return nil
}

func printable(data []byte, f protocol.Frame) error {
	shown := f.String()
	if i := strings.IndexFunc(shown, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
		return violated(data, "String: got %q, which is not printable at byte %d", shown, i)
	}
	if !strings.Contains(shown, f.Opcode.String()) || !strings.Contains(shown, strconv.FormatUint(f.Length, 10)+" byte") {
		return violated(data, "String: got %q, which lacks the opcode or the length", shown)
	}
	return nil
}
