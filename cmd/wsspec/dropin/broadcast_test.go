package dropin

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// A client that does not read is let go, by number or by size of what waits for it, and nobody else has to wait.
func TestBroadcastToTheDeaf(t *testing.T) {
	for name, test := range map[string]struct{ messages, size int }{
		"many":  {lineLimit + 2, 7}, // one is on its way to the client
		"large": {4, lineBytes / 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { broadcastToTheDeaf(t, test.messages, test.size) })
		})
	}
}

func broadcastToTheDeaf(t *testing.T, messages, size int) {
	b := &broadcast{members: make(map[*listener]bool)}
	ours, theirs := net.Pipe()
	left := make(chan error, 1)
	go func() {
		conn, _, err := ws.Serve(t.Context(), theirs, nil)
		if err == nil {
			err = b.join(t.Context(), conn)
		}
		theirs.Close()
		left <- err
	}()
	deaf, _, err := ws.Dial(t.Context(), "ws://pipe/", &ws.DialOptions{Dial: func(context.Context, string, string) (net.Conn, error) { return ours, nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.CloseNow()
	synctest.Wait()
	if n := listening(b); n != 1 {
		t.Fatalf("%d listen", n)
	}
	for range messages {
		b.send(news{protocol.Text, make([]byte, size)})
	}
	if err := <-left; !errors.Is(err, errLate) {
		t.Errorf("let go for %v", err)
	}
	if listening(b) != 0 {
		t.Error("it is still there")
	}
}

func listening(b *broadcast) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.members)
}
