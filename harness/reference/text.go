package reference

import (
	"bytes"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

// takes: what the endpoint takes for text is what takes says of each sequence in it, and not RFC 3629. It fails the
// connection as soon as nothing could make the text one that it takes.
func takes(takes func(s sequence) bool) func(*habits) {
	return func(h *habits) {
		h.config.Tolerate.Add(protocol.TextEncoding)
		text := &taste{takes: takes}
		h.answer = func(e *endpoint, ev protocol.Event) error {
			if ev.Opcode == protocol.Text && !text.accept(ev.Data, ev.Part) {
				return refusal{protocol.InvalidPayload}
			}
			e.echoUnchecked(ev)
			return nil
		}
	}
}

// accepts: the endpoint takes for text, beside what is, some sequences that are not.
func accepts(which func(s sequence) bool) func(*habits) {
	return takes(func(s sequence) bool { return s.valid() || which(s) })
}

// refuses: the endpoint does not take some characters for text.
func refuses(which func(s sequence) bool) func(*habits) {
	return takes(func(s sequence) bool { return s.valid() && !which(s) })
}

// taste is what an endpoint takes for text, applied to a message that arrives in parts.
type taste struct {
	takes func(s sequence) bool
	tail  []byte                   // what was not judged yet, because it depends on what follows
	half  bool                     // the sequence before was the first half of a pair of surrogates
	plain [utf8.RuneSelf]judgement // of characters of one byte, which depend on nothing else
}

// judgement is what takes says of a sequence; the zero value, that it was not asked.
type judgement byte

const (
	taken judgement = iota + 1
	refused
)

// takesByte is takes for a character of one byte.
func (t *taste) takesByte(c byte) bool {
	if t.plain[c] == 0 {
		t.plain[c] = refused
		if t.takes(firstSequence([]byte{c})) {
			t.plain[c] = taken
		}
	}
	return t.plain[c] == taken
}

// accept judges the next part of a message.
func (t *taste) accept(p []byte, part protocol.Part) bool {
	if part&protocol.First != 0 {
		t.tail, t.half = nil, false
	}
	text := append(t.tail, p...)
	for len(text) > 0 {
		if c := text[0]; c < utf8.RuneSelf {
			if !t.takesByte(c) {
				return false
			}
			text, t.half = text[1:], false
			continue
		}
		s := firstSequence(text)
		rest := text[len(s.bytes):]
		if part&protocol.Last == 0 && (s.truncated() || s.high() && (len(rest) == 0 || firstSequence(rest).truncated())) {
			t.tail = bytes.Clone(text)
			return t.possible(s)
		}
		s.paired = s.low() && t.half || s.high() && len(rest) > 0 && firstSequence(rest).low()
		t.half = s.high() && s.paired
		if !t.takes(s) {
			return false
		}
		text = rest
	}
	t.tail = nil
	return true
}

// possible tells whether there is a way for the text to go on, or to end, with which the sequence is taken.
func (t *taste) possible(s sequence) bool {
	ends, breaksOff := s, s
	ends.atEnd, breaksOff.atEnd = true, false
	if t.takes(ends) || t.takes(breaksOff) {
		return true
	}
	for _, c := range []byte{0x80, 0xBF} {
		missing := bytes.Repeat([]byte{c}, s.size-len(s.bytes))
		whole := firstSequence(append(bytes.Clone(s.bytes), missing...))
		whole.atEnd, whole.paired = false, whole.surrogate()
		if t.takes(whole) {
			return true
		}
	}
	return false
}
