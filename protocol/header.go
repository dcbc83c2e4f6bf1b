package protocol

import "encoding/binary"

// Opcode says what a frame carries (RFC 6455, section 5.2). All sixteen values can be read and written.
type Opcode byte

// The opcodes that RFC 6455, section 5.2 defines. 3 to 7 and 11 to 15 are reserved.
const (
	Continuation Opcode = 0x0
	Text         Opcode = 0x1
	Binary       Opcode = 0x2
	Close        Opcode = 0x8
	Ping         Opcode = 0x9
	Pong         Opcode = 0xA
)

var opcodeNames = [16]string{
	"Continuation", "Text", "Binary", "opcode 3", "opcode 4", "opcode 5", "opcode 6", "opcode 7",
	"Close", "Ping", "Pong", "opcode 11", "opcode 12", "opcode 13", "opcode 14", "opcode 15",
}

// String names the opcode, such as "Text" or "opcode 3".
func (o Opcode) String() string { return opcodeNames[o&0xF] }

// Control tells whether the opcode is that of a control frame, reserved or not (RFC 6455, section 5.5).
func (o Opcode) Control() bool { return o&0x8 != 0 }

// Reserved tells whether RFC 6455 leaves the opcode undefined.
func (o Opcode) Reserved() bool { return o&0x7 > 2 }

// Form is how the payload length is written (RFC 6455, section 5.2).
type Form byte

// The zero value is the shortest form, which is the only legal one. The others write the length in 7 bits, 16 bits or 64
// bits whether it needs them or not; a length that does not fit is cut off.
const (
	Shortest Form = iota
	Form7
	Form16
	Form64
)

// bits is how many bits hold the length.
func (f Form) bits() int {
	switch f {
	case Form7:
		return 7
	case Form16:
		return 16
	}
	return 64
}

// shortest returns the form that the minimal-length rule demands.
func shortest(length uint64) Form {
	switch {
	case length <= 125:
		return Form7
	case length <= 0xFFFF:
		return Form16
	}
	return Form64
}

// Header is a frame header as it is on the wire (RFC 6455, section 5.2). Every combination of bits is representable.
type Header struct {
	FIN    bool
	RSV    byte // RSV1 is 4, RSV2 is 2, RSV3 is 1
	Opcode Opcode
	Masked bool
	Form   Form
	Key    uint32 // the masking key, its first byte in the lowest bits; used if Masked
	Length uint64 // as declared: nothing makes it agree with the payload
}

// maxControl is how many bytes of payload a control frame may have (RFC 6455, section 5.5).
const maxControl = 125

// MaxHeaderSize is the length of the longest header: two bytes, a 64-bit length and a masking key.
const MaxHeaderSize = 14

// ParseHeader reads the header at the start of b and returns its size in bytes, which is 0 if b is too short. It judges
// nothing. The Form that it returns is never Shortest, so AppendHeader(nil, h) gives back b[:n] whatever the bits.
func ParseHeader(b []byte) (h Header, n int) {
	if len(b) < 2 {
		return Header{}, 0
	}
	h.FIN = b[0]&0x80 != 0
	h.RSV = b[0] >> 4 & 0x7
	h.Opcode = Opcode(b[0] & 0xF)
	h.Masked = b[1]&0x80 != 0
	size := headerSize(b[1])
	if len(b) < size {
		return Header{}, 0
	}
	switch l := b[1] & 0x7F; l {
	case 126:
		h.Form, h.Length = Form16, uint64(binary.BigEndian.Uint16(b[2:]))
	case 127:
		h.Form, h.Length = Form64, binary.BigEndian.Uint64(b[2:])
	default:
		h.Form, h.Length = Form7, uint64(l)
	}
	if h.Masked {
		h.Key = binary.LittleEndian.Uint32(b[size-4:])
	}
	return h, size
}

// headerSize tells from a header's second byte how long the header is.
func headerSize(second byte) int {
	size := 2
	switch second & 0x7F {
	case 126:
		size += 2
	case 127:
		size += 8
	}
	if second&0x80 != 0 {
		size += 4
	}
	return size
}

// AppendHeader appends h as it is, legal or not.
func AppendHeader(dst []byte, h Header) []byte {
	first := h.RSV&0x7<<4 | byte(h.Opcode)&0xF
	if h.FIN {
		first |= 0x80
	}
	var second byte
	if h.Masked {
		second = 0x80
	}
	form := h.Form
	if form == Shortest {
		form = shortest(h.Length)
	}
	switch form {
	case Form7:
		dst = append(dst, first, second|byte(h.Length)&0x7F)
	case Form16:
		dst = binary.BigEndian.AppendUint16(append(dst, first, second|126), uint16(h.Length))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, first, second|127), h.Length)
	}
	if h.Masked {
		dst = binary.LittleEndian.AppendUint32(dst, h.Key)
	}
	return dst
}
