package harness

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/protocol"
)

// Allow says that the answer to a message may come before whatever is expected next, or may not come at all: the peer may or
// may not have sent it before it read what ends the connection.
func (s *Session) Allow(answers ...Frame) { s.allowed = append(s.allowed, answers...) }

// AllowLate is Allow for answers to what was sent after our Close frame. RFC 6455 does not forbid them as long as the peer's
// own Close frame is still to come, but a peer discards what comes after a Close frame (section 1.4).
func (s *Session) AllowLate(answers ...Frame) { s.allowedLate = append(s.allowedLate, answers...) }

// permitted takes an event that Allow spoke of.
func (s *Session) permitted(e event) bool {
	if i := e.among(s.allowed); i >= 0 {
		s.Note("the answer to what was sent before came: %v", e)
		s.allowed = slices.Delete(s.allowed, i, i+1)
		return true
	}
	if i := e.among(s.allowedLate); i >= 0 {
		s.warn(finding{requirement: discardAfter, expected: "nothing in answer to what follows a Close frame", got: e.String(), entries: []int{e.entry}})
		s.allowedLate = slices.Delete(s.allowedLate, i, i+1)
		return true
	}
	return false
}

// allows tells whether the start of a message is that of one that Allow spoke of, or of a barrier.
func (s *Session) allows(op protocol.Opcode, start []byte) bool {
	begins := func(f Frame) bool { return f.Opcode == op && bytes.HasPrefix(f.Payload, start) }
	if slices.ContainsFunc(s.allowed, begins) || slices.ContainsFunc(s.allowedLate, begins) {
		return true
	}
	for payload := range s.barriers {
		if strings.HasPrefix(payload, string(start)) {
			return true
		}
	}
	return false
}

// among finds the message that the event is; -1 if it is none of them.
func (e event) among(frames []Frame) int {
	return slices.IndexFunc(frames, func(f Frame) bool {
		return e.kind == messageEvent && f.Opcode == e.opcode && bytes.Equal(f.Payload, e.payload)
	})
}

// ExpectFailure waits for the peer to fail the connection, because of what was sent last. A Close frame with one of the codes
// is canonical; another legal code, or the mere end of the stream, is short of a SHOULD (RFC 6455, section 7.1.7).
//
// If nothing happens for a moment, a message is sent: its echo proves that the connection lives on. (A Pong would prove
// nothing, because it may come from another layer of the peer than the one that looks at messages.)
func (s *Session) ExpectFailure(codes ...protocol.CloseCode) {
	expected := "the connection fails: Close " + orList(codes) + ", and the end of the stream"
	s.crossed = true
	grace := time.Now().Add(s.timing.Grace)
	probed := false
	for {
		e, ok := s.next(s.until(grace, probed))
		switch {
		case !ok && !probed:
			s.probeLife()
			probed = true
			s.progress = time.Now()
			continue
		case !ok:
			s.alive(expected)
		}
		if s.failure(e, expected, codes) {
			return
		}
	}
}

// alive ends the script: the peer has not failed the connection in time.
func (s *Session) alive(expected string) {
	f := finding{requirement: s.c.attribute(), expected: expected, absent: s.processed == nil, got: "nothing within " + seconds(s.timing.Progress)}
	if s.processed != nil {
		f.got, f.entries = "a Pong for a Ping that was sent after it, then "+f.got, []int{s.processed.entry}
	}
	s.fail(f)
}

// until is when to stop waiting: for a moment before the connection is probed for life, then as long as usual.
func (s *Session) until(grace time.Time, probed bool) time.Time {
	if !probed {
		return grace
	}
	if s.timing.Progress == 0 {
		return s.started.Add(s.timing.Case)
	}
	return s.progress.Add(s.timing.Progress)
}

// probeLife sends the message whose echo would prove that the connection was not failed.
func (s *Session) probeLife() {
	s.transmit(s.encode(Text(s.barrier())))
}

// failure judges one event after something that must fail the connection; true if that was the end of it.
func (s *Session) failure(e event, expected string, codes []protocol.CloseCode) bool {
	switch e.kind {
	case messageEvent:
		if s.permitted(e) {
			return false
		}
		f := finding{requirement: s.c.attribute(), expected: expected, entries: []int{e.entry}}
		if e.barrier {
			f.got = "the connection lives on: a message that was sent after it was echoed"
		}
		s.fail(f)
	case pongEvent:
		s.pongAfterViolation(e, expected)
	case closeEvent:
		s.judgeProcessing(expected)
		s.judgeFailureCode(e, codes)
		s.replyAndHangUp(failHangUp)
		return true
	case endEvent:
		s.judgeProcessing(expected)
		s.warn(finding{requirement: failWithClose, expected: "a Close frame " + orList(codes) + " before the end of the stream",
			got: e.String() + ", without a Close frame", absent: true, torn: true, lost: isReset(e.err), entries: []int{e.entry}})
		return true
	}
	return false
}

// pongAfterViolation judges a Pong: one for the Ping that is itself the violation proves that it was not noticed. One for a
// Ping that was sent after the violation may come from a peer that has not noticed it, or from one that does not stop.
func (s *Session) pongAfterViolation(e event, expected string) {
	switch {
	case s.brokenPings[string(e.payload)]:
		s.fail(finding{requirement: s.c.attribute(), expected: expected, entries: []int{e.entry}, got: "an answer to it: " + e.String()})
	case s.processed == nil && slices.Contains(s.pings, string(e.payload)):
		s.processed = &e
	}
}

// judgeProcessing ends the script if the peer, which has failed the connection as it must, answered what was sent after the
// violation.
func (s *Session) judgeProcessing(expected string) {
	if s.processed != nil {
		s.fail(finding{requirement: s.c.attribute(failAndStop), expected: expected, entries: []int{s.processed.entry},
			got: "first a Pong for a Ping that was sent after it: " + s.processed.String()})
	}
}

// judgeFailureCode judges the status code by which the peer fails the connection.
func (s *Session) judgeFailureCode(e event, codes []protocol.CloseCode) {
	s.forbiddenCode(e)
	if !slices.Contains(codes, e.status.Code) {
		s.warn(finding{requirement: failWithClose, expected: "an appropriate status code: " + orList(codes), got: e.String(), entries: []int{e.entry}})
	}
}

// forbiddenCode ends the script if the peer's Close frame is one that must not be sent.
func (s *Session) forbiddenCode(e event) {
	f := finding{expected: "a Close frame that may be sent", got: e.String(), entries: []int{e.entry}}
	switch code := e.status.Code; {
	case e.broken.Has(protocol.CloseCodeOnWire):
		f.requirement = map[protocol.CloseCode]string{
			protocol.NoStatus: "RFC6455-7.4.1-7", protocol.AbnormalClosure: "RFC6455-7.4.1-8", protocol.TLSHandshake: "RFC6455-7.4.1-16",
		}[code]
	case e.broken.Has(protocol.CloseCodeRange) && code < 1000:
		f.requirement = "RFC6455-7.4.2-1"
	case e.broken.Has(protocol.CloseReason):
		f.requirement, f.got = "RFC6455-5.5.1-4", e.String()+" with a reason that is not UTF-8"
	case e.broken.Has(protocol.CloseBody):
		f.requirement, f.got = "RFC6455-5.5.1-3", "a Close frame of one byte"
	case e.broken.Has(protocol.LongControl):
		f.requirement, f.got = "RFC6455-5.5-3", fmt.Sprintf("a Close frame of %d bytes", len(e.payload))
	default:
		return
	}
	s.fail(f)
}

// orList puts codes into words.
func orList(codes []protocol.CloseCode) string {
	var b bytes.Buffer
	for i, c := range codes {
		if i > 0 {
			b.WriteString(" or ")
		}
		b.WriteString(c.String())
	}
	return b.String()
}

// CloseNormally does the closing handshake with code 1000, as whoever has nothing more to say. In a case of the Autobahn
// testsuite it is the code that the testsuite would send: another one if the peer has broken the protocol before, or if the
// testsuite would still wait for something when its time is up.
func (s *Session) CloseNormally() {
	status := protocol.CloseStatus{Code: protocol.NormalClosure}
	if s.c.WSTest != nil {
		if send, _ := s.testsuiteCloses(); send != nil {
			status = *send
		}
	}
	s.Send(closeFrame(status))
	s.ExpectCloseReply(status.Code)
}

// testsuiteCloses returns what the Autobahn testsuite would do if nothing more came: see wstest.Judge.Closing.
func (s *Session) testsuiteCloses() (send *protocol.CloseStatus, drop bool) {
	before := s.judge.Expired()
	send, drop = s.judge.Closing()
	if s.judge.Expired() && !before {
		s.account.expired()
	}
	return send, drop
}

// ExpectCloseReply waits for the answer to a Close frame with a legal code, and for the end of the stream. The same code,
// 1000 or none are as good (RFC 6455, section 5.5.1); that the peer calls the frame an error is not.
func (s *Session) ExpectCloseReply(code protocol.CloseCode) {
	expected := fmt.Sprintf("a Close frame in answer (code %d, 1000 or none), then the end of the stream", code)
	if code == protocol.NoStatus || code == protocol.NormalClosure {
		expected = "a Close frame in answer (code 1000 or none), then the end of the stream"
	}
	e := s.awaitClose(expected)
	s.forbiddenCode(e)
	switch got := e.status.Code; {
	case got == code, got == protocol.NormalClosure, len(e.payload) == 0:
	case got == protocol.ProtocolError, got == protocol.InvalidPayload:
		s.fail(finding{requirement: s.c.attribute(), expected: expected, got: e.String(), entries: []int{e.entry}})
	default:
		s.warn(finding{requirement: "RFC6455-5.5.1-9", expected: expected, got: e.String(), entries: []int{e.entry}})
	}
	s.awaitEnd(hangUpRequired)
}

// ExpectCloseRefusal waits for the answer to a Close frame that is not valid. The peer should say so by one of the codes. If
// it answers as if nothing were wrong, it did not notice: that harms nobody, but is not what RFC 6455, section 7.1.7 wants.
func (s *Session) ExpectCloseRefusal(codes ...protocol.CloseCode) {
	expected := "Close " + orList(codes) + ", and the end of the stream"
	e, ended := s.awaitCloseOrEnd(expected)
	if ended {
		s.warn(finding{requirement: failWithClose, expected: expected, got: e.String() + ", without a Close frame",
			absent: true, torn: true, lost: isReset(e.err), entries: []int{e.entry}})
		return
	}
	s.forbiddenCode(e)
	switch code := e.status.Code; {
	case slices.Contains(codes, code):
	case complaint(code):
		s.warn(finding{requirement: failWithClose, expected: expected, got: e.String(), entries: []int{e.entry}})
	default:
		s.warn(finding{requirement: s.c.attribute(), expected: expected, got: e.String() + ": the mistake was not noticed", entries: []int{e.entry}})
	}
	s.awaitEnd(failHangUp)
}

// complaint tells whether a status code says that something was wrong.
func complaint(code protocol.CloseCode) bool {
	switch code {
	case protocol.ProtocolError, protocol.UnsupportedData, protocol.InvalidPayload, protocol.PolicyViolation, protocol.MessageTooBig, protocol.InternalError:
		return true
	}
	return false
}

// ExpectCloseOrEnd waits for a Close frame with any code that may be sent, or the mere end of the stream.
func (s *Session) ExpectCloseOrEnd() {
	e, ended := s.awaitCloseOrEnd("a Close frame, or the end of the stream")
	if ended {
		s.Note("no Close frame came, but %v", e)
		return
	}
	s.forbiddenCode(e)
	s.Note("the answer was %v", e)
	if complaint(e.status.Code) {
		s.awaitEnd(failHangUp)
		return
	}
	s.awaitEnd(hangUpRequired)
}

// awaitClose waits for the answer to our Close frame.
func (s *Session) awaitClose(expected string) event {
	e, ended := s.awaitCloseOrEnd(expected)
	if ended {
		s.fail(finding{requirement: closeRequired, expected: expected, absent: true, entries: []int{e.entry}})
	}
	return e
}

// awaitCloseOrEnd waits for a Close frame or the end of the stream.
func (s *Session) awaitCloseOrEnd(expected string) (e event, ended bool) {
	for {
		e, ok := s.await(nil)
		switch {
		case !ok:
			s.fail(finding{requirement: closeRequired, expected: expected, absent: true})
		case e.kind == closeEvent:
			return e, false
		case e.kind == endEvent:
			return e, true
		case e.kind == messageEvent && !s.permitted(e):
			s.fail(finding{requirement: s.c.aboutMessages(), expected: expected, entries: []int{e.entry}})
		}
	}
}

// replyAndHangUp answers the peer's Close frame, after the rest of a frame that is sent in parts, and waits for the end of the
// stream. Whatever the peer's code, the answer has 1000, as that of the Autobahn testsuite: some peers answer it once more, with its code.
func (s *Session) replyAndHangUp(requirement string) {
	if !s.closeSent {
		s.transmit(s.rest)
		s.transmit(s.encode(Close(protocol.NormalClosure, "")))
	}
	s.awaitEnd(requirement)
}

// awaitEnd waits for the server to close TCP, after Close frames went both ways (RFC 6455, section 7.1.1). Nothing but pongs
// may come before.
func (s *Session) awaitEnd(requirement string) {
	s.progress = time.Now()
	prompt := s.progress.Add(s.timing.HangUp)
	slow, again := false, false
	for {
		e, ok := s.next(s.endLimit(prompt, slow))
		switch {
		case !ok && !slow:
			slow = true
			s.judge.HungUp()
			if requirement == failHangUp {
				halfClose(s.conn) // a peer that has failed the connection may wait for our end of TCP before it closes its own
			}
		case !ok:
			s.fail(finding{requirement: requirement, expected: "the end of the stream after the closing handshake", absent: true,
				got: "the connection is still open after " + seconds(s.timing.Progress)})
		case e.kind == messageEvent:
			s.fail(finding{requirement: dataAfterClose, expected: "nothing after the Close frame but the end of the stream", entries: []int{e.entry}})
		case e.kind == pongEvent && requirement == failHangUp && slices.Contains(s.pings, string(e.payload)):
			s.fail(finding{requirement: s.c.attribute(failAndStop), expected: "nothing after the Close frame but the end of the stream",
				got: "a Pong for a Ping that was sent after the violation: " + e.String(), entries: []int{e.entry}})
		case e.kind == closeEvent && !again:
			again = true
			s.warn(finding{requirement: closeRequired, expected: "one Close frame", got: "a second one: " + e.String(), entries: []int{e.entry}})
		case e.kind == endEvent && isFlood(e.err):
			s.fail(finding{requirement: requirement, expected: "the end of the stream after the closing handshake", entries: []int{e.entry}, got: e.String()})
		case e.kind == endEvent:
			s.judgeEnd(e, slow)
			return
		}
	}
}

// endLimit is how long to wait for the end of the stream, before and after it counts as slow.
func (s *Session) endLimit(prompt time.Time, slow bool) time.Time {
	if !slow {
		return prompt
	}
	if s.timing.Progress == 0 {
		return s.started.Add(s.timing.Case)
	}
	return s.progress.Add(max(s.timing.Progress, s.timing.HangUp))
}

// judgeEnd judges how the stream ended after the closing handshake.
func (s *Session) judgeEnd(e event, slow bool) {
	if slow {
		s.warn(finding{requirement: hangUpPrompt, expected: "the end of the stream at once", absent: true,
			got: "the end of the stream " + seconds(e.at.Sub(s.progress)) + " later", entries: []int{e.entry}})
	}
	if isReset(e.err) && !s.crossed {
		s.warn(finding{requirement: hangUpClean, expected: "a clean end of the stream", got: e.String(), entries: []int{e.entry}})
	}
}
