package fuzz

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

// party is one side of a conversation: its Conn, and what is expected of it. Each of its verbs calls the Conn, and knows whether
// that has to obey.
type party struct {
	name   string
	config protocol.Config
	conn   *protocol.Conn

	writing   *event           // a message that is under way
	wrote     []protocol.Frame // the frames that have to leave it
	said      []event          // what the other side has to hear: all up to the Close frame
	closeSent bool
	closeGot  bool

	wire  []byte // all that left it
	heard story
}

func newParty(name string, config protocol.Config) *party {
	return &party{name: name, config: config, conn: protocol.NewConn(config)}
}

// did compares what the Conn made of a call with what it had to make of it.
func (p *party) did(call string, got, want error) error {
	if !errors.Is(got, want) || (got == nil) != (want == nil) {
		return fmt.Errorf("%s: %s: got %v, want %v", p.name, call, got, want)
	}
	return nil
}

// frame expects a frame to leave the Conn.
func (p *party) frame(op protocol.Opcode, fin bool, payload []byte) {
	f := protocol.NewFrame(op, bytes.Clone(payload))
	f.FIN = fin
	p.wrote = append(p.wrote, f)
}

// say expects the other side to hear something, unless it comes too late for that.
func (p *party) say(op protocol.Opcode, data string) {
	if !p.closeSent {
		p.said = append(p.said, event{opcode: op, data: data})
	}
}

// message sends a message or a part of it.
func (p *party) message(op protocol.Opcode, payload []byte, part protocol.Part) error {
	first, last := part&protocol.First != 0, part&protocol.Last != 0
	want := p.messageError(op, payload, first, last)
	got := p.conn.Message(op, payload, part)
	if err := p.did(fmt.Sprintf("Message(%v, %q, %d)", op, payload, part), got, want); err != nil || want != nil {
		return err
	}
	frame := protocol.Continuation
	if first {
		frame, p.writing = op, &event{opcode: op}
	}
	p.frame(frame, last, payload)
	p.writing.data += string(payload)
	if last {
		p.say(op, p.writing.data)
		p.writing = nil
	}
	return nil
}

func (p *party) messageError(op protocol.Opcode, payload []byte, first, last bool) error {
	switch {
	case p.closeSent, p.closeGot && first: // RFC 6455, section 5.5.1
		return protocol.ErrState
	case first == (p.writing != nil), !first && op != p.writing.opcode: // RFC 6455, section 5.4
		return protocol.ErrState
	case op == protocol.Binary:
		return nil
	}
	text := payload
	if !first {
		text = append([]byte(p.writing.data), payload...)
	}
	if sound, whole := utf8Prefix(text); sound < len(text) || last && !whole {
		return protocol.ErrEncoding
	}
	return nil
}

// control sends a Ping or a Pong.
func (p *party) control(op protocol.Opcode, payload []byte) error {
	var want error
	switch {
	case len(payload) > 125:
		want = protocol.ErrTooLong
	case p.closeSent && p.closeGot:
		want = protocol.ErrState
	}
	send := p.conn.Ping
	if op == protocol.Pong {
		send = p.conn.Pong
	}
	if err := p.did(fmt.Sprintf("%v(%q)", op, payload), send(payload), want); err != nil || want != nil {
		return err
	}
	p.frame(op, true, payload)
	p.say(op, string(payload))
	return nil
}

// close sends a Close frame.
func (p *party) close(code protocol.CloseCode, reason string) error {
	_, bad := closeCode(int(code))
	var want error
	switch {
	case p.closeSent:
		want = protocol.ErrState
	case code == protocol.NoStatus && reason == "": // no body
	case bad:
		want = protocol.ErrCode
	case len(reason) > 123:
		want = protocol.ErrTooLong
	case !utf8.ValidString(reason):
		want = protocol.ErrEncoding
	}
	if err := p.did(fmt.Sprintf("Close(%d, %q)", code, reason), p.conn.Close(code, reason), want); err != nil || want != nil {
		return err
	}
	p.closing(code, reason)
	return nil
}

// closing expects a Close frame to leave the Conn.
func (p *party) closing(code protocol.CloseCode, reason string) {
	var body []byte
	if code != protocol.NoStatus {
		body = append([]byte{byte(code >> 8), byte(code)}, reason...)
	}
	p.frame(protocol.Close, true, body)
	p.say(protocol.Close, string(body))
	p.closeSent = true
}

// send brings up to n bytes to the other side. The other side hears them now or later.
func (p *party) send(n int, to *party, inPlace, now bool) error {
	out := p.conn.Out()
	n = min(n, len(out))
	p.wire = append(p.wire, out[:n]...)
	give(to.conn, out[:n], inPlace)
	p.conn.Sent(n)
	if now {
		return to.hear()
	}
	return nil
}

// hear takes what has come, and expects the answers that RFC 6455, sections 5.5.1 and 5.5.2 demand.
func (p *party) hear() error {
	for ev, err := range p.conn.All() {
		if err != nil {
			return fmt.Errorf("%s: got %w", p.name, err)
		}
		if p.closeGot {
			return fmt.Errorf("%s: got %v %q after a Close frame", p.name, ev.Opcode, ev.Data)
		}
		if err := p.heard.event(ev, p.conn.Broken(), p.config.Whole); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		p.answer(ev)
	}
	return nil
}

func (p *party) answer(ev protocol.Event) {
	switch ev.Opcode {
	case protocol.Ping:
		if !p.config.ManualPong {
			p.frame(protocol.Pong, true, ev.Data)
			p.say(protocol.Pong, string(ev.Data))
		}
	case protocol.Close:
		p.closeGot = true
		if status, _, _ := closeBody(ev.Data); !p.closeSent && !p.config.ManualEcho {
			p.closing(status.Code, "")
		}
	}
}

// check compares what left the Conn, and what the other side heard of it, with what was to be expected.
func (p *party) check(other *party) error {
	frames, end := NaiveReader{Client: !p.config.Client}.Read(p.wire)
	if end != io.EOF {
		return fmt.Errorf("%s: sent % x, which ends with %w", p.name, p.wire, end)
	}
	if !slices.EqualFunc(frames, p.wrote, func(f NaiveFrame, want protocol.Frame) bool {
		return f.Header.FIN == want.FIN && f.Header.Opcode == want.Opcode && bytes.Equal(f.Payload, want.Payload)
	}) {
		return fmt.Errorf("%s: sent the frames %v, want %v", p.name, frames, p.wrote)
	}
	if !slices.Equal(other.heard.events, p.said) {
		return fmt.Errorf("%s: heard %v, want %v", other.name, other.heard.events, p.said)
	}
	last, _, _ := closeBody([]byte(p.said[len(p.said)-1].data))
	if state, status := other.conn.State(), other.conn.CloseStatus(); state != protocol.Closed || status != last {
		return fmt.Errorf("%s: %v in the end, %+v; want %v, %+v", other.name, state, status, protocol.Closed, last)
	}
	return nil
}
