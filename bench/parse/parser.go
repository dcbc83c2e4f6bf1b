package parse

import (
	"errors"
	"io"
	"net"
)

// Parser is a library, by the interface of it that is the fastest and still checks what RFC 6455 demands of a server that
// reads: masks, opcodes, reserved bits and, of text, UTF-8.
type Parser struct {
	Name string
	Ours bool
	// Open does what comes before the first frame. The function that it returns reads until the end of the input. If text
	// is not to be had, it returns nil.
	Open func(conn net.Conn, text bool) (func() (Count, error), error)
}

// Parsers are the libraries that are compared.
var Parsers = []Parser{
	{"wsspec protocol.Conn", true, openCore},
	{"wsspec protocol.Reader", true, openReader},
	{"wsspec ws Handle", true, openHandle},
	{"wsspec ws ReadMessage", true, openReadMessage},
	{"gorilla NextReader", false, openGorilla},
	{"coder Reader", false, openCoder},
	{"gobwas wsutil.Reader", false, openGobwas},
	{"gobwas wsutil.Reader, CheckUTF8", false, openGobwasCheckUTF8},
	{"gws ReadLoop", false, openGWS},
}

// errNotUTF8 is what an application finds out by itself if its library does not check text.
var errNotUTF8 = errors.New("text is not UTF-8")

// readAll reads a message into buf, which is large enough for every row.
func readAll(r io.Reader, buf []byte) ([]byte, error) {
	n := 0
	for {
		m, err := r.Read(buf[n:])
		n += m
		switch {
		case err == io.EOF:
			return buf[:n], nil
		case err != nil:
			return nil, err
		case n == len(buf):
			return nil, io.ErrShortBuffer
		}
	}
}

// bufferSize is more than the largest message of all rows, in bytes.
const bufferSize = 2 << 10
