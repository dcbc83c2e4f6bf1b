package fuzz

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing/iotest"

	"github.com/wsspec/wsspec/protocol"
)

// ForeignFrame is a frame as any reader of frames can tell of it.
type ForeignFrame struct {
	FIN     bool
	RSV     byte // RSV1 is 4
	Opcode  protocol.Opcode
	Payload []byte // unmasked
}

// ForeignReader is the reader of frames of somebody else. It returns all whole frames before the end of the input, or before the
// first frame that it refuses. The error is nil, io.EOF or io.ErrUnexpectedEOF at the end of the input, wherever that is, and any
// other if a frame was refused.
type ForeignReader func(io.Reader) ([]ForeignFrame, error)

// Compare gives the input to the reader of somebody else, once as it is and once byte by byte, and tells how that differs from
// what RFC 6455 makes of it, nil if it does not. A frame beyond the limits of r may be refused or not. So may one that breaks a
// rule and is not whole, since a reader may wait for the whole of it.
func (r NaiveReader) Compare(input []byte, read ForeignReader) error {
	want, end := r.Read(input)
	got, err := read(bytes.NewReader(input))
	if difference := r.compare(input, want, end, got, err); difference != nil {
		return violated(input, "%v, input at once: %v", r, difference)
	}
	got, err = read(iotest.OneByteReader(bytes.NewReader(input)))
	if difference := r.compare(input, want, end, got, err); difference != nil {
		return violated(input, "%v, input byte by byte: %v", r, difference)
	}
	return nil
}

func (r NaiveReader) compare(input []byte, want []NaiveFrame, end error, got []ForeignFrame, err error) error {
	n := 0
	for ; n < len(want) && want[n].Whole; n++ {
		if n == len(got) {
			return fmt.Errorf("frame %d is missing: %v; the error is %w", n, want[n], orNone(err))
		}
		if !got[n].is(want[n]) {
			return fmt.Errorf("frame %d: got %+v, want %v", n, got[n], want[n])
		}
	}
	refused := err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
	switch limit := (*protocol.LimitError)(nil); {
	case errors.As(end, &limit):
		return nil
	case len(got) > n && end == ErrRefused:
		return fmt.Errorf("got %+v for frame %d, which is to be refused: %v", got[n], n, want[n])
	case len(got) > n:
		return fmt.Errorf("got %+v for frame %d, which is not whole", got[n], n)
	case refused && end != ErrRefused:
		return fmt.Errorf("frame %d is refused with %w; nothing is wrong with it", n, err)
	case !refused && end == ErrRefused && want[n].fits(input):
		return fmt.Errorf("frame %d is not refused: %v", n, want[n])
	}
	return nil
}

// orNone makes an error that can be shown.
func orNone(err error) error {
	if err == nil {
		return errors.New("nil")
	}
	return err
}

// is tells whether the frame is the one that was to be found.
func (f ForeignFrame) is(want NaiveFrame) bool {
	h := want.Header
	return f.FIN == h.FIN && f.RSV == h.RSV && f.Opcode == h.Opcode && bytes.Equal(f.Payload, want.Payload)
}

// fits tells whether all of a frame, whose payload was not read, is in the input.
func (f NaiveFrame) fits(input []byte) bool {
	return f.Header.Length <= uint64(len(input)-f.Offset-len(protocol.AppendHeader(nil, f.Header)))
}
