package ws_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

func TestNextReader(t *testing.T) {
	long := strings.Repeat("0123456789", 50_000)
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	sent := start(func() error {
		_, err := near.Write(p.bytes(
			frame(protocol.Text, "one"),
			frame(protocol.Text, ""),
			more(frame(protocol.Binary, "tw")), frame(protocol.Ping, "between"), more(frame(protocol.Continuation, "")), frame(protocol.Continuation, "o"),
			frame(protocol.Text, long),
		))
		return err
	})
	for _, want := range []struct {
		op   protocol.Opcode
		text string
	}{{protocol.Text, "one"}, {protocol.Text, ""}, {protocol.Binary, "two"}, {protocol.Text, long}} {
		op, r, err := c.NextReader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if op != want.op {
			t.Errorf("got %v, want %v", op, want.op)
		}
		if err := iotest.TestReader(r, []byte(want.text)); err != nil {
			t.Error(err)
		}
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	p.expect(frame(protocol.Pong, "between"))
}

// The first bytes can be read before the message has an end.
func TestNextReaderDoesNotWaitForTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		go near.Write(p.bytes(frame(protocol.Text, strings.Repeat("x", 100)))[:16]) // a header of 6 bytes, and 10 bytes
		_, r, err := c.NextReader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n, err := r.Read(make([]byte, 100)); n != 10 || err != nil {
			t.Errorf("got %d bytes, %v", n, err)
		}
		near.Close()
		if _, err := r.Read(make([]byte, 100)); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("at the end got %v", err)
		}
	})
}

func TestStaleReader(t *testing.T) {
	for _, test := range []struct {
		name string
		next func(c *ws.Conn) error
	}{
		{"ReadMessage", func(c *ws.Conn) error { return reading(context.Background(), c) }},
		{"NextReader", func(c *ws.Conn) error {
			_, _, err := c.NextReader(context.Background())
			return err
		}},
		{"Handle", func(c *ws.Conn) error {
			err := c.Handle(context.Background(), func(*ws.Batch, protocol.Event) error { return errEnough })
			if err == errEnough {
				return nil
			}
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			near, far := tcp(t)
			p, c := withClient(t, near, far, nil)
			p.send(more(frame(protocol.Text, "first")), frame(protocol.Continuation, ", skipped"), frame(protocol.Text, "second"), frame(protocol.Text, "third"))
			_, r, err := c.NextReader(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := test.next(c); err != nil {
				t.Fatal(err)
			}
			if n, err := r.Read(make([]byte, 10)); n != 0 || err == nil || err == io.EOF {
				t.Errorf("the reader of the first message returned %d bytes, %v", n, err)
			}
			expectMessages(t, c, "third")
		})
	}
}

// Who closes the connection does not leave strange bytes to who reads.
func TestReaderAfterClose(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	p.send(frame(protocol.Text, "not read"))
	_, r, err := c.NextReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	closed := start(func() error { return c.Close(protocol.NormalClosure, "") })
	p.expect(closing(protocol.NormalClosure, ""))
	p.send(closing(protocol.NormalClosure, ""))
	p.expectEOF()
	near.Close()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	n, err := r.Read(make([]byte, 10))
	if n != 0 {
		t.Errorf("read %d bytes", n)
	}
	expectClose(t, err, protocol.NormalClosure)
}

// Pings that came before the bytes that are returned are answered, even if nobody reads on.
func TestReaderAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		go p.send(frame(protocol.Ping, "1"), more(frame(protocol.Text, "x")))
		_, r, err := c.NextReader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p.expect(frame(protocol.Pong, "1"))
		synctest.Wait()
		go p.send(frame(protocol.Ping, "2"), frame(protocol.Continuation, "y"))
		if _, err := io.ReadFull(r, make([]byte, 2)); err != nil {
			t.Error(err)
		}
		p.expect(frame(protocol.Pong, "2"))
	})
}

// All ways to read can be mixed.
func TestWaysToRead(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	for i := range 6 {
		p.send(more(frame(protocol.Text, fmt.Sprint(i))), frame(protocol.Continuation, "x"))
	}
	for i := range 6 {
		want := fmt.Sprint(i) + "x"
		switch i % 3 {
		case 0:
			expectMessages(t, c, want)
		case 1:
			_, r, err := c.NextReader(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); string(got) != want || err != nil {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		case 2:
			err := c.Handle(t.Context(), func(_ *ws.Batch, ev protocol.Event) error {
				if string(ev.Data) != want {
					t.Errorf("got %q, want %q", ev.Data, want)
				}
				return errEnough
			})
			if err != errEnough {
				t.Error(err)
			}
		}
	}
}

// A message whose beginning a read has seen, which was then interrupted, can be read piece by piece after all.
func TestNextReaderAfterCancelledRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go p.send(more(frame(protocol.Binary, "one, ")))
		if err := reading(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		go p.send(frame(protocol.Continuation, "two"))
		op, r, err := c.NextReader(t.Context())
		if err != nil || op != protocol.Binary {
			t.Fatal(op, err)
		}
		if got, err := io.ReadAll(r); string(got) != "one, two" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		go p.send(frame(protocol.Text, "next"))
		if _, r, err = c.NextReader(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); string(got) != "next" || err != nil {
			t.Errorf("then got %q, %v", got, err)
		}
	})
}

func TestReaderIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go p.send(more(frame(protocol.Text, "x")))
		_, r, err := c.NextReader(ctx)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if string(got) != "x" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// The Close frame may come in the middle of a message.
func TestReaderSeesClose(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	p.send(more(frame(protocol.Text, "x")), closing(protocol.GoingAway, "later"))
	_, r, err := c.NextReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	read := start(func() error {
		_, err := io.ReadAll(r)
		return err
	})
	p.expect(closing(protocol.GoingAway, ""))
	p.expectEOF()
	near.Close()
	expectClose(t, <-read, protocol.GoingAway)
}
