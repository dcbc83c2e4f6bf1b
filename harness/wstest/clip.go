package wstest

import (
	"encoding/hex"
	"unicode/utf8"
)

// What the testsuite shows of bytes in its files: all if they are not more than shown, else the first held ones.
const (
	shown    = 60
	held     = 64
	ellipsis = " ..."
)

// Octets shows bytes in hex as the testsuite does.
func Octets(p []byte) string {
	if len(p) > shown {
		return hex.EncodeToString(p[:min(len(p), held)]) + ellipsis
	}
	return hex.EncodeToString(p)
}

// Payload shows the payload of a frame or a message as the testsuite does: as text, or in hex if what is shown is no text. A
// code point that the end of what is shown cuts in two makes it none.
func Payload(p []byte) string {
	text, end := p, ""
	if len(p) > shown {
		text, end = p[:min(len(p), held)], ellipsis
	}
	if !utf8.Valid(text) {
		return "0x" + Octets(p)
	}
	return string(text) + end
}
