package ws_test

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

func TestReadMessage(t *testing.T) {
	long := strings.Repeat("0123456789", 50_000)
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	sent := start(func() error {
		_, err := near.Write(p.bytes(
			frame(protocol.Text, "one"),
			more(frame(protocol.Binary, "tw")), frame(protocol.Ping, "between"), more(frame(protocol.Continuation, "")), frame(protocol.Continuation, "o"),
			frame(protocol.Pong, "nobody asked"),
			frame(protocol.Binary, long),
			frame(protocol.Text, ""),
			more(frame(protocol.Text, "")), frame(protocol.Continuation, "split"),
		))
		return err
	})
	for _, want := range []struct {
		op   protocol.Opcode
		text string
	}{{protocol.Text, "one"}, {protocol.Binary, "two"}, {protocol.Binary, long}, {protocol.Text, ""}, {protocol.Text, "split"}} {
		op, got, err := c.ReadMessage(t.Context())
		if err != nil || op != want.op || string(got) != want.text {
			t.Fatalf("got %v %s, %v; want %v %s", op, protocol.Show(got), err, want.op, protocol.Show([]byte(want.text)))
		}
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	p.expect(frame(protocol.Pong, "between"))
}

// What a read returned holds until the next one, even if another goroutine closes the connection.
func TestMessageHolds(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	p.send(frame(protocol.Text, "hold me"))
	_, got, err := c.ReadMessage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	closed := start(func() error { return c.Close(protocol.NormalClosure, "") })
	p.send(frame(protocol.Text, "overwrite"), closing(protocol.NormalClosure, ""))
	p.expect(closing(protocol.NormalClosure, ""))
	p.expectEOF()
	near.Close()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if string(got) != "hold me" {
		t.Errorf("the message became %q", got)
	}
}

func TestCancelledReadLosesNothing(t *testing.T) {
	whole := (&peer{masks: true}).bytes(more(frame(protocol.Text, "Hel")), frame(protocol.Ping, ""), frame(protocol.Continuation, "lo"))
	for cut := range len(whole) {
		synctest.Test(t, func(t *testing.T) {
			near, far := net.Pipe()
			p, c := withClient(t, near, far, nil)
			answers := start(func() protocol.Frame {
				f, _ := p.next()
				return f
			})
			sent := start(func() error {
				near.Write(whole[:cut])
				pause(t, 2*time.Second)
				_, err := near.Write(whole[cut:])
				return err
			})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			took := elapsed(func() {
				if err := reading(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("cut after %d bytes: got %v", cut, err)
				}
			})
			if took != time.Second {
				t.Errorf("interrupted after %v", took)
			}
			if got := receive(t, c); got != "Hello" {
				t.Errorf("cut after %d bytes: got %q", cut, got)
			}
			if err := <-sent; err != nil {
				t.Error(err)
			}
			if f := <-answers; f.Opcode != protocol.Pong {
				t.Errorf("the Ping was answered by %v", f)
			}
		})
	}
}

// A context that has ended leaves for the next call what is there already.
func TestReadWithDeadContext(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	p.send(frame(protocol.Text, "one"), closing(protocol.NormalClosure, ""))
	expectMessages(t, c, "one")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := reading(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	read := start(func() error { return reading(t.Context(), c) })
	p.expect(closing(protocol.NormalClosure, ""))
	p.expectEOF()
	near.Close()
	expectClose(t, <-read, protocol.NormalClosure)
}

// The same context is watched across calls. Its end between two calls must not hurt one with another context.
func TestContextEndsBetweenReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		ctx, cancel := context.WithCancel(t.Context())
		go p.send(frame(protocol.Text, "one"))
		if _, got, err := c.ReadMessage(ctx); err != nil || string(got) != "one" {
			t.Errorf("got %q, %v", got, err)
		}
		cancel()
		synctest.Wait()
		go p.send(frame(protocol.Text, "two"))
		expectMessages(t, c, "two")
	})
}

func TestReadErrors(t *testing.T) {
	bad := frame(protocol.Text, "x")
	bad.RSV = 1
	for _, test := range []struct {
		name   string
		limits protocol.Limits
		send   protocol.Frame
		want   error
		answer protocol.CloseCode
	}{
		{"broken rule", protocol.Limits{}, bad, protocol.ReservedBits, protocol.ProtocolError},
		{"broken text", protocol.Limits{}, frame(protocol.Text, "\xff"), protocol.TextEncoding, protocol.InvalidPayload},
		{"too big", protocol.Limits{Message: 3}, frame(protocol.Text, "four"), &protocol.LimitError{}, protocol.MessageTooBig},
	} {
		t.Run(test.name, func(t *testing.T) {
			near, far := tcp(t)
			p, c := withClient(t, near, far, &ws.AcceptOptions{Options: ws.Options{Limits: test.limits}})
			// A reset, caused by what is not read any more, would make the Close frame disappear.
			sent := start(func() error {
				_, err := near.Write(append(p.bytes(frame(protocol.Text, "ok"), test.send), make([]byte, 1<<20)...))
				return err
			})
			got := start(func() error {
				expectMessages(t, c, "ok")
				return reading(t.Context(), c)
			})
			<-sent
			f, err := p.next()
			if status, _, _ := protocol.ParseClose(f.Payload); err != nil || f.Opcode != protocol.Close || status.Code != test.answer {
				t.Errorf("answered by %v, %v; want Close with %v", f, err, test.answer)
			}
			p.expectEOF()
			near.Close()
			err = <-got
			if _, ok := errors.AsType[*protocol.LimitError](test.want); ok {
				if _, ok := errors.AsType[*protocol.LimitError](err); !ok {
					t.Errorf("got %v, want a LimitError", err)
				}
			} else if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if again := reading(t.Context(), c); again != err {
				t.Errorf("then got %v", again)
			}
			if again := c.WriteMessage(t.Context(), protocol.Text, nil); again != err {
				t.Errorf("writing got %v", again)
			}
		})
	}
}

func TestPeerLeaves(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	p.send(more(frame(protocol.Text, "unfinished")))
	near.Close()
	if err := reading(t.Context(), c); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if s := c.CloseStatus(); s.Code != protocol.AbnormalClosure {
		t.Errorf("close status %v", s)
	}
}

// What had arrived when this side closed the connection is not returned afterwards.
func TestReadAfterCloseNow(t *testing.T) {
	near, far := tcp(t)
	p, c := withClient(t, near, far, nil)
	p.send(frame(protocol.Text, "one"), frame(protocol.Text, "two"))
	expectMessages(t, c, "one")
	c.CloseNow()
	if err := reading(t.Context(), c); !errors.Is(err, ws.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// A transport may return its last bytes together with its end.
func TestLastBytesWithEOF(t *testing.T) {
	near, far := net.Pipe()
	transport := &eager{Conn: far}
	p, c := withClient(t, near, transport, nil)
	transport.last = true
	go func() {
		p.send(frame(protocol.Text, "last words"))
		near.Close()
	}()
	expectMessages(t, c, "last words")
	if err := reading(t.Context(), c); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

// eager is a transport that, once last is set, looks for the end before it returns what it has read.
type eager struct {
	net.Conn
	last bool
}

func (e *eager) Read(p []byte) (int, error) {
	n, err := e.Conn.Read(p)
	if err == nil && e.last {
		var more int
		more, err = e.Conn.Read(p[n:])
		n += more
	}
	return n, err
}

// All pings of one read are answered in one write.
func TestPingFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		transport := record(far)
		p, c := withClient(t, near, transport, nil)
		transport.taken()
		var pings, pongs []protocol.Frame
		for i := range 100 {
			payload := strings.Repeat("p", i%30) // so that all fit into 4 KiB, which is a read
			pings = append(pings, frame(protocol.Ping, payload))
			pongs = append(pongs, frame(protocol.Pong, payload))
		}
		read := start(func() error { return reading(t.Context(), c) })
		go p.send(pings...)
		p.expect(pongs...)
		synctest.Wait()
		if writes := transport.taken(); len(writes) != 1 {
			t.Errorf("writes of %v bytes, want one", writes)
		}
		go p.expect(closing(protocol.NormalClosure, ""))
		p.send(closing(protocol.NormalClosure, ""))
		expectClose(t, <-read, protocol.NormalClosure)
	})
}

// A peer that asks and does not listen is not served without end.
func TestPingFloodIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		accepted := 0
		flood := start(func() error {
			pings := p.bytes(frame(protocol.Ping, strings.Repeat("p", 125)))
			for {
				n, err := near.Write(pings)
				if accepted += n; err != nil {
					return err
				}
			}
		})
		read := start(func() error { return reading(t.Context(), c) })
		synctest.Wait()
		if accepted == 0 || accepted > 256<<10 {
			t.Errorf("%d bytes of pings were accepted", accepted)
		}
		c.CloseNow()
		if err := <-read; !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v", err)
		}
		<-flood
	})
}

// Whoever reads is not held up by a writer whom the peer keeps waiting.
func TestReadWhileWriteIsBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		read := start(func() error {
			expectMessages(t, c, "that was it")
			return nil
		})
		ping := strings.Repeat("p", 125)
		for range 1000 { // which are answered, and forgotten
			p.send(frame(protocol.Ping, ping))
			p.expect(frame(protocol.Pong, ping))
		}
		p.send(frame(protocol.Text, "that was it"))
		<-read
		synctest.Wait()
		long := strings.Repeat("x", 1<<20)
		wrote := start(func() error { return c.WriteMessage(t.Context(), protocol.Text, []byte(long)) })
		synctest.Wait()
		go p.send(frame(protocol.Ping, "1"), frame(protocol.Text, "Hello"), frame(protocol.Ping, "2"))
		expectMessages(t, c, "Hello")
		read = start(func() error { return reading(t.Context(), c) })
		synctest.Wait()
		p.expect(frame(protocol.Text, long), frame(protocol.Pong, "1"), frame(protocol.Pong, "2"))
		if err := <-wrote; err != nil {
			t.Error(err)
		}
		c.CloseNow()
		<-read
	})
}

// Bytes that are being written stay what they are, however many others are added meanwhile.
func TestAnswersBehindAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		read := start(func() error { return reading(t.Context(), c) })
		wrote := start(func() error { return c.WriteMessage(t.Context(), protocol.Text, []byte("Hello")) })
		synctest.Wait()
		for _, ping := range []string{"1", "2", "3", "4"} {
			p.send(frame(protocol.Ping, ping))
			synctest.Wait()
			switch ping {
			case "1":
				p.expect(frame(protocol.Text, "Hello"))
			case "3":
				p.expect(frame(protocol.Pong, "1"))
			}
			synctest.Wait()
		}
		p.expect(frame(protocol.Pong, "2"), frame(protocol.Pong, "3"), frame(protocol.Pong, "4"))
		if err := <-wrote; err != nil {
			t.Error(err)
		}
		c.CloseNow()
		<-read
	})
}

// A peer may send before it reads what is there for it. And a read that ends does not cut off the answers to what it has read.
func TestReadDoesNotWaitForAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		handled := start(func() error { // which may wait, and must leave no trace of that
			return c.Handle(t.Context(), func(b *ws.Batch, ev protocol.Event) error {
				if err := echo(b, ev); err != nil {
					return err
				}
				return errEnough
			})
		})
		p.send(frame(protocol.Text, "echo"))
		p.expect(frame(protocol.Text, "echo"))
		if err := <-handled; err != errEnough {
			t.Error(err)
		}
		go p.send(frame(protocol.Ping, "answer me"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		read := start(func() error { return reading(ctx, c) })
		synctest.Wait()
		if _, err := io.ReadFull(near, p.reader.Buffer()[:5]); err != nil {
			t.Fatal(err)
		}
		p.reader.Advance(5)
		if err := <-read; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		wrote := start(func() error { return c.WriteMessage(t.Context(), protocol.Text, []byte("Hello")) })
		go p.send(frame(protocol.Ping, "and me"), frame(protocol.Text, "Hi"))
		expectMessages(t, c, "Hi")
		p.expect(frame(protocol.Pong, "answer me"), frame(protocol.Pong, "and me"), frame(protocol.Text, "Hello"))
		if err := <-wrote; err != nil {
			t.Error(err)
		}
	})
}

// What cannot be sent any more is not gathered either, nor is the memory of a big message held for ever.
func TestReadHoldsNothing(t *testing.T) {
	near, far := net.Pipe()
	transport := &halfDead{Conn: far}
	p, c := withClient(t, near, transport, nil)
	transport.dead = true
	if err := c.WriteMessage(t.Context(), protocol.Text, nil); !errors.Is(err, errDead) {
		t.Errorf("writing got %v", err)
	}
	before := heap()
	go func() {
		big := make([]byte, 8<<20)
		near.Write(p.bytes(protocol.NewFrame(protocol.Binary, big)))
		pings := p.bytes(frame(protocol.Ping, strings.Repeat("p", 125)))
		for range 100_000 {
			near.Write(pings)
		}
		p.send(frame(protocol.Text, "small"), frame(protocol.Text, "last"))
	}()
	if _, got, err := c.ReadMessage(t.Context()); len(got) != 8<<20 || err != nil {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	expectMessages(t, c, "small", "last")
	if after := heap(); after > before+2<<20 {
		t.Errorf("the connection holds %d KiB", (after-before)>>10)
	}
	c.CloseNow()
}

// heap is the memory in use, in bytes.
func heap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func TestReadAllocatesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, size := range []int{16, 125, 1000, 20_000} {
		c := flooded(t, size)
		read := func() {
			if err := reading(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			read() // lets buffers grow
		}
		if n := testing.AllocsPerRun(100, read); n != 0 {
			t.Errorf("%d bytes: %v allocations a message", size, n)
		}
	}
}
