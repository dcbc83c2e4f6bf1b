package parse

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"time"
)

// readSize is what a Read returns at most, and the size of the read buffer that every library gets, in bytes.
const readSize = 16 << 10

// Conn is a connection to a client whose frames are in memory: Read copies them, as read(2) would. What is written is dropped.
type Conn struct {
	stream *Stream
	at     int // in stream.data
	left   int // until the end of the input
}

// Conn returns a connection to a client that sends the first n frames and ends.
func (s *Stream) Conn(n int) *Conn { return &Conn{stream: s, left: s.size(n)} }

func (c *Conn) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), readSize, c.left)], c.stream.data[c.at:])
	c.left -= n
	c.at += n
	if c.at == len(c.stream.data) {
		c.at = 0
	}
	return n, nil
}

func (c *Conn) Write(p []byte) (int, error) { return len(p), nil }

func (c *Conn) Close() error                     { return nil }
func (c *Conn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *Conn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c *Conn) SetDeadline(time.Time) error      { return nil }
func (c *Conn) SetReadDeadline(time.Time) error  { return nil }
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }

// request is an opening handshake that needs no answer: how the libraries for net/http come to their connection.
func request() *http.Request {
	r, err := http.NewRequest("GET", "http://localhost/", nil)
	if err != nil {
		panic(err) // the arguments are constant
	}
	r.RequestURI = "/"
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Sec-WebSocket-Version", "13")
	r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	return r
}

// hijacked gives a Conn away, with buffers as net/http has them, but of readSize.
type hijacked struct {
	conn   net.Conn
	header http.Header
}

func newHijacked(conn net.Conn) *hijacked { return &hijacked{conn, http.Header{}} }

func (h *hijacked) Header() http.Header         { return h.header }
func (h *hijacked) WriteHeader(int)             {}
func (h *hijacked) Write(p []byte) (int, error) { return len(p), nil }

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReaderSize(h.conn, readSize), bufio.NewWriter(h.conn)), nil
}
