package protocol

import (
	"encoding/binary"
	"unicode/utf8"
)

// TextValidator checks that a text which arrives in pieces is UTF-8 (RFC 3629), cut wherever the pieces may be. It fails as
// soon as the bytes at hand cannot be the start of any valid text. The zero value is at the start of a text.
type TextValidator struct {
	tail [utf8.UTFMax - 1]byte // of the previous piece: the start of a code point that is not complete
	n    int                   // bytes in tail; -1 once the text is broken
}

// Write checks the next piece. After it returned false the text is not UTF-8, whatever follows: it returns false until End.
func (v *TextValidator) Write(p []byte) bool {
	if v.n != 0 {
		var ok bool
		if p, ok = v.complete(p); !ok {
			return v.fail()
		}
	}
	if validText(p) {
		return true
	}
	for i := len(p) - 1; i >= 0 && i >= len(p)-len(v.tail); i-- {
		if !utf8.RuneStart(p[i]) {
			continue
		}
		// FullRune is true for a prefix that nothing can complete, so only an honest start is carried over.
		if utf8.FullRune(p[i:]) || !utf8.Valid(p[:i]) {
			return v.fail()
		}
		v.n = copy(v.tail[:], p[i:])
		return true
	}
	return v.fail()
}

func (v *TextValidator) fail() bool {
	v.n = -1
	return false
}

// complete adds bytes of p to the carried start of a code point and returns what is left of p.
func (v *TextValidator) complete(p []byte) (rest []byte, ok bool) {
	if v.n < 0 {
		return nil, false
	}
	var point [utf8.UTFMax]byte
	n := copy(point[:], v.tail[:v.n])
	added := copy(point[n:], p)
	head := point[:n+added]
	if !utf8.FullRune(head) {
		v.n = copy(v.tail[:], head)
		return nil, true
	}
	r, size := utf8.DecodeRune(head)
	if r == utf8.RuneError && size == 1 {
		return nil, false
	}
	v.n = 0
	return p[size-n:], true
}

// End tells whether what was written is a whole text, and makes v ready for the next one.
func (v *TextValidator) End() bool {
	whole := v.n == 0
	v.n = 0
	return whole
}

// brokenAt returns the index in p, the next piece, of the first byte that no valid text can have there; len(p) if there is
// none, because only the end of p is wrong. begun is the start of the code point that the byte does not continue.
func (v TextValidator) brokenAt(p []byte) (at int, begun []byte) {
	for i := range p {
		begun = append(begun[:0], v.tail[:max(v.n, 0)]...)
		if !v.Write(p[i : i+1]) {
			return i, begun
		}
	}
	return len(p), nil
}

// validText tells whether p is a whole text. It is utf8.Valid, but faster for ASCII, which most text is.
func validText(p []byte) bool { return ascii(p) || utf8.Valid(p) }

// ascii tells whether all bytes are below 0x80. The last 8 may be looked at twice, as in Mask.
func ascii(p []byte) bool {
	const high = 0x8080808080808080
	if len(p) < 8 {
		return false // too short to be worth it
	}
	le := binary.LittleEndian
	all := le.Uint64(p[len(p)-8:])
	for len(p) >= 64 && all&high == 0 {
		block := (*[64]byte)(p)
		all |= le.Uint64(block[0:8]) | le.Uint64(block[8:16]) | le.Uint64(block[16:24]) | le.Uint64(block[24:32]) |
			le.Uint64(block[32:40]) | le.Uint64(block[40:48]) | le.Uint64(block[48:56]) | le.Uint64(block[56:64])
		p = p[64:]
	}
	for len(p) > 8 {
		all |= le.Uint64(p)
		p = p[8:]
	}
	return all&high == 0
}
