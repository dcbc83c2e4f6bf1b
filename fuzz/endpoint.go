package fuzz

import (
	"fmt"
	"io"
	"reflect"
	"slices"

	"github.com/wsspec/wsspec/protocol"
)

// Endpoint: whatever a peer sends, a Conn tells the same story however the input is cut, and sends only what the peer may
// receive. It returns the messages, Pings, Pongs and Close frames that a NaiveReader finds, with the rules that they break and
// that it tolerates, stops at the first violation that it does not tolerate, and answers as RFC 6455 says. The input is a byte of options (1: the role of a client; 2: whole messages; 4: Pings
// and 8: Close frames are left to the caller; 16: read in place), a tolerance, limits, cuts, and the bytes of the peer.
func Endpoint(data []byte) error {
	s := source{data}
	options := s.byte()
	config := protocol.Config{
		Client: options&1 != 0, Whole: options&2 != 0, ManualPong: options&4 != 0, ManualEcho: options&8 != 0,
		Tolerate: s.tolerance(), Limits: s.limits(), Rand: func() uint32 { return 0x01020304 },
	}
	parts := s.cuts()
	atOnce, err := tell(config, cuts(nil).of(s.rest), false)
	if err != nil {
		return violated(data, "input at once: %v", err)
	}
	inParts, err := tell(config, parts.of(s.rest), options&16 != 0)
	if err != nil {
		return violated(data, "input cut by %v: %v", parts, err)
	}
	if !reflect.DeepEqual(atOnce, inParts) {
		return violated(data, "input at once: %v\ncut by %v: %v", atOnce, parts, inParts)
	}
	sent, end := NaiveReader{Client: !config.Client}.Read(atOnce.out)
	if end != io.EOF {
		return violated(data, "sends % x, which ends with %q", atOnce.out, end)
	}
	if err := expected(config, s.rest).compare(atOnce, sent); err != nil {
		return violated(data, "%v", err)
	}
	return nil
}

// compare tells how the story of a Conn differs from what it should be.
func (p *plot) compare(got story, sent []NaiveFrame) error {
	if !reflect.DeepEqual(got.events, p.events) {
		return fmt.Errorf("got the events %v, want %v", got.events, p.events)
	}
	if err := p.compareEnd(got.end); err != nil {
		return err
	}
	if state := p.state(); got.state != state || got.status != p.status || !got.hangUp {
		return fmt.Errorf("in the end %v, %+v, hang up %t; want %v, %+v, true", got.state, got.status, got.hangUp, state, p.status)
	}
	if want := p.answers(); !answered(sent, want) {
		return fmt.Errorf("sends %v, want %v", sent, want)
	}
	return nil
}

func (p *plot) compareEnd(got error) error {
	frames := make([]NaiveFrame, p.frame+1)
	frames[p.frame] = NaiveFrame{Offset: p.at, Broken: p.broken}
	return reading{end: got}.compareEnd(reading{end: p.end, frames: frames}, p.config.Tolerate)
}

// answered tells whether the frames are the answers that are wanted. Close frames need only agree in the code.
func answered(frames []NaiveFrame, want []event) bool {
	return slices.EqualFunc(frames, want, func(f NaiveFrame, e event) bool {
		got := string(f.Payload)
		if f.Header.Opcode == protocol.Close {
			got, e.data = got[:min(2, len(got))], e.data[:min(2, len(e.data))]
		}
		return f.Header.Opcode == e.opcode && got == e.data
	})
}
