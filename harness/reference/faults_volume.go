package reference

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/wsspec/wsspec/protocol"
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

// Long messages, and messages in many fragments, that do not come back as they were.
var volumeFaults = []*Fault{
	{
		Name: "long-messages-shortened", Mistake: "sends messages of more than 64 KiB back without their last byte",
		spoil: changesBeyond(64*kib, func(m *message) { m.payload = m.payload[:len(m.payload)-1] }),
	},
	{
		Name: "long-messages-lengthened", Mistake: "sends the byte behind a message of more than 64 KiB back with it",
		spoil: changesBeyond(64*kib, func(m *message) { m.payload = append(slices.Clip(m.payload), 0) }),
	},
	{
		Name: "long-text-as-binary", Mistake: "sends text of more than 64 KiB back as a binary message",
		spoil: changesBeyond(64*kib, func(m *message) { m.opcode = protocol.Binary }),
	},
	{
		Name: "byte-between-buffers-lost", Mistake: "loses the byte between one buffer of 64 KiB and the next",
		spoil: changesBeyond(64*kib, func(m *message) { m.payload = slices.Delete(m.payload, 64*kib, 64*kib+1) }),
	},
	{
		Name: "first-buffer-sent-twice", Mistake: "sends its first buffer of 32 KiB twice, and the second one never",
		spoil: changesBeyond(64*kib, func(m *message) { copy(m.payload[32*kib:64*kib], m.payload) }),
	},
	{
		Name: "buffers-exchanged", Mistake: "mixes up the first two buffers of 64 KiB",
		spoil: changesFrom(128*kib, exchange(64*kib)),
	},
	{
		Name: "bit-flipped-beyond-128-kib", Mistake: "changes a bit beyond the first 128 KiB of a message",
		spoil: changesBeyond(128*kib, func(m *message) { m.payload[128*kib] ^= 1 }),
	},
	{
		Name: "messages-cut-off-at-96-kib", Mistake: "has a buffer of 96 KiB, and drops what does not fit into it",
		spoil: changesBeyond(96*kib, func(m *message) { m.payload = m.payload[:96*kib] }),
	},
	{
		Name: "long-messages-lost", Mistake: "passes over messages of more than 80 KiB without a word",
		spoil: replies(func(m *message) bool { return len(m.payload) <= 80*kib }),
	},
	{
		Name: "long-messages-end-tcp", Mistake: "ends the connection without a word over more than 72 KiB of a message",
		spoil: givesUpBeyond(72*kib, errClosed),
	},
	{
		Name: "long-messages-refused-as-error", Mistake: "takes more than 72 KiB of a message for a protocol error",
		spoil: givesUpBeyond(72*kib, refusal{protocol.ProtocolError}),
	},
	{
		Name: "length-cut-to-17-bits", Mistake: "keeps the last 17 bits of a length",
		spoil: mishears(func(f *incoming) { f.Length &= 1<<17 - 1 }),
	},
	{
		Name: "length-cut-to-24-bits", Mistake: "holds lengths in three bytes", Bulk: true,
		spoil: mishears(func(f *incoming) { f.Length &= 1<<24 - 1 }),
	},
	{
		Name: "mebibytes-exchanged", Mistake: "mixes up the first two buffers of 1 MiB", Bulk: true,
		spoil: changesFrom(2*mib, exchange(1*mib)),
	},
	{
		Name: "fragments-beyond-200-lost", Mistake: "has room for two hundred fragments of a message, and loses the others",
		spoil: losesFragmentsBeyond(200),
	},
	{
		Name: "fragments-beyond-60-lost", Mistake: "has room for sixty fragments of a message, and loses the others",
		spoil: losesFragmentsBeyond(60),
	},
	{
		Name: "fragments-beyond-32768-lost", Mistake: "counts fragments in a signed number of 16 bits, and loses those that are too many", Bulk: true,
		spoil: losesFragmentsBeyond(1<<15 - 1),
	},
	{
		Name: "empty-last-fragment-lost", Mistake: "takes an empty last fragment for none, and waits on",
		spoil: loses(func(f *incoming) bool { return f.Opcode == protocol.Continuation && f.inside && f.FIN && f.Length == 0 }),
	},
}

// changesFrom: the endpoint sends messages of that many bytes and more back in another form.
func changesFrom(size int, change func(*message)) func(*habits) {
	return replies(func(m *message) bool {
		if len(m.payload) >= size {
			m.payload = bytes.Clone(m.payload)
			change(m)
		}
		return true
	})
}

// changesBeyond: the endpoint sends messages of more than that many bytes back in another form.
func changesBeyond(size int, change func(*message)) func(*habits) { return changesFrom(size+1, change) }

// exchange exchanges the first two buffers of a message.
func exchange(size int) func(*message) {
	return func(m *message) {
		first := bytes.Clone(m.payload[:size])
		copy(m.payload, m.payload[size:2*size])
		copy(m.payload[size:], first)
	}
}

// givesUpBeyond: the endpoint ends the conversation over a message of more than that many bytes.
func givesUpBeyond(size int, why error) func(*habits) {
	return func(h *habits) {
		seen := 0
		h.answer = func(e *endpoint, ev protocol.Event) error {
			if ev.Opcode.Control() {
				return e.echo(ev)
			}
			if ev.Part&protocol.First != 0 {
				seen = 0
			}
			if seen += len(ev.Data); seen > size {
				return why
			}
			return e.echo(ev)
		}
	}
}

// losesFragmentsBeyond: the endpoint takes so many fragments of a message, and its end.
func losesFragmentsBeyond(room int) func(*habits) {
	return func(h *habits) {
		n := 0
		h.hear = func(f *incoming) bool {
			switch {
			case f.Opcode.Control():
				return true
			case f.Opcode != protocol.Continuation:
				n = 0
			}
			n++
			return n <= room || f.FIN
		}
	}
}

// Messages and reads that just fill a buffer.
var bufferFaults = slices.Concat(
	fullBuffers(16, 64, 256, 1*kib, 4*kib, 16*kib, 32*kib, 64*kib),
	fullReads(64, 128, 256, 512, 1*kib, 2*kib))

func fullBuffers(sizes ...int) (list []*Fault) {
	for _, size := range sizes {
		list = append(list, &Fault{
			Name: fmt.Sprintf("buffer-of-%d-overrun", size), Mistake: fmt.Sprintf("loses the last byte of a message that just fills its buffer of %d bytes", size),
			spoil: replies(func(m *message) bool {
				if len(m.payload) == size {
					m.payload = m.payload[:size-1]
				}
				return true
			}),
		})
	}
	return list
}

func fullReads(sizes ...int) (list []*Fault) {
	for _, size := range sizes {
		list = append(list, &Fault{
			Name: fmt.Sprintf("full-read-of-%d-shortened", size), Mistake: fmt.Sprintf("loses the last byte of a read that just fills its buffer of %d bytes", size),
			spoil: func(h *habits) {
				h.tap = func(in io.Reader) io.Reader { return &spilling{in, size} }
			},
		})
	}
	return list
}

// spilling loses the last byte of a read of a certain size.
type spilling struct {
	in   io.Reader
	size int
}

func (s *spilling) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	if n == s.size {
		n--
	}
	return n, err
}

// Messages in a series that are not answered as those before.
var seriesFaults = []*Fault{
	{
		Name: "every-tenth-message-twice", Mistake: "sends every tenth message back twice",
		spoil: answersTwice(10),
	},
	{
		Name: "every-500th-message-twice", Mistake: "sends every five hundredth message back twice", Bulk: true,
		spoil: answersTwice(500),
	},
	{
		Name: "tenth-message-lost", Mistake: "passes over the tenth message of a connection",
		spoil: func(h *habits) {
			n := 0
			replies(func(*message) bool { n++; return n != 10 })(h)
		},
	},
	{
		Name: "ten-messages-a-connection", Mistake: "closes the connection after ten messages",
		spoil: func(h *habits) {
			n := 0
			h.config.Whole = true
			h.answer = func(e *endpoint, ev protocol.Event) error {
				if err := e.echo(ev); err != nil || ev.Opcode.Control() {
					return err
				}
				if n++; n == 10 {
					return e.conn.Close(protocol.NormalClosure, "")
				}
				return nil
			}
		},
	},
	{
		Name: "message-before-sent-again", Mistake: "sends the message before back once more in place of one of the same length",
		spoil: func(h *habits) {
			var before []byte
			replies(func(m *message) bool {
				if len(m.payload) == len(before) {
					m.payload = before
				}
				before = bytes.Clone(m.payload)
				return true
			})(h)
		},
	},
}

// answersTwice: the endpoint sends every n-th message back twice.
func answersTwice(n int) func(*habits) {
	return func(h *habits) {
		seen := 0
		h.config.Whole = true
		h.answer = func(e *endpoint, ev protocol.Event) error {
			err := e.echo(ev)
			if seen++; err == nil && !ev.Opcode.Control() && seen%n == 0 {
				err = e.echo(ev)
			}
			return err
		}
	}
}
