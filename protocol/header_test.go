package protocol_test

import (
	"bytes"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// TestExamples holds the examples of RFC 6455, section 5.7, against both directions of the codec.
func TestExamples(t *testing.T) {
	key := uint32(0x3d21fa37)
	for _, test := range []struct {
		name  string
		wire  []byte
		frame protocol.Frame
	}{
		{"a single-frame unmasked text message",
			unhex("81 05 48 65 6c 6c 6f"), frame(protocol.Text, "Hello")},
		{"a single-frame masked text message",
			unhex("81 85 37 fa 21 3d 7f 9f 4d 51 58"), masked(frame(protocol.Text, "Hello"), key)},
		{"a fragmented unmasked text message, first",
			unhex("01 03 48 65 6c"), more(frame(protocol.Text, "Hel"))},
		{"a fragmented unmasked text message, last",
			unhex("80 02 6c 6f"), frame(protocol.Continuation, "lo")},
		{"unmasked Ping request",
			unhex("89 05 48 65 6c 6c 6f"), frame(protocol.Ping, "Hello")},
		{"masked Ping response",
			unhex("8a 85 37 fa 21 3d 7f 9f 4d 51 58"), masked(frame(protocol.Pong, "Hello"), key)},
		{"256 bytes binary message in a single unmasked frame",
			append(unhex("82 7E 0100"), make([]byte, 256)...), protocol.NewFrame(protocol.Binary, make([]byte, 256))},
		{"64KiB binary message in a single unmasked frame",
			append(unhex("82 7F 0000000000010000"), make([]byte, 65536)...), protocol.NewFrame(protocol.Binary, make([]byte, 65536))},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.frame.Append(nil); !bytes.Equal(got, test.wire) {
				t.Errorf("Append: got % .20x, want % .20x", got, test.wire)
			}
			h, n := protocol.ParseHeader(test.wire)
			payload := bytes.Clone(test.wire[n:])
			if h.Masked {
				protocol.Mask(payload, h.Key)
			}
			h.Form = test.frame.Form
			equal(t, protocol.Frame{Header: h, Payload: payload}, test.frame)
		})
	}
}

func masked(f protocol.Frame, key uint32) protocol.Frame {
	f.Masked, f.Key = true, key
	return f
}

// TestParseHeader derives the fields by hand from the figure of RFC 6455, section 5.2.
func TestParseHeader(t *testing.T) {
	type header = protocol.Header
	for _, test := range []struct {
		wire string
		want header
	}{
		{"00 00", header{Form: protocol.Form7}},
		{"80 00", header{FIN: true, Form: protocol.Form7}},
		{"40 00", header{RSV: 4, Form: protocol.Form7}},
		{"20 00", header{RSV: 2, Form: protocol.Form7}},
		{"10 00", header{RSV: 1, Form: protocol.Form7}},
		{"0f 00", header{Opcode: 15, Form: protocol.Form7}},
		{"02 7d", header{Opcode: protocol.Binary, Form: protocol.Form7, Length: 125}},
		{"02 7e 0000", header{Opcode: protocol.Binary, Form: protocol.Form16}},
		{"02 7e 0102", header{Opcode: protocol.Binary, Form: protocol.Form16, Length: 258}},
		{"02 7f 0102030405060708", header{Opcode: protocol.Binary, Form: protocol.Form64, Length: 0x0102030405060708}},
		{"02 7f ffffffffffffffff", header{Opcode: protocol.Binary, Form: protocol.Form64, Length: 1<<64 - 1}},
		{"89 80 01020304", header{FIN: true, Opcode: protocol.Ping, Masked: true, Key: 0x04030201, Form: protocol.Form7}},
		{"89 fe ffff 01020304", header{FIN: true, Opcode: protocol.Ping, Masked: true, Key: 0x04030201, Form: protocol.Form16, Length: 65535}},
		{"ff ff 0000000000000001 01020304", header{true, 7, 15, true, protocol.Form64, 0x04030201, 1}},
	} {
		wire := unhex(test.wire)
		got, n := protocol.ParseHeader(append(wire, "rest"...))
		if n != len(wire) || got != test.want {
			t.Errorf("%s: got %d, %+v, want %d, %+v", test.wire, n, got, len(wire), test.want)
		}
		for i := range wire {
			if got, n := protocol.ParseHeader(wire[:i]); n != 0 || got != (header{}) {
				t.Errorf("%s cut after %d bytes: got %d, %+v", test.wire, i, n, got)
			}
		}
	}
}

// TestHeaderRoundTrip goes through all values of the first two bytes.
func TestHeaderRoundTrip(t *testing.T) {
	rest := unhex("0102030405060708 090a0b0c")
	for first := range 256 {
		for second := range 256 {
			wire := append([]byte{byte(first), byte(second)}, rest...)
			h, n := protocol.ParseHeader(wire)
			if n < 2 || n > protocol.MaxHeaderSize {
				t.Fatalf("%02x %02x: %d bytes", first, second, n)
			}
			if got := protocol.AppendHeader([]byte("before"), h); string(got) != "before"+string(wire[:n]) {
				t.Fatalf("% x became % x", wire[:n], got)
			}
		}
	}
}

func TestAppendHeaderForms(t *testing.T) {
	for _, test := range []struct {
		form   protocol.Form
		length uint64
		want   string
	}{
		{protocol.Shortest, 0, "02 00"},
		{protocol.Shortest, 125, "02 7d"},
		{protocol.Shortest, 126, "02 7e 007e"},
		{protocol.Shortest, 65535, "02 7e ffff"},
		{protocol.Shortest, 65536, "02 7f 0000000000010000"},
		{protocol.Shortest, 1 << 63, "02 7f 8000000000000000"},
		{protocol.Form7, 3, "02 03"},
		{protocol.Form7, 0x183, "02 03"},
		{protocol.Form16, 3, "02 7e 0003"},
		{protocol.Form16, 0x10003, "02 7e 0003"},
		{protocol.Form64, 3, "02 7f 0000000000000003"},
		{protocol.Form64 + 1, 3, "02 7f 0000000000000003"},
	} {
		h := protocol.Header{Opcode: protocol.Binary, Form: test.form, Length: test.length}
		if got := protocol.AppendHeader(nil, h); !bytes.Equal(got, unhex(test.want)) {
			t.Errorf("form %d, length %d: got % x, want %s", test.form, test.length, got, test.want)
		}
	}
}

// TestAppendHeaderKeepsToItsBits gives values with more bits than the header has for them.
func TestAppendHeaderKeepsToItsBits(t *testing.T) {
	got := protocol.AppendHeader(nil, protocol.Header{RSV: 0xF8, Opcode: 0xF2, Form: protocol.Form7, Length: 0xFF85})
	if want := unhex("02 05"); !bytes.Equal(got, want) {
		t.Errorf("got % x, want % x", got, want)
	}
}

// TestOpcode lists what RFC 6455, section 5.2 says of each value.
func TestOpcode(t *testing.T) {
	names := []string{"Continuation", "Text", "Binary", "opcode 3", "opcode 4", "opcode 5", "opcode 6", "opcode 7",
		"Close", "Ping", "Pong", "opcode 11", "opcode 12", "opcode 13", "opcode 14", "opcode 15"}
	for i, name := range names {
		op := protocol.Opcode(i)
		equal(t, op.String(), name)
		equal(t, op.Control(), i >= 8)
		equal(t, op.Reserved(), i >= 3 && i <= 7 || i >= 11)
	}
}
