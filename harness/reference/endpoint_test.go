package reference

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/protocol"
)

// The handshake of RFC 6455, section 1.3.
const (
	request = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
	acceptance = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)

// client is the other end of a connection to an endpoint under test.
type client struct {
	net.Conn
	t      *testing.T
	served chan error // what Serve returned
}

// dial connects to an endpoint in memory.
func dial(ctx context.Context, t *testing.T, f *Fault) *client {
	ours, theirs := net.Pipe()
	c := &client{ours, t, make(chan error, 1)}
	go func() { c.served <- Serve(ctx, theirs, f) }()
	return c
}

// open connects and does the opening handshake.
func open(ctx context.Context, t *testing.T, f *Fault) *client {
	c := dial(ctx, t, f)
	c.write([]byte(request))
	if got := c.next(); got != acceptance {
		t.Fatalf("got %q", got)
	}
	return c
}

func (c *client) write(p []byte) {
	c.t.Helper()
	if _, err := c.Write(p); err != nil {
		c.t.Fatal(err)
	}
}

// next returns what one write of the endpoint brings, "" at the end of the stream.
func (c *client) next() string {
	c.t.Helper()
	buf := make([]byte, 1<<20)
	n, err := c.Read(buf)
	if err != nil && err != io.EOF {
		c.t.Fatal(err)
	}
	return string(buf[:n])
}

// says tells which frames one write of the endpoint brings.
func (c *client) says() (said []string) {
	c.t.Helper()
	for _, f := range parse([]byte(c.next())) {
		if f.Opcode == protocol.Close {
			status, _, _ := protocol.ParseClose(f.Payload)
			said = append(said, strings.TrimSpace(fmt.Sprintf("Close %d %s", status.Code, status.Reason)))
			continue
		}
		said = append(said, f.String())
	}
	return said
}

// parse returns the frames that wire consists of.
func parse(wire []byte) (frames []protocol.Frame) {
	for len(wire) > 0 {
		h, n := protocol.ParseHeader(wire)
		end := n + int(h.Length)
		frames = append(frames, protocol.Frame{Header: h, Payload: wire[n:end]})
		wire = wire[end:]
	}
	return frames
}

// masked puts frames into bytes, as a client does.
func masked(frames ...protocol.Frame) (wire []byte) {
	for _, f := range frames {
		f.Masked, f.Key = true, 0xFA21_37BA
		wire = f.Append(wire)
	}
	return wire
}

func frame(op protocol.Opcode, payload string) protocol.Frame {
	return protocol.NewFrame(op, []byte(payload))
}

// more is a frame with a message to be continued.
func more(f protocol.Frame) protocol.Frame {
	f.FIN = false
	return f
}

func closing(code protocol.CloseCode, reason string) protocol.Frame {
	return protocol.NewFrame(protocol.Close, protocol.AppendClose(nil, code, reason))
}

// TestConversation: each read is answered by one write, and each conversation comes to the end that it should.
func TestConversation(t *testing.T) {
	type turn struct {
		sent []protocol.Frame
		got  []string
	}
	for _, test := range []struct {
		name  string
		turns []turn
		err   error
	}{
		{"messages, and a close", []turn{
			{[]protocol.Frame{frame(protocol.Text, "Hello"), frame(protocol.Ping, "p"), frame(protocol.Binary, "\xff")},
				[]string{`Text, FIN, 5 bytes "Hello"`, `Pong, FIN, 1 byte "p"`, `Binary, FIN, 1 byte ff`}},
			{[]protocol.Frame{closing(1000, "bye")}, []string{`Close 1000`}},
		}, nil},
		{"fragments", []turn{
			{[]protocol.Frame{more(frame(protocol.Text, "Hel"))}, []string{`Text, 3 bytes "Hel"`}},
			{[]protocol.Frame{frame(protocol.Ping, ""), frame(protocol.Continuation, "lo")}, []string{`Pong, FIN, 0 bytes`, `Continuation, FIN, 2 bytes "lo"`}},
			{[]protocol.Frame{closing(protocol.NoStatus, "")}, []string{`Close 1005`}},
		}, nil},
		{"what follows a close", []turn{
			{[]protocol.Frame{closing(4000, ""), frame(protocol.Text, "late"), frame(protocol.Ping, "late"), closing(1001, ""), frame(3, "")},
				[]string{`Close 4000`}},
		}, nil},
		{"a reserved bit", []turn{
			{[]protocol.Frame{frame(protocol.Text, "a"), {Header: protocol.Header{FIN: true, RSV: 1, Opcode: protocol.Text}}, frame(protocol.Ping, "b")},
				[]string{`Text, FIN, 1 byte "a"`, `Close 1002 reserved bit set without an extension`}},
		}, protocol.ReservedBits},
		{"text that cannot become UTF-8", []turn{
			{[]protocol.Frame{more(frame(protocol.Text, "\xf4\x90"))},
				[]string{`Close 1007 text message is not UTF-8`}},
		}, protocol.TextEncoding},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := open(t.Context(), t, nil)
				for _, turn := range test.turns {
					c.write(masked(turn.sent...))
					if diff := cmp.Diff(turn.got, c.says()); diff != "" {
						t.Fatal(diff)
					}
				}
				c.ends(test.err)
			})
		})
	}
}

// ends expects the end of the stream, and what Serve has to say about it.
func (c *client) ends(want error) {
	c.t.Helper()
	if got := c.next(); got != "" {
		c.t.Errorf("then %q", got)
	}
	if err := <-c.served; !errors.Is(err, want) {
		c.t.Errorf("served: %v, want %v", err, want)
	}
}

// TestRefusal: what cannot be accepted is answered in HTTP.
func TestRefusal(t *testing.T) {
	for _, test := range []struct {
		name, request, status, has string
	}{
		{"method", strings.Replace(request, "GET", "POST", 1), "405 Method Not Allowed", "Allow: GET"},
		{"version of HTTP", strings.Replace(request, "HTTP/1.1", "HTTP/1.0", 1), "505 HTTP Version Not Supported", ""},
		{"no upgrade", strings.Replace(request, "Upgrade: websocket\r\n", "", 1), "426 Upgrade Required", "Upgrade: websocket"},
		{"version of the protocol", strings.Replace(request, ": 13", ": 12", 1), "426 Upgrade Required", "Sec-WebSocket-Version: 13"},
		{"no key", strings.Replace(request, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 1), "400 Bad Request", "no Sec-WebSocket-Key"},
		{"too long", "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 1<<17), "431 Request Header Fields Too Large", ""},
		{"silence", "GET / HTTP/1.1\r\n", "408 Request Timeout", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := dial(t.Context(), t, nil)
				go c.Write([]byte(test.request))
				start := time.Now()
				got := c.next()
				if !strings.HasPrefix(got, "HTTP/1.1 "+test.status+"\r\n") || !strings.Contains(got, test.has) || !strings.Contains(got, "Connection: ") {
					t.Errorf("got %q", got)
				}
				if took := time.Since(start); took > patience {
					t.Errorf("after %v", took)
				}
				if got := c.next(); got != "" {
					t.Errorf("then %q", got)
				}
				if <-c.served == nil {
					t.Error("served without an error")
				}
				c.Close()
			})
		})
	}
}

// TestClientLeaves: without a Close frame that is a failure, before and after the opening handshake.
func TestClientLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := dial(t.Context(), t, nil)
		c.write([]byte(request[:40]))
		c.Close()
		if err := <-c.served; err != io.ErrUnexpectedEOF {
			t.Errorf("inside the request: %v", err)
		}
		c = open(t.Context(), t, nil)
		c.write(masked(frame(protocol.Text, "half"))[:8])
		c.next()
		c.Close()
		if err := <-c.served; err != io.ErrUnexpectedEOF {
			t.Errorf("inside a frame: %v", err)
		}
	})
}

// TestEarlyFrames: a client that does not wait for the answer is answered all the same.
func TestEarlyFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := dial(t.Context(), t, nil)
		go c.Write(append([]byte(request), masked(frame(protocol.Text, "early"), closing(1000, ""))...))
		if got := c.next(); got != acceptance {
			t.Errorf("got %q", got)
		}
		if diff := cmp.Diff([]string{`Text, FIN, 5 bytes "early"`, `Close 1000`}, c.says()); diff != "" {
			t.Error(diff)
		}
		c.ends(nil)
	})
}

// TestServeEnds: when the context ends, the client is told so.
func TestServeEnds(t *testing.T) {
	stop := errors.New("shutting down")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		c := open(ctx, t, nil)
		cancel(stop)
		if diff := cmp.Diff([]string{`Close 1001`}, c.says()); diff != "" {
			t.Error(diff)
		}
		c.ends(stop)
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		c := dial(ctx, t, nil)
		c.write([]byte(request[:40]))
		cancel(stop)
		if got := c.next(); !strings.HasPrefix(got, "HTTP/1.1 503 ") {
			t.Errorf("got %q", got)
		}
		c.ends(stop)
	})
}

// TestClientDoesNotRead: it is given up.
func TestClientDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t.Context(), t, nil)
		c.write(masked(frame(protocol.Text, "x")))
		start := time.Now()
		if err := <-c.served; err == nil || time.Since(start) != patience {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		c.Close()
	})
}

// TestLongMessage: the longest message comes back without ever being held in memory; a longer one is refused.
func TestLongMessage(t *testing.T) {
	const length = 16 << 20
	synctest.Test(t, func(t *testing.T) {
		c := open(t.Context(), t, nil)
		h := protocol.Header{FIN: true, Opcode: protocol.Binary, Masked: true, Length: length}
		go func() {
			c.Write(protocol.AppendHeader(nil, h))
			chunk := make([]byte, 1<<16)
			for range length / len(chunk) {
				c.Write(chunk)
			}
			h.Length++
			c.Write(protocol.AppendHeader(nil, h))
		}()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, last := 0, protocol.Frame{}
		buf := make([]byte, 1<<17)
		for last.Opcode != protocol.Close {
			n, err := c.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			for _, last = range parse(buf[:n]) {
				if !last.Opcode.Control() {
					got += len(last.Payload)
				}
			}
		}
		runtime.ReadMemStats(&after)
		if got != length {
			t.Errorf("%d bytes came back", got)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%d bytes allocated", used)
		}
		if !bytes.HasPrefix(last.Payload, []byte{0x03, 0xF1}) {
			t.Errorf("%v", last)
		}
		if limit, ok := errors.AsType[*protocol.LimitError](<-c.served); !ok || limit.What != "frame" {
			t.Errorf("served: %v", limit)
		}
	})
}
