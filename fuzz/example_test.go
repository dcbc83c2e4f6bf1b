package fuzz_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/wsspec/wsspec/fuzz"
	"github.com/wsspec/wsspec/protocol"
)

// readFrames stands for the parser that you want to fuzz: the one of a server here. It gives back what it found, and why it
// stopped.
func readFrames(r io.Reader) (frames []fuzz.ForeignFrame, err error) {
	for in := bufio.NewReader(r); ; {
		f, err := readFrame(in)
		if err != nil {
			return frames, err
		}
		frames = append(frames, f)
	}
}

var errProtocol = errors.New("protocol error")

// readFrame reads one frame. It does not know messages, and forgets that a length must be in its shortest form.
func readFrame(in io.Reader) (f fuzz.ForeignFrame, err error) {
	var head [2]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return f, err
	}
	f.FIN, f.RSV, f.Opcode = head[0]&0x80 != 0, head[0]>>4&7, protocol.Opcode(head[0]&15)
	length := int64(head[1] & 0x7F)
	if f.RSV != 0 || f.Opcode.Reserved() || head[1]&0x80 == 0 || f.Opcode.Control() && (!f.FIN || length > 125) {
		return f, errProtocol
	}
	if length == 126 {
		var long uint16
		if err := binary.Read(in, binary.BigEndian, &long); err != nil {
			return f, err
		}
		length = int64(long)
	}
	var key [4]byte
	if _, err := io.ReadFull(in, key[:]); err != nil {
		return f, err
	}
	f.Payload = make([]byte, length)
	if _, err := io.ReadFull(in, f.Payload); err != nil {
		return f, io.ErrUnexpectedEOF
	}
	for i := range f.Payload {
		f.Payload[i] ^= key[i%4]
	}
	return f, nil
}

// A parser of your own is held against RFC 6455 by one call. In a native fuzz target, hand the error to t.Error.
func ExampleNaiveReader_Compare() {
	server := fuzz.NaiveReader{}
	for _, input := range []string{
		"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
		"\x82\xfe\x00\x02\x00\x00\x00\x00hi",
	} {
		if err := server.Compare([]byte(input), readFrames); err != nil {
			fmt.Println("a mistake:", len(input), "bytes show it")
		} else {
			fmt.Println("read as the RFC says")
		}
	}
	// Output:
	// read as the RFC says
	// a mistake: 10 bytes show it
}
