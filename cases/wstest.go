package cases

import (
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// The outcomes by which the Autobahn testsuite judges, in the forms that its cases share.

func text(p string) wstest.Event   { return wstest.Event{Kind: wstest.TextMessage, Payload: p} }
func binary(p string) wstest.Event { return wstest.Event{Kind: wstest.BinaryMessage, Payload: p} }
func pong(p string) wstest.Event   { return wstest.Event{Kind: wstest.PongFrame, Payload: p} }
func pause(p string) wstest.Event  { return wstest.Event{Kind: wstest.PauseOver, Payload: p} }

// answered: the peer answers with these, then the testsuite closes normally.
func answered(events ...wstest.Event) *wstest.Expectation {
	return &wstest.Expectation{OK: events, Ours: true, Clean: true, Codes: []protocol.CloseCode{protocol.NormalClosure}}
}

// closesAfter: the same in a case that closes by itself when time is up.
func closesAfter(events ...wstest.Event) *wstest.Expectation {
	e := answered(events...)
	e.Timer = wstest.CloseAfter
	return e
}

// refused: the peer fails the connection with the code and answers nothing.
func refused(code protocol.CloseCode) *wstest.Expectation {
	return &wstest.Expectation{Codes: []protocol.CloseCode{code}}
}

// refusedAfter: the peer answers with these first; if it does not, that is not strict.
func refusedAfter(events ...wstest.Event) *wstest.Expectation {
	e := refused(protocol.ProtocolError)
	e.OK, e.MaybeNonStrict = events, true
	return e
}

// notText: the peer notices that a message is not UTF-8.
func notText() *wstest.Expectation {
	e := refused(protocol.InvalidPayload)
	e.NoticeOrFail = true
	return e
}

// notTextAtOnce: the peer notices it in the pause B at the latest, and not in the pause A.
func notTextAtOnce() *wstest.Expectation {
	e := notText()
	e.OK, e.NonStrict, e.MaybeNonStrict = []wstest.Event{pause("A")}, []wstest.Event{pause("A"), pause("B")}, true
	return e
}

// closes: the testsuite closes; a Close frame of the peer has one of the codes, or else the case fails.
func closes(codes ...protocol.CloseCode) *wstest.Expectation {
	return &wstest.Expectation{Ours: true, Clean: true, Codes: codes, CodeOrFail: true}
}

// closesBadly: the testsuite sends a Close frame that is not valid.
func closesBadly(codes ...protocol.CloseCode) *wstest.Expectation {
	return &wstest.Expectation{Ours: true, Codes: codes, CodeOrFail: true}
}

// anything: whatever the peer does is INFORMATIONAL.
func anything() *wstest.Expectation {
	return &wstest.Expectation{Ours: true, Informational: true}
}

// echoes: a case that measures. So many messages of the type and length come back; then the testsuite closes normally.
func echoes() *wstest.Expectation {
	e := closesAfter()
	e.Measures = true
	return e
}
