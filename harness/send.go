package harness

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// Send sends frames in one write.
func (s *Session) Send(frames ...Frame) { s.SendIn(0, frames...) }

// SendEach sends frames with a write for each.
func (s *Session) SendEach(frames ...Frame) {
	s.fresh()
	for _, f := range frames {
		s.transmit(s.encode(f))
	}
}

// SendIn sends frames in writes of size bytes; 0 means one write for all.
func (s *Session) SendIn(size int, frames ...Frame) {
	s.fresh()
	wire := s.encode(frames...)
	if size == 0 {
		s.transmit(wire)
		return
	}
	s.log.note(time.Now(), record.KindPause, fmt.Sprintf("what follows is sent in writes of %d bytes", size))
	s.account.chopped(size)
	defer s.account.chopped(0)
	s.observe(wire)
	for len(wire) > 0 {
		n := min(size, len(wire))
		s.write(wire[:n])
		wire = wire[n:]
	}
}

// SendPart sends the header and the first bytes of one frame and returns a function that sends the next ones. The frame is
// complete after as many bytes as it has.
func (s *Session) SendPart(f Frame, n int) (more func(n int)) {
	s.fresh()
	wire := s.encode(f)
	sent := len(wire) - len(f.Payload)
	from := 0
	more = func(n int) {
		sent += n
		part := wire[from:sent]
		s.log.bytes(time.Now(), record.SideSent, record.KindBytes, part, "a part of a frame")
		s.transmit(part)
		from = sent
		s.rest = wire[sent:]
		if len(s.rest) == 0 && s.due != nil {
			s.transmit(s.encode(*s.due))
			s.due = nil
		}
	}
	more(n)
	return more
}

// fresh forgets what was seen before the peer was asked something new.
func (s *Session) fresh() {
	s.seen = s.seen[:0]
	s.progress = time.Now()
}

// answer sends the Pong that RFC 6455, section 5.5.2 demands of us, too. Inside a frame that is sent in parts there is no place
// for it: the Pong for the latest Ping is due when the frame is complete.
func (s *Session) answer(payload []byte) {
	if s.closeSent || s.mute || s.torn {
		return
	}
	pong := Pong(string(payload))
	if len(s.rest) > 0 || s.pouring {
		s.due = &pong
		return
	}
	s.transmit(s.encode(pong))
}

// encode puts frames into bytes, masked as our role demands.
func (s *Session) encode(frames ...Frame) (wire []byte) {
	for _, f := range frames {
		f.Masked, f.Key = true, s.rand.Uint32()
		wire = f.Append(wire)
	}
	return wire
}

// transmit writes bytes and notes the frames in them.
func (s *Session) transmit(wire []byte) {
	s.observe(wire)
	s.write(wire)
}

// observe notes our own frames, for the transcript and for what they ask of the peer.
func (s *Session) observe(wire []byte) {
	s.ours.reader.Feed(wire)
	for {
		f, err := s.ours.next()
		if err != nil {
			return
		}
		s.crossed = s.crossed || s.closeSent
		s.account.sentFrame(f)
		entry := s.log.frame(time.Now(), record.SideSent, f)
		if !f.broken.Empty() {
			s.log.mark(entry, record.MarkFault)
		}
		if s.barriers[string(f.payload)] {
			s.log.mark(entry, record.MarkBarrier)
		}
		s.tell(record.SideSent)
		switch {
		case f.header.Opcode == protocol.Ping:
			s.pings = append(s.pings, string(f.payload))
			if !f.broken.Empty() {
				s.brokenPings[string(f.payload)] = true
			}
		case f.header.Opcode == protocol.Close && f.header.RSV == 0: // with a reserved bit it is no Close frame that anybody knows
			s.closeSent = true
			s.judge.SentClose(f.status)
		}
	}
}

// write writes bytes, for as long as the peer takes some now and then. What it sends meanwhile is kept for later.
func (s *Session) write(wire []byte) { s.writeIn(wire, len(wire), s.hold) }

// writeIn is write in pieces of size bytes; take gets what the peer sends meanwhile. It returns what was not written. That the
// peer has gone is not its fault alone, and shows in what is read.
func (s *Session) writeIn(wire []byte, size int, take func(input)) (rest []byte) {
	if !s.mute && s.ended == nil && !s.cut() {
		s.account.sent(wire, size)
	}
	for len(wire) > 0 && !s.mute && s.ended == nil && !s.cut() {
		s.conn.SetWriteDeadline(s.writeLimit())
		n, err := s.push(wire, size, take)
		wire = wire[n:]
		if s.pouring {
			s.bulk.move(n)
		}
		if err != nil && s.ctx.Err() != nil {
			panic(interrupted{})
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return wire
		}
		if err != nil && !s.cut() && (s.stuck(n) || time.Since(s.started) >= s.timing.Case) {
			s.mute = true
			s.log.note(time.Now(), record.KindPause, "the peer does not read what is sent")
			s.tell(record.SideNote)
		}
	}
	return wire
}

// cut tells whether a message in bulk is to be broken off.
func (s *Session) cut() bool { return s.pouring && (!s.Open() || s.bulk.over) }

// stuck tells whether a write that took n bytes within the limit is no progress. Of a message in bulk it may take so few that the
// message would not be out in time; on the other hand, its echo may have come nearer.
func (s *Session) stuck(n int) bool {
	if s.pouring {
		return time.Since(s.progress) >= s.patience()
	}
	return n == 0
}

// patience is how long to wait for the peer to take something.
func (s *Session) patience() time.Duration { return max(s.timing.Progress, DefaultProgress) + s.slack }

// writeLimit is when to stop waiting for that.
func (s *Session) writeLimit() time.Time {
	limit := time.Now().Add(s.patience())
	if last := s.started.Add(s.timing.Case); last.Before(limit) {
		return last
	}
	return limit
}

// push writes while it takes in what the peer sends: a peer that answers at once may read no further until its answers are
// taken. The end of the run ends it, too, and so does what the peer has sent, if there is no use in writing on.
func (s *Session) push(wire []byte, size int, take func(input)) (n int, err error) {
	written := make(chan struct{})
	go func() {
		for k := 0; n < len(wire) && err == nil; n += k {
			k, err = s.conn.Write(wire[n:min(n+size, len(wire))])
		}
		close(written)
	}()
	over, ending := s.ctx.Done(), false
	for {
		in := s.in
		if s.holds > maxMessage {
			in = nil // no case asks for that much: let it wait
		}
		select {
		case i := <-in:
			s.account.got(i.data)
			take(i)
			if s.cut() && !ending {
				ending = true
				s.conn.SetWriteDeadline(time.Now().Add(s.timing.Grace))
			}
		case <-over:
			s.conn.SetWriteDeadline(time.Now())
			over = nil
		case <-written:
			return n, err
		}
	}
}
