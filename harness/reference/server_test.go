package reference

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/protocol"
)

// listen serves connections over TCP until the end of the test, or of the function that it returns.
func listen(t *testing.T, f *Fault) (addr string, stop func() error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	served := make(chan error, 1)
	go func() { served <- Listen(ctx, ln, f) }()
	return ln.Addr().String(), func() error {
		cancel(errStop)
		return <-served
	}
}

var errStop = errors.New("stop")

// TestListen: what follows a Close frame is thrown away, and read all the same: the client gets rid of it, the answer, and a
// clean end of the stream, though there is more of it than TCP holds.
func TestListen(t *testing.T) {
	addr, stop := listen(t, nil)
	for _, first := range []protocol.Frame{closing(1000, ""), frame(3, "")} {
		conn := dialTCP(t, addr)
		if _, err := conn.Write(append(append([]byte(request), masked(first)...), make([]byte, 8<<20)...)); err != nil {
			t.Error(err)
		}
		conn.CloseWrite()
		got, err := io.ReadAll(conn)
		if err != nil {
			t.Errorf("the end of the stream: %v", err)
		}
		frames, ok := bytes.CutPrefix(got, []byte(acceptance))
		if said := parse(frames); !ok || len(said) != 1 || said[0].Opcode != protocol.Close {
			t.Errorf("got %q", got)
		}
		conn.Close()
	}
	if err := stop(); err != errStop {
		t.Errorf("ended with %v", err)
	}
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("still listening")
	}
}

func dialTCP(t *testing.T, addr string) *net.TCPConn {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// TestListenWaits: it does not return before a client could be told that this is the end.
func TestListenWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		ln := pipeListener{make(chan net.Conn), make(chan struct{})}
		served := make(chan error)
		go func() { served <- Listen(ctx, ln, nil) }()
		ours, theirs := net.Pipe()
		ln.conns <- theirs
		c := &client{ours, t, nil}
		c.write([]byte(request))
		c.next()
		cancel(errStop)
		start := time.Now()
		time.AfterFunc(time.Second, func() { io.Copy(io.Discard, c) })
		if err := <-served; err != errStop || time.Since(start) != time.Second {
			t.Errorf("ended with %v after %v", err, time.Since(start))
		}
	})
}

// pipeListener is a net.Listener for connections in memory.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (ln pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-ln.conns:
		return conn, nil
	case <-ln.closed:
		return nil, net.ErrClosed
	}
}

func (ln pipeListener) Close() error {
	close(ln.closed)
	return nil
}

func (ln pipeListener) Addr() net.Addr { return nil }

// TestListenFails: a listener that fails ends it.
func TestListenFails(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := Listen(t.Context(), ln, nil); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// TestDialer: a connection outlives the context that opened it, but is not opened by one that is over.
func TestDialer(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	conn, err := Dialer(Find("masked-frames"))(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel(errStop)
	c := &client{conn, t, nil}
	c.write([]byte(request))
	c.next()
	c.write(masked(frame(protocol.Text, "x")))
	if got := c.next(); len(got) != 7 {
		t.Errorf("got % x", got)
	}
	c.Close()
	if _, err := Dialer(nil)(ctx); err != errStop {
		t.Error(err)
	}
}
