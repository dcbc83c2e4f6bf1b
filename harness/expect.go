package harness

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/protocol"
)

// Requirements that expectations speak of.
const (
	pongRequired     = "RFC6455-5.5.2-3"
	pongPrompt       = "RFC6455-5.5.2-5"
	pongPayload      = "RFC6455-5.5.3-2"
	pongLatest       = "RFC6455-5.5.3-3"
	pongAllowed      = "RFC6455-5.5.3-4"
	pongUnasked      = "RFC6455-5.5.3-5"
	controlInside    = "RFC6455-5.4-10"
	closeRequired    = "RFC6455-5.5.1-8"
	dataAfterClose   = "RFC6455-5.5.1-7"
	hangUpRequired   = "RFC6455-5.5.1-15"
	hangUpPrompt     = "RFC6455-7.1.1-6"
	hangUpClean      = "RFC6455-7.1.1-2"
	failHangUp       = "RFC6455-7.1.7-3"
	failWithClose    = "RFC6455-7.1.7-5"
	failAndStop      = "RFC6455-7.1.7-7"
	discardAfter     = "RFC6455-1.4-1"
	messageDelivered = "RFC6455-5.4-12"
)

// Expect waits for messages and pongs. Messages must come in the given order, as they were sent, in whatever fragments.
// Pongs come from another layer of the peer, so a pong that comes after a message it should precede is only late; and a peer
// may leave out the pongs that a later one makes needless (RFC 6455, section 5.5.3).
func (s *Session) Expect(frames ...Frame) {
	x := &expectation{s: s, todo: slices.Clone(frames)}
	s.expecting = true
	defer func() { s.expecting = false }()
	for len(x.todo) > 0 {
		e, ok := s.await(x.misfit)
		if !ok {
			x.missing()
		}
		x.event(e)
	}
	s.progress = time.Now()
}

// await waits for the next event for as long as the case may. While a message arrives, look is asked whether it is still
// what is expected.
func (s *Session) await(look func()) (event, bool) {
	for {
		until := s.started.Add(s.timing.Case)
		if s.timing.Progress > 0 && s.progress.Add(s.timing.Progress).Before(until) {
			until = s.progress.Add(s.timing.Progress)
		}
		if len(s.queue) > 0 || s.ended != nil {
			return s.next(until)
		}
		if !s.read(until) {
			return event{}, false
		}
		if len(s.queue) == 0 && look != nil {
			look()
		}
	}
}

// expectation is what Expect still waits for.
type expectation struct {
	s    *Session
	todo []Frame
	late bool // a message came before a pong that was due
}

// event takes one event.
func (x *expectation) event(e event) {
	switch e.kind {
	case messageEvent:
		x.message(e)
	case pongEvent:
		x.pong(e)
	case closeEvent:
		x.s.fail(finding{requirement: x.s.c.attribute(controlInside, x.requirement()), expected: x.words(), entries: []int{e.entry}})
	case endEvent:
		x.s.fail(finding{requirement: x.s.c.attribute(controlInside, x.requirement()), expected: x.words(), absent: true, entries: []int{e.entry}})
	}
}

// message compares a message with the one that is due.
func (x *expectation) message(e event) {
	i := x.dueMessage()
	if i < 0 || x.todo[i].Opcode != e.opcode || !bytes.Equal(x.todo[i].Payload, e.payload) {
		x.s.fail(finding{requirement: x.s.c.aboutMessages(), expected: x.words(), entries: []int{e.entry}})
	}
	x.late = x.late || i > 0
	x.remove(i)
	x.s.progress = e.at
}

// dueMessage is the place in todo of the message that is due; -1 if there is none.
func (x *expectation) dueMessage() int {
	return slices.IndexFunc(x.todo, func(f Frame) bool { return !f.Opcode.Control() })
}

func (x *expectation) remove(i int) { x.todo = slices.Delete(x.todo, i, i+1) }

// pong takes a pong, which may be one that nobody asked for.
func (x *expectation) pong(e event) {
	i := slices.IndexFunc(x.todo, func(f Frame) bool { return f.Opcode == protocol.Pong && bytes.Equal(f.Payload, e.payload) })
	if i < 0 {
		return
	}
	if x.late {
		x.late = false
		x.s.warn(finding{requirement: pongPrompt, expected: "the Pong before the message, as soon as is practical",
			got: "the message, then " + e.String(), entries: []int{e.entry}})
	}
	isPong := func(f Frame) bool { return f.Opcode == protocol.Pong }
	x.todo = append(slices.DeleteFunc(slices.Clone(x.todo[:i]), isPong), x.todo[i+1:]...)
	x.s.progress = e.at
}

// misfit ends the script as soon as the message that is arriving cannot become the one that is due.
func (x *expectation) misfit() {
	op, got, arriving := x.s.theirs.partial()
	if !arriving || len(got) == 0 {
		return
	}
	i := x.dueMessage()
	if i < 0 || x.todo[i].Opcode != op || !bytes.HasPrefix(x.todo[i].Payload, got) {
		x.s.fail(finding{requirement: x.s.c.aboutMessages(), expected: x.words(),
			got: fmt.Sprintf("a message that starts with %v %s", op, show(got))})
	}
}

// missing ends the script: what was due did not come.
func (x *expectation) missing() {
	got := x.s.saw()
	if got == "nothing" {
		got = "nothing within " + seconds(x.s.timing.Progress)
	}
	x.s.fail(finding{requirement: x.requirement(), expected: x.words(), got: got, absent: !x.s.sawStrangePong()})
}

// requirement is the one that speaks of what is due.
func (x *expectation) requirement() string {
	if x.todo[0].Opcode != protocol.Pong {
		return x.s.c.aboutMessages()
	}
	if x.s.sawStrangePong() {
		return x.s.c.attribute(pongPayload, pongRequired)
	}
	return x.s.c.attribute(pongRequired)
}

// sawStrangePong tells whether a Pong came, since the last Send, whose payload is that of no Ping.
func (s *Session) sawStrangePong() bool {
	return slices.ContainsFunc(s.seen, func(e event) bool {
		return e.kind == pongEvent && !slices.Contains(s.pings, string(e.payload))
	})
}

// words says what is expected.
func (x *expectation) words() string {
	words := make([]string, len(x.todo))
	for i, f := range x.todo {
		words[i] = fmt.Sprintf("%v %s", f.Opcode, show(f.Payload))
	}
	return strings.Join(words, ", then ")
}

// StrayPongs exchanges a Ping and its Pong and returns how many pongs came before it that could answer a Pong with the given
// payload: with the same one, or none. It is how a case tells pongs that answer something from those that a peer sends now and
// then by itself.
func (s *Session) StrayPongs(answering string) (strays int) {
	payload := s.barrier()
	s.Send(Ping(payload))
	for {
		e, ok := s.await(nil)
		switch {
		case !ok:
			s.fail(finding{requirement: pongRequired, expected: "Pong " + show([]byte(payload)), absent: true})
		case e.kind == pongEvent && string(e.payload) == payload:
			return strays
		case e.kind == pongEvent && (len(e.payload) == 0 || string(e.payload) == answering):
			strays++
		case e.kind == pongEvent:
		default:
			s.fail(finding{requirement: s.c.attribute(pongAllowed), expected: "Pong " + show([]byte(payload)), absent: e.kind == endEvent, entries: []int{e.entry}})
		}
	}
}

// Answered fails the peer for having answered what asks for no answer.
func (s *Session) Answered(expected, got string) {
	s.fail(finding{requirement: pongUnasked, expected: expected, got: got})
}

// StillOpen fails the peer for having ended the conversation though there was nothing wrong with what it got.
func (s *Session) StillOpen(requirement, expected string) {
	switch {
	case s.closeGot != nil:
		s.fail(finding{requirement: requirement, expected: expected, got: s.closeGot.String(), entries: []int{s.closeGot.entry}})
	case s.ended != nil:
		s.fail(finding{requirement: requirement, expected: expected, got: s.ended.String(), absent: true, entries: []int{s.ended.entry}})
	}
}

// GotPong tells whether a Pong with that payload came since the last Send.
func (s *Session) GotPong(payload string) bool {
	return slices.ContainsFunc(s.seen, func(e event) bool { return e.kind == pongEvent && string(e.payload) == payload })
}

// AwaitPong waits for a Pong for the length of a pause of the Autobahn testsuite. If it does not come in that time, or a
// message comes first, that is a finding of lesser weight and the script goes on: the Pong is still due.
func (s *Session) AwaitPong(payload string) bool {
	until := time.Now().Add(s.timing.HangUp)
	defer s.judge.Settle()
	for {
		for i, e := range s.queue {
			if e.kind == pongEvent && string(e.payload) == payload {
				s.queue = slices.Delete(s.queue, i, i+1)
				return true
			}
		}
		if s.ended != nil || s.closeGot != nil || !s.read(until) {
			break
		}
	}
	if s.Open() {
		s.Late(pongPrompt, "Pong "+show([]byte(payload))+" before the message goes on", "nothing within "+seconds(s.timing.HangUp))
	}
	return false
}

// Late notes that something which should come did not come in time, though it still may. The peer conforms, but not as well as
// it should.
func (s *Session) Late(requirement, expected, got string) {
	s.warn(finding{requirement: requirement, expected: expected, got: got, absent: true})
}
