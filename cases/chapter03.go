package cases

import (
	. "github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

const hello = "Hello, world!"

// afterViolation is the payload of pings that follow what must fail the connection. It is not empty, so that no pong that a
// peer sends by itself is taken for an answer.
const afterViolation = "after the violation"

// Chapter 3: a reserved bit that no extension has claimed fails the connection.
func chapter3() []*Case {
	return []*Case{
		reserved("3.1", "A text message with RSV3 set fails the connection", refused(protocol.ProtocolError), func(s *Session) {
			s.Send(Text(hello).WithRSV(1))
		}),
		reserved("3.2", "RSV2 set on the second of two text messages fails the connection", refusedAfter(text(hello)), func(s *Session) {
			s.Allow(Text(hello))
			s.Send(Text(hello), Text(hello).WithRSV(2), Ping(afterViolation))
		}),
		reserved("3.3", "RSV2 and RSV3 set on the second of two text messages, sent one by one, fails the connection", refusedAfter(text(hello)), func(s *Session) {
			s.Allow(Text(hello))
			s.SendEach(Text(hello), Text(hello).WithRSV(3), Ping(afterViolation))
		}),
		reserved("3.4", "RSV1 set on the second of two text messages, sent byte by byte, fails the connection", refusedAfter(text(hello)), func(s *Session) {
			s.Allow(Text(hello))
			s.SendIn(1, Text(hello), Text(hello).WithRSV(4), Ping(afterViolation))
		}),
		reserved("3.5", "A binary message with RSV1 and RSV3 set fails the connection", refused(protocol.ProtocolError), func(s *Session) {
			s.Send(Binary(binaryPayload).WithRSV(5))
		}),
		reserved("3.6", "A binary message of text with RSV1 and RSV2 set fails the connection", refused(protocol.ProtocolError), func(s *Session) {
			s.Send(Binary(hello).WithRSV(6))
		}),
		reserved("3.7", "A Close frame with all reserved bits set fails the connection", refused(protocol.ProtocolError), func(s *Session) {
			s.Send(CloseBody("").WithRSV(7))
		}),
	}
}

func reserved(id, title string, expect *wstest.Expectation, send func(*Session)) *Case {
	c := violation(id, title, "RFC6455-5.2-4", expect, send)
	c.Why = "The reserved bits change what a frame means, for instance that it is compressed. A peer that ignores a bit which it " +
		"does not know hands on data that it has not understood."
	return c
}

// violation is a case about something that must fail the connection with 1002.
func violation(id, title, requirement string, expect *wstest.Expectation, send func(*Session)) *Case {
	return &Case{
		ID: id, Title: title, Checks: []string{requirement, "RFC6455-7.1.7-7", "RFC6455-7.1.7-5"},
		Pass:      "Close 1002 and the end of the stream",
		NonStrict: "another legal close code, or the end of the stream without a Close frame",
		Legal:     "whether the answer to what was sent before the violation still comes is a matter of timing",
		Fail:      "the violation, or anything that was sent after it, is answered; the connection lives on",
		WSTest:    expect,
		Races:     expect.MaybeNonStrict,
		Run: func(s *Session) {
			send(s)
			s.ExpectFailure(protocol.ProtocolError)
		},
	}
}
