package harness

import (
	"math/rand/v2"

	"github.com/wsspec/wsspec/protocol"
)

// outgoing is a message in bulk on its way out. Its frames are written piece by piece into a buffer, and masked there.
type outgoing struct {
	volume Volume
	random *rand.Rand                    // for masking keys
	enter  func(protocol.Header, []byte) // notes a frame and the start of its payload
	from   content
	at     int64 // in the content, of the next byte

	left  int    // payload that is in no frame yet
	begun bool   // the first frame is out
	last  bool   // the present frame is the last one
	frame int    // payload of the present frame that is still to come
	key   uint32 // rotated for its next byte
}

// inFrame tells whether a frame is under way.
func (o *outgoing) inFrame() bool { return o.frame > 0 }

// done tells whether all is written.
func (o *outgoing) done() bool { return o.last && o.frame == 0 }

// fill appends what is next, as far as there is room in dst.
func (o *outgoing) fill(dst []byte) []byte {
	for !o.done() {
		if o.frame == 0 {
			if cap(dst)-len(dst) < protocol.MaxHeaderSize {
				break
			}
			dst = o.header(dst)
		}
		n := min(o.frame, cap(dst)-len(dst), contentWindow)
		if n == 0 && o.frame > 0 {
			break
		}
		start := len(dst)
		dst = append(dst, o.from.at(o.at, n)...)
		o.key = protocol.Mask(dst[start:], o.key)
		o.at += int64(n)
		o.frame -= n
	}
	return dst
}

// header begins the next frame. A message in fragments ends with one that is not full, so maybe with an empty one: who sends
// what is still being made knows that it is complete only when nothing more comes. The Autobahn testsuite does the same.
func (o *outgoing) header(dst []byte) []byte {
	o.frame, o.last = o.left, true
	if size := o.volume.Fragment; size > 0 && size <= o.left {
		o.frame, o.last = size, false
	}
	o.left -= o.frame
	h := protocol.Header{FIN: o.last, Opcode: o.volume.Opcode, Masked: true, Key: o.random.Uint32(), Length: uint64(o.frame)}
	if o.begun {
		h.Opcode = protocol.Continuation
	}
	o.begun, o.key = true, h.Key
	o.enter(h, o.from.at(o.at, min(o.frame, keepBytes)))
	return protocol.AppendHeader(dst, h)
}
