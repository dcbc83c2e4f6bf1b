// Package parse compares how fast WebSocket libraries turn the bytes of a client into messages. The bytes are in memory, so
// that nothing is measured but the parsing, the unmasking and, of text, the check that it is UTF-8.
package parse

import (
	"math/rand/v2"

	"github.com/wsspec/wsspec/protocol"
)

// Row is a kind of traffic.
type Row struct {
	Name   string
	Opcode protocol.Opcode // Text or Binary
	Size   int             // of each payload in bytes; if Mixed, the largest
	Mixed  bool            // payloads of random lengths, and a Ping in place of one message in 20
}

// Rows are the kinds of traffic that are compared.
var Rows = []Row{
	{Name: "16 B", Opcode: protocol.Binary, Size: 16},
	{Name: "125 B", Opcode: protocol.Binary, Size: 125},
	{Name: "1 KiB", Opcode: protocol.Binary, Size: 1024},
	{Name: "0-125 B, pings", Opcode: protocol.Binary, Size: 125, Mixed: true},
	{Name: "text 16 B", Opcode: protocol.Text, Size: 16},
	{Name: "text 125 B", Opcode: protocol.Text, Size: 125},
	{Name: "text 1 KiB", Opcode: protocol.Text, Size: 1024},
}

// streamSize is how many bytes of frames are made, about: more than a processor keeps in its first cache. They come again
// and again.
const streamSize = 256 << 10

// Stream is an endless sequence of masked frames, as a client sends them.
type Stream struct {
	data  []byte
	ends  []int   // of each frame in data
	count []Count // of all frames up to each one
}

// NewStream makes the frames of a row, always the same ones.
func NewStream(row Row) *Stream {
	s := &Stream{}
	random := rand.New(rand.NewPCG(6455, 7692))
	var total Count
	for len(s.data) < streamSize {
		f := row.frame(random)
		s.data = f.Append(s.data)
		if f.Opcode == protocol.Ping {
			total.Pings++
		} else {
			total.message(f.Payload)
		}
		s.ends = append(s.ends, len(s.data))
		s.count = append(s.count, total)
	}
	return s
}

// frame makes one frame of a row.
func (row Row) frame(random *rand.Rand) protocol.Frame {
	op, size := row.Opcode, row.Size
	if row.Mixed {
		size = random.IntN(row.Size + 1)
		if random.IntN(20) == 0 {
			op = protocol.Ping
		}
	}
	payload := make([]byte, size)
	for i := range payload {
		payload[i] = byte(random.Uint32())
		if op == protocol.Text {
			payload[i] = ' ' + payload[i]%('~'-' ')
		}
	}
	f := protocol.NewFrame(op, payload)
	f.Masked, f.Key = true, random.Uint32()
	return f
}

// size is how many bytes the first n frames have.
func (s *Stream) size(n int) int {
	cycles, rest := n/len(s.ends), n%len(s.ends)
	size := cycles * len(s.data)
	if rest > 0 {
		size += s.ends[rest-1]
	}
	return size
}

// Count is what the first n frames hold.
func (s *Stream) Count(n int) Count {
	cycles, rest := n/len(s.ends), n%len(s.ends)
	c := s.count[len(s.count)-1].times(cycles)
	if rest > 0 {
		c = c.plus(s.count[rest-1])
	}
	return c
}

// Count is what a library has read.
type Count struct {
	Messages, Pings int
	Bytes           int    // of messages
	Sum             uint64 // of the first and the last byte of each message: a receiver that looks at what it gets
}

// message counts a message.
func (c *Count) message(p []byte) {
	c.Messages++
	c.Bytes += len(p)
	if len(p) > 0 {
		c.Sum += uint64(p[0]) + uint64(p[len(p)-1])
	}
}

func (c Count) plus(d Count) Count {
	return Count{c.Messages + d.Messages, c.Pings + d.Pings, c.Bytes + d.Bytes, c.Sum + d.Sum}
}

func (c Count) times(n int) Count {
	return Count{c.Messages * n, c.Pings * n, c.Bytes * n, c.Sum * uint64(n)}
}
