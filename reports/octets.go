package reports

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// octets are the first bytes of a frame, field by field, as RFC 6455, section 5.2, draws them.
type octets struct {
	Row    rowView
	Open   bool
	Fields []field
}

// field is one part of a frame.
type field struct {
	Class string // tells the fields apart: fin, rsv, op, mask, len, ext, key, code, pay
	Name  string
	Bytes string // which they are, counted from 1
	Shown string // its bits, or its bytes in hex
	Place string // of bits: where they stand in their byte
	Says  string // what it means
	Wrong string // what is wrong with it by RFC 6455; empty if nothing is
}

// annotated is how many bytes of payload are explained.
const annotated = 32

// dissect explains the bytes of a frame that a client or a server sent. It returns nil if its header is not there as a whole.
func dissect(e *record.Entry, fromClient bool) []field {
	raw, err := hex.DecodeString(strings.ReplaceAll(e.Hex, " ", ""))
	if err != nil || e.Kind != record.KindFrame {
		return nil
	}
	h, n := protocol.ParseHeader(raw)
	if n == 0 {
		return nil
	}
	fields := append(firstByte(h, raw[0], e), secondByte(h, raw[1], fromClient)...)
	if end := headerLength(raw[1]); end > 2 {
		fields = append(fields, field{Class: "ext", Name: "Length, extended", Bytes: which(2, end), Shown: spaces(raw[2:end]),
			Says: plural(int64(min(h.Length, math.MaxInt64)), "byte") + " of payload; the most significant byte comes first", Wrong: wrongLength(h)})
	}
	if h.Masked {
		fields = append(fields, field{Class: "key", Name: "Masking key", Bytes: which(n-4, n), Shown: spaces(raw[n-4 : n]),
			Says: "each byte of the payload is XORed with one of these, in turn"})
	}
	return append(fields, payload(h, raw, n, e)...)
}

func firstByte(h protocol.Header, b byte, e *record.Entry) []field {
	fin := field{Class: "fin", Name: "FIN", Says: "the last frame of its message, or the only one"}
	if !h.FIN {
		fin.Says = "more frames of the message follow"
		if h.Opcode.Control() {
			fin.Wrong = "a control frame must not be fragmented (RFC 6455, section 5.5)"
		}
	}
	rsv := field{Class: "rsv", Name: "RSV1-3", Says: "none is set"}
	if h.RSV != 0 {
		rsv.Says = "set: " + strings.Join(flags(&record.Entry{RSV: h.RSV}), ", ")
		if h.RSV&3 != 0 || len(e.Broken) > 0 || e.Mark == record.MarkFault {
			rsv.Wrong = "must be 0 unless an extension that was agreed on gives it a meaning (RFC 6455, section 5.2)"
		}
	}
	op := field{Class: "op", Name: "Opcode", Says: fmt.Sprintf("%X: %s", byte(h.Opcode), h.Opcode)}
	if h.Opcode.Reserved() {
		op.Wrong = "reserved: whoever gets it must fail the connection (RFC 6455, section 5.2)"
	}
	fields := []field{fin, rsv, op}
	bits(fields, b, "1", 1, 3, 4)
	return fields
}

func secondByte(h protocol.Header, b byte, fromClient bool) []field {
	mask := field{Class: "mask", Name: "MASK", Says: "the payload is not masked"}
	if h.Masked {
		mask.Says = "the payload is masked"
	}
	switch {
	case fromClient && !h.Masked:
		mask.Wrong = "a client must mask every frame (RFC 6455, section 5.1)"
	case !fromClient && h.Masked:
		mask.Wrong = "a server must not mask any frame (RFC 6455, section 5.1)"
	}
	length := field{Class: "len", Name: "Length"}
	switch b & 0x7f {
	case 126:
		length.Says = "126: the next 2 bytes hold the length"
	case 127:
		length.Says = "127: the next 8 bytes hold the length"
	default:
		length.Says = plural(int64(b&0x7f), "byte") + " of payload"
	}
	if h.Opcode.Control() && b&0x7f > 125 {
		length.Wrong = "a control frame has at most 125 bytes of payload (RFC 6455, section 5.5)"
	}
	fields := []field{mask, length}
	bits(fields, b, "2", 1, 7)
	return fields
}

// bits cuts a byte into fields of the given widths.
func bits(fields []field, b byte, number string, widths ...int) {
	all, at := fmt.Sprintf("%08b", b), 0
	for i, width := range widths {
		fields[i].Bytes, fields[i].Shown = number, all[at:at+width]
		fields[i].Place = strings.Repeat("·", at) + fields[i].Shown + strings.Repeat("·", 8-at-width)
		at += width
	}
}

// wrongLength tells what is wrong with an extended length.
func wrongLength(h protocol.Header) string {
	switch {
	case h.Length>>63 != 0:
		return "the most significant bit must be 0 (RFC 6455, section 5.2)"
	case h.Length < 126, h.Form == protocol.Form64 && h.Length <= 0xffff:
		return "a length must be written in the fewest bytes that hold it (RFC 6455, section 5.2)"
	}
	return ""
}

// payload explains what follows the header: of a Close frame the code by itself.
func payload(h protocol.Header, raw []byte, n int, e *record.Entry) []field {
	wire := raw[n:min(len(raw), n+annotated)]
	if len(wire) == 0 {
		return nil
	}
	plain := append([]byte(nil), wire...)
	if h.Masked {
		protocol.Mask(plain, h.Key)
	}
	var fields []field
	at := 0
	if h.Opcode == protocol.Close && len(plain) >= 2 {
		code := protocol.CloseCode(int(plain[0])<<8 | int(plain[1]))
		fields, at = append(fields, field{Class: "code", Name: "Close code", Bytes: which(n, n+2), Shown: spaces(wire[:2]),
			Says: withoutMask(h, plain[:2]) + code.String()}), 2
	}
	if rest := plain[at:]; len(rest) > 0 {
		name := "Payload"
		if at > 0 {
			name = "Reason"
		}
		f := field{Class: "pay", Name: name, Bytes: which(n+at, n+len(wire)), Shown: spaces(wire[at:]), Says: withoutMask(h, rest) + protocol.Show(rest)}
		if int64(len(plain)) < e.Length {
			f.Says += fmt.Sprintf(" … (%d of %s)", len(plain), plural(e.Length, "byte"))
		}
		fields = append(fields, f)
	}
	return fields
}

// withoutMask shows what bytes are without their mask, if there is one.
func withoutMask(h protocol.Header, plain []byte) string {
	if !h.Masked {
		return ""
	}
	return "unmasked " + spaces(plain) + " = "
}

// which names the bytes from one index up to before another, counted from 1.
func which(from, to int) string {
	if to-from == 1 {
		return fmt.Sprint(to)
	}
	return fmt.Sprintf("%d-%d", from+1, to)
}

func spaces(b []byte) string { return fmt.Sprintf("% x", b) }
