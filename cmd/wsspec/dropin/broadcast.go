package dropin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// broadcastServer is the mode of that name: a server that sends every message to all its clients, and each second a count.
func (w *invocation) broadcastServer(ctx context.Context) error {
	b := &broadcast{members: make(map[*listener]bool)}
	ticking, stop := context.WithCancel(ctx)
	defer stop()
	go b.tick(ticking)
	return w.serve(ctx, "Broadcast server", b.join)
}

// broadcast is who listens.
type broadcast struct {
	mu      sync.Mutex
	members map[*listener]bool
}

// listener is a client. What is for it waits in line, so that a slow one holds up nobody.
type listener struct {
	line    chan news
	waiting atomic.Int64 // bytes in line
	late    func()       // ends it
}

// news is a message for all.
type news struct {
	op   protocol.Opcode
	data []byte
}

// How far a client may be behind. A message that is alone in line may have any size.
const (
	lineLimit = 1024     // messages
	lineBytes = 16 << 20 // bytes
)

var errLate = errors.New("the client does not read what it is sent")

// join has a connection: what comes is for all, the one that sent it included.
func (b *broadcast) join(ctx context.Context, conn *ws.Conn) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := &listener{line: make(chan news, lineLimit), late: func() { cancel(errLate) }}
	b.enter(l)
	defer b.leave(l)
	go func() { cancel(l.write(ctx, conn)) }()
	for {
		op, data, err := conn.ReadMessage(ctx)
		if err != nil {
			return errors.Join(err, context.Cause(ctx))
		}
		b.send(news{op, bytes.Clone(data)})
	}
}

func (b *broadcast) enter(l *listener) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.members[l] = true
}

func (b *broadcast) leave(l *listener) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.members, l)
}

// send puts a message in line for everybody, in the same order.
func (b *broadcast) send(n news) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.members {
		if !l.queue(n) {
			l.late()
		}
	}
}

// queue puts a message in line. It reports whether there was room.
func (l *listener) queue(n news) bool {
	size := int64(len(n.data))
	if waiting := l.waiting.Add(size); waiting > lineBytes && waiting > size {
		return false
	}
	select {
	case l.line <- n:
		return true
	default:
		return false
	}
}

// write sends what is in line until the connection or ctx ends.
func (l *listener) write(ctx context.Context, conn *ws.Conn) error {
	for {
		select {
		case n := <-l.line:
			if err := conn.WriteMessage(ctx, n.op, n.data); err != nil {
				return err
			}
			l.waiting.Add(-int64(len(n.data)))
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// tick sends a count each second.
func (b *broadcast) tick(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for n := 1; ; n++ {
		b.send(news{protocol.Text, fmt.Appendf(nil, "tick %d", n)})
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
