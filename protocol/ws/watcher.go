package ws

import (
	"context"
	"sync"
	"time"
)

// watcher lets a context end what blocks in one direction of a transport, by a deadline in the past.
//
// It stays with a context until another one comes, because the calls of a loop all have the same one: it costs nothing then.
// The goroutine that uses the direction is the only one that calls watch and until.
type watcher struct {
	setDeadline func(time.Time) error

	done <-chan struct{} // of the context that is watched; nil if it never ends

	mu     sync.Mutex // guards what follows, and done against changes while interrupt looks at it
	stop   func() bool
	fired  bool
	closed bool
}

// past is a deadline that is over, on any clock.
var past = time.Unix(1, 0)

// watch makes the end of ctx interrupt the direction from now on. It returns the error of a context that has ended already.
func (w *watcher) watch(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Contexts with the same channel end together. To compare the contexts themselves could panic.
	done := ctx.Done()
	if done == w.done {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget()
	if w.done = done; done != nil && !w.closed {
		w.stop = context.AfterFunc(ctx, func() { w.interrupt(done) })
	}
	return nil
}

// interrupt ends what blocks, unless another context is watched by now.
func (w *watcher) interrupt(done <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done == done && !w.closed {
		w.fired = true
		w.setDeadline(past)
	}
}

// until sets a deadline, unless the context has ended.
func (w *watcher) until(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.fired {
		w.setDeadline(t)
	}
}

// forget ends the watch of the present context. The caller holds mu.
func (w *watcher) forget() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
	if w.fired {
		w.fired = false
		w.setDeadline(time.Time{})
	}
}

// close ends the watch for good. Any goroutine may call it.
func (w *watcher) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget()
	w.closed = true
}

// lock is a mutex whose Lock a context can interrupt. Those who wait get it in their order.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

func (l lock) try() bool {
	select {
	case l <- struct{}{}:
		return true
	default:
		return false
	}
}

func (l lock) unlock() { <-l }
