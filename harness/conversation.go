package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// outcome is what one conversation gave.
type outcome struct {
	findings    []finding
	notes       []string
	passive     []breach
	transcript  *transcript
	close       record.CloseVerdict
	closeCode   int
	wstest      *record.WSTest
	measured    *record.Volume
	account     *record.Account // nil if nobody asked for it
	duration    time.Duration
	unopened    bool // there was no connection, or it ended before the peer had said anything
	turnedAway  bool // the peer said that it has enough connections for now
	opened      bool // the opening handshake succeeded
	cutOff      bool // the stream ended when something was still to come
	interrupted bool
	run         int // which one of the case it was, from 0
}

// absent tells whether all that speaks against the peer is that something did not come.
func (o *outcome) absent() bool {
	for _, f := range o.findings {
		if !f.absent {
			return false
		}
	}
	return len(o.findings) > 0
}

// fails tells whether something weighs as much as a failure.
func (o *outcome) fails() bool {
	return slices.ContainsFunc(o.findings, func(f finding) bool { return f.severity == record.Fail })
}

// torn tells whether all that is missing is a Close frame before the end of the stream.
func (o *outcome) torn() bool {
	for _, f := range o.findings {
		if !f.torn {
			return false
		}
	}
	return true
}

// lost tells whether a reset may have destroyed the Close frame that is missing: a peer that closes a socket with something
// unread in it sends nothing more of what it had written.
func (o *outcome) lost() bool {
	return slices.ContainsFunc(o.findings, func(f finding) bool { return f.lost })
}

// conversation is what all conversations of a run have in common.
type conversation struct {
	target  Target
	timing  Timing
	seed    string
	profile Profile
	account bool // tell what a case file of the Autobahn testsuite does
	trace   func(c *Case, side string, e record.Entry)
}

// random returns the source of random choices of a case: the same for the same seed, whatever else runs.
func (v conversation) random(id string) *rand.Rand {
	h := fnv.New128a()
	h.Write([]byte(v.seed + "/" + id))
	sum := h.Sum(nil)
	var a, b uint64
	for i := range 8 {
		a, b = a<<8|uint64(sum[i]), b<<8|uint64(sum[8+i])
	}
	return rand.New(rand.NewPCG(a, b))
}

// run has one conversation with the peer.
func (v conversation) run(ctx context.Context, c *Case) *outcome {
	s := v.session(ctx, c)
	interrupted := s.converse()
	log := s.log // a copy, since an outcome may be kept until the end of the run, and the session holds all that came in
	o := &outcome{
		findings: s.findings, notes: s.notes, passive: s.passive, transcript: &log,
		measured: s.measured, duration: time.Since(s.started), interrupted: interrupted,
	}
	o.opened, o.turnedAway = s.opened, turnedAway(s.headError)
	o.unopened = s.refused != nil || o.absent() && s.theirs.reader.Frames() == 0 && s.headEnded
	o.cutOff = o.absent() && (s.ended != nil || o.unopened)
	o.wstest = s.judge.Verdict()
	o.close = wstest.CloseVerdict(o.wstest.BehaviorClose)
	o.account = s.account.end(s.judge, s.started)
	if s.closeGot != nil && len(s.closeGot.payload) >= 2 {
		o.closeCode = int(s.closeGot.status.Code)
	}
	if c.WSTest == nil {
		o.wstest = nil
	}
	return o
}

func (v conversation) session(ctx context.Context, c *Case) *Session {
	var expect wstest.Expectation
	if c.WSTest != nil {
		expect = *c.WSTest
	}
	s := &Session{
		ctx: ctx, c: c, target: v.target, timing: v.timing, profile: v.profile.orStandard(), rand: v.random(c.ID),
		in: make(chan input, 16), stop: make(chan struct{}),
		ours: newObserver(false), theirs: newObserver(true),
		judge: wstest.NewJudge(expect), barriers: map[string]bool{}, brokenPings: map[string]bool{},
	}
	if c.Alone {
		s.timing.Case, s.theirs = v.timing.Alone, newGlimpser(true)
		s.timing.Progress = v.timing.progress()
	}
	if v.account && c.WSTest != nil {
		s.account = newAccount(expect, s.timing)
	}
	if v.trace != nil {
		s.trace = func(side string, e record.Entry) { v.trace(c, side, e) }
	}
	return s
}

// converse opens the connection, runs the script and closes what it left open. It returns true if the run was interrupted.
func (s *Session) converse() (cut bool) {
	hangUp, err := s.connect()
	if err != nil {
		return s.unreachable(err)
	}
	defer hangUp()
	return s.script(func() {
		s.handshake()
		s.script(func() { s.c.Run(s) })
		s.finish()
	})
}

// connect opens the transport and starts to read from it.
func (s *Session) connect() (hangUp func(), err error) {
	s.started = time.Now()
	s.log.start, s.progress = s.started, s.started
	ctx, cancel := context.WithTimeout(s.ctx, s.timing.Head)
	defer cancel()
	if s.conn, err = s.target.Dial(ctx); err != nil {
		return nil, err
	}
	pumped := make(chan struct{})
	go func() {
		defer close(pumped)
		s.pump()
	}()
	return func() {
		close(s.stop)
		s.conn.Close()
		<-pumped
	}, nil
}

// unreachable notes that the transport could not be opened.
func (s *Session) unreachable(err error) (cut bool) {
	if s.ctx.Err() != nil {
		return true
	}
	s.refused = err
	s.judge.Unopened("no connection: "+err.Error(), false)
	s.log.note(time.Now(), record.KindEnd, "no connection: "+err.Error())
	s.add(finding{requirement: "RFC6455-4.2.2-1", severity: record.Fail, absent: true,
		expected: "a connection to " + s.target.URL.String(), got: err.Error()})
	return false
}

// script runs f until its end or until a finding ends it. It returns true if the run was interrupted.
func (s *Session) script(f func()) (cut bool) {
	defer func() {
		switch p := recover(); p.(type) {
		case nil, scriptEnd:
		case interrupted:
			cut = true
		default:
			panic(p)
		}
	}()
	f()
	return false
}

// handshake does the opening handshake (RFC 6455, section 4.1).
func (s *Session) handshake() {
	h := &protocol.ClientHandshake{
		Host: s.target.URL.HostField(), Target: s.target.URL.ResourceName,
		Origin: s.target.Origin, Subprotocols: s.target.Subprotocols, Fields: s.target.Fields, Extensions: s.offers,
		Rand: s.rand.Uint32,
	}
	if s.c.WSTest != nil {
		h.Tolerate = protocol.AllRules // the Autobahn testsuite takes some answers that RFC 6455 does not allow
	}
	if err := s.target.start(h); err != nil {
		s.fail(finding{requirement: "RFC6455-4.1-20", expected: "a request that may be sent", got: err.Error()})
	}
	s.log.bytes(time.Now(), record.SideSent, record.KindHead, h.Out(), s.headText(h.Out()))
	s.tell(record.SideSent)
	s.account.request(s.target.redact(h.Out()))
	s.write(h.Out())
	s.readHead(h)
	s.opened, s.accepted = true, h.Agreement().Extensions
	s.judge.Opened()
	s.account.open()
	s.progress = time.Now()
	if rest := h.Rest(); len(rest) > 0 {
		s.take(input{data: rest, at: time.Now()})
	}
}

// readHead reads the server's part of the opening handshake.
func (s *Session) readHead(h *protocol.ClientHandshake) {
	const expected = "HTTP/1.1 101 and a valid opening handshake"
	until := s.started.Add(s.timing.Head)
	var head []byte
	for {
		_, err := h.Next()
		if err == nil {
			s.goodHead(head[:len(head)-len(h.Rest())], expected, h.Faults())
			return
		}
		if err != protocol.ErrNeedMore {
			s.badHead(head, expected, err)
		}
		in, ok := s.fetch(until)
		if !ok {
			s.judge.Unopened("the peer did not complete the opening handshake in time", true)
			s.headMissing(head, expected, "nothing complete within "+seconds(s.timing.Head))
		}
		if in.err != nil && len(in.data) > 0 {
			s.hold(input{at: in.at, err: in.err}) // the end comes after the bytes
		}
		h.Feed(in.data)
		head = append(head, in.data...)
		s.judgeHead(head, h.Out())
		if len(in.data) == 0 && in.err != nil {
			s.headEnded = len(head) == 0
			s.judge.Ended()
			s.headMissing(head, expected, describeEnd(in.err))
		}
	}
}

// judgeHead asks what the Autobahn testsuite would say of an answer as soon as it sees an empty line. It asks only once.
func (s *Session) judgeHead(head, request []byte) {
	end := bytes.Index(head, []byte("\r\n\r\n"))
	if end < 0 || s.headJudged {
		return
	}
	s.headJudged = true
	_, key, _ := bytes.Cut(request, []byte("Sec-WebSocket-Key: "))
	key, _, _ = bytes.Cut(key, []byte("\r\n"))
	if why := wstest.Refusal(head[:end], string(key), s.target.Subprotocols); why != "" {
		s.judge.Unopened(why, false)
	}
}

// goodHead takes an answer that opens the connection. What is wrong with it nevertheless fails the case, which goes on only if the
// Autobahn testsuite would.
func (s *Session) goodHead(head []byte, expected string, faults []*protocol.Error) {
	if len(faults) > 0 && !s.judge.Waits() {
		s.badHead(head, expected, faults[0])
	}
	s.account.response(head)
	entry := s.log.bytes(time.Now(), record.SideGot, record.KindHead, head, protocolText(head))
	s.tell(record.SideGot)
	if len(faults) > 0 {
		s.add(headFinding(expected, faults[0], entry))
	}
}

// headMissing ends a conversation whose opening handshake did not come to its end.
func (s *Session) headMissing(head []byte, expected, got string) {
	s.headBytes = string(head)
	s.account.response(head)
	if len(head) > 0 {
		s.log.bytes(time.Now(), record.SideGot, record.KindBytes, head, protocolText(head))
		got = "the start of an answer, " + show(head) + ", then " + got
	}
	s.fail(finding{requirement: "RFC6455-4.2.2-1", expected: expected, got: got, absent: true})
}

// turnedAway tells whether the answer to an opening handshake means that there are enough connections for now.
func turnedAway(err error) bool {
	var status *protocol.StatusError
	return errors.As(err, &status) && (status.Status == 503 || status.Status == 429)
}

// rest waits for a moment in which a peer may notice that a connection is over. It returns false if ctx ends before.
func (v conversation) rest(ctx context.Context) bool {
	timer := time.NewTimer(v.timing.Pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// badHead ends a conversation whose opening handshake is not one.
func (s *Session) badHead(head []byte, expected string, err error) {
	s.headBytes, s.headError = string(head), err
	s.account.response(head)
	s.judge.Unopened(err.Error(), false)
	entry := s.log.bytes(time.Now(), record.SideGot, record.KindHead, head, protocolText(head))
	s.tell(record.SideGot)
	s.fail(headFinding(expected, err, entry))
}

// headFinding is what speaks against an answer to the opening handshake.
func headFinding(expected string, err error, entry int) finding {
	f := finding{requirement: "RFC6455-4.2.2-22", severity: record.Fail, expected: expected, got: err.Error(), entries: []int{entry}}
	var status *protocol.StatusError
	f.absent = errors.As(err, &status) // such as 503 from a server that has enough connections for now
	var broken *protocol.Error
	if errors.As(err, &broken) {
		f.requirement = broken.Rule.Requirements()[len(broken.Rule.Requirements())-1]
	}
	return f
}

// headText is the head of our request for the transcript, without what the user wants to keep to himself.
func (s *Session) headText(head []byte) string { return s.target.HeadText(head) }

// protocolText shows a head line by line, without control characters.
func protocolText(head []byte) string {
	const limit = 600
	lines := strings.Split(strings.TrimSpace(string(head[:min(len(head), limit)])), "\r\n")
	for i, line := range lines {
		lines[i] = strings.Trim(fmt.Sprintf("%q", line), `"`)
	}
	return strings.Join(lines, "\n")
}

// finish closes a connection that the script left open, as the Autobahn testsuite would, so that the same Close frame of the
// peer can be judged.
func (s *Session) finish() {
	s.over, s.queue = true, nil
	s.linger()
	send, drop := s.testsuiteCloses()
	if drop || s.ended != nil || s.mute {
		return
	}
	if send != nil && !s.closeSent {
		s.transmit(s.encode(closeFrame(*send)))
	}
	until := time.Now().Add(s.timing.HangUp)
	for ok := true; ok && s.ended == nil; ok = s.read(until) {
		if s.closeGot != nil && !s.closeSent {
			s.transmit(s.encode(closeFrame(protocol.CloseStatus{Code: protocol.NormalClosure})))
		}
	}
	if s.ended == nil {
		s.judge.HungUp()
	}
}

// linger waits for what may be on its way already, if the Autobahn testsuite would still wait for a second.
func (s *Session) linger() {
	until := time.Now().Add(s.timing.Pause)
	for s.c.WSTest != nil && s.judge.Waits() && s.ended == nil && !s.mute && s.read(until) {
	}
}

func closeFrame(status protocol.CloseStatus) Frame { return Close(status.Code, status.Reason) }
