package fuzz

import (
	"bytes"
	"errors"
	"fmt"
	"iter"

	"github.com/wsspec/wsspec/protocol"
)

// Reader: whatever a peer sends, a Reader of either role, strict or tolerant, makes of it what a NaiveReader does, however the
// input is cut. The input is a byte of options (1: the role of a client; 2, 4, 8: claimed reserved bits; 16: read in place), a
// tolerance, limits, cuts, and the bytes of the peer.
func Reader(data []byte) error {
	s := source{data}
	options := s.byte()
	config := NaiveReader{Client: options&1 != 0, RSV: options >> 1 & 7, Tolerate: s.tolerance(), Limits: s.limits()}
	parts := s.cuts()
	want := reading{}
	want.frames, want.end = config.Read(s.rest)

	var told [2]string
	for i, c := range []cuts{nil, parts} {
		got, err := config.readWith(c.of(s.rest), i == 1 && options&16 != 0)
		if err == nil {
			err = got.compare(want, config.Tolerate)
		}
		if err != nil {
			return violated(data, "%v, input cut by %v: %v", config, c, err)
		}
		told[i] = got.end.Error()
	}
	if told[0] != told[1] {
		return violated(data, "%v: at once %q, cut by %v %q", config, told[0], parts, told[1])
	}
	return nil
}

// reading is what a reader made of its input.
type reading struct {
	frames  []NaiveFrame
	started int64           // frames in all
	header  protocol.Header // the last one
	end     error
}

// readWith has a Reader read the chunks. The error is a violation in itself.
func (r NaiveReader) readWith(chunks iter.Seq[[]byte], inPlace bool) (got reading, err error) {
	reader := &protocol.Reader{Client: r.Client, RSV: r.RSV, Tolerate: r.Tolerate, Limits: r.Limits}
	for chunk := range chunks {
		give(reader, chunk, inPlace)
		if err := got.add(reader); err != nil {
			return got, err
		}
	}
	reader.EOF()
	if err := got.add(reader); err != nil {
		return got, err
	}
	if got.end == nil {
		return got, errors.New("no error at the end of the input")
	}
	got.started, got.header = reader.Frames(), reader.Header()
	return got, nil
}

// receiver is what takes input.
type receiver interface {
	Buffer() []byte
	Advance(n int)
	Feed(p []byte)
}

// give hands over a chunk: a copy of it, or as read(2) does, into the buffer of the receiver.
func give(r receiver, chunk []byte, inPlace bool) {
	if !inPlace {
		r.Feed(chunk)
		return
	}
	for len(chunk) > 0 {
		n := copy(r.Buffer(), chunk)
		r.Advance(n)
		chunk = chunk[n:]
	}
}

// add takes all pieces that there are by now.
func (g *reading) add(r *protocol.Reader) error {
	for {
		p, err := r.Next()
		switch {
		case g.end != nil && err != g.end:
			return fmt.Errorf("after %q comes %v, error %v", g.end, p, err)
		case err == protocol.ErrNeedMore:
			if r.Need() == 0 {
				return errors.New("it needs more input, but Need is 0")
			}
			return nil
		case err != nil:
			g.end = err
			return nil
		}
		if err := g.piece(r, p); err != nil {
			return err
		}
	}
}

// piece joins a piece to the frame that it is part of.
func (g *reading) piece(r *protocol.Reader, p protocol.Piece) error {
	h := r.Header()
	wire := protocol.AppendHeader(nil, h)
	inside := len(g.frames) > 0 && !g.frames[len(g.frames)-1].Whole
	if first := p.Part&protocol.First != 0; first == inside {
		return fmt.Errorf("piece %v: inside a frame %t, First %t", p, inside, first)
	}
	if wire[0] != p.Head {
		return fmt.Errorf("piece %v has the header %+v", p, h)
	}
	if len(p.Payload) == 0 && h.Length > 0 {
		return fmt.Errorf("piece %v is empty, its frame has %d bytes", p, h.Length)
	}
	if !inside {
		offset := int(r.Offset()) - len(wire) - len(p.Payload)
		g.frames = append(g.frames, NaiveFrame{Offset: offset, Header: h, Broken: r.Broken()})
	}
	f := &g.frames[len(g.frames)-1]
	if f.Header != h || f.Broken != r.Broken() {
		return fmt.Errorf("a frame with the header %+v goes on with %+v, broken %v", f.Header, h, names(r.Broken()))
	}
	f.Payload = append(f.Payload, p.Payload...)
	f.Whole = p.Part&protocol.Last != 0
	return nil
}

// compare tells how a reading differs from the naive one.
func (g reading) compare(want reading, tolerate protocol.RuleSet) error {
	frames := want.frames
	if want.refused() {
		last := frames[len(frames)-1]
		frames = frames[:len(frames)-1]
		if g.header != last.Header {
			return fmt.Errorf("fails on the header %+v, want %+v", g.header, last.Header)
		}
	}
	if len(g.frames) > len(frames) || g.started != int64(len(frames)) {
		return fmt.Errorf("got %d of %d frames, want %d", len(g.frames), g.started, len(frames))
	}
	for i, f := range frames {
		if i == len(g.frames) && f.begins() {
			break
		}
		if i == len(g.frames) {
			return fmt.Errorf("frame %d: got nothing, want %v", i, f)
		}
		if !g.frames[i].equal(f) {
			return fmt.Errorf("frame %d: got %v, want %v\ngot %+v, want %+v", i, g.frames[i], f, g.frames[i].Header, f.Header)
		}
	}
	return g.compareEnd(want, tolerate)
}

// refused tells whether the last frame was read no further than its header.
func (g reading) refused() bool {
	var limit *protocol.LimitError
	return g.end == ErrRefused || errors.As(g.end, &limit)
}

// begins tells whether there is so little of a frame that it need not show: control frames come whole.
func (f NaiveFrame) begins() bool {
	return !f.Whole && (len(f.Payload) == 0 || f.Header.Opcode.Control())
}

func (f NaiveFrame) equal(want NaiveFrame) bool {
	if f.Offset != want.Offset || f.Header != want.Header || f.Broken != want.Broken || f.Whole != want.Whole {
		return false
	}
	if want.begins() {
		return bytes.HasPrefix(want.Payload, f.Payload)
	}
	return bytes.Equal(f.Payload, want.Payload)
}

// compareEnd compares the errors. A header that breaks several rules may be refused for any of them.
func (g reading) compareEnd(want reading, tolerate protocol.RuleSet) error {
	var limit, wantLimit *protocol.LimitError
	switch {
	case want.end == ErrRefused:
		return g.compareRefusal(want.frames, tolerate)
	case errors.As(want.end, &wantLimit):
		if errors.As(g.end, &limit) && *limit == *wantLimit {
			return nil
		}
	case g.end == want.end:
		return nil
	}
	return fmt.Errorf("ends with %q, want %q", g.end, want.end)
}

func (g reading) compareRefusal(frames []NaiveFrame, tolerate protocol.RuleSet) error {
	number := len(frames) - 1
	f := frames[number]
	var e *protocol.Error
	if !errors.As(g.end, &e) || !f.Broken.Has(e.Rule) || tolerate.Has(e.Rule) {
		return fmt.Errorf("ends with %q, want one of %q", g.end, names(f.Broken))
	}
	if e.Offset != int64(f.Offset) || e.Frame != int64(number) {
		return fmt.Errorf("refuses frame %d at %d, want frame %d at %d", e.Frame, e.Offset, number, f.Offset)
	}
	return nil
}
