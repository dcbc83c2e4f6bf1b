package harness

import (
	"fmt"
	"slices"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// Volume is what a case that measures sends: messages of one length, each after the echo of the one before.
type Volume struct {
	Opcode   protocol.Opcode // Text or Binary
	Messages int             // at least 1
	Bytes    int             // payload of each message
	Fragment int             // payload of each fragment but the last, which is shorter and may be empty; 0: one frame
	Write    int             // bytes in each write; 0: as many as fit
}

// String says what is sent, such as "a text message of 4 MiB in fragments of 64 bytes".
func (v Volume) String() string {
	kind := map[protocol.Opcode]string{protocol.Text: "text", protocol.Binary: "binary"}[v.Opcode]
	words := fmt.Sprintf("a %s message of %s", kind, size(v.Bytes))
	switch {
	case v.Messages > 1 && v.Bytes == 0:
		words = fmt.Sprintf("%d empty %s messages", v.Messages, kind)
	case v.Messages > 1:
		words = fmt.Sprintf("%d %s messages of %s", v.Messages, kind, size(v.Bytes))
	}
	switch {
	case v.Fragment > 0:
		words += fmt.Sprintf(" in fragments of %s", size(v.Fragment))
	case v.Write > 0:
		words += fmt.Sprintf(" in writes of %s", size(v.Write))
	}
	return words
}

// size puts a number of bytes into words.
func size(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// frames is in how many frames they leave.
func (v Volume) frames() int64 {
	if v.Fragment == 0 {
		return int64(v.Messages)
	}
	return int64(v.Messages) * int64(v.Bytes/v.Fragment+1)
}

// total is the payload of all messages in bytes.
func (v Volume) total() int64 { return int64(v.Messages) * int64(v.Bytes) }

// EchoVolume sends messages whose content is made up as they leave, and holds what comes back against it as it arrives, in
// whatever fragments. Neither is ever in memory as a whole. What it takes is measured.
//
// A peer may refuse a message as too large, by Close 1009 or 1008: a limit is its right (RFC 6455, section 10.4), but whoever
// wants the message will not be content. That is a finding of lesser weight, and ends the script.
func (s *Session) EchoVolume(v Volume) {
	s.fresh()
	s.bulk = newEcho(s, v)
	s.theirs.echo = s.bulk
	s.slack = slackFor(v, s.timing.Progress)
	s.bulk.pace = paceFor(v, s.timing.Progress+s.slack, s.timing.Case)
	s.account.log(false)
	s.account.await()
	s.judge.Asked(v.Opcode == protocol.Text, v.Messages, int64(v.Bytes))
	defer func() { s.theirs.echo, s.pouring, s.slack = nil, false, 0 }()
	began := time.Now()
	trips := make([]time.Duration, 0, v.Messages)
	for s.bulk.came < v.Messages && !s.bulk.over {
		asked := time.Now()
		s.pour()
		s.awaitEcho()
		trips = append(trips, s.bulk.at.Sub(asked))
	}
	s.judgeEcho()
	s.measured = measure(v, s.bulk.at.Sub(began), trips)
	s.progress = time.Now()
}

// slackFor is what a message adds to the limit on waiting: as much again for each MiB, and for every 4096 fragments. A peer that
// takes a message whole shows no progress before it has looked at all of it, and some are slow at that.
func slackFor(v Volume, limit time.Duration) time.Duration {
	one := Volume{Messages: 1, Bytes: v.Bytes, Fragment: v.Fragment}
	return time.Duration(float64(limit) * (float64(v.Bytes)/(1<<20) + float64(one.frames())/4096))
}

// measure sums up the round trips of the messages.
func measure(v Volume, took time.Duration, trips []time.Duration) *record.Volume {
	slices.Sort(trips)
	return &record.Volume{
		Messages: v.Messages, MessageBytes: int64(v.Bytes), DurationUS: took.Microseconds(),
		MedianUS: trips[len(trips)/2].Microseconds(), WorstUS: trips[len(trips)-1].Microseconds(),
	}
}

// pour sends the next message, and looks at what comes back meanwhile. It breaks off when there is no use in going on.
func (s *Session) pour() {
	for len(s.held) > 0 {
		s.read(time.Now())
	}
	out := s.bulk.next()
	s.pouring = true
	defer func() { s.pouring = false }()
	for !out.done() && s.Open() && !s.mute && !s.bulk.over {
		wire := s.pongDue(s.bulk.buf[:0], out)
		wire = out.fill(wire)
		step := s.bulk.Write
		if step == 0 {
			step = len(wire)
		}
		rest := s.writeIn(wire, step, s.take)
		s.torn = len(rest) > 0 || out.inFrame()
	}
}

// pongDue adds the Pong for a Ping that came meanwhile, where there is a place for it.
func (s *Session) pongDue(wire []byte, out *outgoing) []byte {
	if s.due == nil || out.inFrame() {
		return wire
	}
	wire = append(wire, s.encode(*s.due)...)
	s.observe(wire)
	s.due = nil
	return wire
}

// awaitEcho waits until the message that was sent last has come back.
func (s *Session) awaitEcho() {
	if s.due != nil && !s.torn {
		s.transmit(s.pongDue(nil, new(outgoing)))
	}
	for s.bulk.came < s.bulk.asked && s.Open() && !s.bulk.over {
		until := s.started.Add(s.timing.Case)
		if limit := s.progress.Add(s.timing.Progress + s.slack); s.timing.Progress > 0 && limit.Before(until) {
			until = limit
		}
		if !s.read(until) {
			break
		}
	}
	if s.bulk.came < s.bulk.asked && !s.bulk.over {
		s.judgeEcho()
		s.echoMissing()
	}
}

// judgeEcho ends the script if something came back that was not sent.
func (s *Session) judgeEcho() {
	if s.bulk.fault != nil || s.bulk.came == s.bulk.Messages {
		s.account.log(true)
	}
	if f := s.bulk.fault; f != nil {
		s.fail(*f)
	}
}

// echoMissing ends the script: the message has not come back, or not all of it.
func (s *Session) echoMissing() {
	limit := s.timing.Progress + s.slack
	slow := s.Open() && !s.mute && time.Since(s.bulk.last) < limit/2
	f := finding{requirement: s.c.attribute(), expected: s.bulk.words(), got: s.bulk.progress(slow), absent: true}
	switch {
	case s.bulk.differ != nil:
		f.got, f.absent = s.bulk.differ.words(s.bulk), false
	case s.closeGot != nil:
		f.got += ", then " + s.closeGot.String()
		f.absent, f.entries = false, []int{s.closeGot.entry}
		s.refusal(f)
	case s.ended != nil:
		f.got += ", then " + s.ended.String()
		f.entries = []int{s.ended.entry}
	case time.Since(s.started) >= s.timing.Case:
		f.got += " within " + seconds(s.timing.Case)
	case s.mute:
		f.got += ", then it did not read any further for " + seconds(s.patience())
	case slow:
		f.got += ", so slowly that not all of it would come within " + seconds(s.timing.Case)
	default:
		f.got += ", then nothing for " + seconds(limit)
	}
	s.fail(f)
}

// refusal ends the script if the peer says that the message goes beyond a limit of its own.
func (s *Session) refusal(f finding) {
	switch s.closeGot.status.Code {
	case protocol.MessageTooBig, protocol.PolicyViolation:
	default:
		return
	}
	f.got += ": a limit of its own, which RFC 6455, section 10.4 leaves to it"
	s.awaitClose(f.expected)
	s.warn(f)
	if s.torn {
		halfClose(s.conn) // there is no place for a Close frame inside a frame
		s.awaitEnd(failHangUp)
	} else {
		s.replyAndHangUp(failHangUp)
	}
	panic(scriptEnd{})
}
