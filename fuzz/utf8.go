package fuzz

import (
	"slices"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

// UTF8: a TextValidator says of a text in pieces what the grammar of RFC 3629 says of the whole, refuses it with the first byte
// that no valid text can have there, stays with that, and forgets it at the end. The input is cuts and a text.
func UTF8(data []byte) error {
	s := source{data}
	c := s.cuts()
	text := s.rest
	sound, whole := utf8Prefix(text)
	if valid := sound == len(text) && whole; valid != utf8.Valid(text) {
		return violated(data, "the grammar says %t of the text, utf8.Valid does not", valid)
	}
	var v protocol.TextValidator
	for _, pattern := range []cuts{c, {1}, nil, c} { // one after the other, so that each begins where the one before ended
		read := 0
		for chunk := range pattern.of(text) {
			read += len(chunk)
			if got, want := v.Write(chunk), read <= sound; got != want {
				return violated(data, "Write: got %t for the first %d bytes of %q, cut by %v; %d of them can begin a text", got, read, text, pattern, sound)
			}
		}
		if got, want := v.End(), sound == len(text) && whole; got != want {
			return violated(data, "End: got %t after %q, cut by %v", got, text, pattern)
		}
	}
	return nil
}

// byteRange is a row of the grammar below: %x80-BF, for example.
type byteRange [2]byte

func (r byteRange) has(c byte) bool { return r[0] <= c && c <= r[1] }

var utf8Tail = byteRange{0x80, 0xBF}

// utf8Chars is UTF8-char, RFC 3629, section 4, line by line.
var utf8Chars = [][]byteRange{
	{{0x00, 0x7F}},
	{{0xC2, 0xDF}, utf8Tail},
	{{0xE0, 0xE0}, {0xA0, 0xBF}, utf8Tail},
	{{0xE1, 0xEC}, utf8Tail, utf8Tail},
	{{0xED, 0xED}, {0x80, 0x9F}, utf8Tail},
	{{0xEE, 0xEF}, utf8Tail, utf8Tail},
	{{0xF0, 0xF0}, {0x90, 0xBF}, utf8Tail, utf8Tail},
	{{0xF1, 0xF3}, utf8Tail, utf8Tail, utf8Tail},
	{{0xF4, 0xF4}, {0x80, 0x8F}, utf8Tail, utf8Tail},
}

// utf8Prefix returns how many bytes of p can begin a valid text, and whether they are one as they are. The first byte of a
// character decides which line of the grammar it follows.
func utf8Prefix(p []byte) (sound int, whole bool) {
	var line []byteRange // what is still to come of it
	for i, c := range p {
		if len(line) == 0 {
			n := slices.IndexFunc(utf8Chars, func(line []byteRange) bool { return line[0].has(c) })
			if n < 0 {
				return i, true
			}
			line = utf8Chars[n]
		}
		if !line[0].has(c) {
			return i, false
		}
		line = line[1:]
	}
	return len(p), len(line) == 0
}
