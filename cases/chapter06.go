package cases

import (
	"fmt"

	. "github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/protocol"
)

const (
	latin = "Hello-\u00b5@\u00df\u00f6\u00e4\u00fc\u00e0\u00e1-UTF-8!!"
	greek = "\u03ba\u1f79\u03c3\u03bc\u03b5"
	// spoilt is UTF-8 before and after a surrogate, which is not.
	spoilt = greek + "\xed\xa0\x80" + "edited"
	// beyond is UTF-8 before and after a code point above U+10FFFF, which is not; its 13th byte proves it.
	beyond = greek + "\xf4\x90\x80\x80" + "edited"
)

// Chapter 6: text is UTF-8, and what is not fails the connection.
func chapter6() []*Case {
	list := []*Case{
		textEcho("6.1.1", "An empty text message comes back", "", Text("")),
		textEcho("6.1.2", "A text message of three empty fragments comes back as an empty one", "", Text("").More(), Continuation("").More(), Continuation("")),
		textEcho("6.1.3", "A text message whose first and last fragment are empty comes back", "middle frame payload",
			Text("").More(), Continuation("middle frame payload").More(), Continuation("")),
		textEcho("6.2.1", "Text with characters of two bytes comes back", latin, Text(latin)),
		textEcho("6.2.2", "Text in two fragments, cut between characters, comes back", latin, Text(latin[:15]).More(), Continuation(latin[15:])),
		textEcho("6.2.3", "Text in fragments of one byte, cut inside characters, comes back", latin, Fragments(1, latin)...),
		textEcho("6.2.4", "Text with characters of three bytes in fragments of one byte comes back", greek, Fragments(1, greek)...),
		notUTF8("6.3.1", "A surrogate inside a text fails the connection", Text(spoilt)),
		notUTF8("6.3.2", "A surrogate inside a text in fragments of one byte fails the connection", Fragments(1, spoilt)...),
		failFast("6.4.1", "in a fragment of its own", len(greek), len(greek)+4, false),
		failFast("6.4.2", "by the first byte that proves it, a fragment of its own", len(greek)+1, len(greek)+2, false),
		failFast("6.4.3", "in a frame that is still arriving", len(greek), len(greek)+4, true),
		failFast("6.4.4", "by the first byte that proves it, in a frame that is still arriving", len(greek)+1, len(greek)+2, true),
	}
	for i, family := range sequences {
		for j, s := range family.sequences {
			list = append(list, family.sequence(fmt.Sprintf("6.%d.%d", i+5, j+1), s))
		}
	}
	return list
}

func textEcho(id, title, payload string, frames ...Frame) *Case {
	return &Case{
		ID: id, Title: title, Checks: []string{"RFC6455-5.6-2", "RFC6455-5.4-12", "RFC6455-5.4-5"},
		Why:    "A fragment, and a read, may end inside a character. Only the whole message has to be UTF-8.",
		Pass:   "the same text, in one frame or in fragments, and a normal close",
		Fail:   "another text, another message, none, or the end of the connection",
		WSTest: closesAfter(text(payload)),
		Run: func(s *Session) {
			s.Send(frames...)
			s.Expect(Text(payload))
			s.CloseNormally()
		},
	}
}

const (
	utf8Pass      = "Close 1007 and the end of the stream"
	utf8NonStrict = "another legal close code, or the end of the stream without a Close frame"
	utf8Fail      = "the message comes back, whole or repaired; the connection lives on"
	utf8Why       = "Software behind the peer trusts that text is UTF-8. What gets past this check becomes a crash or a hole in somebody else's program. " +
		"If the library leaves the check to the application, the application has to do it."
)

func notUTF8(id, title string, frames ...Frame) *Case {
	return &Case{
		ID: id, Title: title, Checks: []string{"RFC6455-8.1-1", "RFC6455-5.6-3"},
		Why: utf8Why, Pass: utf8Pass, NonStrict: utf8NonStrict, Fail: utf8Fail,
		WSTest: notText(),
		Run: func(s *Session) {
			s.Send(frames...)
			s.ExpectFailure(protocol.InvalidPayload)
		},
	}
}

// failFast sends text that is spoilt between two pauses: in fragments, or in parts of one frame.
func failFast(id, how string, from, to int, oneFrame bool) *Case {
	c := notUTF8(id, "")
	c.Title = "Text that is not UTF-8 fails the connection before the message is complete: " + how
	c.NonStrict = "the connection fails only when the message is complete; another legal close code; the end of the stream without a Close frame"
	c.Why = "A peer that waits for the end of a message which cannot become valid any more holds it for nothing. RFC 6455 asks for failure when the mistake is found, " +
		"and leaves open when that is."
	c.Fail += "; the connection fails before the text is spoilt"
	c.Checks = append(c.Checks, "RFC6455-5.6-2")
	c.WSTest, c.Pauses = notTextAtOnce(), true
	c.Run = func(s *Session) {
		next, last := sendSpoilt(s, from, to, oneFrame)
		s.Pause("A")
		s.StillOpen("RFC6455-5.6-2", "nothing yet: this may still become valid text")
		next()
		s.Pause("B")
		if s.Open() {
			s.Late("RFC6455-8.1-1", "the connection fails as soon as the text cannot be UTF-8 any more", "nothing until the text was complete")
			last()
		}
		s.ExpectFailure(protocol.InvalidPayload)
	}
	return c
}

// sendSpoilt sends the bytes of a spoilt text up to from; next sends those up to to, last the rest. What is one frame has an empty
// last fragment behind it, as the Autobahn testsuite sends it.
func sendSpoilt(s *Session, from, to int, oneFrame bool) (next, last func()) {
	if oneFrame {
		more := s.SendPart(Text(beyond).More(), from)
		return func() { more(to - from) }, func() {
			more(len(beyond) - to)
			s.Send(Continuation(""))
		}
	}
	s.Send(Text(beyond[:from]).More())
	return func() { s.Send(Continuation(beyond[from:to]).More()) }, func() { s.Send(Continuation(beyond[to:])) }
}

// family is a group of sequences that have the same reason.
type family struct {
	about     string
	why       string
	sequences []sequence
}

// sequence is a text message that is UTF-8, or not.
type sequence struct {
	bytes string
	valid bool
}

func good(list ...string) (s []sequence) {
	for _, b := range list {
		s = append(s, sequence{b, true})
	}
	return s
}

func bad(list ...string) (s []sequence) {
	for _, b := range list {
		s = append(s, sequence{b, false})
	}
	return s
}

func (f family) sequence(id string, s sequence) *Case {
	shown := fmt.Sprintf("% x", s.bytes)
	if len(shown) > 40 {
		shown = fmt.Sprintf("% x ... (%d bytes)", s.bytes[:8], len(s.bytes))
	}
	if s.valid {
		c := textEcho(id, fmt.Sprintf("%s: %s comes back", f.about, shown), s.bytes, Text(s.bytes))
		c.Checks = []string{"RFC6455-5.6-3", "RFC6455-5.4-12"}
		c.Why, c.WSTest = f.why, answered(text(s.bytes))
		return c
	}
	c := notUTF8(id, fmt.Sprintf("%s: %s fails the connection", f.about, shown), Text(s.bytes))
	c.Why = f.why + " " + utf8Why
	return c
}
