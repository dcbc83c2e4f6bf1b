package fuzz

import (
	"io"

	"github.com/wsspec/wsspec/protocol"
)

// plot is what RFC 6455 makes of the bytes that a peer sends to a strict endpoint.
type plot struct {
	config protocol.Config
	events []event
	open   *event
	closed bool
	status protocol.CloseStatus

	end    error            // io.EOF, io.ErrUnexpectedEOF, ErrRefused or a *protocol.LimitError
	broken protocol.RuleSet // by what was refused
	at     int              // the place of what was refused
	frame  int              // the number of the frame that was refused
}

// expected goes through the frames that a NaiveReader finds.
func expected(config protocol.Config, input []byte) *plot {
	reader := NaiveReader{Client: config.Client, Limits: config.Limits}
	frames, end := reader.Read(input)
	p := &plot{config: config, end: end, status: protocol.CloseStatus{Code: protocol.AbnormalClosure}}
	refused := reading{end: end}.refused()
	for i, f := range frames {
		p.frame = i
		if refused && i == len(frames)-1 {
			p.broken, p.at = f.Broken, f.Offset
			return p
		}
		if rule, back, bad := p.take(f); bad {
			p.end, p.broken = ErrRefused, protocol.RulesOf(rule)
			p.at = f.Offset + len(protocol.AppendHeader(nil, f.Header)) + len(f.Payload) - back
			return p
		}
	}
	p.end = io.ErrUnexpectedEOF
	if p.closed {
		p.end = io.EOF
	}
	return p
}

// take handles one frame. What it says may break a rule, so many bytes before its end.
func (p *plot) take(f NaiveFrame) (rule protocol.Rule, back int, bad bool) {
	switch control := f.Header.Opcode.Control(); {
	case p.closed, control && !f.Whole: // what comes after a Close frame is discarded
		return 0, 0, false
	case f.Header.Opcode == protocol.Close:
		return p.takeClose(f.Payload)
	case control:
		p.events = append(p.events, event{opcode: f.Header.Opcode, data: string(f.Payload)})
		return 0, 0, false
	}
	return p.takeData(f)
}

func (p *plot) takeClose(body []byte) (rule protocol.Rule, back int, bad bool) {
	status, rule, bad := closeBody(body)
	if rule == protocol.CloseReason {
		sound, _ := utf8Prefix(body[2:])
		return rule, len(body) - 2 - sound, true
	}
	if bad {
		return rule, len(body), true
	}
	p.closed, p.status = true, status
	p.events = append(p.events, event{opcode: protocol.Close, data: string(body)})
	return 0, 0, false
}

func (p *plot) takeData(f NaiveFrame) (rule protocol.Rule, back int, bad bool) {
	if f.Header.Opcode != protocol.Continuation {
		p.open = &event{opcode: f.Header.Opcode}
	}
	p.open.data += string(f.Payload)
	ends := f.Whole && f.Header.FIN
	if p.open.opcode == protocol.Text {
		sound, whole := utf8Prefix([]byte(p.open.data))
		if sound < len(p.open.data) || ends && !whole {
			return protocol.TextEncoding, len(p.open.data) - sound, true
		}
	}
	if ends {
		p.events = append(p.events, *p.open)
		p.open = nil
	}
	return 0, 0, false
}

func (p *plot) state() protocol.State {
	switch {
	case p.end != io.EOF:
		return protocol.Failed
	case p.config.ManualEcho:
		return protocol.CloseReceived
	}
	return protocol.Closed
}

// answers are the frames that the endpoint has to send: Pongs with the payload of the Pings, and one Close frame, the answer to
// the peer's or the one that fails the connection.
func (p *plot) answers() (list []event) {
	answered := false
	for _, e := range p.events {
		switch {
		case e.opcode == protocol.Ping && !p.config.ManualPong:
			list = append(list, event{opcode: protocol.Pong, data: e.data})
		case e.opcode == protocol.Close && !p.config.ManualEcho:
			list = append(list, event{opcode: protocol.Close, data: e.data})
			answered = true
		}
	}
	if code := p.failure(); code != 0 && !answered {
		list = append(list, event{opcode: protocol.Close, data: string([]byte{byte(code >> 8), byte(code)})})
	}
	return list
}

// failure is the code with which the connection fails (RFC 6455, section 7.4.1), 0 if it does not.
func (p *plot) failure() int {
	switch {
	case p.end == io.EOF, p.end == io.ErrUnexpectedEOF:
		return 0
	case p.end != ErrRefused:
		return 1009
	case p.broken.Has(protocol.TextEncoding), p.broken.Has(protocol.CloseReason):
		return 1007
	}
	return 1002
}
