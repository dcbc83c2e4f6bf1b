package cases

import (
	"fmt"
	"strings"

	. "github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// Chapter 7: the closing handshake.
func chapter7() []*Case {
	list := []*Case{
		messageThenClose(), twoCloses(), pingAfterClose(), messageAfterClose(), closeInsideMessage(), closeBehindLongMessage(),
		validClose("7.3.1", "A Close frame without a body is answered", protocol.NoStatus, ""),
		closeOfOneByte(),
		validClose("7.3.3", "A Close frame with a status code is answered", protocol.NormalClosure, ""),
		validClose("7.3.4", "A Close frame with a status code and a reason is answered", protocol.NormalClosure, "Hello World!"),
		validClose("7.3.5", "A Close frame with the longest reason, 123 bytes, is answered", protocol.NormalClosure, strings.Repeat("*", 123)),
		closeTooLong(), closeReasonSpoilt(),
	}
	for i, code := range []protocol.CloseCode{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		list = append(list, validCode(fmt.Sprintf("7.7.%d", i+1), code))
	}
	for i, code := range []protocol.CloseCode{0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999} {
		list = append(list, invalidCode(fmt.Sprintf("7.9.%d", i+1), code))
	}
	return append(list, undefinedCode("7.13.1", 5000), undefinedCode("7.13.2", 65535))
}

const (
	closePass      = "a Close frame with the same code, 1000 or none, then the end of the stream"
	closeNonStrict = "another legal code; a server that closes TCP late, or by a reset"
	closeFail      = "no Close frame in answer; code 1002 or 1007, as if something were wrong; a code that must not be sent; data after the Close frame; a connection that is left open"
)

// closing is a case about the closing handshake that has a normal end.
func closing(id, title string, checks []string, why string, expect *wstest.Expectation, run func(*Session)) *Case {
	return &Case{ID: id, Title: title, Checks: checks, Why: why, Pass: closePass, NonStrict: closeNonStrict, Fail: closeFail, WSTest: expect, Run: run}
}

func messageThenClose() *Case {
	expect := closes(protocol.NormalClosure)
	expect.OK = []wstest.Event{text("Hello World!")}
	return closing("7.1.1", "A message is answered, then the Close frame behind it",
		[]string{"RFC6455-5.5.1-8", "RFC6455-5.5.1-15", "RFC6455-5.4-12"},
		"The plainest conversation there is: one message, one answer, a close that both sides agree on.", expect,
		func(s *Session) {
			s.Send(Text("Hello World!"))
			s.Expect(Text("Hello World!"))
			s.CloseNormally()
		})
}

func twoCloses() *Case {
	return closing("7.1.2", "The first of two Close frames is answered, the second is ignored",
		[]string{"RFC6455-5.5.1-8", "RFC6455-1.4-1"},
		"After a Close frame nothing that follows matters. A peer that answers twice, or waits for more, has not understood that the conversation is over.",
		closes(protocol.NormalClosure),
		func(s *Session) {
			s.Send(Close(protocol.NormalClosure, ""), CloseBody(""))
			s.ExpectCloseReply(protocol.NormalClosure)
		})
}

func pingAfterClose() *Case {
	c := closing("7.1.3", "A Close frame is answered, though a ping follows it",
		[]string{"RFC6455-5.5.1-8", "RFC6455-5.5.2-4", "RFC6455-1.4-1"},
		"A ping that was already on its way when the close began must not keep the connection alive.", closes(protocol.NormalClosure),
		func(s *Session) {
			s.Send(Close(protocol.NormalClosure, ""), Ping(""))
			s.ExpectCloseReply(protocol.NormalClosure)
		})
	c.Legal = "a Pong for the ping, or none"
	return c
}

func messageAfterClose() *Case {
	c := closing("7.1.4", "A Close frame is answered, and the message behind it is not",
		[]string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-8", "RFC6455-1.4-1"},
		"After its own Close frame a peer must not send data. One that still answers messages then has not closed.", closes(protocol.NormalClosure),
		func(s *Session) {
			s.AllowLate(Text("Hello World!"))
			s.Send(Close(protocol.NormalClosure, ""), Text("Hello World!"))
			s.ExpectCloseReply(protocol.NormalClosure)
		})
	c.NonStrict = "the message is answered before the Close frame; " + c.NonStrict
	return c
}

func closeInsideMessage() *Case {
	c := closing("7.1.5", "A Close frame inside a message in fragments is answered, and the message is dropped",
		[]string{"RFC6455-5.5.1-8", "RFC6455-5.4-10", "RFC6455-5.5.1-7"},
		"Control frames go between fragments, Close frames too. The half message that is left must not be taken for a whole one.", closes(protocol.NormalClosure),
		func(s *Session) {
			s.AllowLate(Text("fragment1fragment2"))
			s.Send(Text("fragment1").More(), Close(protocol.NormalClosure, ""), Continuation("fragment2"))
			s.ExpectCloseReply(protocol.NormalClosure)
		})
	c.NonStrict = "the message is answered before the Close frame; " + c.NonStrict
	c.Fail = "half of the message is answered; " + c.Fail
	return c
}

func closeBehindLongMessage() *Case {
	long, short := strings.Repeat("BAsd7&jh23", 26214)+"BAsd", "Hello World!"
	return &Case{
		ID: "7.1.6", Title: "A Close frame behind a long message: what of it still comes back",
		Checks:        []string{"RFC6455-5.5.1-11", "RFC6455-5.5.1-8", "RFC6455-5.5.1-7", "RFC6455-5.4-12"},
		Why:           "A peer may answer the Close frame before it has written what came before, or finish first. Both are legal; data that is altered, or that comes after the Close frame, is not.",
		Pass:          "whatever comes is recorded: both messages, one or none, a Close frame or the mere end of the stream",
		Fail:          "a message that was not sent, or half of one; data after the Close frame; a connection that is left open",
		Informational: true,
		WSTest:        processed(text(short)),
		Run: func(s *Session) {
			s.Allow(Text(long), Text(short))
			s.Send(Text(long), Text(short), Close(protocol.NormalClosure, ""), Ping(""))
			s.ExpectCloseOrEnd()
		},
	}
}

func validClose(id, title string, code protocol.CloseCode, reason string) *Case {
	return closing(id, title, []string{"RFC6455-5.5.1-8", "RFC6455-5.5.1-15", "RFC6455-7.4.1-7"},
		"The body of a Close frame may be empty, a code, or a code and a reason of up to 123 bytes.", closes(protocol.NormalClosure),
		func(s *Session) {
			s.Send(Close(code, reason))
			s.ExpectCloseReply(code)
		})
}

// badClose is a case about a Close frame that is not valid.
func badClose(id, title, requirement, why string, frame Frame, codes ...protocol.CloseCode) *Case {
	return &Case{
		ID: id, Title: title, Checks: []string{requirement, "RFC6455-7.4.1-7", "RFC6455-5.5.1-8"}, Why: why,
		Pass:      "a Close frame that says so, then the end of the stream",
		NonStrict: "the end of the stream without a Close frame; any other Close frame that may be sent, as if nothing were wrong",
		Fail:      "no reaction; a code that must not be sent (below 1000, 1005, 1006, 1015); a Close frame that is not valid itself; a connection that is left open",
		WSTest:    closesBadly(codes...),
		Run: func(s *Session) {
			s.Send(frame)
			s.ExpectCloseRefusal(codes...)
		},
	}
}

func closeOfOneByte() *Case {
	return badClose("7.3.2", "A Close frame of one byte is refused", "RFC6455-5.5.1-3",
		"A status code takes two bytes. Half of one says nothing, and code that reads two bytes where there is one reads beyond the frame.",
		CloseBody("a"), protocol.ProtocolError)
}

func closeTooLong() *Case {
	return badClose("7.3.6", "A Close frame of 126 bytes is refused", "RFC6455-5.5-3",
		"A Close frame is a control frame: 125 bytes, two of them the code.",
		Close(protocol.NormalClosure, strings.Repeat("*", 124)), protocol.ProtocolError)
}

func closeReasonSpoilt() *Case {
	return badClose("7.5.1", "A Close frame whose reason is not UTF-8 is refused", "RFC6455-8.1-1",
		"The reason ends up in logs and on screens, where everybody takes it for text.",
		Close(protocol.NormalClosure, spoilt), protocol.ProtocolError, protocol.InvalidPayload)
}

func validCode(id string, code protocol.CloseCode) *Case {
	checks := []string{"RFC6455-7.4.1-1", "RFC6455-5.5.1-8", "RFC6455-5.5.1-15"}
	why := "Codes that RFC 6455 defines may be sent by anybody. A peer that refuses one turns an orderly end into an error."
	switch {
	case code >= 4000:
		checks[0], why = "RFC6455-7.4.2-4", "Applications agree on codes from 4000 to 4999 among themselves. A library must let them through."
	case code >= 3000:
		checks[0], why = "RFC6455-7.4.2-3", "Codes from 3000 to 3999 are registered by libraries and applications. A peer cannot know them all, and must let them through."
	}
	return closing(id, fmt.Sprintf("Close code %d is answered", code), checks, why, closes(protocol.NormalClosure, code),
		func(s *Session) {
			s.Send(Close(code, ""))
			s.ExpectCloseReply(code)
		})
}

func invalidCode(id string, code protocol.CloseCode) *Case {
	requirement := "RFC6455-7.4.2-2"
	switch {
	case code < 1000:
		requirement = "RFC6455-7.4.2-1"
	case code == 1004:
		requirement = "RFC6455-7.4.1-6"
	case code == 1005:
		requirement = "RFC6455-7.4.1-7"
	case code == 1006:
		requirement = "RFC6455-7.4.1-8"
	}
	return badClose(id, fmt.Sprintf("Close code %d is refused", code), requirement,
		"Codes that are not defined, or stand for what cannot be sent, must not find their way into a program that acts on them.",
		closeWith(code), protocol.ProtocolError)
}

// closeWith is a Close frame with any code, those included that stand for no code.
func closeWith(code protocol.CloseCode) Frame {
	return CloseBody(string([]byte{byte(code >> 8), byte(code)}))
}

func undefinedCode(id string, code protocol.CloseCode) *Case {
	return &Case{
		ID: id, Title: fmt.Sprintf("Close code %d, beyond all ranges: what the peer makes of it", code),
		Checks:        []string{"RFC6455-7.4.2-5", "RFC6455-5.5.1-8", "RFC6455-7.4.1-7"},
		Why:           "RFC 6455 does not speak of codes above 4999. Peers refuse them, or echo them.",
		Pass:          "whatever comes is recorded: a Close frame or the mere end of the stream",
		Fail:          "no reaction; a code that must not be sent; a connection that is left open",
		Informational: true,
		WSTest:        anything(protocol.NormalClosure, code, protocol.ProtocolError),
		Run: func(s *Session) {
			s.Send(Close(code, ""))
			s.ExpectCloseOrEnd()
		},
	}
}
