package fuzz_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/fuzz"
	"github.com/wsspec/wsspec/protocol"
)

// strictReader is the reader of package protocol, in the clothes of a foreign one.
func strictReader(client bool) fuzz.ForeignReader {
	return func(in io.Reader) (frames []fuzz.ForeignFrame, err error) {
		r := &protocol.Reader{Client: client}
		f, started := fuzz.ForeignFrame{}, int64(0)
		for {
			p, err := r.Next()
			switch {
			case err == protocol.ErrNeedMore:
				n, err := in.Read(r.Buffer())
				if r.Advance(n); err != nil {
					r.EOF()
				}
				continue
			case err != nil:
				return frames, err
			}
			h := r.Header()
			if r.Frames() > started {
				started = r.Frames()
				f = fuzz.ForeignFrame{FIN: h.FIN, RSV: h.RSV, Opcode: h.Opcode}
			}
			if f.Payload = append(f.Payload, p.Payload...); uint64(len(f.Payload)) == h.Length {
				frames = append(frames, f)
			}
		}
	}
}

// What is right is never called wrong, whatever the bytes.
func TestCompareAcceptsWhatIsRight(t *testing.T) {
	for _, p := range fuzz.Properties() {
		for _, seed := range p.Seeds {
			for _, client := range []bool{false, true} {
				if err := (fuzz.NaiveReader{Client: client}).Compare([]byte(seed), strictReader(client)); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func TestCompareFindsMistakes(t *testing.T) {
	hello := fuzz.ForeignFrame{FIN: true, Opcode: protocol.Text, Payload: []byte("Hello")}
	with := func(change func(*fuzz.ForeignFrame)) []fuzz.ForeignFrame {
		f := hello
		change(&f)
		return []fuzz.ForeignFrame{f}
	}
	refused := errors.New("no")
	tests := []struct {
		name   string
		input  string
		frames []fuzz.ForeignFrame
		err    error
		want   string // "": nothing is wrong
	}{
		{"right", "\x81\x05Hello", []fuzz.ForeignFrame{hello}, io.EOF, ""},
		{"right, without an error", "\x81\x05Hello", []fuzz.ForeignFrame{hello}, nil, ""},
		{"missing", "\x81\x05Hello", nil, nil, "frame 0 is missing"},
		{"refused", "\x81\x05Hello", nil, refused, "frame 0 is missing"},
		{"refused too late", "\x81\x05Hello", []fuzz.ForeignFrame{hello}, refused, "nothing is wrong with it"},
		{"other payload", "\x81\x05Hello", with(func(f *fuzz.ForeignFrame) { f.Payload = []byte("hello") }), nil, "frame 0: got"},
		{"other FIN", "\x81\x05Hello", with(func(f *fuzz.ForeignFrame) { f.FIN = false }), nil, "frame 0: got"},
		{"other opcode", "\x81\x05Hello", with(func(f *fuzz.ForeignFrame) { f.Opcode = protocol.Binary }), nil, "frame 0: got"},
		{"other RSV", "\x81\x05Hello", with(func(f *fuzz.ForeignFrame) { f.RSV = 4 }), nil, "frame 0: got"},
		{"invented", "", []fuzz.ForeignFrame{hello}, nil, "which is not whole"},
		{"not whole", "\x81\x05Hell", with(func(f *fuzz.ForeignFrame) { f.Payload = []byte("Hell") }), io.ErrUnexpectedEOF, "which is not whole"},
		{"not whole, not told", "\x81\x05Hell", nil, io.ErrUnexpectedEOF, ""},
		{"illegal, told", "\x91\x05Hello", []fuzz.ForeignFrame{hello}, nil, "which is to be refused"},
		{"illegal, not refused", "\x91\x05Hello", nil, io.EOF, "is not refused"},
		{"illegal, refused", "\x91\x05Hello", nil, refused, ""},
		{"illegal, still waiting", "\x91\x05Hell", nil, io.ErrUnexpectedEOF, ""},
		{"illegal, refused early", "\x91\x05Hell", nil, refused, ""},
		{"beyond the limits", "\x82\x7f\x40\x00\x00\x00\x00\x00\x00\x00", nil, refused, ""},
		{"beyond the limits, waiting", "\x82\x7f\x40\x00\x00\x00\x00\x00\x00\x00", nil, io.ErrUnexpectedEOF, ""},
	}
	for _, tt := range tests {
		read := func(io.Reader) ([]fuzz.ForeignFrame, error) { return tt.frames, tt.err }
		err := fuzz.NaiveReader{Client: true}.Compare([]byte(tt.input), read)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got the error %v, want %q", tt.name, err, tt.want)
		}
	}
}

// A reader that is right only if it gets its input at once is found out.
func TestCompareFeedsBytes(t *testing.T) {
	read := func(in io.Reader) ([]fuzz.ForeignFrame, error) {
		var buffer [64]byte
		n, _ := in.Read(buffer[:])
		return strictReader(true)(bytes.NewReader(buffer[:n]))
	}
	err := fuzz.NaiveReader{Client: true}.Compare([]byte("\x81\x05Hello"), read)
	if err == nil || !strings.Contains(err.Error(), "byte by byte") {
		t.Errorf("got the error %v", err)
	}
}
