package protocol_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

// An illegal frame says what is wrong with it: a Ping that is masked, without FIN, with a reserved bit, and whose length
// takes 16 bits without need and promises more than there is.
func ExampleFrame() {
	f := protocol.NewFrame(protocol.Ping, []byte("Hello"))
	f.FIN = false
	f.RSV = 4
	f.Masked, f.Key = true, 0x3d21fa37
	f.Form = protocol.Form16
	f.Length = 100

	fmt.Println(f)
	fmt.Printf("% x\n", f.Append(nil))
	// Output:
	// Ping, RSV1, masked, length in 16 bits, 100 bytes "Hello"
	// 49 fe 00 64 37 fa 21 3d 7f 9f 4d 51 58
}

func TestFrameAppendKeepsThePayload(t *testing.T) {
	f := masked(frame(protocol.Text, "Hello"), 0x3d21fa37)
	got := f.Append([]byte("before"))
	equal(t, string(f.Payload), "Hello")
	equal(t, string(got), "before"+string(unhex("81 85 37 fa 21 3d 7f 9f 4d 51 58")))
}

func TestFrameString(t *testing.T) {
	with := func(change func(*protocol.Frame)) protocol.Frame {
		f := frame(protocol.Text, "Hi")
		change(&f)
		return f
	}
	for _, test := range []struct {
		frame protocol.Frame
		want  string
	}{
		{frame(protocol.Text, "Hello"), `Text, FIN, 5 bytes "Hello"`},
		{frame(protocol.Text, ""), `Text, FIN, 0 bytes`},
		{frame(protocol.Binary, "\x00"), `Binary, FIN, 1 byte 00`},
		{more(frame(protocol.Continuation, "Hi")), `Continuation, 2 bytes "Hi"`},
		{with(func(f *protocol.Frame) { f.Masked = true }), `Text, FIN, masked, 2 bytes "Hi"`},
		{with(func(f *protocol.Frame) { f.RSV = 7 }), `Text, FIN, RSV1, RSV2, RSV3, 2 bytes "Hi"`},
		{with(func(f *protocol.Frame) { f.RSV = 1 }), `Text, FIN, RSV3, 2 bytes "Hi"`},
		{with(func(f *protocol.Frame) { f.Form = protocol.Form7 }), `Text, FIN, 2 bytes "Hi"`},
		{with(func(f *protocol.Frame) { f.Form = protocol.Form16 }), `Text, FIN, length in 16 bits, 2 bytes "Hi"`},
		{with(func(f *protocol.Frame) { f.Form = protocol.Form64 }), `Text, FIN, length in 64 bits, 2 bytes "Hi"`},
		{with(func(f *protocol.Frame) { f.Form = 200 }), `Text, FIN, length in 64 bits, 2 bytes "Hi"`},
		{with(func(f *protocol.Frame) { f.Form, f.Length = protocol.Form7, 300 }), `Text, FIN, length in 7 bits, 300 bytes "Hi"`},
		{with(func(f *protocol.Frame) { f.Length = 1 << 63 }), `Text, FIN, 9223372036854775808 bytes "Hi"`},
	} {
		equal(t, test.frame.String(), test.want)
	}
}

func TestShow(t *testing.T) {
	for _, test := range []struct{ payload, want string }{
		{"", `""`},
		{`say "hi"`, `"say \"hi\""`},
		{"κόσμε", `"κόσμε"`},
		{"\xED\xA0\x80", `ed a0 80`},
		{"two\nlines", `74 77 6f 0a 6c 69 6e 65 73`},
		{"\x1b[31m", `1b 5b 33 31 6d`},
		{"\u202E", `e2 80 ae`},
		{strings.Repeat("a", 60), `"` + strings.Repeat("a", 60) + `"`},
		{strings.Repeat("a", 61), `"` + strings.Repeat("a", 60) + `" ...`},
		{strings.Repeat("a", 59) + "μμ", `"` + strings.Repeat("a", 59) + `" ...`},
		{strings.Repeat("\x80", 70), strings.TrimSpace(strings.Repeat("80 ", 56)) + " ..."},
	} {
		equal(t, protocol.Show([]byte(test.payload)), test.want)
	}
}

// TestShowIsSafeToPrint tries every byte, every interesting rune, and random payloads.
func TestShowIsSafeToPrint(t *testing.T) {
	safe := func(s string) bool {
		return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
	}
	check := func(p []byte) {
		t.Helper()
		if s := protocol.Show(p); !safe(s) {
			t.Errorf("Show(% x) is %q", p, s)
		}
		if s := protocol.NewFrame(protocol.Text, p).String(); !safe(s) {
			t.Errorf("String of % x is %q", p, s)
		}
	}
	for i := range 256 {
		check([]byte{byte(i)})
		check([]byte{'a', byte(i), 'b'})
	}
	for _, r := range "\u0000\u007f\u0085\u00a0\u00ad\u200b\u202e\u2028\u2066\ufeff\ufffd\U0010ffff" {
		check([]byte(string(r)))
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		p := make([]byte, rnd.IntN(80))
		for i := range p {
			p[i] = byte(rnd.Uint32())
		}
		check(p)
	}
}
