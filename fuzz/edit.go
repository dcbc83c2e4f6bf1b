package fuzz

import (
	"encoding/binary"
	"slices"
)

// words are what heads are made of, and what they must not be made of.
var words = []string{
	"", " ", "\t", "\r\n", "\n", "\r", "\r\n ", "\r\n\r\n", ":", ",", ", ", ";", "=", "\"", "\\", "/", "//", "?", "#", "%", "%41", "@", "[", "]", ".",
	"0", "1", "13", "a", "A", "Z", "_", "-", "+", "\x00", "\x01", "\x7f", "\x80", "\xff", "\u017f", "\u212a",
	"GET", "http://", "https://server.example.com", ":80", ":443", "HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "101", "200", "100",
	"Host: ", "Upgrade: ", "Connection: ", "Origin: ", "websocket", "WebSocket", "Upgrade", "keep-alive", "h2c/1",
	"Sec-WebSocket-Key: ", "Sec-WebSocket-Accept: ", "Sec-WebSocket-Version: ", "Sec-WebSocket-Protocol: ", "Sec-WebSocket-Extensions: ",
	"chat", "superchat", "x-test", "permessage-deflate", "Content-Length: ", "Transfer-Encoding: chunked\r\n",
}

// maxEdits bounds the length of a head.
const maxEdits = 64

// edited draws edits of a head.
func (s *source) edited(head string) []byte {
	for range maxEdits {
		if s.empty() {
			break
		}
		head = s.edit(head)
	}
	return []byte(head)
}

// edit draws a place, half of the time where a word begins or ends, and what happens there: one word goes, or some bytes, or
// none, and another word comes; or a letter changes its case.
func (s *source) edit(head string) string {
	place, kind, word := s.take(2), s.byte(), words[int(s.byte())%len(words)]
	at := int(binary.BigEndian.Uint16(append(place, 0, 0)))
	bounds := boundaries(head)
	if at%2 == 0 {
		at = bounds[at/2%len(bounds)]
	} else {
		at = at / 2 % (len(head) + 1)
	}
	switch {
	case kind < 96:
		return head[:at] + word + head[at:]
	case kind < 128:
		return head[:at] + otherCase(head[at:])
	case kind < 192:
		return head[:at] + word + head[min(at+int(kind-128), len(head)):]
	}
	next, _ := slices.BinarySearch(bounds, at+1)
	return head[:at] + word + head[bounds[min(next, len(bounds)-1)]:]
}

// otherCase changes the case of the letter that s begins with.
func otherCase(s string) string {
	if s == "" || !alphanumeric(s[0]) || s[0] < 'A' {
		return s
	}
	return string(s[0]^0x20) + s[1:]
}

// boundaries are the places between letters or digits and other characters, and both ends.
func boundaries(s string) []int {
	bounds := []int{0}
	for i := 1; i < len(s); i++ {
		if alphanumeric(s[i-1]) != alphanumeric(s[i]) {
			bounds = append(bounds, i)
		}
	}
	return append(bounds, len(s))
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
