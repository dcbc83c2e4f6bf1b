package cases

import (
	"slices"

	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// The outcomes by which the Autobahn testsuite judges, in the forms that its cases share.

func text(p string) wstest.Event   { return wstest.Event{Kind: wstest.TextMessage, Payload: p} }
func binary(p string) wstest.Event { return wstest.Event{Kind: wstest.BinaryMessage, Payload: p} }
func pong(p string) wstest.Event   { return wstest.Event{Kind: wstest.PongFrame, Payload: p} }
func pause(p string) wstest.Event  { return wstest.Event{Kind: wstest.PauseOver, Payload: p} }

// answered: the peer answers with these, then the testsuite closes normally. It is patient with long messages.
func answered(events ...wstest.Event) *wstest.Expectation {
	long := slices.ContainsFunc(events, func(e wstest.Event) bool { return len(e.Payload) >= 65535 })
	return &wstest.Expectation{OK: events, Ours: true, Clean: true, Codes: []protocol.CloseCode{protocol.NormalClosure}, Patient: long}
}

// closesAfter: the same in a case that closes by itself when time is up.
func closesAfter(events ...wstest.Event) *wstest.Expectation {
	e := answered(events...)
	e.Timer = wstest.CloseAfter
	return e
}

// closesAtOnce: the testsuite closes normally, and waits for nothing.
func closesAtOnce() *wstest.Expectation {
	e := answered()
	e.Timer = wstest.CloseAtOnce
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

// anything: whatever the peer does is INFORMATIONAL; the testsuite says beside whether it has one of the codes.
func anything(codes ...protocol.CloseCode) *wstest.Expectation {
	return &wstest.Expectation{Ours: true, Codes: codes, Informational: true}
}

// processed: the same, and the testsuite says beside whether the peer answers with this, or with nothing, and closes cleanly.
func processed(event wstest.Event) *wstest.Expectation {
	e := anything(protocol.NormalClosure)
	e.Clean, e.OK, e.MaybeNonStrict = true, []wstest.Event{event}, true
	return e
}

// echoes: a case that measures. So many messages of the type and length come back; then the testsuite closes normally.
func echoes(id string) *wstest.Expectation {
	e := closesAfter()
	e.Measures, e.Seconds = true, patience[id]
	if e.Seconds == 0 {
		e.Seconds = patience[id[:len("9.1")]]
	}
	return e
}

// patience is how many seconds the testsuite gives a case that measures, or all others of its family.
var patience = map[string]int{
	"9.1": 100, "9.2": 10, "9.3": 100, "9.4": 100, "9.5": 1000, "9.6": 1000, "9.7": 60, "9.8": 60,
	"9.1.1": 10, "9.1.2": 10, "9.2.5": 100, "9.2.6": 100,
	"9.7.4": 120, "9.7.5": 240, "9.7.6": 480, "9.8.4": 120, "9.8.5": 240, "9.8.6": 480,
}
