package reference

import (
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

// TestSequences: each kind of sequence is told apart from all others.
func TestSequences(t *testing.T) {
	kinds := map[string]func(sequence) bool{
		"valid": sequence.valid, "overlong": sequence.overlong, "high": sequence.high, "low": sequence.low, "beyond": sequence.beyond,
		"stray": sequence.stray, "impossible": sequence.impossible, "interrupted": sequence.interrupted, "truncated": sequence.truncated,
		"five": func(s sequence) bool { return s.proper(5) }, "six": func(s sequence) bool { return s.proper(6) },
	}
	for _, test := range []struct {
		kind, text string
		value      rune
	}{
		{"valid", "\x00", 0}, {"valid", "a", 'a'}, {"valid", "\u0080", 0x80}, {"valid", "\u0800", 0x800}, {"valid", "\U00010000", 0x10000},
		{"valid", "\u00e9x", 0xe9}, {"valid", "\uffff", 0xFFFF}, {"valid", "\U0010ffff", 0x10FFFF},
		{"overlong", "\xc1\xbf", 0x7F}, {"overlong", "\xe0\x9f\xbf", 0x7FF}, {"overlong", "\xf0\x8f\xbf\xbf", 0xFFFF},
		{"overlong", "\xf8\x87\xbf\xbf\xbf", 0x1FFFFF}, {"overlong", "\xfc\x83\xbf\xbf\xbf\xbf", 0x3FFFFFF},
		{"high", "\xed\xa0\x80", 0xD800}, {"high", "\xed\xaf\xbf", 0xDBFF}, {"low", "\xed\xb0\x80", 0xDC00}, {"low", "\xed\xbf\xbf", 0xDFFF},
		{"beyond", "\xf4\x90\x80\x80", 0x110000}, {"beyond", "\xf7\xbf\xbf\xbf", 0x1FFFFF},
		{"five", "\xf8\x88\x80\x80\x80", 0x200000}, {"six", "\xfc\x84\x80\x80\x80\x80", 0x4000000},
		{"stray", "\x80", 0}, {"stray", "\xbfa", 0}, {"impossible", "\xfe", 0}, {"impossible", "\xff\x80", 0},
		{"interrupted", "\xc3 ", 0}, {"interrupted", "\xe2\x82\xe2", 0}, {"interrupted", "\xfd\x80\x80\x80\x80\xff", 0},
		{"truncated", "\xc3", 0}, {"truncated", "\xf0\x90\x80", 0}, {"truncated", "\xfc\x84\x80\x80\x80", 0},
	} {
		s := firstSequence([]byte(test.text))
		for kind, is := range kinds {
			if is(s) != (kind == test.kind) {
				t.Errorf("% x is %s: %v", test.text, kind, is(s))
			}
		}
		if s.value != test.value {
			t.Errorf("% x stands for %#x, want %#x", test.text, s.value, test.value)
		}
	}
}

// texts are byte strings with a little of everything in them, and where to cut each.
func texts(yield func(text []byte, cut int) bool) {
	rnd := rand.New(rand.NewPCG(3, 4))
	parts := []string{
		"a", "\u00e9", "\u20ac", "\U0001f600", "\xed\x9f\xbf", "\xed\xa0\x80", "\xed\xb0\x80", "\xf4\x8f\xbf\xbf", "\xf4\x90\x80\x80",
		"\x80", "\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xf8\x88\x80\x80\x80", "\xfe",
	}
	for range 20000 {
		var text []byte
		for range 1 + rnd.IntN(4) {
			text = append(text, parts[rnd.IntN(len(parts))]...)
		}
		if rnd.IntN(3) == 0 {
			text = text[:rnd.IntN(len(text))]
		}
		if !yield(text, rnd.IntN(len(text)+1)) {
			return
		}
	}
}

// TestTaste: an endpoint with the taste of RFC 3629 takes what is UTF-8, and refuses what is not as early as can be, wherever
// the text is cut.
func TestTaste(t *testing.T) {
	for text, cut := range texts {
		taste := &taste{takes: sequence.valid}
		var v protocol.TextValidator
		start := v.Write(text[:cut])
		if got := taste.accept(text[:cut], protocol.First); got != start {
			t.Fatalf("% x, to be continued: %v", text[:cut], got)
		}
		if !start {
			continue
		}
		if got := taste.accept(text[cut:], protocol.Last); got != utf8.Valid(text) {
			t.Fatalf("% x after % x: %v", text[cut:], text[:cut], got)
		}
	}
}

// TestTasteOfPairs: two surrogates are a pair wherever the text is cut.
func TestTasteOfPairs(t *testing.T) {
	const pair = "\xed\xa0\x80\xed\xb0\x80"
	for _, test := range []struct {
		text string
		want bool
	}{{pair, true}, {"a" + pair + pair + "b", true}, {pair[:3], false}, {pair[3:], false}, {pair[3:] + pair[:3], false}, {pair + pair[3:], false}} {
		for cut := range len(test.text) + 1 {
			taste := &taste{takes: func(s sequence) bool { return s.valid() || s.paired }}
			got := taste.accept([]byte(test.text[:cut]), protocol.First) && taste.accept([]byte(test.text[cut:]), protocol.Last)
			if got != test.want {
				t.Errorf("% x cut at %d: %v", test.text, cut, got)
			}
		}
	}
}
