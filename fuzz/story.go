package fuzz

import (
	"errors"
	"fmt"
	"iter"

	"github.com/wsspec/wsspec/protocol"
)

// event is what a peer did; the parts of a message are joined.
type event struct {
	opcode protocol.Opcode
	data   string
	broken protocol.RuleSet
}

func (e event) String() string {
	return fmt.Sprintf("%v %q %v", e.opcode, e.data, names(e.broken))
}

// story is all that a Conn makes of its input.
type story struct {
	events []event
	open   *event // a message that has begun
	end    error
	out    []byte
	state  protocol.State
	status protocol.CloseStatus
	hangUp bool
}

func (s story) String() string {
	return fmt.Sprintf("%v, open %v, end %q, out % x, %v, %+v, hang up %t", s.events, s.open, s.end, s.out, s.state, s.status, s.hangUp)
}

// tell gives the chunks to a Conn. The error is a violation in itself.
func tell(config protocol.Config, chunks iter.Seq[[]byte], inPlace bool) (s story, err error) {
	conn := protocol.NewConn(config)
	for chunk := range chunks {
		give(conn, chunk, inPlace)
		if err := s.add(conn, config.Whole); err != nil {
			return s, err
		}
	}
	conn.EOF()
	if err := s.add(conn, config.Whole); err != nil {
		return s, err
	}
	if s.end == nil {
		return s, errors.New("no error at the end of the input")
	}
	if errors.As(s.end, new(*protocol.Error)) {
		s.open = nil // how much of a message comes before the violation in it depends on the cuts
	}
	s.state, s.status, s.hangUp = conn.State(), conn.CloseStatus(), conn.HangUp()
	return s, nil
}

// add takes all events that there are by now, and all that is sent.
func (s *story) add(conn *protocol.Conn, whole bool) error {
	for ev, err := range conn.All() {
		if s.end != nil && err != s.end {
			return fmt.Errorf("after %q comes %v, error %v", s.end, ev, err)
		}
		if s.end = err; err != nil {
			break
		}
		if err := s.event(ev, conn.Broken(), whole); err != nil {
			return err
		}
	}
	s.out = append(s.out, conn.Out()...)
	conn.Sent(len(conn.Out()))
	return nil
}

// event joins the parts of a message, between which control frames may come.
func (s *story) event(ev protocol.Event, broken protocol.RuleSet, whole bool) error {
	apart := ev.Opcode.Control() || ev.Opcode == protocol.Continuation
	if (whole || apart) && ev.Part != protocol.Whole {
		return fmt.Errorf("%v comes in parts: %d", ev.Opcode, ev.Part)
	}
	if apart {
		s.events = append(s.events, event{ev.Opcode, string(ev.Data), broken})
		return nil
	}
	first := ev.Part&protocol.First != 0
	if !first && (s.open == nil || s.open.opcode != ev.Opcode) {
		return fmt.Errorf("%v continues nothing: %v", ev.Opcode, s.open)
	}
	if first {
		s.open = &event{opcode: ev.Opcode}
	}
	s.open.data += string(ev.Data)
	for rule := range broken.All() {
		s.open.broken.Add(rule)
	}
	if ev.Part&protocol.Last != 0 {
		s.events = append(s.events, *s.open)
		s.open = nil
	}
	return nil
}
