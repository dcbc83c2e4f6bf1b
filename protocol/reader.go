package protocol

import (
	"encoding/binary"
	"fmt"
	"io"
	"iter"
)

// Part says which part of a frame, or of a message, some bytes are. A whole one is First and Last at once.
type Part byte

// The marks of a part.
const (
	First Part = 1 << iota
	Last
)

// Whole marks what is not split.
const Whole = First | Last

// Piece is a part of a frame. A frame that lies whole in the input is one piece, the payload of a data frame that is still
// arriving comes in several.
//
// It is five machine words, so that Next returns it in registers.
type Piece struct {
	Head    byte   // the first byte of the frame: FIN, RSV and opcode, as on the wire
	Part    Part   // of the frame
	Payload []byte // unmasked in place; holds until the next call of Next, Buffer, Advance or Feed
}

// Opcode is the opcode of the frame that the piece is part of.
func (p Piece) Opcode() Opcode { return Opcode(p.Head & 0xF) }

// FIN tells whether the frame is the last of its message.
func (p Piece) FIN() bool { return p.Head&0x80 != 0 }

// Reader turns bytes into frames and holds them against the rules of RFC 6455, section 5. The zero value is a strict
// server. The fields must not change after the first call of a method. A Reader is for one goroutine.
//
//	n, err := conn.Read(r.Buffer())
//	r.Advance(n)
//	for piece, err := range r.All() { ... }
type Reader struct {
	Client   bool    // we are the client, so frames must not be masked
	RSV      byte    // the bits that extensions have claimed on the first frame of a message; RSV1 is 4
	Tolerate RuleSet // rules to note in Broken, not to fail on
	Limits   Limits  // for Frame, Message and Fragments

	buf        []byte // owned; buf[start:end] is not read yet
	start, end int
	base       int64 // place of buf[0] in the stream
	eof        bool
	err        error // why no further piece will come

	// What the fast path needs: set by prepare, all zero before.
	simple   *[256]bool // by first byte: a whole message or a ping or pong, legal here
	maskBit  byte
	headSize int // of a header with a 7-bit length
	simpleTo int // the longest payload of the fast path

	frames    int64 // started so far
	header    Header
	remain    uint64 // payload bytes of the present frame that are still to come
	key       uint32 // rotated for the next byte of payload
	inFrame   bool
	begun     bool // a piece of the present frame was returned
	broken    RuleSet
	headAt    int // where in buf the header of a fast frame stands; -1 if header holds it
	inMessage bool
	closed    bool // a Close frame was read
	fragments int64
	message   int64 // payload bytes of the frames of the message so far
	limits    Limits
	filled    bool // the last Advance filled the whole buffer
}

// Sizes of the buffer in bytes. It starts small, because most connections are idle, and grows while reads fill it.
const (
	minBuffer = 4 << 10
	maxBuffer = 64 << 10
)

// Frames that need no thought, by their first byte: whole text and binary messages, pings and pongs. All others take the
// slow path, which works out what is wrong with them, if anything is.
var (
	simpleOutside = [256]bool{0x81: true, 0x82: true, 0x89: true, 0x8A: true}
	simpleInside  = [256]bool{0x89: true, 0x8A: true}
	simpleNever   [256]bool
)

// Buffer returns where to read into next, never empty. The slice is the Reader's own: fill a part of it, then call Advance.
// After an error the input is dropped.
func (r *Reader) Buffer() []byte {
	r.prepare()
	r.settle()
	if r.err != nil {
		r.start = r.end
	}
	if r.start == r.end {
		r.base += int64(r.start)
		r.start, r.end = 0, 0
	}
	if want := r.bufferSize(); want > len(r.buf) {
		r.move(make([]byte, want))
	} else if len(r.buf)-r.end < minBuffer/2 && r.start > 0 {
		r.move(r.buf)
	}
	if r.end == len(r.buf) { // only if the caller has not called Next: what Next leaves is a header and 125 bytes at most
		r.move(make([]byte, 2*len(r.buf)))
	}
	return r.buf[r.end:]
}

// bufferSize is what the buffer should hold: more after a read that filled it, or for a frame that is known to be long.
func (r *Reader) bufferSize() int {
	size := max(len(r.buf), minBuffer)
	if r.filled || r.remain > uint64(size) {
		size = min(2*size, maxBuffer)
	}
	r.filled = false
	return size
}

// move brings what is not read yet to the start of dst, which becomes the buffer.
func (r *Reader) move(dst []byte) {
	n := copy(dst, r.buf[r.start:r.end])
	r.base += int64(r.start)
	r.buf, r.start, r.end = dst, 0, n
}

// Advance says that the first n bytes of Buffer are filled.
func (r *Reader) Advance(n int) {
	r.end += n
	r.filled = r.end == len(r.buf) && n > 0
}

// Feed adds a copy of p to the input: the way for tests and tools, which keep p.
func (r *Reader) Feed(p []byte) {
	if len(p) > len(r.Buffer()) {
		r.move(make([]byte, r.end-r.start+len(p)))
	}
	r.Advance(copy(r.buf[r.end:], p))
}

// EOF says that the input has ended.
func (r *Reader) EOF() { r.eof = true }

// Next returns the next piece. The error is ErrNeedMore if there is none yet; io.EOF at the end of the input, or
// io.ErrUnexpectedEOF inside a frame; *Error if the peer broke a rule that is not tolerated; *LimitError. After any but the
// first the Reader is done and returns the same error again.
func (r *Reader) Next() (Piece, error) {
	b := r.buf[r.start:r.end]
	if len(b) < r.headSize || r.simple == nil || !r.simple[b[0]] || r.inFrame {
		return r.next()
	}
	n, size := int(b[1]^r.maskBit), r.headSize // a wrong mask bit makes n greater than 127
	if n > 125 {
		if n != 126 || b[0]&0x8 != 0 || len(b) < size+2 {
			return r.next()
		}
		if n, size = int(binary.BigEndian.Uint16(b[2:])), size+2; n < 126 {
			return r.next()
		}
	}
	if n > r.simpleTo || len(b) < size+n {
		return r.next()
	}
	payload := b[size : size+n : size+n]
	if r.maskBit != 0 {
		Mask(payload, binary.LittleEndian.Uint32(b[size-4:]))
	}
	r.headAt = r.start
	r.start += size + n
	r.frames++
	r.broken = RuleSet{}
	return Piece{b[0], Whole, payload}, nil
}

// All yields pieces until Next returns an error; ErrNeedMore just ends the loop, any other error is yielded last.
func (r *Reader) All() iter.Seq2[Piece, error] {
	return func(yield func(Piece, error) bool) {
		for {
			p, err := r.Next()
			if err == ErrNeedMore || !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// Need is a hint: how many bytes are missing, at least, until Next can return another piece that is whole.
func (r *Reader) Need() uint64 {
	have := uint64(r.end - r.start)
	if r.inFrame {
		return r.remain - min(have, r.remain)
	}
	b := r.buf[r.start:r.end]
	if h, n := ParseHeader(b); n > 0 {
		return h.Length - min(have-uint64(n), h.Length)
	}
	if len(b) < 2 {
		return uint64(2 - len(b))
	}
	return uint64(headerSize(b[1]) - len(b))
}

// Header is the header of the frame that Next returned a piece of last, or failed on, with the Form, Key and Length that it
// had on the wire.
func (r *Reader) Header() Header {
	r.settle()
	return r.header
}

// Broken holds the rules that the present frame broke and that Tolerate let pass.
func (r *Reader) Broken() RuleSet { return r.broken }

// Frames is the number of frames whose header was read.
func (r *Reader) Frames() int64 { return r.frames }

// Offset is the place in the stream of the next byte to be read.
func (r *Reader) Offset() int64 { return r.base + int64(r.start) }

// settle parses the header of a fast frame while its bytes are there.
func (r *Reader) settle() {
	if r.headAt >= 0 && r.simple != nil {
		r.header, _ = ParseHeader(r.buf[r.headAt:])
		r.headAt = -1
	}
}

// prepare spells out the configuration.
func (r *Reader) prepare() {
	if r.simple != nil {
		return
	}
	r.limits = r.Limits.Effective()
	r.simple, r.headAt = &simpleOutside, -1
	r.maskBit, r.headSize = 0x80, 6
	if r.Client {
		r.maskBit, r.headSize = 0, 2
	}
	r.simpleTo = int(min(r.limits.Frame, r.limits.Message, 0xFFFF))
}

// next is Next without haste.
func (r *Reader) next() (Piece, error) {
	r.prepare()
	if r.err != nil {
		return Piece{}, r.err
	}
	if !r.inFrame {
		h, n := ParseHeader(r.buf[r.start:r.end])
		if n == 0 {
			return r.starve()
		}
		if err := r.begin(h); err != nil {
			return Piece{}, r.fail(err)
		}
		r.start += n
	}
	return r.payload()
}

// starve ends Next for want of bytes.
func (r *Reader) starve() (Piece, error) {
	switch {
	case !r.eof:
		return Piece{}, ErrNeedMore
	case r.inFrame || r.start < r.end:
		return Piece{}, r.fail(io.ErrUnexpectedEOF)
	}
	return Piece{}, r.fail(io.EOF)
}

// fail makes err the last that the Reader has to say.
func (r *Reader) fail(err error) error {
	r.err, r.simple = err, &simpleNever
	return err
}

// begin starts a frame, if its header is legal here.
func (r *Reader) begin(h Header) error {
	r.header, r.headAt, r.broken = h, -1, RuleSet{}
	if err := r.check(h); err != nil {
		return err
	}
	if err := r.limit(h); err != nil {
		return err
	}
	r.remain, r.key = h.Length, h.Key
	r.inFrame, r.begun = true, false
	r.frames++
	switch {
	case h.Opcode == Close:
		r.closed = true
	case !h.Opcode.Control() && !r.broken.Has(LoneContinuation):
		r.inMessage = !h.FIN
	}
	r.simple = r.simpleHere()
	return nil
}

func (r *Reader) simpleHere() *[256]bool {
	switch {
	case r.closed:
		return &simpleNever
	case r.inMessage:
		return &simpleInside
	}
	return &simpleOutside
}

// check holds a header against every rule about headers.
func (r *Reader) check(h Header) error {
	for _, c := range [...]struct {
		broken bool
		rule   Rule
	}{
		{!r.Client && !h.Masked, UnmaskedFrame},
		{r.Client && h.Masked, MaskedFrame},
		{r.unclaimed(h) != 0, ReservedBits},
		{h.Opcode.Reserved(), ReservedOpcode},
		{h.Form == Form64 && h.Length>>63 != 0, LengthTopBit},
		{h.Form != shortest(h.Length), MinimalLength},
		{h.Opcode.Control() && !h.FIN, FragmentedControl},
		{h.Opcode.Control() && h.Length > maxControl, LongControl},
		{h.Opcode == Continuation && !r.inMessage, LoneContinuation},
		{!h.Opcode.Control() && h.Opcode != Continuation && r.inMessage, BrokenMessage},
		{!h.Opcode.Control() && r.closed, DataAfterClose},
	} {
		if !c.broken {
			continue
		}
		if !r.Tolerate.Has(c.rule) {
			return &Error{Rule: c.rule, Offset: r.Offset(), Frame: r.frames, Detail: describe(h)}
		}
		r.broken.Add(c.rule)
	}
	return nil
}

// unclaimed returns the reserved bits of h that no extension defines. RFC 6455, section 5.2 leaves them to extensions;
// those that exist claim theirs on the first frame of a message only.
func (r *Reader) unclaimed(h Header) byte {
	if h.Opcode == Text || h.Opcode == Binary {
		return h.RSV &^ r.RSV
	}
	return h.RSV
}

func describe(h Header) string {
	return Frame{Header: h}.String()
}

// limit counts a frame against our own limits.
func (r *Reader) limit(h Header) error {
	l := &r.limits
	switch {
	case h.Opcode.Control() && h.Length <= maxControl:
		return nil
	case exceeds(h.Length, 0, l.Frame):
		return &LimitError{"frame", l.Frame, MessageTooBig}
	case h.Opcode.Control():
		return nil
	case h.Opcode != Continuation || !r.inMessage:
		r.fragments, r.message = 0, 0
	}
	r.fragments++
	if r.fragments > l.Fragments {
		return &LimitError{"fragments", l.Fragments, MessageTooBig}
	}
	if exceeds(h.Length, r.message, l.Message) {
		return &LimitError{"message", l.Message, MessageTooBig}
	}
	r.message += int64(h.Length)
	return nil
}

// payload returns what is at hand of the present frame's payload. Control frames of a legal length are never split: they are
// short, and what they say needs all of it.
func (r *Reader) payload() (Piece, error) {
	n := int(min(uint64(r.end-r.start), r.remain))
	whole := uint64(n) == r.remain
	if !whole && (n == 0 || r.header.Opcode.Control() && r.header.Length <= maxControl) {
		return r.starve()
	}
	p := r.buf[r.start : r.start+n : r.start+n]
	if r.header.Masked {
		r.key = Mask(p, r.key)
	}
	r.start += n
	r.remain -= uint64(n)
	var part Part
	if !r.begun {
		part |= First
	}
	if whole {
		part |= Last
		r.inFrame = false
	}
	r.begun = true
	return Piece{r.first(), part, p}, nil
}

// first is the first byte of the present frame.
func (r *Reader) first() byte {
	b := r.header.RSV<<4 | byte(r.header.Opcode)
	if r.header.FIN {
		b |= 0x80
	}
	return b
}

// String shows where the reader stands, for debugging.
func (r *Reader) String() string {
	return fmt.Sprintf("frame %d, byte %d, %d bytes unread", r.frames, r.Offset(), r.end-r.start)
}
