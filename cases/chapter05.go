package cases

import (
	. "github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/protocol"
)

// How the frames of a case of chapter 5 are cut into writes.
type cut byte

const (
	together cut = iota
	byFrame
	byByte
)

var cutWords = [...]string{together: "", byFrame: ", sent frame by frame", byByte: ", sent byte by byte"}

func (c cut) send(s *Session, frames ...Frame) {
	switch c {
	case byFrame:
		s.SendEach(frames...)
	case byByte:
		s.SendIn(1, frames...)
	default:
		s.Send(frames...)
	}
}

// Chapter 5: messages in fragments.
func chapter5() []*Case {
	return []*Case{
		fragmentedControl("5.1", "A ping in two fragments fails the connection", Ping("fragment1")),
		fragmentedControl("5.2", "A pong in two fragments fails the connection", Pong("fragment1")),
		fragmented("5.3", together), fragmented("5.4", byFrame), fragmented("5.5", byByte),
		pingInside("5.6", together), pingInside("5.7", byFrame), pingInside("5.8", byByte),
		nothingToContinue("5.9", true, together), nothingToContinue("5.10", true, byFrame), nothingToContinue("5.11", true, byByte),
		nothingToContinue("5.12", false, together), nothingToContinue("5.13", false, byFrame), nothingToContinue("5.14", false, byByte),
		continuationAfterMessage(),
		continuationBeforeMessages("5.16", false), continuationBeforeMessages("5.17", true),
		secondStart(),
		twoPingsInside("5.19", together), twoPingsInside("5.20", byFrame),
	}
}

func fragmentedControl(id, title string, first Frame) *Case {
	c := violation(id, title, "RFC6455-5.5-4", refused(protocol.ProtocolError), func(s *Session) {
		s.Send(first.More(), Continuation("fragment2"))
	})
	c.Why = "Control frames go between the fragments of a message. If they came in fragments themselves, nobody could tell whose fragment the next one is."
	return c
}

func fragmented(id string, by cut) *Case {
	return &Case{
		ID: id, Title: "A text message in two fragments comes back whole" + cutWords[by],
		Checks: []string{"RFC6455-5.4-12", "RFC6455-5.4-5"},
		Why:    "Whoever sends what he does not know the length of sends it in fragments; whoever receives it has to put it together.",
		Pass:   `Text "fragment1fragment2", in one frame or in fragments, and a normal close`,
		Fail:   "a fragment is missing, is a message of its own, or ends the connection",
		WSTest: closesAfter(text("fragment1fragment2")),
		Run: func(s *Session) {
			by.send(s, Text("fragment1").More(), Continuation("fragment2"))
			s.Expect(Text("fragment1fragment2"))
			s.CloseNormally()
		},
	}
}

func pingInside(id string, by cut) *Case {
	return &Case{
		ID: id, Title: "A ping between two fragments is answered, and the message survives" + cutWords[by],
		Checks: []string{"RFC6455-5.4-10", "RFC6455-5.5.2-3", "RFC6455-5.5.3-2", "RFC6455-5.5.2-5"},
		Why: "A receiver that takes a control frame for the end of a message, or drops its half-built message, loses data as soon as " +
			"the other side's keep-alive ping falls between two fragments.",
		Pass:      `Pong "ping payload", then Text "fragment1fragment2", and a normal close`,
		NonStrict: "the Pong only after the message",
		Legal:     "the echo itself may come in fragments",
		Fail:      "no Pong; another payload; a fragment missing, added or out of order; the end of the connection",
		See:       []string{"5.19", "5.20"},
		WSTest:    closesAfter(pong("ping payload"), text("fragment1fragment2")),
		Run: func(s *Session) {
			by.send(s, Text("fragment1").More(), Ping("ping payload"), Continuation("fragment2"))
			s.Expect(Pong("ping payload"), Text("fragment1fragment2"))
			s.CloseNormally()
		},
	}
}

const continuationWhy = "A continuation frame that continues nothing means that a frame was lost or misread. Whoever goes on from there hands on data in the wrong place."

func nothingToContinue(id string, fin bool, by cut) *Case {
	first, title := Continuation("non-continuation payload"), "A continuation frame with FIN and nothing to continue fails the connection"
	if !fin {
		first, title = first.More(), "A continuation frame without FIN and nothing to continue fails the connection"
	}
	c := violation(id, title+cutWords[by], "RFC6455-5.4-4", refused(protocol.ProtocolError), func(s *Session) {
		by.send(s, first, Text(hello))
	})
	c.Why = continuationWhy
	return c
}

func continuationAfterMessage() *Case {
	c := violation("5.15", "A continuation frame after the last fragment of a message fails the connection", "RFC6455-5.4-4",
		refusedAfter(text("fragment1fragment2")), func(s *Session) {
			s.Allow(Text("fragment1fragment2"))
			s.Send(Text("fragment1").More(), Continuation("fragment2"), Continuation("fragment3").More(), Text("fragment4"))
		})
	c.Why = "FIN ends a message. A receiver that forgets that goes on to build it."
	return c
}

func continuationBeforeMessages(id string, fin bool) *Case {
	first, title := Continuation("fragment1"), "A continuation frame with FIN before a message in fragments, twice, fails the connection"
	if !fin {
		first, title = first.More(), "A continuation frame without FIN before a message in fragments, twice, fails the connection"
	}
	c := violation(id, title, "RFC6455-5.4-4", refused(protocol.ProtocolError), func(s *Session) {
		message := []Frame{first, Text("fragment2").More(), Continuation("fragment3")}
		s.Send(append(message, message...)...)
	})
	c.Why = continuationWhy
	return c
}

func secondStart() *Case {
	c := violation("5.18", "A second text frame in place of a continuation frame fails the connection", "RFC6455-5.4-9",
		refused(protocol.ProtocolError), func(s *Session) {
			s.Send(Text("fragment1").More(), Text("fragment2"))
		})
	c.Why = "Only one message can be under way. A new one inside it means that its end was lost."
	return c
}

func twoPingsInside(id string, by cut) *Case {
	message := "fragment1fragment2fragment3fragment4fragment5"
	return &Case{
		ID: id, Title: "A ping inside a message is answered before the message goes on; a second one, too" + cutWords[by],
		Checks:    []string{"RFC6455-5.4-10", "RFC6455-5.5.2-3", "RFC6455-5.5.3-2", "RFC6455-5.5.2-5"},
		Why:       "A message may take minutes to arrive. A peer that answers pings only between messages is taken for dead in the meantime.",
		Pass:      "the first Pong while the message is not complete, the second one before the message, then the message, and a normal close",
		NonStrict: "the first Pong only after the message went on, or a Pong after the message",
		Fail:      "a Pong is missing; another payload; a fragment missing, added or out of order; the end of the connection",
		WSTest:    closesAfter(pong("pongme 1!"), pong("pongme 2!"), text(message)),
		Pauses:    true,
		Run: func(s *Session) {
			by.send(s, Text("fragment1").More(), Continuation("fragment2").More(), Ping("pongme 1!"))
			inTime := s.AwaitPong("pongme 1!")
			by.send(s, Continuation("fragment3").More(), Continuation("fragment4").More(), Ping("pongme 2!"), Continuation("fragment5"))
			if inTime {
				s.Expect(Pong("pongme 2!"), Text(message))
			} else {
				s.Expect(Pong("pongme 1!"), Pong("pongme 2!"), Text(message))
			}
			s.CloseNormally()
		},
	}
}
