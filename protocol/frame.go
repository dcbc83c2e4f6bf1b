package protocol

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Frame is a header and a payload that need not agree: whatever can be on the wire has a readable construction.
type Frame struct {
	Header
	Payload []byte // as the application sees it, not masked
}

// NewFrame returns a whole frame: FIN set, no mask, the length that of the payload.
func NewFrame(op Opcode, payload []byte) Frame {
	return Frame{Header{FIN: true, Opcode: op, Length: uint64(len(payload))}, payload}
}

// Append appends the header as it is and the payload, masked if the header says so. It does not change Payload.
func (f Frame) Append(dst []byte) []byte {
	dst = AppendHeader(dst, f.Header)
	start := len(dst)
	dst = append(dst, f.Payload...)
	if f.Masked {
		Mask(dst[start:], f.Key)
	}
	return dst
}

// String shows what is on the wire, such as `Text, FIN, masked, 5 bytes "Hello"`.
func (f Frame) String() string {
	var b strings.Builder
	b.WriteString(f.Opcode.String())
	if f.FIN {
		b.WriteString(", FIN")
	}
	for i, bit := range []byte{4, 2, 1} {
		if f.RSV&bit != 0 {
			fmt.Fprintf(&b, ", RSV%d", i+1)
		}
	}
	if f.Masked {
		b.WriteString(", masked")
	}
	if f.Form != Shortest && f.Form != shortest(f.Length) {
		fmt.Fprintf(&b, ", length in %d bits", f.Form.bits())
	}
	fmt.Fprintf(&b, ", %d byte", f.Length)
	if f.Length != 1 {
		b.WriteByte('s')
	}
	if len(f.Payload) > 0 {
		b.WriteByte(' ')
		b.WriteString(Show(f.Payload))
	}
	return b.String()
}

// showLimit is how many bytes of a payload Show displays.
const showLimit = 60

// Show makes a payload readable on one line: quoted if it is printable text, else in hexadecimal; cut after 60 bytes. What
// it returns holds no control character, so it is safe to print whatever a peer sent.
func Show(p []byte) string {
	cut := p[:min(len(p), showLimit)]
	for len(cut) < len(p) && len(cut) > showLimit-utf8.UTFMax && !utf8.RuneStart(p[len(cut)]) {
		cut = cut[:len(cut)-1]
	}
	var s string
	if printable(cut) {
		s = fmt.Sprintf("%q", cut)
	} else {
		s = fmt.Sprintf("% x", cut)
	}
	if len(cut) < len(p) {
		s += " ..."
	}
	return s
}

func printable(p []byte) bool {
	return utf8.Valid(p) && strings.IndexFunc(string(p), func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
