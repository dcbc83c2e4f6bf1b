package peer

import (
	"io"
	"sync"
)

// listener passes both outputs of a program on to one writer, one write at a time.
type listener struct {
	mu sync.Mutex
	to io.Writer // nil: nobody listens, or no longer
}

// Write never fails: the program must not suffer for a listener that does.
func (l *listener) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.to != nil {
		l.to.Write(p)
	}
	return len(p), nil
}

// end is the last that the writer hears.
func (l *listener) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to = nil
}
