package fuzz

import (
	"io"

	"github.com/wsspec/wsspec/protocol"
)

// plot is what RFC 6455 makes of the bytes that a peer sends to an endpoint.
type plot struct {
	config protocol.Config
	events []event
	open   *event           // the message under way
	noted  protocol.RuleSet // what was tolerated since the latest event
	closed bool
	status protocol.CloseStatus

	end    error            // io.EOF, io.ErrUnexpectedEOF, ErrRefused or a *protocol.LimitError
	broken protocol.RuleSet // by what was refused
	at     int              // the place of what was refused
	frame  int              // the number of the frame that was refused
}

// expected goes through the frames that a NaiveReader finds.
func expected(config protocol.Config, input []byte) *plot {
	reader := NaiveReader{Client: config.Client, Tolerate: config.Tolerate, Limits: config.Limits}
	frames, end := reader.Read(input)
	p := &plot{config: config, end: end, status: protocol.CloseStatus{Code: protocol.AbnormalClosure}}
	refused := reading{end: end}.refused()
	for i, f := range frames {
		p.frame = i
		if refused && i == len(frames)-1 {
			p.broken, p.at = f.Broken, f.Offset
			return p
		}
		if rule, back, refused := p.take(f); refused {
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

// take handles one frame. What it says may break a rule that is not tolerated, so many bytes before its end.
func (p *plot) take(f NaiveFrame) (rule protocol.Rule, back int, refused bool) {
	if p.closed && !p.config.Tolerate.Has(protocol.DataAfterClose) || f.begins() {
		return 0, 0, false // RFC 6455, section 1.4: what comes after a Close frame is discarded
	}
	p.note(f.Broken)
	apart := f.Header.Opcode.Control() || f.Broken.Has(protocol.LoneContinuation)
	switch {
	case !apart:
		return p.takeData(f)
	case !f.Whole:
		return 0, 0, false
	case f.Header.Opcode == protocol.Close:
		return p.takeClose(f.Payload)
	}
	p.happens(event{opcode: f.Header.Opcode, data: string(f.Payload)})
	return 0, 0, false
}

func (p *plot) note(rules protocol.RuleSet) {
	for rule := range rules.All() {
		p.noted.Add(rule)
	}
}

// happens adds an event, by which the tolerated rules become known.
func (p *plot) happens(e event) {
	p.disclose(&e)
	p.events = append(p.events, e)
}

func (p *plot) disclose(e *event) {
	for rule := range p.noted.All() {
		e.broken.Add(rule)
	}
	p.noted = protocol.RuleSet{}
}

// tolerates notes a rule that a payload breaks, if it may.
func (p *plot) tolerates(rule protocol.Rule) bool {
	if !p.config.Tolerate.Has(rule) {
		return false
	}
	p.noted.Add(rule)
	return true
}

func (p *plot) takeClose(body []byte) (rule protocol.Rule, back int, refused bool) {
	status, rule, bad := closeBody(body)
	if bad && !p.tolerates(rule) {
		back = len(body)
		if rule == protocol.CloseReason {
			sound, _ := utf8Prefix(body[2:])
			back -= 2 + sound
		}
		return rule, back, true
	}
	if !p.closed {
		p.closed, p.status = true, status
	}
	p.happens(event{opcode: protocol.Close, data: string(body)})
	return 0, 0, false
}

func (p *plot) takeData(f NaiveFrame) (rule protocol.Rule, back int, refused bool) {
	if f.Header.Opcode != protocol.Continuation {
		p.open = &event{opcode: f.Header.Opcode}
	}
	p.open.data += string(f.Payload)
	ends := f.Whole && f.Header.FIN
	if p.open.opcode == protocol.Text {
		sound, whole := utf8Prefix([]byte(p.open.data))
		bad := sound < len(p.open.data) || ends && !whole
		if bad && !p.tolerates(protocol.TextEncoding) {
			return protocol.TextEncoding, len(p.open.data) - sound, true
		}
	}
	if !p.config.Whole && len(f.Payload) > 0 {
		p.disclose(p.open)
	}
	if ends {
		p.happens(*p.open)
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
// the peer's or the one that fails the connection. A Ping that is too long has no Pong, a code that must not be sent no echo.
func (p *plot) answers() (list []event) {
	heard, answered := false, false
	for _, e := range p.events {
		switch {
		case heard:
		case e.opcode == protocol.Ping && !p.config.ManualPong && len(e.data) <= 125:
			list = append(list, event{opcode: protocol.Pong, data: e.data})
		case e.opcode == protocol.Close:
			heard, answered = true, !p.config.ManualEcho
			if answered {
				list = append(list, closing(int(p.status.Code)))
			}
		}
	}
	if code := p.failure(); code != 0 && !answered {
		list = append(list, closing(code))
	}
	return list
}

// closing is a Close frame with a code, without a body if that cannot be sent.
func closing(code int) event {
	if _, bad := closeCode(code); bad {
		return event{opcode: protocol.Close}
	}
	return event{opcode: protocol.Close, data: string([]byte{byte(code >> 8), byte(code)})}
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
