package protocol

import (
	"crypto/rand"
	"encoding/binary"
	"iter"
	"unicode/utf8"
)

// writer gathers the frames that an endpoint sends.
type writer struct {
	client bool
	rand   func() uint32
	keys   keySource

	out     []byte
	sent    int // out[:sent] is written already
	opcode  Opcode
	inside  bool // a fragmented message is under way
	text    TextValidator
	raw     bool // a part of the message came through Inject, so that text is not known
	foreign foreign
}

// keySource hands out masking keys of crypto/rand, drawn in batches.
type keySource struct {
	batch [256]byte
	used  int
	drawn bool
}

// next returns a key that cannot be predicted from the ones before (RFC 6455, section 5.3).
func (k *keySource) next() uint32 {
	if !k.drawn || k.used == len(k.batch) {
		rand.Read(k.batch[:]) // never fails, by its documentation
		k.used, k.drawn = 0, true
	}
	key := binary.LittleEndian.Uint32(k.batch[k.used:])
	k.used += 4
	return key
}

func (w *writer) key() uint32 {
	if w.rand != nil {
		return w.rand()
	}
	return w.keys.next()
}

// frame appends one frame.
func (w *writer) frame(op Opcode, fin bool, payload []byte) {
	h := Header{FIN: fin, Opcode: op, Length: uint64(len(payload))}
	if w.client {
		h.Masked, h.Key = true, w.key()
	}
	w.out = AppendHeader(w.out, h)
	start := len(w.out)
	w.out = append(w.out, payload...)
	if w.client {
		Mask(w.out[start:], h.Key)
	}
}

// compact drops what is written already, once that is half of it.
func (w *writer) compact() {
	if 2*w.sent >= len(w.out) {
		w.out, w.sent = w.out[:copy(w.out, w.out[w.sent:])], 0
	}
}

// Message appends a message or a part of one to Out, each part as a frame of its own. op is Text or Binary and the same for
// all parts; control frames may go between them (RFC 6455, section 5.4). The payload is copied.
//
// Text that is not UTF-8 is refused with ErrEncoding, a part that does not fit what went before with ErrState. After the
// peer's Close frame only the rest of a message may be sent (RFC 6455, sections 5.5.1 and 6.1).
func (c *Conn) Message(op Opcode, p []byte, part Part) error {
	w := &c.writer
	first, last := part&First != 0, part&Last != 0
	switch {
	case c.state != Open && (first || c.state != CloseReceived):
		return ErrState
	case w.inside == first, op != Text && op != Binary, !first && op != w.opcode:
		return ErrState
	case op == Text && !w.textOK(p, first, last):
		return ErrEncoding
	}
	frame := op
	if !first {
		frame = Continuation
	}
	w.opcode, w.inside = op, !last
	w.frame(frame, last, p)
	return nil
}

// textOK checks text that is to be sent, and takes it as sent if it is good.
func (w *writer) textOK(p []byte, first, last bool) bool {
	if first && last {
		return validText(p)
	}
	text := w.text
	if first {
		text, w.raw = TextValidator{}, false
	}
	ok := w.raw || text.Write(p) && (!last || text.End())
	if ok {
		w.text = text
	}
	return ok
}

// Ping appends a Ping with up to 125 bytes to Out. It may be sent until the connection is closed, even after a Close frame
// (RFC 6455, section 5.5.2).
func (c *Conn) Ping(p []byte) error { return c.control(Ping, p) }

// Pong appends a Pong with up to 125 bytes to Out (RFC 6455, section 5.5.3).
func (c *Conn) Pong(p []byte) error { return c.control(Pong, p) }

func (c *Conn) control(op Opcode, p []byte) error {
	if len(p) > maxControl {
		return ErrTooLong
	}
	if c.state >= Closed {
		return ErrState
	}
	c.writer.frame(op, true, p)
	return nil
}

// Close appends a Close frame to Out: the start of the closing handshake, or the answer to the peer's if that was left to
// the caller (RFC 6455, section 7.1.2). NoStatus stands for an empty body, which has no room for a reason. The reason has
// up to 123 bytes of UTF-8.
func (c *Conn) Close(code CloseCode, reason string) error {
	switch {
	case c.state == CloseSent || c.state >= Closed:
		return ErrState
	case code != NoStatus && !code.Sendable(), code == NoStatus && reason != "":
		return ErrCode
	case len(reason) > maxControl-2:
		return ErrTooLong
	case !utf8.ValidString(reason):
		return ErrEncoding
	}
	c.sendClose(code, reason)
	return nil
}

// sendClose appends a Close frame and moves the state.
func (c *Conn) sendClose(code CloseCode, reason string) {
	var body [maxControl]byte
	c.writer.frame(Close, true, AppendClose(body[:0], code, reason))
	c.closeSent()
}

func (c *Conn) closeSent() {
	switch c.state {
	case Open:
		c.state = CloseSent
	case CloseReceived:
		c.state = Closed
	}
}

// Inject appends bytes to Out as they are, legal or not: how a test harness breaks a rule at an exact place of an otherwise
// correct conversation. The Conn follows the frames in raw, so that it knows of a Close frame or an open message in them.
func (c *Conn) Inject(raw []byte) {
	w := &c.writer
	w.out = append(w.out, raw...)
	for h := range w.foreign.headers(raw) {
		switch h.Opcode {
		case Close:
			c.closeSent()
		case Text, Binary:
			w.opcode, w.inside, w.raw = h.Opcode, !h.FIN, true
		case Continuation:
			w.inside, w.raw = w.inside && !h.FIN, true
		}
	}
}

// foreign follows frames that were written by somebody else.
type foreign struct {
	head []byte // the start of a header that is not complete
	skip uint64 // payload that is still to come
}

// headers yields the headers in raw, which goes on where the previous call ended.
func (f *foreign) headers(raw []byte) iter.Seq[Header] {
	return func(yield func(Header) bool) {
		for {
			n := min(f.skip, uint64(len(raw)))
			f.skip -= n
			raw = raw[n:]
			have := len(f.head)
			f.head = append(f.head, raw[:min(len(raw), MaxHeaderSize-have)]...)
			h, size := ParseHeader(f.head)
			if size == 0 {
				return
			}
			raw, f.head, f.skip = raw[size-have:], f.head[:0], h.Length
			if !yield(h) {
				return
			}
		}
	}
}

// Out returns the bytes to write to the transport. The slice holds until the next call of Sent: methods that send, and Next,
// only append behind it. Call Sent with the number of bytes that were written.
func (c *Conn) Out() []byte { return c.writer.out[c.writer.sent:] }

// Sent says that the first n bytes of Out are written.
func (c *Conn) Sent(n int) {
	w := &c.writer
	w.sent += n
	w.compact()
	if len(w.out) == 0 && cap(w.out) > 2*maxBuffer {
		w.out = nil // a big message is rare: do not hold its memory until the next one
	}
}
