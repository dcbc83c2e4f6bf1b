package reference

import "unicode/utf8"

// sequence is a character of a text, or what stands in place of one: a start byte with the continuation bytes that follow it,
// as far as it announces them, or a byte that starts nothing.
//
// It reads UTF-8 as RFC 2279 defined it, with up to six bytes and whatever values fit in, to tell apart all that RFC 3629
// forbids.
type sequence struct {
	bytes  []byte
	size   int  // the bytes that the first one announces, 1 to 6; 0 if it announces none
	value  rune // what a complete sequence stands for
	atEnd  bool // the text ends here
	paired bool // it is one half of a pair of surrogates, and the other half is next to it
}

// least are the lowest values that need so many bytes.
var least = [...]rune{1: 0, 2: 0x80, 3: 0x800, 4: 0x10000, 5: 0x200000, 6: 0x4000000}

// complete: there are as many bytes as the first one announces.
func (s sequence) complete() bool { return s.size > 0 && len(s.bytes) == s.size }

// overlong: it would fit into fewer bytes.
func (s sequence) overlong() bool { return s.complete() && s.value < least[s.size] }

// surrogate: it is half of a character of UTF-16.
func (s sequence) surrogate() bool { return s.high() || s.low() }

func (s sequence) high() bool { return s.proper(3) && s.value >= 0xD800 && s.value <= 0xDBFF }
func (s sequence) low() bool  { return s.proper(3) && s.value >= 0xDC00 && s.value <= 0xDFFF }

// beyond: it takes four bytes and lies above U+10FFFF.
func (s sequence) beyond() bool { return s.proper(4) && s.value > utf8.MaxRune }

// proper: it is complete, takes that many bytes and needs them.
func (s sequence) proper(size int) bool { return s.complete() && s.size == size && !s.overlong() }

// stray: it is a continuation byte that continues nothing.
func (s sequence) stray() bool { return s.size == 0 && s.bytes[0] < 0xC0 }

// impossible: it is a byte that UTF-8 has never used.
func (s sequence) impossible() bool { return s.size == 0 && s.bytes[0] >= 0xFE }

// interrupted: bytes are missing, and something else follows.
func (s sequence) interrupted() bool { return s.size > len(s.bytes) && !s.atEnd }

// truncated: bytes are missing because the text ends.
func (s sequence) truncated() bool { return s.size > len(s.bytes) && s.atEnd }

// valid: it is a character by RFC 3629.
func (s sequence) valid() bool {
	return s.complete() && s.size <= 4 && !s.overlong() && !s.surrogate() && !s.beyond()
}

// firstSequence returns the sequence at the start of a text that is not empty.
func firstSequence(text []byte) sequence {
	s := sequence{bytes: text[:1], size: announced(text[0])}
	for len(s.bytes) < min(s.size, len(text)) && text[len(s.bytes)]&0xC0 == 0x80 {
		s.bytes = text[:len(s.bytes)+1]
	}
	if s.complete() {
		s.value = valueOf(s.bytes)
	}
	s.atEnd = len(s.bytes) == len(text)
	return s
}

// announced is how many bytes a first byte says that its sequence has.
func announced(first byte) int {
	switch {
	case first < 0x80:
		return 1
	case first < 0xC0:
		return 0
	case first < 0xE0:
		return 2
	case first < 0xF0:
		return 3
	case first < 0xF8:
		return 4
	case first < 0xFC:
		return 5
	case first < 0xFE:
		return 6
	}
	return 0
}

// valueOf puts together the bits of a complete sequence.
func valueOf(b []byte) rune {
	if len(b) == 1 {
		return rune(b[0])
	}
	value := rune(b[0]) & (1<<(7-len(b)) - 1)
	for _, c := range b[1:] {
		value = value<<6 | rune(c&0x3F)
	}
	return value
}
