package harness

import (
	"math/rand/v2"
	"sync"

	"github.com/wsspec/wsspec/protocol"
)

// content is what messages in bulk are made of: an endless row of bytes that is never held as a whole. It repeats itself only
// after a prime number of bytes, so whatever a peer loses, repeats or exchanges shows, most of all when it does so by whole
// buffers or fragments, whose sizes are powers of two. The Autobahn testsuite repeats one to ten bytes, in which it would not.
type content []byte // one period, and as much of the next as at returns at once

const (
	contentPeriod = 1<<20 - 3 // bytes: the greatest prime below 1 MiB
	contentWindow = 64 << 10  // the most that at returns, in bytes
)

// at returns up to n bytes from a place in the row. The caller must not change them.
func (c content) at(offset int64, n int) []byte {
	from := int(offset % contentPeriod)
	return c[from : from+min(n, contentWindow)]
}

// contentOf returns what messages of a type are made of.
func contentOf(op protocol.Opcode) content {
	if op == protocol.Text {
		return textContent()
	}
	return binaryContent()
}

// Text is printable ASCII: that code points may be cut anywhere is for chapter 6 to ask.
var (
	textContent   = sync.OnceValue(func() content { return newContent(' ', '~') })
	binaryContent = sync.OnceValue(func() content { return newContent(0, 0xFF) })
)

// newContent draws bytes from first to last. They are the same in every run: what differs is where messages start.
func newContent(first, last int) content {
	random := rand.New(rand.NewPCG(uint64(first), uint64(last)))
	c := make(content, contentPeriod+contentWindow)
	for i := range contentPeriod {
		c[i] = byte(first + random.IntN(last-first+1))
	}
	for i := contentPeriod; i < len(c); i++ {
		c[i] = c[i-contentPeriod]
	}
	return c
}
