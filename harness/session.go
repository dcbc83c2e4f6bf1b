package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// Session is one conversation with a peer. Its methods are the words in which cases are written: they send, expect and
// pause. One that finds the peer wrong ends the script, like testing.T.FailNow.
type Session struct {
	ctx    context.Context
	c      *Case
	target Target
	timing Timing
	rand   *rand.Rand // masking keys and payloads of barriers
	trace  func(side string, e record.Entry)

	conn    net.Conn
	in      chan input
	held    []input       // what came while we wrote
	holds   int           // bytes in it
	stop    chan struct{} // closed when nobody takes from in any more
	started time.Time

	log    transcript
	ours   *observer
	theirs *observer
	judge  *wstest.Judge

	queue    []event
	seen     []event // since the last Send, for findings to show
	progress time.Time
	partial  int // bytes of the message that is arriving, when progress was last looked at

	expecting bool // Expect waits, and looks at that message itself

	pings       []string // payloads of the pings that were sent, in order
	brokenPings map[string]bool
	processed   *event // the Pong for a Ping that was sent after a violation
	barriers    map[string]bool
	allowed     []Frame // answers that may come before what is expected
	allowedLate []Frame
	answered    int    // the highest number of a ping, in order of sending, that was answered
	disordered  bool   // a Pong came after that of a later ping
	rest        []byte // of a frame of which a part was sent
	due         *Frame // the Pong for a Ping that came meanwhile
	closeSent   bool
	closeGot    *event
	ended       *event
	mute        bool   // the peer does not read what we send
	over        bool   // the script is: what comes is for the judge and for chapter 0
	crossed     bool   // we sent what the peer need not read, so that a reset is no wonder
	opened      bool   // the opening handshake succeeded
	refused     error  // the transport could not be opened
	headBytes   string // what came in place of a valid head
	headError   error
	headEnded   bool // the stream ended instead
	received    int64
	frames      int64 // that do not continue a message

	findings []finding
	notes    []string
	passive  []breach
}

// input is what one read brought.
type input struct {
	data []byte
	at   time.Time
	err  error
}

// event is something that the peer did.
type event struct {
	kind    eventKind
	opcode  protocol.Opcode
	payload []byte
	status  protocol.CloseStatus
	err     error // why the stream ended
	at      time.Time
	entry   int // number in the transcript
	broken  protocol.RuleSet
	barrier bool
}

type eventKind byte

const (
	messageEvent eventKind = iota
	pongEvent
	closeEvent
	endEvent
)

func (e event) String() string {
	switch e.kind {
	case messageEvent:
		return fmt.Sprintf("%v %s", e.opcode, show(e.payload))
	case pongEvent:
		return "Pong " + show(e.payload)
	case closeEvent:
		if len(e.payload) == 0 {
			return "Close without a code"
		}
		return "Close " + e.status.Code.String()
	}
	return describeEnd(e.err)
}

// show is protocol.Show with the length of what is too long to be shown.
func show(p []byte) string {
	if len(p) > 60 {
		return fmt.Sprintf("%s (%d bytes)", protocol.Show(p), len(p))
	}
	if len(p) == 0 {
		return `""`
	}
	return protocol.Show(p)
}

// describeEnd puts the end of the stream into words.
func describeEnd(err error) string {
	var limit *protocol.LimitError
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return "the end of the stream"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the end of the stream inside a frame"
	case errors.As(err, &limit):
		return "a " + limit.Error()[len("protocol: "):]
	case isFlood(err):
		return err.Error()
	case isReset(err):
		return "a reset of the connection"
	}
	return "the failure of the connection (" + err.Error() + ")"
}

// What a peer may send in one conversation. No case asks for nearly as much.
const (
	maxReceived = 64 << 20 // bytes
	maxFrames   = 1 << 16  // that do not continue a message, which may come in fragments of one byte
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

// pump reads from the connection until it ends. It holds a bounded number of reads, so a peer that floods is slowed down.
func (s *Session) pump() {
	buf := make([]byte, 16<<10)
	for {
		n, err := s.conn.Read(buf)
		select {
		case s.in <- input{bytes.Clone(buf[:n]), time.Now(), err}:
		case <-s.stop:
			return
		}
		if err != nil {
			return
		}
	}
}

// next waits for the next event until a point in time; ok is false if there was none.
func (s *Session) next(until time.Time) (e event, ok bool) {
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
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case in := <-s.in:
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
	switch {
	case s.received > maxReceived:
		s.end(in.at, floodError{maxReceived, "bytes"})
	case s.frames > maxFrames:
		s.end(in.at, floodError{maxFrames, "frames"})
	}
	s.notice(in.at)
}

// notice counts it as progress when more of a message has arrived, if it may become one that is waited for.
func (s *Session) notice(at time.Time) {
	op, p, _ := s.theirs.partial()
	if len(p) > s.partial && (s.expecting || s.allows(op, p)) {
		s.progress = at
	}
	s.partial = len(p)
}

// end notes that no more will come.
func (s *Session) end(at time.Time, err error) {
	entry := s.log.note(at, record.KindEnd, describeEnd(err))
	s.tell(record.SideGot)
	s.judge.Ended()
	s.ended = &event{kind: endEvent, err: err, at: at, entry: entry}
	s.queue = append(s.queue, *s.ended)
}

// frame handles a frame of the peer.
func (s *Session) frame(at time.Time, f observed) {
	if f.header.Opcode != protocol.Continuation || len(f.payload) == 0 {
		s.frames++
	}
	entry := s.log.frame(at, record.SideGot, f)
	s.tell(record.SideGot)
	if !f.broken.Empty() {
		s.passive = append(s.passive, breach{f.broken, entry})
	}
	s.judgeViolations(f)
	e := event{opcode: f.header.Opcode, payload: f.payload, at: at, entry: entry, broken: f.broken}
	switch {
	case f.complete:
		e.kind, e.opcode, e.payload = messageEvent, f.opcode, f.message
		if e.barrier = s.barriers[string(f.message)]; !e.barrier {
			s.judge.Message(f.opcode == protocol.Text, f.message)
		}
	case f.header.Opcode == protocol.Ping:
		if !f.broken.Has(protocol.LongControl) { // no Pong may be that long
			s.answer(f.payload)
		}
		return
	case f.header.Opcode == protocol.Pong:
		e.kind = pongEvent
		s.orderPong(e)
		if e.barrier = s.barriers[string(f.payload)]; !e.barrier {
			s.judge.Pong(f.payload)
		}
	case f.header.Opcode == protocol.Close:
		e.kind, e.status = closeEvent, f.status
		s.judge.GotClose(f.status, f.broken.Has(protocol.CloseBody) || f.broken.Has(protocol.CloseReason) ||
			f.broken.Has(protocol.CloseCodeOnWire) || f.broken.Has(protocol.CloseCodeRange))
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

// judgeViolations tells the judge what the Autobahn testsuite would take for a violation.
func (s *Session) judgeViolations(f observed) {
	for rule := range f.broken.All() {
		switch rule {
		case protocol.TextEncoding:
			s.judge.Violation(protocol.InvalidPayload)
			if !f.halfRune {
				s.judge.Violation(protocol.InvalidPayload) // where it is wrong, and once more where it ends
			}
		case protocol.CloseBody, protocol.CloseReason, protocol.CloseCodeOnWire, protocol.CloseCodeRange, protocol.DataAfterClose:
		default:
			s.judge.Violation(protocol.ProtocolError)
		}
	}
}

// answer sends the Pong that RFC 6455, section 5.5.2 demands of us, too. Inside a frame that is sent in parts there is no place
// for it: the Pong for the latest Ping is due when the frame is complete.
func (s *Session) answer(payload []byte) {
	if s.closeSent || s.mute {
		return
	}
	pong := Pong(string(payload))
	if len(s.rest) > 0 {
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
			s.judge.SentClose()
		}
	}
}

// write writes bytes, for as long as the peer takes some now and then. That the peer has gone is not its fault alone, and shows
// in what is read.
func (s *Session) write(wire []byte) {
	for len(wire) > 0 && !s.mute && s.ended == nil {
		s.conn.SetWriteDeadline(s.writeLimit())
		n, err := s.push(wire)
		wire = wire[n:]
		if err != nil && s.ctx.Err() != nil {
			panic(interrupted{})
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		if err != nil && (n == 0 || time.Since(s.started) >= s.timing.Case) {
			s.mute = true
			s.log.note(time.Now(), record.KindPause, "the peer does not read what is sent")
			s.tell(record.SideNote)
		}
	}
}

// writeLimit is how long to wait for the peer to take something.
func (s *Session) writeLimit() time.Time {
	limit := time.Now().Add(max(s.timing.Progress, DefaultProgress))
	if last := s.started.Add(s.timing.Case); last.Before(limit) {
		return last
	}
	return limit
}

// push writes while it takes in what the peer sends: a peer that answers at once may read no further until its answers are
// taken. The end of the run ends it, too.
func (s *Session) push(wire []byte) (n int, err error) {
	written := make(chan struct{})
	go func() {
		n, err = s.conn.Write(wire)
		close(written)
	}()
	over := s.ctx.Done()
	for {
		in := s.in
		if s.holds > maxMessage {
			in = nil // no case asks for that much: let it wait
		}
		select {
		case i := <-in:
			s.hold(i)
		case <-over:
			s.conn.SetWriteDeadline(time.Now())
			over = nil
		case <-written:
			return n, err
		}
	}
}

// tell traces the latest entry of the transcript.
func (s *Session) tell(side string) {
	if s.trace != nil && len(s.log.entries) > 0 {
		s.trace(side, s.log.entries[len(s.log.entries)-1])
	}
}

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

// Note adds something that speaks against nobody to the result.
func (s *Session) Note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

// Pause waits for a moment, as long as the connection is open. The name is what the Autobahn testsuite calls the pause.
func (s *Session) Pause(name string) {
	until := time.Now().Add(s.timing.Pause)
	for s.closeGot == nil && s.ended == nil && s.read(until) {
	}
	s.judge.Pause(name)
	s.log.note(time.Now(), record.KindPause, s.timing.Pause.Round(time.Millisecond).String())
	s.tell(record.SideNote)
	s.progress = time.Now()
}

// Open tells whether the peer has neither closed nor failed the connection, as far as it is known.
func (s *Session) Open() bool { return s.closeGot == nil && s.ended == nil }

// barrier returns a payload that nothing else has.
func (s *Session) barrier() string {
	payload := fmt.Sprintf("barrier-%08x", s.rand.Uint32())
	s.barriers[payload] = true
	return payload
}

// saw tells what the peer did since it was last asked something.
func (s *Session) saw() string {
	if len(s.seen) == 0 {
		if op, p, ok := s.theirs.partial(); ok {
			return fmt.Sprintf("the start of a message, %v %s", op, show(p))
		}
		return "nothing"
	}
	words := make([]string, len(s.seen))
	for i, e := range s.seen {
		words[i] = e.String()
	}
	return strings.Join(words, ", then ")
}
