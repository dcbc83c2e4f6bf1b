package cases

import (
	"fmt"
	"strings"

	. "github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

const binaryPayload = "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"

// Chapter 2: pings are answered, pongs are not.
func chapter2() []*Case {
	return []*Case{
		pinged("2.1", "A ping without payload is answered by a pong without payload", "", 0,
			"Keep-alive pings are often empty. A peer that does not answer them is taken for dead."),
		pinged("2.2", "The pong carries the text of the ping", "Hello, world!", 0,
			"The payload is how the sender tells which of its pings was answered, and how long the round trip took."),
		pinged("2.3", "The pong carries bytes that are not UTF-8", binaryPayload, 0,
			"The payload of a ping is any bytes: a peer that treats it as text refuses or changes it."),
		pinged("2.4", "A ping of 125 bytes, the longest there may be, is answered in full", strings.Repeat("\xfe", 125), 0,
			"Off by one, and the longest legal control frame is refused, or its pong cut short."),
		longPing(),
		pinged("2.6", "A ping of 125 bytes is answered though it arrives byte by byte", strings.Repeat("\xfe", 125), 1,
			"A control frame may be cut anywhere by TCP, in the header and in the payload."),
		unaskedPong("2.7", "A pong without payload that nobody asked for is not answered", ""),
		unaskedPong("2.8", "A pong with payload that nobody asked for is not answered", "unsolicited pong payload"),
		pongThenPing(),
		manyPings("2.10", "Ten pings in a row: the last one is answered, at least", 0),
		manyPings("2.11", "Ten pings in a row that arrive byte by byte: the last one is answered, at least", 1),
	}
}

func pinged(id, title, payload string, write int, why string) *Case {
	return &Case{
		ID: id, Title: title, Checks: []string{"RFC6455-5.5.2-3", "RFC6455-5.5.3-2"},
		Why:    why,
		Pass:   "a Pong with the same payload, and a normal close",
		Legal:  "pongs that nobody asked for, besides",
		Fail:   "no Pong, or one with another payload",
		WSTest: closesAfter(pong(payload)),
		Run: func(s *Session) {
			s.SendIn(write, Ping(payload))
			s.Expect(Pong(payload))
			s.CloseNormally()
		},
	}
}

func longPing() *Case {
	return &Case{
		ID: "2.5", Title: "A ping of 126 bytes fails the connection", Checks: []string{"RFC6455-5.5-3"},
		Why:       "Control frames are short so that they can be handled without a buffer that a peer could fill.",
		Pass:      "Close 1002 and the end of the stream",
		NonStrict: "another legal close code, or the end of the stream without a Close frame",
		Fail:      "a Pong, or a connection that lives on",
		WSTest:    refused(protocol.ProtocolError),
		Run: func(s *Session) {
			s.Send(Ping(strings.Repeat("\xfe", 126)))
			s.ExpectFailure(protocol.ProtocolError)
		},
	}
}

func unaskedPong(id, title, payload string) *Case {
	return &Case{
		ID: id, Title: title, Checks: []string{"RFC6455-5.5.3-5", "RFC6455-5.5.3-4"},
		Why:    "A pong may come unasked, as a sign of life in one direction. If pongs were answered, two peers would do nothing else.",
		Pass:   "nothing in answer to the Pong, and a normal close",
		Legal:  "pongs that the peer sends by itself, no more of them after ours than before",
		Fail:   "an answer to the Pong, or a connection that is closed because of it",
		WSTest: closesAtOnce(),
		Run: func(s *Session) {
			before := s.StrayPongs(payload)
			for try := 1; ; try++ {
				s.Send(Pong(payload))
				if s.StrayPongs(payload) <= before {
					break
				}
				if try == 3 { // one that the peer sends by itself may come at any time, but hardly three times out of three
					s.Answered("nothing in answer to a Pong", "a Pong, three times out of three")
				}
			}
			s.CloseNormally()
		},
	}
}

func pongThenPing() *Case {
	return &Case{
		ID: "2.9", Title: "A ping after an unasked pong is answered, the pong is not", Checks: []string{"RFC6455-5.5.2-3", "RFC6455-5.5.3-2", "RFC6455-5.5.3-5"},
		Why:    "The peer must not take a pong that it did not ask for as the end of something, and must still see the ping behind it.",
		Pass:   "one Pong, that for the ping, and a normal close",
		Legal:  "pongs that the peer sends by itself",
		Fail:   "no Pong for the ping, or an answer to the Pong",
		WSTest: closesAfter(pong("ping payload")),
		Run: func(s *Session) {
			s.Send(Pong("unsolicited pong payload"), Ping("ping payload"))
			s.Expect(Pong("ping payload"))
			if s.GotPong("unsolicited pong payload") {
				s.Answered("nothing in answer to a Pong", "a Pong")
			}
			s.CloseNormally()
		},
	}
}

func manyPings(id, title string, write int) *Case {
	const last = 9
	var pings []Frame
	var pongs []wstest.Event
	for i := range last + 1 {
		payload := fmt.Sprintf("payload-%d", i)
		pings, pongs = append(pings, Ping(payload)), append(pongs, pong(payload))
	}
	return &Case{
		ID: id, Title: title, Checks: []string{"RFC6455-5.5.3-3", "RFC6455-5.5.2-3", "RFC6455-5.5.3-2"},
		Why:       "Pings may come faster than they are answered. The last pong says all that the others would say.",
		Pass:      "ten Pongs in order, or fewer of them as long as the last ping has one",
		NonStrict: "pongs in another order than the pings",
		Fail:      "no Pong for the last ping",
		WSTest:    closesAfter(pongs...),
		Run: func(s *Session) {
			s.SendIn(write, pings...)
			s.Expect(Pong(fmt.Sprintf("payload-%d", last)))
			s.CloseNormally()
		},
	}
}
