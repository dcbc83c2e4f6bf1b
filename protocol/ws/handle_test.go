package ws_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// What is said about all events of one read leaves in one write.
func TestHandleAnswersInOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		transport := record(far)
		p, c := withClient(t, near, transport, nil)
		transport.taken()
		handled := start(func() error { return c.Handle(t.Context(), echo) })
		go p.send(frame(protocol.Text, "one"), frame(protocol.Ping, "p"), more(frame(protocol.Text, "tw")), frame(protocol.Continuation, "o"), frame(protocol.Binary, ""))
		p.expect(frame(protocol.Text, "one"), frame(protocol.Pong, "p"), frame(protocol.Text, "two"), frame(protocol.Binary, ""))
		if writes := transport.taken(); len(writes) != 1 {
			t.Errorf("writes of %v bytes, want one", writes)
		}
		go p.send(closing(protocol.NormalClosure, ""))
		p.expect(closing(protocol.NormalClosure, ""))
		expectClose(t, <-handled, protocol.NormalClosure)
	})
}

// Long before memory becomes scarce the answers leave.
func TestHandleFlushesEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		transport := record(far)
		p, c := withClient(t, near, transport, nil)
		transport.taken()
		handled := start(func() error {
			return c.Handle(t.Context(), func(b *ws.Batch, ev protocol.Event) error {
				for range 100 {
					if err := b.Message(protocol.Binary, make([]byte, 10_000)); err != nil {
						return err
					}
				}
				return nil
			})
		})
		p.send(frame(protocol.Text, "go"))
		for range 100 {
			if _, err := p.next(); err != nil {
				t.Fatal(err)
			}
		}
		c.CloseNow()
		<-handled
		for _, n := range transport.taken() {
			if n > 80_000 {
				t.Errorf("a write of %d bytes", n)
			}
		}
	})
}

func TestHandleEvents(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	long := strings.Repeat("x", 100_000)
	sent := start(func() error {
		_, err := near.Write(p.bytes(frame(protocol.Text, "one"), more(frame(protocol.Binary, "t")), frame(protocol.Ping, "p"), frame(protocol.Continuation, "wo"),
			frame(protocol.Pong, "q"), frame(protocol.Text, long), closing(4000, "r")))
		return err
	})
	var got []protocol.Event
	handled := start(func() error {
		return c.Handle(t.Context(), func(_ *ws.Batch, ev protocol.Event) error {
			ev.Data = []byte(string(ev.Data))
			got = append(got, ev)
			return nil
		})
	})
	p.expect(frame(protocol.Pong, "p"), closing(4000, ""))
	p.expectEOF()
	near.Close()
	expectClose(t, <-handled, 4000)
	if err := <-sent; err != nil {
		t.Error(err)
	}
	want := []protocol.Event{
		{Opcode: protocol.Text, Part: protocol.Whole, Data: []byte("one")},
		{Opcode: protocol.Ping, Part: protocol.Whole, Data: []byte("p")},
		{Opcode: protocol.Binary, Part: protocol.Whole, Data: []byte("two")},
		{Opcode: protocol.Pong, Part: protocol.Whole, Data: []byte("q")},
		{Opcode: protocol.Text, Part: protocol.Whole, Data: []byte(long)},
		{Opcode: protocol.Close, Part: protocol.Whole, Data: []byte("\x0f\xa0r")},
	}
	if len(got) != len(want) {
		t.Fatalf("got %d events, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Opcode != want[i].Opcode || got[i].Part != want[i].Part || string(got[i].Data) != string(want[i].Data) {
			t.Errorf("event %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

// An error of the function ends Handle, not the connection; what it said before is sent.
func TestHandleStops(t *testing.T) {
	client, server := loopback(t, ws.Options{})
	stop := errors.New("stop")
	handled := start(func() error {
		return server.Handle(t.Context(), func(b *ws.Batch, ev protocol.Event) error {
			if err := b.Message(protocol.Text, []byte("last words")); err != nil {
				t.Error(err)
			}
			return stop
		})
	})
	if err := client.WriteMessage(t.Context(), protocol.Text, []byte("Hello")); err != nil {
		t.Error(err)
	}
	expectMessages(t, client, "last words")
	if err := <-handled; err != stop {
		t.Errorf("got %v", err)
	}
	if err := server.WriteMessage(t.Context(), protocol.Text, []byte("still here")); err != nil {
		t.Error(err)
	}
	expectMessages(t, client, "still here")
}

// The Close frame ends the connection even if the function has an error of its own to return.
func TestHandleStopsAtClose(t *testing.T) {
	client, server := loopback(t, ws.Options{})
	stop := errors.New("stop")
	handled := start(func() error { return server.Handle(t.Context(), func(*ws.Batch, protocol.Event) error { return stop }) })
	if err := client.Close(protocol.NormalClosure, ""); err != nil {
		t.Error(err)
	}
	if err := <-handled; err != stop {
		t.Errorf("got %v", err)
	}
	if err := server.Close(protocol.NormalClosure, ""); err != nil {
		t.Error(err)
	}
	expectClose(t, reading(t.Context(), server), protocol.NormalClosure)
}

func TestHandleIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, server := pipe(t, ws.Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if took := elapsed(func() {
			if err := server.Handle(ctx, echo); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		}); took != time.Second {
			t.Errorf("interrupted after %v", took)
		}
	})
}

// A peer that sends and does not read what comes back is not read from either.
func TestHandleBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		accepted := 0
		flood := start(func() error {
			messages := p.bytes(frame(protocol.Text, strings.Repeat("x", 1000)))
			for {
				n, err := near.Write(messages)
				if accepted += n; err != nil {
					return err
				}
			}
		})
		handled := start(func() error { return c.Handle(t.Context(), echo) })
		synctest.Wait()
		if accepted == 0 || accepted > 256<<10 {
			t.Errorf("%d bytes were accepted", accepted)
		}
		c.CloseNow()
		<-handled
		<-flood
	})
}

// When nothing can be sent any more, the function hears of it.
func TestHandleAfterWriteFailed(t *testing.T) {
	near, far := net.Pipe()
	transport := &halfDead{Conn: far}
	p, c := withClient(t, near, transport, nil)
	transport.dead = true
	go func() {
		p.send(frame(protocol.Text, "one"))
		p.send(frame(protocol.Text, "two"))
	}()
	if err := c.Handle(t.Context(), echo); !errors.Is(err, errDead) {
		t.Errorf("got %v", err)
	}
	near.Close()
}

func TestBatch(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	handled := start(func() error {
		return c.Handle(t.Context(), func(b *ws.Batch, ev protocol.Event) error {
			switch ev.Opcode {
			case protocol.Text:
				if err := b.Message(protocol.Ping, nil); err == nil || !strings.Contains(err.Error(), "Text or Binary") {
					t.Errorf("a Ping is no message, but got %v", err)
				}
				return b.Ping([]byte("are you there?"))
			case protocol.Pong:
				return b.Close(4000, "good")
			}
			return nil
		})
	})
	p.send(frame(protocol.Text, "Hello"))
	p.expect(frame(protocol.Ping, "are you there?"))
	p.send(frame(protocol.Pong, "are you there?"))
	p.expect(closing(4000, "good"))
	p.send(closing(4000, ""))
	p.expectEOF()
	near.Close()
	expectClose(t, <-handled, 4000)
}

func TestHandleAllocatesNothing(t *testing.T) {
	for _, size := range []int{16, 125, 1000, 20_000} {
		c := flooded(t, size)
		events := 0
		allocs := testing.AllocsPerRun(10, func() {
			err := c.Handle(context.Background(), func(b *ws.Batch, ev protocol.Event) error {
				if events++; events%100 == 0 {
					return errEnough
				}
				return echo(b, ev)
			})
			if err != errEnough {
				t.Fatal(err)
			}
		})
		if allocs > 5 { // of which Handle itself has a few
			t.Errorf("%d bytes: %v allocations for 100 messages", size, allocs)
		}
	}
}
