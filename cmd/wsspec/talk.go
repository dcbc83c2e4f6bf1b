package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/reports"
)

// talk is a conversation that a person has with a server.
type talk struct {
	target harness.Target
	limit  time.Duration // for what the server has to do; 0: for ever
	manual bool          // nothing is answered
	out    io.Writer
	in     <-chan line
	ready  bool // somebody sits there, who can correct a line that is wrong

	conn   net.Conn
	start  time.Time
	ours   *harness.Stream
	theirs *harness.Stream
	got    chan arrival

	news      bool // the server has sent a frame since we were told to send something
	faulty    bool // we broke a rule
	broken    int  // how many the server broke
	closeSent bool
	closeGot  bool
	ended     bool
	deaf      bool   // what the server sends cannot be read any more
	missing   string // what the server owed and did not do
}

// arrival is what one read brought.
type arrival struct {
	data []byte
	err  error
}

// patience is how long to wait for the server.
func (t *talk) patience() time.Duration {
	if t.limit == 0 {
		return 1000 * time.Hour
	}
	return t.limit
}

// open opens the transport, and the connection on it (RFC 6455, section 4.1).
func (t *talk) open(ctx context.Context) error {
	h := &protocol.ClientHandshake{
		Host: t.target.URL.HostField(), Target: t.target.URL.ResourceName, Origin: t.target.Origin,
		Subprotocols: t.target.Subprotocols, Fields: t.target.Fields, Tolerate: protocol.AllRules,
	}
	if err := h.Start(); err != nil {
		return usageError{fmt.Errorf("the request cannot be sent: %s", strings.TrimPrefix(err.Error(), "protocol: "))}
	}
	limit := max(t.patience(), harness.NewTiming(harness.DefaultProgress, 0).Head)
	conn, err := t.target.Open(ctx, limit)
	if err != nil {
		return err
	}
	t.conn, t.start = conn, time.Now()
	t.ours, t.theirs = harness.NewStream(false, t.start), harness.NewStream(true, t.start)
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Now()) })()
	conn.SetDeadline(time.Now().Add(limit))
	if err := t.shake(h); err != nil {
		conn.Close()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	conn.SetDeadline(time.Time{})
	t.got = make(chan arrival, 16)
	go t.listen()
	return nil
}

// shake does the opening handshake.
func (t *talk) shake(h *protocol.ClientHandshake) error {
	t.show(record.Entry{Side: record.SideSent, Kind: record.KindHead, Length: int64(len(h.Out())), Text: t.target.HeadText(h.Out())})
	if _, err := t.conn.Write(h.Out()); err != nil {
		return t.unreachable(err.Error())
	}
	head, err := t.answer(h)
	t.show(record.Entry{Side: record.SideGot, Kind: record.KindHead, Length: int64(len(head)), Text: harness.Target{}.HeadText(head)})
	if err != nil {
		return t.unreachable(refusal(err))
	}
	for _, fault := range h.Faults() {
		t.breach(fault.Rule, fault.Error())
	}
	t.theirs.Feed(h.Rest())
	return nil
}

// answer reads the server's part of the opening handshake.
func (t *talk) answer(h *protocol.ClientHandshake) (head []byte, err error) {
	buf := make([]byte, 4<<10)
	for {
		if _, err = h.Next(); err != protocol.ErrNeedMore {
			return head[:len(head)-len(h.Rest())], err
		}
		n, err := t.conn.Read(buf)
		head = append(head, buf[:n]...)
		if h.Feed(buf[:n]); n == 0 && err != nil {
			return head, err
		}
	}
}

func (t *talk) unreachable(problem string) error {
	return &harness.UnreachableError{URL: t.target.URL.String(), Problem: problem}
}

// refusal says why the opening handshake failed.
func refusal(err error) string {
	var status *protocol.StatusError
	switch {
	case errors.As(err, &status):
		return fmt.Sprintf("the server answered HTTP %d %s instead of 101; check the path of the URL", status.Status, reports.Printable(status.Reason))
	case errors.Is(err, io.EOF):
		return "the server ended the stream before its answer was complete"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "no complete answer to the opening handshake in time; --timeout gives it more"
	}
	return "the opening handshake fails: " + reports.Printable(strings.TrimPrefix(err.Error(), "protocol: "))
}

// listen reads until the stream ends.
func (t *talk) listen() {
	buf := make([]byte, 16<<10)
	for {
		n, err := t.conn.Read(buf)
		t.got <- arrival{append([]byte(nil), buf[:n]...), err}
		if err != nil {
			return
		}
	}
}

// converse sends what is typed and shows what comes, until the connection is over. The error is one of the input.
func (t *talk) converse(ctx context.Context) error {
	t.hear(arrival{}) // what came with the handshake
	in, signalled := t.in, ctx.Done()
	var closing <-chan time.Time // when a server that has to close is too late
	for !t.ended {
		if closing == nil && (in == nil || t.closeSent && t.closeGot) {
			closing = time.After(t.patience())
		}
		select {
		case a := <-t.got:
			t.hear(a)
		case l := <-in:
			if l.err == io.EOF {
				in = nil
				t.close(protocol.NormalClosure)
				break
			}
			over, err := t.obey(ctx, l)
			if over || err != nil {
				return err
			}
		case <-signalled:
			in, signalled = nil, nil
			t.close(protocol.GoingAway)
		case <-closing:
			t.missing = t.overdue()
			return nil
		}
	}
	return nil
}

// overdue says what a server did not do in time.
func (t *talk) overdue() string {
	if !t.closeGot {
		return "no Close frame in answer to ours within " + t.limit.String() + " (RFC 6455, section 5.5.1)"
	}
	return "the server did not close TCP within " + t.limit.String() + " after the Close frames (RFC 6455, section 7.1.1)"
}

// obey does what a line says. It returns true when the conversation is over.
func (t *talk) obey(ctx context.Context, l line) (over bool, err error) {
	var s speech
	if err = l.err; err == nil {
		s, err = parseSpeech(l.text)
	}
	if err != nil {
		if t.ready && l.err == nil {
			fmt.Fprintln(os.Stderr, err)
			return false, nil
		}
		t.close(protocol.NormalClosure)
		return true, usageError{fmt.Errorf("line %d: %w", l.number, err)}
	}
	switch s.deed {
	case help:
		fmt.Fprint(t.out, speechHelp)
	case quit:
		t.note("TCP is ended without a Close frame")
		return true, nil
	case wait:
		t.wait(ctx)
	default:
		t.news = false
		t.speak(s)
	}
	return false, nil
}

// wait waits until the server has sent a frame. One that came since the latest line that sent something will do, so that it does
// not matter which of both is faster.
func (t *talk) wait(ctx context.Context) {
	late := time.After(t.patience())
	for !t.news && !t.ended {
		select {
		case a := <-t.got:
			t.hear(a)
		case <-late:
			t.note("no frame came within " + t.limit.String())
			return
		case <-ctx.Done():
			return
		}
	}
	t.news = false
}

// speak sends what a line means.
func (t *talk) speak(s speech) {
	wire := s.raw
	for _, f := range s.frames {
		if !s.keyed {
			f.Masked, f.Key = true, rand.Uint32()
		}
		wire = f.Append(wire)
	}
	t.send(wire)
}

// close starts the closing handshake, or answers the server's Close frame, unless that was done.
func (t *talk) close(code protocol.CloseCode) {
	if !t.closeSent && !t.ended {
		t.speak(frames(protocol.NewFrame(protocol.Close, protocol.AppendClose(nil, code, ""))))
	}
}

// send writes bytes and shows them: the frames that they complete, or that they complete none.
func (t *talk) send(wire []byte) {
	t.ours.Feed(wire)
	whole := false
	for {
		f, err := t.ours.Next()
		if err != nil {
			break
		}
		whole = true
		t.faulty = t.faulty || !f.Broken.Empty()
		t.closeSent = t.closeSent || f.Opcode == protocol.Close
		if !f.Broken.Empty() {
			f.Entry.Mark = record.MarkFault
		}
		t.show(f.Entry)
	}
	if !whole {
		t.faulty = true // until the rest follows
		t.show(record.Entry{AtUS: t.now(), Side: record.SideSent, Kind: record.KindBytes, Length: int64(len(wire)),
			Hex: fmt.Sprintf("%x", wire[:min(len(wire), 64)]), Text: "no whole frame"})
	}
	t.conn.SetWriteDeadline(time.Now().Add(t.patience()))
	if _, err := t.conn.Write(wire); err != nil {
		t.note("what was sent last could not be written: " + err.Error())
	}
}

// hear shows what one read brought, and answers it.
func (t *talk) hear(a arrival) {
	t.theirs.Feed(a.data)
	if a.err != nil {
		t.theirs.EOF()
	}
	for !t.deaf {
		f, err := t.theirs.Next()
		if err == protocol.ErrNeedMore {
			break
		}
		if err != nil {
			t.deaf = true
			if a.err == nil {
				t.note("what follows cannot be read: " + err.Error())
				t.close(protocol.MessageTooBig)
			}
			break
		}
		t.heard(f)
	}
	if a.err != nil {
		t.ended = true
		t.show(record.Entry{AtUS: t.now(), Side: record.SideNote, Kind: record.KindEnd, Text: harness.DescribeEnd(a.err)})
	}
}

// heard shows a frame of the server and gives it the answer that RFC 6455, sections 5.5.1 and 5.5.2 ask for.
func (t *talk) heard(f harness.Passed) {
	t.news = true
	f.Entry.Broken = nil
	t.show(f.Entry)
	for rule := range f.Broken.All() {
		t.breach(rule, rule.Error())
	}
	switch {
	case f.Opcode == protocol.Close:
		t.closeGot = true
		if !t.manual {
			code := f.Close.Code
			if !code.Sendable() {
				code = protocol.NoStatus
			}
			t.close(code)
		}
	case f.Opcode == protocol.Ping && !t.manual && !t.closeSent && len(f.Payload) <= 125:
		t.speak(frames(protocol.NewFrame(protocol.Pong, f.Payload)))
	}
}

// breach points out a rule that the server broke.
func (t *talk) breach(rule protocol.Rule, what string) {
	t.broken++
	what = reports.Printable(strings.TrimPrefix(what, "protocol: "))
	fmt.Fprintf(t.out, "%18sbreaks %s: %s\n", "", rule.Clause(), what)
}

func (t *talk) now() int64 { return time.Since(t.start).Microseconds() }

func (t *talk) note(words string) {
	fmt.Fprintf(t.out, "%18s%s\n", "", reports.Printable(words))
}

// show shows an entry as reports do.
func (t *talk) show(e record.Entry) {
	if e.Kind == record.KindHead {
		e.AtUS = t.now()
	}
	width := terminalWidth()
	if !terminal(os.Stdout) {
		width = traceWidth
	}
	fmt.Fprint(t.out, reports.Style{Color: colourful(), Width: width}.Entry(e))
}

// verdict says how the conversation went. Whoever was sent something illegal may end it without a Close frame (RFC 6455,
// section 7.1.7).
func (t *talk) verdict() error {
	switch {
	case t.broken > 0:
		fmt.Fprintf(t.out, "the server broke %d rules\n", t.broken)
	case t.missing != "" && t.faulty:
		fmt.Fprintln(t.out, t.missing+"; after what it was sent, that proves nothing")
		return nil
	case t.missing != "":
		fmt.Fprintln(t.out, t.missing)
	case t.ended && !t.closeGot && !t.faulty:
		fmt.Fprintln(t.out, "the server ended the stream without a Close frame (RFC 6455, section 7.1.5)")
	default:
		return nil
	}
	return verdictError{exitFails}
}
