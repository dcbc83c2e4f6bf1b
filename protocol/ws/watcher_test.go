package ws_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// watched is a context that counts who waits for its end.
type watched struct {
	context.Context
	done    chan struct{}
	waiting atomic.Int32
}

func (w *watched) Done() <-chan struct{} { return w.done }
func (w *watched) Err() error            { return nil }
func (w *watched) Value(any) any         { return nil }

// AfterFunc is what context.AfterFunc calls if a context has it.
func (w *watched) AfterFunc(func()) (stop func() bool) {
	w.waiting.Add(1)
	return func() bool {
		w.waiting.Add(-1)
		return true
	}
}

// A context that outlives the connection, or its use there, does not hold on to it.
func TestContextIsLetGo(t *testing.T) {
	near, far := net.Pipe()
	p, c := withClient(t, near, far, nil)
	first := &watched{Context: t.Context(), done: make(chan struct{})}
	second := &watched{Context: t.Context(), done: make(chan struct{})}
	for _, ctx := range []*watched{first, first, second} {
		go p.send(frame(protocol.Text, "Hello"))
		if err := reading(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := first.waiting.Load(), second.waiting.Load(); a != 0 || b != 1 {
		t.Errorf("%d watch the first context, %d the second; want 0 and 1", a, b)
	}
	c.CloseNow()
	if n := second.waiting.Load(); n != 0 {
		t.Errorf("%d watch the second context after the end", n)
	}
	if err := reading(second, c); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if n := second.waiting.Load(); n != 0 {
		t.Errorf("%d watch the second context after a late read", n)
	}
}
