package libraries

import (
	"fmt"
	"net"
	"testing"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// TestHandle sends many messages without waiting for the answers, which then leave in few writes.
func TestHandle(t *testing.T) {
	const messages = 2000
	for _, their := range theirs {
		t.Run(their.name, func(t *testing.T) {
			a, ended := dialHandler(t, their)
			sent := make(chan error, 1)
			go func() { sent <- sendNumbers(a, messages) }()
			for i := range messages {
				_, got, err := a.receive()
				if err != nil || string(got) != number(i) {
					t.Fatalf("message %d came back as %q, error %v", i, got, err)
				}
			}
			if err := <-sent; err != nil {
				t.Fatal(err)
			}
			if _, err := a.close(4000, "enough"); err != nil {
				t.Error(err)
			}
			if err := ourClosed(<-ended); err != (closed{4000, "enough"}) {
				t.Errorf("Handle: %v", err)
			}
		})
	}
}

func number(i int) string { return fmt.Sprintf("message %d", i) }

func sendNumbers(a endpoint, n int) error {
	for i := range n {
		if err := a.send(true, []byte(number(i))); err != nil {
			return err
		}
	}
	return nil
}

// dialHandler connects to a server that sends back what comes, by Handle, and tells what that returns.
func dialHandler(t *testing.T, their library) (endpoint, <-chan error) {
	t.Helper()
	ctx, ended := limit(t), make(chan error, 1)
	url, _ := serveTCP(t, func(conn net.Conn) (endpoint, error) {
		c, _, err := ws.Serve(ctx, conn, nil)
		if err != nil {
			return nil, err
		}
		go func() {
			ended <- c.Handle(ctx, func(b *ws.Batch, ev protocol.Event) error {
				if ev.Opcode.Control() {
					return nil
				}
				return b.Message(ev.Opcode, ev.Data)
			})
		}()
		return &ourEndpoint{c: c, ctx: ctx}, nil
	})
	a, err := their.dial(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.drop)
	return a, ended
}
