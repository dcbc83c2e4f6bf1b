package ws_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

func TestPing(t *testing.T) {
	client, server := loopback(t, ws.Options{})
	served := start(func() error { return reading(t.Context(), server) })
	read := start(func() error { return reading(t.Context(), client) })
	for range 3 {
		if err := client.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := client.Close(protocol.NormalClosure, ""); err != nil {
		t.Error(err)
	}
	if err := client.Ping(t.Context()); err == nil {
		t.Error("a Ping was sent after the end")
	}
	<-served
	<-read
}

// The peer may answer only the latest of several Pings, and send Pongs that nobody asked for.
func TestPong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		read := start(func() error { return reading(t.Context(), c) })
		var pings []<-chan error
		var payloads []string
		for range 3 {
			pings = append(pings, start(func() error { return c.Ping(t.Context()) }))
			f, err := p.next()
			if err != nil || f.Opcode != protocol.Ping {
				t.Fatal(f, err)
			}
			payloads = append(payloads, string(f.Payload))
		}
		pending := func(i int) bool {
			synctest.Wait()
			return len(pings[i]) == 0
		}
		p.send(frame(protocol.Pong, ""), frame(protocol.Pong, "\xff\xff\xff\xff\xff\xff\xff\xff"))
		if !pending(0) {
			t.Error("a Pong that nobody asked for was taken for an answer")
		}
		p.send(frame(protocol.Pong, payloads[1]))
		if pending(0) || pending(1) || !pending(2) {
			t.Error("the second Pong answers two Pings")
		}
		p.send(frame(protocol.Pong, payloads[0]), frame(protocol.Pong, payloads[2]))
		for _, ping := range pings {
			if err := <-ping; err != nil {
				t.Error(err)
			}
		}
		c.CloseNow()
		<-read
	})
}

func TestPingIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, nil)
		go io.Copy(io.Discard, near)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Ping(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		go p.send(frame(protocol.Text, "still here"))
		expectMessages(t, c, "still here")
		ping := start(func() error { return c.Ping(t.Context()) })
		synctest.Wait()
		c.CloseNow()
		if err := <-ping; !errors.Is(err, ws.ErrClosed) {
			t.Errorf("after the end got %v", err)
		}
	})
}

func TestKeepAlive(t *testing.T) {
	options := ws.Options{KeepAlive: 10 * time.Second, KeepAliveTimeout: 3 * time.Second}
	for _, test := range []struct {
		name string
		peer func(p *peer)
		want time.Duration // until the connection ends
	}{
		{"silent", func(p *peer) { io.Copy(io.Discard, p.transport) }, 13 * time.Second},
		{"does not even read", func(*peer) {}, 13 * time.Second},
		{"answers one Ping, after a while", func(p *peer) {
			f, _ := p.next()
			pause(p.t, 2*time.Second)
			p.send(frame(protocol.Pong, string(f.Payload)))
			p.next()
		}, 25 * time.Second},
		{"sends a single byte", func(p *peer) {
			pause(p.t, 5*time.Second)
			p.transport.Write(p.bytes(frame(protocol.Text, "x"))[:1])
			p.next()
		}, 18 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				p, c := withClient(t, near, far, &ws.AcceptOptions{Options: options})
				go test.peer(p)
				var err error
				if took := elapsed(func() { err = reading(t.Context(), c) }); took != test.want {
					t.Errorf("the connection ended after %v, want %v", took, test.want)
				}
				if !errors.Is(err, ws.ErrSilent) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// A peer that is well keeps the connection up for a day.
func TestKeepAliveAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pipe(t, ws.Options{KeepAlive: 10 * time.Second})
		served := start(func() error { return reading(t.Context(), server) })
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		if err := reading(ctx, client); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := client.Close(protocol.NormalClosure, ""); err != nil {
			t.Error(err)
		}
		expectClose(t, <-served, protocol.NormalClosure)
	})
}

// A peer that talks all the time is not pinged.
func TestKeepAliveOfTalker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		transport := record(far)
		p, c := withClient(t, near, transport, &ws.AcceptOptions{Options: ws.Options{KeepAlive: 10 * time.Second}})
		transport.taken()
		go func() {
			for range 10 {
				pause(t, 9*time.Second)
				p.send(frame(protocol.Text, "x"))
			}
		}()
		for range 10 {
			expectMessages(t, c, "x")
		}
		if writes := transport.taken(); writes != nil {
			t.Errorf("writes of %d bytes", writes)
		}
	})
}

// Nobody can tell whether a peer is silent while nobody listens.
func TestKeepAliveWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p, c := withClient(t, near, far, &ws.AcceptOptions{Options: ws.Options{KeepAlive: 10 * time.Second}})
		go p.send(frame(protocol.Text, "one"))
		expectMessages(t, c, "one")
		go p.send(frame(protocol.Text, "two"))
		pause(t, time.Hour)
		expectMessages(t, c, "two")
	})
}

// A peer that has sent its Close frame is not pinged any more, and may take its time.
func TestKeepAliveWhileHangingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		c, p := withServer(t, near, far, &ws.DialOptions{Options: ws.Options{KeepAlive: time.Second, KeepAliveTimeout: time.Second}})
		go func() {
			p.send(closing(protocol.NormalClosure, ""))
			p.expect(closing(protocol.NormalClosure, ""))
			pause(t, 4*time.Second)
			far.Close()
		}()
		if took := elapsed(func() { expectClose(t, reading(t.Context(), c), protocol.NormalClosure) }); took != 4*time.Second {
			t.Errorf("took %v, want 4s", took)
		}
	})
}

// The deadline of a keep-alive ping and that of a context do not get into each other's way.
func TestKeepAliveAndContext(t *testing.T) {
	for _, timeout := range []time.Duration{5 * time.Second, 10 * time.Second, 12 * time.Second, 13 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			near, far := net.Pipe()
			transport := record(far)
			p, c := withClient(t, near, transport, &ws.AcceptOptions{Options: ws.Options{KeepAlive: 10 * time.Second}})
			transport.taken()
			go io.Copy(io.Discard, near)
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			var err error
			if took := elapsed(func() { err = reading(ctx, c) }); took != timeout || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ws.ErrSilent) {
				t.Errorf("after %v, want %v: %v", took, timeout, err)
			}
			synctest.Wait()
			if pings := len(transport.taken()); pings > 0 && timeout < 10*time.Second || pings > 1 {
				t.Errorf("%d pings within %v", pings, timeout)
			}
			go p.send(frame(protocol.Text, "still here"))
			expectMessages(t, c, "still here")
		})
	}
}
