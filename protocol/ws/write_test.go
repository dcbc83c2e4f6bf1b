package ws_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

func TestWriteMessage(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	long := strings.Repeat("x", 1<<20)
	wrote := start(func() error {
		return errors.Join(
			c.WriteMessage(t.Context(), protocol.Text, []byte("Hello")),
			c.WriteMessage(t.Context(), protocol.Binary, []byte{}),
			c.WriteMessage(t.Context(), protocol.Binary, []byte(long)),
		)
	})
	p.expect(frame(protocol.Text, "Hello"), frame(protocol.Binary, ""), frame(protocol.Binary, long))
	if err := <-wrote; err != nil {
		t.Error(err)
	}
}

// What must not be sent is refused, and the connection is as good as before.
func TestWriteRefuses(t *testing.T) {
	client, server := loopback(t, ws.Options{})
	for _, op := range []protocol.Opcode{protocol.Continuation, protocol.Close, protocol.Ping, 3} {
		if err := client.WriteMessage(t.Context(), op, nil); err == nil || !strings.Contains(err.Error(), "Text or Binary") {
			t.Errorf("a message of type %v: got %v", op, err)
		}
	}
	if err := client.WriteMessage(t.Context(), protocol.Text, []byte("\xff")); !errors.Is(err, protocol.ErrEncoding) {
		t.Errorf("broken text: got %v", err)
	}
	if err := client.WriteMessage(t.Context(), protocol.Text, []byte("good")); err != nil {
		t.Error(err)
	}
	expectMessages(t, server, "good")
}

// A peer that never reads keeps the writer waiting, until its context ends. Then a part of the message may be gone.
func TestBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		_, c := withClient(t, near, far, nil)
		read := start(func() error { return reading(t.Context(), c) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var err error
		if took := elapsed(func() { err = c.WriteMessage(ctx, protocol.Text, []byte("Hello")) }); took != time.Minute {
			t.Errorf("waited for %v", took)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := <-read; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("reading got %v, want the reason why the connection was closed", err)
		}
	})
}

// Who waits for its turn has sent nothing yet, and can give up without harm.
func TestGiveUpWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		first := start(func() error { return c.WriteMessage(t.Context(), protocol.Text, []byte("first")) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.WriteMessage(ctx, protocol.Text, []byte("second")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		third := start(func() error { return c.WriteMessage(t.Context(), protocol.Text, []byte("third")) })
		p.expect(frame(protocol.Text, "first"), frame(protocol.Text, "third"))
		if err := errors.Join(<-first, <-third); err != nil {
			t.Error(err)
		}
	})
}

// How much of a message in parts is gone is told, so that io.Copy can do its work.
func TestWrittenBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		w, err := c.NextWriter(t.Context(), protocol.Binary)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			p.next()
			near.Close()
		}()
		if n, err := w.Write(make([]byte, 200<<10)); n != 64<<10 || err == nil {
			t.Errorf("wrote %d bytes, %v", n, err)
		}
		if err := w.Close(); err == nil {
			t.Error("Close succeeded")
		}
		c.CloseNow()
	})
}

func TestWriteWithDeadContext(t *testing.T) {
	client, server := loopback(t, ws.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := client.WriteMessage(ctx, protocol.Text, []byte("never")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := client.WriteMessage(t.Context(), protocol.Text, []byte("good")); err != nil {
		t.Error(err)
	}
	expectMessages(t, server, "good")
}

// Many goroutines write at once, whole messages and messages in parts, while pings go both ways: all arrive, whole, and in
// the order of each writer.
func TestWritersAtOnce(t *testing.T) {
	client, server := loopback(t, ws.Options{})
	const writers, messages = 8, 50
	text := func(w, m int) string { return fmt.Sprintf("%d %d %s", w, m, strings.Repeat("x", (w+m)*97%9000)) }
	served := start(func() error { return server.Handle(t.Context(), echo) })
	got := start(func() error {
		next := make([]int, writers)
		for range writers * messages {
			var w, m int
			s := receive(t, client)
			fmt.Sscan(s, &w, &m)
			if m != next[w] || s != text(w, m) {
				t.Errorf("writer %d: got %s; want number %d", w, protocol.Show([]byte(s)), next[w])
			}
			next[w]++
		}
		expectMessages(t, client, "the end") // until then the Pongs need a reader
		return nil
	})
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for m := range messages {
				var err error
				if w%2 == 0 {
					err = client.WriteMessage(t.Context(), protocol.Text, []byte(text(w, m)))
				} else {
					err = writeParts(t.Context(), client, text(w, m))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range messages {
				if err := client.Ping(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if err := client.WriteMessage(t.Context(), protocol.Text, []byte("the end")); err != nil {
		t.Error(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
	if err := client.Close(protocol.NormalClosure, ""); err != nil {
		t.Error(err)
	}
	expectClose(t, <-served, protocol.NormalClosure)
}

func writeParts(ctx context.Context, c *ws.Conn, text string) error {
	w, err := c.NextWriter(ctx, protocol.Text)
	if err != nil {
		return err
	}
	for len(text) > 0 {
		n := min(len(text), 1000)
		if _, err := io.WriteString(w, text[:n]); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
		text = text[n:]
	}
	return w.Close()
}

func TestWriteAllocatesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := flooded(t, 125)
	p := make([]byte, 125)
	write := func() {
		if err := c.WriteMessage(ctx, protocol.Binary, p); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(1000, write); n != 0 {
		t.Errorf("%v allocations a message", n)
	}
}
