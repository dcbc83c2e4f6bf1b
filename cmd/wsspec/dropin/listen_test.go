package dropin

import (
	"context"
	"net"
	"syscall"
	"testing"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// exhausted is a listener that cannot take the first connections.
type exhausted struct {
	net.Listener
	times int
}

func (e *exhausted) Accept() (net.Conn, error) {
	if e.times > 0 {
		e.times--
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE}
	}
	return e.Listener.Accept()
}

// A server that has too many connections for a while is there again when it is over, and ends as ever.
func TestExhausted(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		w := &invocation{Program: &Program{Name: t.Name(), Tool: "wsspec devel"}, options: options{}}
		ended <- w.take(ctx, &exhausted{ln, 2}, func(ctx context.Context, conn *ws.Conn) error {
			return conn.WriteMessage(ctx, protocol.Text, []byte("here"))
		})
	}()
	conn, _, err := ws.Dial(t.Context(), "ws://"+ln.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if _, message, err := conn.ReadMessage(t.Context()); string(message) != "here" {
		t.Errorf("%q, %v", message, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
