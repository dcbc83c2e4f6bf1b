package harness

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// Session is one conversation with a peer. Its methods are the words in which cases are written: they send, expect and
// pause. One that finds the peer wrong ends the script, like testing.T.FailNow.
type Session struct {
	ctx     context.Context
	c       *Case
	target  Target
	timing  Timing
	profile Profile
	rand    *rand.Rand // masking keys and payloads of barriers
	trace   func(side string, e record.Entry)

	conn    net.Conn
	in      chan input
	held    []input       // what came while we wrote
	holds   int           // bytes in it
	stop    chan struct{} // closed when nobody takes from in any more
	started time.Time

	log     transcript
	ours    *observer
	theirs  *observer
	judge   *wstest.Judge
	account *account // nil if nobody asked for it

	offers   []protocol.Extension // of the opening handshake
	accepted []protocol.Extension // of them, by the peer

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
	headJudged  bool // by the rules of the Autobahn testsuite
	received    int64
	frames      int64 // that do not continue a message

	findings []finding
	notes    []string
	passive  []breach
	breached protocol.RuleSet // the rules in it

	bulk     *echo          // of the latest volume; nil if there was none
	slack    time.Duration  // what a large message adds to the limits on waiting
	pouring  bool           // a message in bulk is on its way out: nothing may go between its bytes
	torn     bool           // a frame of ours broke off: nothing can follow it
	measured *record.Volume // nil if nothing was measured
}

// Note adds something that speaks against nobody to the result.
func (s *Session) Note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

// Pause waits for a moment, as long as the connection is open. The name is what the Autobahn testsuite calls the pause.
func (s *Session) Pause(name string) {
	until := time.Now().Add(s.timing.Pause)
	s.account.pause(name, s.timing.Pause)
	for s.closeGot == nil && s.ended == nil && s.read(until) {
	}
	if s.due == nil { // else the testsuite has written its Pong into the frame, which is no text then, and fails at once
		s.judge.Pause(name)
	}
	if len(s.rest) == 0 { // inside a frame that is sent in parts, a Close frame is a part of that
		s.judge.Settle()
	}
	s.account.paused(name, s.ended == nil)
	s.log.note(time.Now(), record.KindPause, s.timing.Pause.Round(time.Millisecond).String())
	s.tell(record.SideNote)
	s.progress = time.Now()
}

// Profile is how much volume the run spends.
func (s *Session) Profile() Profile { return s.profile }

// Open tells whether the peer has neither closed nor failed the connection, as far as it is known.
func (s *Session) Open() bool { return s.closeGot == nil && s.ended == nil }

// barrier returns a payload that nothing else has.
func (s *Session) barrier() string {
	payload := fmt.Sprintf("barrier-%08x", s.rand.Uint32())
	s.barriers[payload] = true
	s.judge.Barrier(payload)
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

// tell traces the latest entry of the transcript.
func (s *Session) tell(side string) {
	if s.trace != nil && len(s.log.entries) > 0 {
		s.trace(side, s.log.entries[len(s.log.entries)-1])
	}
}
