package harness

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// What a peer may send in one conversation, beside the echo of a volume. No other case asks for nearly as much.
const (
	maxReceived = 64 << 20 // bytes
	maxFrames   = 1 << 16  // that do not continue a message, which may come in fragments of one byte
	maxBeside   = 4 << 20  // bytes beside an echo
	maxOverhead = 8        // bytes for each of an echo: fragments of one byte, with an empty one before and behind each
)

// floodError says that a peer sent more than that.
type floodError struct {
	count int64
	what  string
}

func (e floodError) Error() string {
	return fmt.Sprintf("more than %d %s, none of them asked for", e.count, e.what)
}

func isFlood(err error) bool { return errors.As(err, new(floodError)) }

// input is what one read brought.
type input struct {
	data []byte
	at   time.Time
	err  error
}

// Sizes of a read in bytes. It grows where it pays.
const (
	shortRead = 16 << 10
	longRead  = 128 << 10
)

// pump reads from the connection until it ends. It holds a bounded number of reads, so a peer that floods is slowed down.
func (s *Session) pump() {
	buf := make([]byte, shortRead)
	acknowledge := acknowledger(s.conn)
	for {
		n, err := s.conn.Read(buf)
		if s.c.Alone {
			acknowledge()
		}
		select {
		case s.in <- input{bytes.Clone(buf[:n]), time.Now(), err}:
		case <-s.stop:
			return
		}
		if err != nil {
			return
		}
		if n == len(buf) && n < longRead && s.c.Alone {
			buf = make([]byte, 2*n)
		}
	}
}

// next waits for the next event until a point in time; ok is false if there was none.
func (s *Session) next(until time.Time) (e event, ok bool) {
	s.account.await()
	for len(s.queue) == 0 {
		if s.ended != nil {
			return *s.ended, true
		}
		if !s.read(until) {
			return event{}, false
		}
	}
	e, s.queue = s.queue[0], s.queue[1:]
	if len(s.seen) < 8 {
		s.seen = append(s.seen, e)
	}
	return e, true
}

// read takes one read of the peer's bytes; false if none came in time.
func (s *Session) read(until time.Time) bool {
	in, ok := s.fetch(until)
	if ok {
		s.take(in)
	}
	return ok
}

// fetch returns what the next read brought, if it comes in time.
func (s *Session) fetch(until time.Time) (in input, ok bool) {
	if len(s.held) > 0 {
		in, s.held = s.held[0], s.held[1:]
		s.holds -= len(in.data)
		return in, true
	}
	s.account.await()
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case in := <-s.in:
		s.account.got(in.data)
		return in, true
	case <-timer.C:
		return input{}, false
	case <-s.ctx.Done():
		panic(interrupted{})
	}
}

// hold keeps what a read brought for fetch. Small reads become larger ones.
func (s *Session) hold(in input) {
	s.holds += len(in.data)
	if last := len(s.held) - 1; last >= 0 && len(s.held[last].data) < 16<<10 {
		s.held[last] = input{append(s.held[last].data, in.data...), in.at, in.err}
		return
	}
	s.held = append(s.held, in)
}

// take handles what one read brought.
func (s *Session) take(in input) {
	s.received += int64(len(in.data))
	s.judge.Receive(in.data)
	s.theirs.reader.Feed(in.data)
	if in.err != nil {
		s.theirs.reader.EOF()
	}
	for s.ended == nil {
		f, err := s.theirs.next()
		if err == protocol.ErrNeedMore {
			break
		}
		if err != nil {
			if in.err != nil && !errors.Is(in.err, io.EOF) && !errors.Is(in.err, io.ErrUnexpectedEOF) { // the latter: TLS without its own end
				err = in.err
			}
			s.end(in.at, err)
			return
		}
		s.frame(in.at, f)
	}
	s.bound(in.at)
	s.notice(in.at)
}

// bound ends the conversation with a peer that sends far more than it was asked for.
func (s *Session) bound(at time.Time) {
	bytes, frames := int64(maxReceived), int64(maxFrames)
	if s.bulk != nil {
		bytes = maxBeside + maxOverhead*s.bulk.total()
		if s.bulk.over {
			bytes = maxBeside + s.bulk.total()
		}
		frames += 4*s.bulk.frames() + s.bulk.total()/256 // pings and empty fragments between others, which are made of reads
	}
	switch {
	case s.received > bytes:
		s.end(at, floodError{bytes, "bytes"})
	case s.frames > frames:
		s.end(at, floodError{frames, "frames"})
	}
}

// notice counts it as progress when more of a message has arrived, if it may become one that is waited for.
func (s *Session) notice(at time.Time) {
	op, p, _ := s.theirs.partial()
	if len(p) > s.partial && (s.expecting || s.allows(op, p)) {
		s.progress = at
	}
	s.partial = len(p)
}

// end notes that no more will come, or that what comes can no longer be understood.
func (s *Session) end(at time.Time, err error) {
	entry := s.log.note(at, record.KindEnd, describeEnd(err))
	s.tell(record.SideGot)
	if isFlood(err) || errors.As(err, new(*protocol.LimitError)) || errors.As(err, new(*protocol.Error)) {
		s.judge.Deaf() // it is not the peer who has ended it
	}
	s.judge.Ended()
	s.ended = &event{kind: endEvent, err: err, at: at, entry: entry}
	s.queue = append(s.queue, *s.ended)
}

// frame handles a frame of the peer.
func (s *Session) frame(at time.Time, f observed) {
	if f.header.Opcode != protocol.Continuation || len(f.payload) == 0 {
		s.frames++
	}
	entry := s.enter(at, f)
	e := event{opcode: f.header.Opcode, payload: f.payload, at: at, entry: entry, broken: f.broken}
	switch {
	case f.complete && s.theirs.echo != nil:
		s.theirs.echo.complete(f, at, entry)
		return
	case f.complete:
		e.kind, e.opcode, e.payload, e.size = messageEvent, f.opcode, f.message, f.size
		e.barrier = s.barriers[string(f.message)]
	case f.header.Opcode == protocol.Ping:
		if !f.broken.Has(protocol.LongControl) { // no Pong may be that long
			s.answer(f.payload)
		}
		return
	case f.header.Opcode == protocol.Pong:
		e.kind = pongEvent
		s.orderPong(e)
		e.barrier = s.barriers[string(f.payload)]
	case f.header.Opcode == protocol.Close:
		e.kind, e.status = closeEvent, f.status
		if s.closeGot == nil {
			s.closeGot = &e
		}
	default:
		return // the start of a message, or a frame that only chapter 0 speaks of
	}
	if !s.over {
		s.queue = append(s.queue, e)
	}
}

// enter notes a frame of the peer: in the transcript, unless there are too many of its kind, and for chapter 0, which needs to
// hear of each broken rule once.
func (s *Session) enter(at time.Time, f observed) (entry int) {
	s.account.gotFrame(f)
	if s.theirs.echo != nil && f.broken.Empty() && s.theirs.echo.crowded(f) {
		s.log.count(at, record.SideGot, int64(f.header.Length))
		return -1
	}
	entry = s.log.frame(at, record.SideGot, f)
	s.tell(record.SideGot)
	var news protocol.RuleSet
	for rule := range f.broken.All() {
		if !s.breached.Has(rule) {
			news.Add(rule)
			s.breached.Add(rule)
		}
	}
	if !news.Empty() {
		s.passive = append(s.passive, breach{news, entry})
	}
	return entry
}

// orderPong notes a Pong that comes after the Pong of a later ping.
func (s *Session) orderPong(e event) {
	for i := len(s.pings) - 1; i >= 0; i-- {
		if s.pings[i] != string(e.payload) {
			continue
		}
		if i < s.answered && !s.disordered {
			s.disordered = true
			s.warn(finding{requirement: pongLatest, expected: "pongs in the order of the pings",
				got: e.String() + " after the Pong of a later ping", entries: []int{e.entry}})
		}
		s.answered = max(s.answered, i)
		return
	}
}
