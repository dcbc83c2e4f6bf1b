package protocol_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// unhex reads bytes in hexadecimal; spaces are for the eye.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		panic(err)
	}
	return b
}

// bothRoles runs a test once for each role of the endpoint that reads.
func bothRoles(t *testing.T, test func(t *testing.T, client bool)) {
	t.Run("client", func(t *testing.T) { test(t, true) })
	t.Run("server", func(t *testing.T) { test(t, false) })
}

// sentTo returns frames as the peer of that role sends them: masked if it is sent to a server.
func sentTo(client bool, frames ...protocol.Frame) (b []byte) {
	for i, f := range frames {
		if !client {
			f.Masked, f.Key = true, 0x9D3F21A7+uint32(i)
		}
		b = f.Append(b)
	}
	return b
}

func frame(op protocol.Opcode, payload string) protocol.Frame {
	return protocol.NewFrame(op, []byte(payload))
}

// more returns a frame that is not the last of its message.
func more(f protocol.Frame) protocol.Frame {
	f.FIN = false
	return f
}

func closing(code protocol.CloseCode, reason string) protocol.Frame {
	return protocol.NewFrame(protocol.Close, protocol.AppendClose(nil, code, reason))
}

// feedCuts gives read the input in one chunk; then cut in two at every place, cut into single bytes, and cut at random. The
// test fails unless read returns the same each time.
func feedCuts[T any](t *testing.T, input []byte, read func(chunks [][]byte) T) T {
	t.Helper()
	want := read([][]byte{input})
	try := func(name string, chunks [][]byte) {
		if got := read(chunks); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s:\n got %v\nwant %v\nof % x", name, got, want, input)
		}
	}
	bytes := make([][]byte, len(input))
	for i := range input {
		bytes[i] = input[i : i+1]
		try(fmt.Sprint("cut at ", i), [][]byte{input[:i], input[i:]})
	}
	try("byte by byte", bytes)
	rnd := rand.New(rand.NewPCG(1, uint64(len(input))))
	for range 4 {
		try("cut at random", randomCuts(rnd, input))
	}
	return want
}

func randomCuts(rnd *rand.Rand, input []byte) (chunks [][]byte) {
	for len(input) > 0 {
		n := min(1+rnd.IntN(1+rnd.IntN(20)), len(input))
		chunks = append(chunks, input[:n])
		input = input[n:]
	}
	return chunks
}

// seen is a frame as a Reader returned it, its pieces joined.
type seen struct {
	Head    byte
	Payload string
	Whole   bool
	Header  protocol.Header
	Broken  protocol.RuleSet
}

func (f seen) String() string {
	s := shown([]seen{f})[0]
	for rule := range f.Broken.All() {
		s += " (" + rule.Error() + ")"
	}
	return s
}

// fault is the part of an error that does not depend on how the input was cut.
type fault struct {
	Rule          protocol.Rule
	Offset, Frame int64
	Limit         string
	EOF           error
}

func faultOf(err error) (f fault) {
	var broken *protocol.Error
	var limit *protocol.LimitError
	switch {
	case errors.As(err, &broken):
		f.Rule, f.Offset, f.Frame = broken.Rule, broken.Offset, broken.Frame
	case errors.As(err, &limit):
		f.Limit = limit.Error()
	default:
		f.EOF = err
	}
	return f
}

// readFrames reads all frames of the chunks and tells how it ended.
func readFrames(r *protocol.Reader, chunks [][]byte) (frames []seen, end fault) {
	for _, chunk := range chunks {
		r.Feed(chunk)
		if frames, end = nextFrames(r, frames); end.EOF == nil && end != (fault{}) {
			return frames, end
		}
	}
	r.EOF()
	return nextFrames(r, frames)
}

func nextFrames(r *protocol.Reader, frames []seen) ([]seen, fault) {
	for p, err := range r.All() {
		if err != nil {
			return frames, faultOf(err)
		}
		if p.Part&protocol.First != 0 {
			frames = append(frames, seen{Head: p.Head, Header: r.Header(), Broken: r.Broken()})
		}
		f := &frames[len(frames)-1]
		f.Payload += string(p.Payload)
		f.Whole = p.Part&protocol.Last != 0
	}
	return frames, fault{}
}

// heard is an event of a Conn, the parts of a message joined.
type heard struct {
	Opcode protocol.Opcode
	Data   string
	Broken protocol.RuleSet
}

func (h heard) String() string {
	s := fmt.Sprintf("%v %q", h.Opcode, h.Data)
	for rule := range h.Broken.All() {
		s += " (" + rule.Error() + ")"
	}
	return s
}

// story is all that a Conn made of its input.
type story struct {
	Events []heard
	Open   heard // a message that did not end
	End    fault
	Out    string
	State  protocol.State
	Status protocol.CloseStatus
	HangUp bool
}

// tell gives the chunks to a Conn, and EOF if that is wanted.
func tell(c *protocol.Conn, chunks [][]byte, eof bool) (s story) {
	next := func() {
		for ev, err := range c.All() {
			if err != nil {
				s.End = faultOf(err)
				return
			}
			s.add(ev, c.Broken())
		}
	}
	for _, chunk := range chunks {
		c.Feed(chunk)
		next()
	}
	if eof {
		c.EOF()
		next()
	}
	if s.End.Rule != 0 {
		s.Open = heard{} // how much of it came before the error depends on the cut
	}
	s.Out, s.State, s.Status, s.HangUp = string(c.Out()), c.State(), c.CloseStatus(), c.HangUp()
	return s
}

// add joins the parts of a message that control frames may interrupt.
func (s *story) add(ev protocol.Event, broken protocol.RuleSet) {
	if ev.Opcode.Control() || ev.Opcode == protocol.Continuation {
		s.Events = append(s.Events, heard{ev.Opcode, string(ev.Data), broken})
		return
	}
	if ev.Part&protocol.First != 0 {
		s.Open = heard{Opcode: ev.Opcode}
	}
	s.Open.Data += string(ev.Data)
	addAll(&s.Open.Broken, broken)
	if ev.Part&protocol.Last != 0 {
		s.Events = append(s.Events, s.Open)
		s.Open = heard{}
	}
}

// broken returns all rules that were broken in the story.
func (s *story) broken() protocol.RuleSet {
	all := s.Open.Broken
	for _, ev := range s.Events {
		addAll(&all, ev.Broken)
	}
	return all
}

func addAll(s *protocol.RuleSet, rules protocol.RuleSet) {
	for rule := range rules.All() {
		s.Add(rule)
	}
}

// written reads back what an endpoint of that role wrote, with the strict reader of the other side.
func written(t *testing.T, client bool, out []byte) []seen {
	t.Helper()
	frames, end := readFrames(&protocol.Reader{Client: !client}, [][]byte{out})
	if end.EOF != io.EOF {
		t.Fatalf("wrote % x, which ends with %+v", out, end)
	}
	return frames
}

// shown describes frames in short, such as `Text "Hello"`, `Text+ "Hel"` for one without FIN, `Close 1002`.
func shown(frames []seen) (s []string) {
	for _, f := range frames {
		op := protocol.Opcode(f.Head & 0xF)
		text := op.String()
		if f.Head&0x80 == 0 {
			text += "+"
		}
		if op == protocol.Close {
			status, _, _ := protocol.ParseClose([]byte(f.Payload))
			text += fmt.Sprintf(" %d", status.Code)
		} else {
			text += fmt.Sprintf(" %q", f.Payload)
		}
		s = append(s, text)
	}
	return s
}

func equal[T any](t *testing.T, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
