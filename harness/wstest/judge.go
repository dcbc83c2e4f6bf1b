// Package wstest judges a conversation as the Autobahn testsuite does. People have years of recorded verdicts of it; that
// this package gives the same ones, case by case, is how they can tell that nothing was lost on the way here.
//
// What it reproduces is the client of autobahn-python 0.10.9, as the testsuite 25.10.1 drives it: which side closed, whether
// the closing was clean, what counted as received. Where that client is wrong by the RFC, so is this package.
package wstest

import (
	"slices"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// Kind says what an Event is.
type Kind byte

// What the testsuite notes down as received: messages and pongs, and that a pause went by with the connection open.
const (
	TextMessage Kind = iota
	BinaryMessage
	PongFrame
	PauseOver
)

// Event is one thing that the testsuite notes down as received.
type Event struct {
	Kind    Kind
	Payload string
}

// Timer is what the testsuite does when a case does not come to its end in time.
type Timer byte

// The timers of its cases: one fails the connection with 1001, another starts the closing handshake without a code. Some cases
// wait for nothing, and start it with 1000 at once.
const (
	KillAfter Timer = iota
	CloseAfter
	CloseAtOnce
)

// Expectation is what the testsuite expects of a case.
type Expectation struct {
	OK        []Event // received in a conversation that is OK
	NonStrict []Event // received in one that is NON-STRICT, if MaybeNonStrict
	// MaybeNonStrict says that there is a NON-STRICT outcome. The testsuite then never closes by itself.
	MaybeNonStrict bool

	Ours          bool                 // the testsuite should close, not the peer
	Clean         bool                 // the closing handshake must be complete
	Codes         []protocol.CloseCode // what the peer's Close frame may say
	NoticeOrFail  bool                 // if the peer does not close, the case fails
	CodeOrFail    bool                 // if the peer's close code is wrong, the case fails
	Informational bool                 // whatever happens, it is INFORMATIONAL
	Measures      bool                 // what is received counts by type and length, as Asked says; OK and NonStrict do not matter
	Timer         Timer
	Patient       bool // a timer that kills leaves the case ten seconds, not one
	Seconds       int  // how long a case that measures may take by the testsuite, which its files say
}

// The words of the testsuite for an outcome and for the closing.
const (
	ok             = "OK"
	nonStrict      = "NON-STRICT"
	failed         = "FAILED"
	informational  = "INFORMATIONAL"
	wrongCode      = "WRONG CODE"
	unclean        = "UNCLEAN"
	failedByClient = "FAILED BY CLIENT"
)

// Judge follows one conversation. Its methods are called in the order in which things happen.
type Judge struct {
	expect Expectation
	reader
	course
	barriers []string // what the peer sends only because it was asked for what the testsuite does not send
	start    *course  // as it was when the message that is arriving began; nil if something else has happened since
	frameAt  *course  // as it was when the pong that is arriving began
	doubt    bool     // what is arriving may be the answer to a barrier

	opened bool
	asked  volume
}

// course is how the conversation has gone so far.
type course struct {
	received []Event

	state   state
	ours    bool // we sent our Close frame before we got one
	clean   bool
	failing bool // the testsuite has failed the connection: it delivers no further message
	settled bool // it would have been answered with a Close frame by now
	dropped bool // the testsuite has closed TCP itself
	code    *int // of the peer's Close frame
	pending *protocol.CloseStatus
	ending

	good  int     // messages of that type and length
	right bool    // the testsuite would call the case OK, as far as it is
	wrong *volume // the latest message of another type or length; nil if there was none
}

// volume is what a case that measures waits for.
type volume struct {
	text     bool
	messages int
	length   int64
}

type state byte

const (
	open state = iota
	closing
	closed
)

// NewJudge returns a judge of a conversation of the case with the given expectation.
func NewJudge(e Expectation) *Judge { return &Judge{expect: e} }

// Opened says that the opening handshake succeeded, unless the testsuite has ended the connection.
func (j *Judge) Opened() {
	if j.state == closed {
		return
	}
	j.opened = true
	if j.expect.Timer == CloseAtOnce {
		j.close()
	}
}

// close is what the testsuite does when a case has come to its end: it sends a Close frame, whatever the peer sends next.
func (j *Judge) close() {
	if j.state == open {
		j.ours, j.state, j.pending = true, closing, &protocol.CloseStatus{Code: j.expect.Codes[0]}
	}
}

// receive notes what the testsuite counts as received.
func (j *Judge) receive(e Event) {
	j.received = append(j.received, e)
	if j.done() {
		j.close()
	}
}

// Unopened says that the opening handshake did not succeed, and why; late, that the peer did not complete it in time.
func (j *Judge) Unopened(why string, late bool) {
	j.why, j.openLate = why, late
	j.drop()
}

// Waits tells whether the testsuite would neither have closed the connection nor begun to.
func (j *Judge) Waits() bool { return j.state == open && j.pending == nil }

// Barrier says that the testsuite does not send this message or ping, so that it gets no answer to it.
func (j *Judge) Barrier(payload string) { j.barriers = append(j.barriers, payload) }

// remember notes how it was before a pong or the first frame of a message.
func (j *Judge) remember(pong bool) {
	j.doubt = j.doubt || j.state != closed
	now := j.course
	if pong {
		j.frameAt = &now
	} else {
		j.start = &now
	}
}

// forget takes the answer to a barrier back.
func (j *Judge) forget(payload []byte, before *course) bool {
	j.doubt = j.inside
	if !slices.Contains(j.barriers, string(payload)) {
		return false
	}
	if before != nil {
		j.course = *before
	}
	return true
}

// messageOver says that a message of the peer is complete.
func (j *Judge) messageOver() {
	text := j.opcode == protocol.Text
	switch {
	case j.forget(j.message, j.start), j.state == closed, j.failing:
	case j.expect.Measures:
		j.measured(text, j.size)
	case text:
		j.receive(Event{TextMessage, string(j.message)})
	default:
		j.receive(Event{BinaryMessage, string(j.message)})
	}
}

// Asked says that a case that measures waits for so many messages of one type and length, one after the other.
func (j *Judge) Asked(text bool, messages int, length int64) {
	j.asked = volume{text, messages, length}
}

// measured notes a message of a case that measures. The testsuite does not look into it. It closes at the first one that is wrong,
// or the last one that is right; what comes after that may still change its mind.
func (j *Judge) measured(text bool, length int64) {
	good := text == j.asked.text && length == j.asked.length
	switch {
	case good:
		j.good++
		j.right = j.right || j.good >= j.asked.messages
	case j.asked.messages > 1:
		j.right = false
	}
	if !good {
		j.wrong = &volume{text, 1, length}
	}
	if j.state == open && j.pending == nil && (!good || j.right) {
		j.pending = &protocol.CloseStatus{Code: protocol.NormalClosure}
	}
}

// pong handles a Pong, which counts even if the testsuite has failed the connection.
func (j *Judge) pong(payload []byte) {
	if j.forget(payload, j.frameAt) {
		return
	}
	j.start = nil
	if j.state != closed && !j.settled {
		j.receive(Event{PongFrame, string(payload)})
	}
}

// Pause says that a pause of the case went by.
func (j *Judge) Pause(name string) {
	j.start = nil
	if j.state == open {
		j.received = append(j.received, Event{PauseOver, name})
	}
}

// Settle says that there was time to end a connection that the testsuite has failed: peers answer its Close frame with the same
// code, and it hears nothing else of them. The next Close frame of the peer counts as that answer.
func (j *Judge) Settle() {
	if j.state == closing && j.failing && j.pending != nil {
		j.settled = true
	}
}

// violate is what the testsuite does when the peer breaks the protocol: the first time it sends a Close frame, the second time,
// or while it is closing, it drops the connection.
func (j *Judge) violate(code protocol.CloseCode) {
	switch j.state {
	case open:
		j.failing, j.ours, j.state = true, true, closing
		j.pending = &protocol.CloseStatus{Code: code, Reason: "protocol violation"}
	case closing:
		j.failing = true
		j.drop()
	}
}

func (j *Judge) drop() {
	j.state, j.dropped, j.pending = closed, true, nil
}

// Deaf says that nothing more can be made out of what the peer sends. The testsuite would wait, and close when its time is up.
func (j *Judge) Deaf() {
	if j.state == open {
		j.ours, j.expired = true, true
	}
	j.drop()
}

// SentClose says that we sent a Close frame.
func (j *Judge) SentClose(s protocol.CloseStatus) {
	j.start = nil
	if j.local == nil {
		j.local = &s
	}
	if j.state == open {
		j.ours, j.state = true, closing
	}
}

// Ended says that the peer has ended the stream.
func (j *Judge) Ended() {
	if j.state != closed && !j.clean {
		j.why = "the peer closed TCP without a closing handshake"
	}
	j.state = closed
}

// HungUp says that the peer did not close TCP within the second that the testsuite grants after the closing handshake. Where the
// testsuite fails what is still open a second after the start, that second is over first, and it thinks of the connection as
// cleanly closed. If it was the peer that began the handshake, there is no other limit; before the last part of a case with pauses
// there is none at all.
func (j *Judge) HungUp() {
	switch {
	case j.state == closed, !j.ours && j.pauses():
		return
	case !j.ours, j.clean && j.expect.Timer == KillAfter && !j.expect.Patient && !j.expired:
		j.killed = true
	case j.clean:
		j.clean, j.dropLate, j.why = false, true, "the peer did not close TCP in time"
	default:
		j.closeLate, j.why = true, "the peer did not answer the Close frame in time"
	}
	j.drop()
}

// pauses tells whether a pause of the case is still to come.
func (j *Judge) pauses() bool {
	n := len(j.expect.NonStrict)
	return n > 0 && j.expect.NonStrict[n-1].Kind == PauseOver && !slices.Contains(j.received, j.expect.NonStrict[n-1])
}

// Closing tells what the testsuite would do now that the case is over: send a Close frame with this status, drop the
// connection, or, if both are nothing, wait.
func (j *Judge) Closing() (send *protocol.CloseStatus, drop bool) {
	switch {
	case j.state == closed:
		return nil, true
	case j.pending != nil:
		return j.pending, false
	case j.state == closing:
		return nil, false
	}
	j.expired = true
	if j.expect.Timer == CloseAfter {
		return &protocol.CloseStatus{Code: protocol.NoStatus}, false
	}
	j.failing = true
	return &protocol.CloseStatus{Code: protocol.GoingAway, Reason: "Going Away"}, false
}

// done tells whether all has come that the testsuite waits for, whereupon it closes.
func (j *Judge) done() bool {
	return j.expect.Ours && !j.expect.MaybeNonStrict && len(j.expect.OK) > 0 && slices.Equal(j.received, j.expect.OK)
}

// Expired tells whether Closing was decided by the testsuite's timer.
func (j *Judge) Expired() bool { return j.expired }

// Verdict is what the testsuite writes into its index.
func (j *Judge) Verdict() *record.WSTest {
	v := &record.WSTest{Behavior: failed, BehaviorClose: failed, RemoteCloseCode: j.code}
	if j.opened {
		v.Behavior = j.behavior()
		v.BehaviorClose = j.closing()
		if j.expect.NoticeOrFail && j.ours != j.expect.Ours {
			v.Behavior = failed
		}
		if j.expect.CodeOrFail && v.BehaviorClose == wrongCode {
			v.Behavior = failed
		}
	}
	if j.expect.Informational {
		v.Behavior, v.BehaviorClose = informational, informational
	}
	return v
}

func (j *Judge) behavior() string {
	switch {
	case j.expect.Measures && j.right, !j.expect.Measures && slices.Equal(j.received, j.expect.OK):
		return ok
	case j.expect.MaybeNonStrict && slices.Equal(j.received, j.expect.NonStrict):
		return nonStrict
	}
	return failed
}

func (j *Judge) closing() string {
	switch {
	case j.ours != j.expect.Ours:
		return failed
	case j.expect.Clean && !j.clean:
		return unclean
	case j.code != nil && !slices.Contains(j.expect.Codes, protocol.CloseCode(*j.code)):
		return wrongCode
	case j.dropped:
		return failedByClient
	}
	return ok
}

// CloseVerdict translates the testsuite's word for the closing.
func CloseVerdict(behaviorClose string) record.CloseVerdict {
	return map[string]record.CloseVerdict{
		ok:             record.ClosePass,
		informational:  record.CloseInformational,
		wrongCode:      record.CloseWrongCode,
		unclean:        record.CloseUnclean,
		failedByClient: record.CloseFailedByClient,
		failed:         record.CloseFail,
	}[behaviorClose]
}
