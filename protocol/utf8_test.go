package protocol_test

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

// texts are the borders of the table in RFC 3629, section 4, and what lies just beyond them.
var texts = []string{
	"", "\x00", "\x7F", "Hello", "κόσμε", "Hello-µ@ßöäüàá-UTF-8!!", "\uFEFFbom", "\uFFFD", "\uFFFF",
	"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
	"\x80", "\xBF", "a\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2a", "\xC2\xC2\x80", "\xDF\x7F", "\xDF\xC0",
	"\xE0\x9F\xBF", "\xE0\xA0", "\xE0\xA0\x7F", "\xED\xA0\x80", "\xED\xBF\xBF", "\xED\xA0\x80\xED\xB0\x80", "\xEF\xBF\xC0",
	"\xF0\x8F\xBF\xBF", "\xF0\x90\x80", "\xF0\x90\x80a", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80",
	"\xFC\x84\x80\x80\x80\x80", "\xFE", "\xFF", "κόσμε\xED\xA0\x80edited", "\U00010FFF\x80", "\xF0\x9F\x98\x80\x80", "日本語\xE6\x97",
}

// canGoOn tells by trial whether some valid text starts with p: at most three bytes are missing from it, and the borders of
// RFC 3629's ranges stand for all values of a byte.
func canGoOn(p string) bool {
	return completes(p, 3)
}

func completes(p string, missing int) bool {
	if utf8.ValidString(p) {
		return true
	}
	for _, next := range "\u0080\u008F\u0090\u009F\u00A0\u00BF" {
		if missing > 0 && completes(p+string([]byte{byte(next)}), missing-1) {
			return true
		}
	}
	return false
}

// TestTextValidator writes each text in pieces: the verdict is that of utf8.Valid, and comes with the first byte that cannot
// be part of any text.
func TestTextValidator(t *testing.T) {
	for _, text := range texts {
		feedCuts(t, []byte(text), func(pieces [][]byte) bool {
			var v protocol.TextValidator
			so, ok := "", true
			for _, p := range pieces {
				so += string(p)
				ok = v.Write(p)
				if want := canGoOn(so); ok != want {
					t.Fatalf("%q so far of %q in pieces %q: got %v", so, text, pieces, ok)
				}
			}
			whole := v.End()
			if want := utf8.ValidString(text); whole != want {
				t.Fatalf("%q in pieces %q: End gave %v", text, pieces, whole)
			}
			return whole
		})
	}
}

// TestTextValidatorFindsOneByte puts one byte that is not ASCII at every place of texts of every length.
func TestTextValidatorFindsOneByte(t *testing.T) {
	for n := range 200 {
		for at := range n {
			text := bytes.Repeat([]byte{0x7F}, n)
			text[at] = 0x80
			var v protocol.TextValidator
			if v.Write(text) {
				t.Fatalf("%d bytes, 0x80 at %d: taken for text", n, at)
			}
		}
	}
}

// TestTextValidatorStartsAgain writes a text after each kind of end.
func TestTextValidatorStartsAgain(t *testing.T) {
	for _, before := range texts {
		var v protocol.TextValidator
		v.Write([]byte(before))
		v.End()
		if !v.Write([]byte("κόσμε")) || !v.End() {
			t.Errorf("a valid text is refused after %q", before)
		}
	}
}

func TestTextValidatorStaysBroken(t *testing.T) {
	for _, broken := range []string{"\x80", "a\xFFb", "\xC2\xC2"} {
		var v protocol.TextValidator
		v.Write([]byte(broken))
		if v.Write([]byte("a")) || v.Write(nil) || v.End() {
			t.Errorf("%q is forgotten", broken)
		}
	}
}

func TestTextValidatorOnRandomText(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		text := []byte{}
		for range rnd.IntN(12) {
			text = append(text, texts[rnd.IntN(len(texts))]...)
			if len(text) > 0 && rnd.IntN(40) == 0 {
				text[rnd.IntN(len(text))] ^= 1 << rnd.IntN(8)
			}
		}
		var v protocol.TextValidator
		ok := true
		for _, p := range randomCuts(rnd, text) {
			ok = ok && v.Write(p)
		}
		if got, want := v.End() && ok, utf8.Valid(text); got != want {
			t.Fatalf("% x: got %v", text, got)
		}
	}
}
