package harness

import (
	"bytes"
	"context"
	"net"
	"sync"
	"time"
)

// Tape keeps what is written to a connection, write by write, whether or not the other side takes it.
type Tape struct {
	mu     sync.Mutex
	writes [][]byte
}

// Record returns a dialer that opens connections by dial and keeps on the tape what is written to them. What is written to a
// second connection is kept behind that of the first.
//
// The end of the stream is kept back for a moment, until the last words of the other side are answered: otherwise it would be
// chance whether they are.
func (t *Tape) Record(dial func(context.Context) (net.Conn, error)) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		conn, err := dial(ctx)
		if err != nil {
			return nil, err
		}
		return &taped{conn, t, make(chan struct{}, 1)}, nil
	}
}

// Writes returns what was written so far.
func (t *Tape) Writes() [][]byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.writes
}

// taped is a connection with a tape.
type taped struct {
	net.Conn
	tape  *Tape
	wrote chan struct{} // holds something if something was written since the latest read
}

func (c *taped) Write(p []byte) (int, error) {
	c.tape.mu.Lock()
	c.tape.writes = append(c.tape.writes, bytes.Clone(p))
	c.tape.mu.Unlock()
	select {
	case c.wrote <- struct{}{}:
	default:
	}
	return c.Conn.Write(p)
}

// answerTime is how long the end of the stream is kept back.
const answerTime = 100 * time.Millisecond

func (c *taped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil {
		select {
		case <-c.wrote:
		default:
		}
		return n, nil
	}
	select {
	case <-c.wrote:
	case <-time.After(answerTime):
	}
	return n, err
}
