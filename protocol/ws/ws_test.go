package ws_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// connect joins a client and a server by the two ends of a transport.
func connect(t testing.TB, near, far net.Conn, options ws.Options) (client, server *ws.Conn) {
	t.Helper()
	served := make(chan error, 1)
	go func() {
		var err error
		server, _, err = ws.Serve(t.Context(), far, &ws.AcceptOptions{Options: options})
		served <- err
	}()
	client, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{Options: options, Dial: always(near)})
	if err := errors.Join(err, <-served); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.CloseNow()
		server.CloseNow()
	})
	return client, server
}

// always is a dialer that has one connection to give.
func always(transport net.Conn) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) { return transport, nil }
}

// pipe returns a client and a server over a net.Pipe, on which a write waits until it is read.
func pipe(t testing.TB, options ws.Options) (client, server *ws.Conn) {
	t.Helper()
	near, far := net.Pipe()
	return connect(t, near, far, options)
}

// loopback returns a client and a server over TCP.
func loopback(t testing.TB, options ws.Options) (client, server *ws.Conn) {
	t.Helper()
	near, far := tcp(t)
	return connect(t, near, far, options)
}

// tcp returns the two ends of a TCP connection.
func tcp(t testing.TB) (near, far net.Conn) {
	t.Helper()
	l := listen(t, "tcp", "127.0.0.1:0")
	accepted := make(chan net.Conn, 1)
	go func() {
		far, err := l.Accept()
		if err != nil {
			t.Error(err)
		}
		accepted <- far
	}()
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	far = <-accepted
	t.Cleanup(func() {
		near.Close()
		far.Close()
	})
	return near, far
}

func listen(t testing.TB, network, address string) net.Listener {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// request opens a connection; it is the head that RFC 6455, section 1.2 shows, without what is optional.
const request = "GET /chat HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

// peer is the other side of a Conn, spoken frame by frame, so that it can do anything.
type peer struct {
	t         testing.TB
	transport net.Conn
	reader    protocol.Reader
	masks     bool
}

// withClient returns a server and the peer that is its client.
func withClient(t testing.TB, near, far net.Conn, options *ws.AcceptOptions) (*peer, *ws.Conn) {
	t.Helper()
	type result struct {
		c   *ws.Conn
		err error
	}
	served := make(chan result, 1)
	go func() {
		c, _, err := ws.Serve(t.Context(), far, options)
		served <- result{c, err}
	}()
	if _, err := io.WriteString(near, request); err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, transport: near, masks: true}
	p.reader = protocol.Reader{Client: true, Tolerate: protocol.AllRules}
	if head := p.head(); !strings.HasPrefix(head, "HTTP/1.1 101 ") {
		t.Fatalf("response:\n%s", head)
	}
	r := <-served
	if r.err != nil {
		t.Fatal(r.err)
	}
	t.Cleanup(func() {
		near.Close()
		r.c.CloseNow()
	})
	return p, r.c
}

// withServer returns a client and the peer that is its server.
func withServer(t testing.TB, near, far net.Conn, options *ws.DialOptions) (*ws.Conn, *peer) {
	t.Helper()
	o := ws.DialOptions{}
	if options != nil {
		o = *options
	}
	o.Dial = always(near)
	p := &peer{t: t, transport: far, reader: protocol.Reader{Tolerate: protocol.AllRules}}
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		h := &protocol.ServerHandshake{}
		h.Feed([]byte(p.head()))
		if r, err := h.Next(); err != nil {
			t.Error(err)
		} else if err := h.Accept(h.Agree(r)); err != nil {
			t.Error(err)
		}
		far.Write(h.Out())
	}()
	c, _, err := ws.Dial(t.Context(), "ws://example.com/", &o)
	<-accepted
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		far.Close()
		c.CloseNow()
	})
	return c, p
}

// head reads an HTTP head, byte by byte, so as not to read what follows.
func (p *peer) head() string {
	var head []byte
	for b := make([]byte, 1); !strings.HasSuffix(string(head), "\r\n\r\n"); head = append(head, b...) {
		if _, err := io.ReadFull(p.transport, b); err != nil {
			p.t.Errorf("%v after %q", err, head)
			break
		}
	}
	return string(head)
}

// send sends frames in one write.
func (p *peer) send(frames ...protocol.Frame) {
	p.t.Helper()
	if _, err := p.transport.Write(p.bytes(frames...)); err != nil {
		p.t.Error(err)
	}
}

// bytes returns frames as the peer sends them.
func (p *peer) bytes(frames ...protocol.Frame) (b []byte) {
	for i, f := range frames {
		f.Masked, f.Key = p.masks, 0x9D3F21A7+uint32(i)
		b = f.Append(b)
	}
	return b
}

// next reads the next frame. It is io.EOF if the other side ended the connection in order.
func (p *peer) next() (protocol.Frame, error) {
	var payload []byte
	for {
		piece, err := p.reader.Next()
		if err == protocol.ErrNeedMore {
			n, err := p.transport.Read(p.reader.Buffer())
			p.reader.Advance(n)
			if err == io.EOF {
				p.reader.EOF()
			} else if err != nil {
				return protocol.Frame{}, err
			}
			continue
		}
		if err != nil {
			return protocol.Frame{}, err
		}
		if payload = append(payload, piece.Payload...); piece.Part&protocol.Last != 0 {
			return protocol.Frame{Header: p.reader.Header(), Payload: payload}, nil
		}
	}
}

// expect reads the next frames and compares them, but for the masking.
func (p *peer) expect(frames ...protocol.Frame) {
	p.t.Helper()
	for _, want := range frames {
		got, err := p.next()
		got.Masked = false
		if err != nil || got.String() != want.String() {
			p.t.Errorf("got %v, %v; want %v", got, err, want)
			return
		}
	}
}

// expectEOF reads to the end of the connection, where nothing more should come.
func (p *peer) expectEOF() {
	p.t.Helper()
	if f, err := p.next(); err != io.EOF {
		p.t.Errorf("got %v, %v; want the end of the connection", f, err)
	}
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

// start calls f in another goroutine. The channel gives what it returns.
func start[T any](f func() T) <-chan T {
	done := make(chan T, 1)
	go func() { done <- f() }()
	return done
}

// receive returns the next message, which has to be there.
func receive(t testing.TB, c *ws.Conn) string {
	t.Helper()
	_, p, err := c.ReadMessage(t.Context())
	if err != nil {
		t.Error(err)
	}
	return string(p)
}

// expectMessages compares the next messages.
func expectMessages(t testing.TB, c *ws.Conn, want ...string) {
	t.Helper()
	for _, w := range want {
		if got := receive(t, c); got != w {
			t.Errorf("got %s, want %s", protocol.Show([]byte(got)), protocol.Show([]byte(w)))
		}
	}
}

// reading is what ReadMessage returns, without the message.
func reading(ctx context.Context, c *ws.Conn) error {
	_, _, err := c.ReadMessage(ctx)
	return err
}

func echo(b *ws.Batch, ev protocol.Event) error {
	if ev.Opcode.Control() {
		return nil
	}
	return b.Message(ev.Opcode, ev.Data)
}

// expectClose tells whether an error is the peer's Close frame with that code.
func expectClose(t testing.TB, err error, code protocol.CloseCode) {
	t.Helper()
	if e, ok := errors.AsType[*ws.CloseError](err); !ok || e.Code != code {
		t.Errorf("got %v, want the peer's Close frame with code %v", err, code)
	}
}

// recorder is a transport that notes the length of each write.
type recorder struct {
	net.Conn
	writes chan int
}

func record(transport net.Conn) *recorder {
	return &recorder{transport, make(chan int, 1000)}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.writes <- len(p)
	return r.Conn.Write(p)
}

// taken returns the lengths of the writes since the last call.
func (r *recorder) taken() (sizes []int) {
	for {
		select {
		case n := <-r.writes:
			sizes = append(sizes, n)
		default:
			return sizes
		}
	}
}

// pause waits, on the clock of synctest, or until the test ends.
func pause(t testing.TB, d time.Duration) {
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

// elapsed returns the time that f takes, on the clock of synctest.
func elapsed(f func()) time.Duration {
	begin := time.Now()
	f()
	return time.Since(begin)
}
