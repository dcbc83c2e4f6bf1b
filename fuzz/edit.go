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

// edit draws a place, how much goes from there, and the word that comes instead. Half of the places are where a word begins or
// ends, and half of the edits only add.
func (s *source) edit(head string) string {
	place, gone := s.take(2), s.byte()
	at := int(binary.BigEndian.Uint16(append(place, 0, 0)))
	bounds := boundaries(head)
	if at&1 == 0 {
		at = bounds[at/2%len(bounds)]
	} else {
		at = at / 2 % (len(head) + 1)
	}
	end := at
	switch {
	case gone >= 192: // the word
		next, _ := slices.BinarySearch(bounds, at+1)
		end = bounds[min(next, len(bounds)-1)]
	case gone >= 128:
		end = min(at+int(gone-128), len(head))
	}
	return head[:at] + words[int(s.byte())%len(words)] + head[max(at, end):]
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
