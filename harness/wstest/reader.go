package wstest

import (
	"bytes"
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

// reader reads what the peer sends as the testsuite's client does. It looks at the first two bytes of a frame as soon as they are
// there, and again with each read until the header is complete. What is wrong it reads on as if it were right, so one frame may be
// wrong more than once.
type reader struct {
	head    []byte // of the frame that is arriving, if its header is not complete
	frame   protocol.Header
	inFrame bool
	remain  uint64 // payload of the frame that is still to come
	key     uint32 // rotated for its next byte

	control []byte // payload of a control frame
	message []byte // payload of the messages that are noted down
	size    int64  // of the message
	inside  bool   // a message, even one that begins in the wrong way
	opcode  protocol.Opcode
	text    protocol.TextValidator
	valid   bool // the text so far is the start of one
}

// maxNoted is how much of a message or of a control frame is held, in bytes. No case asks for nearly as much.
const maxNoted = 8 << 20

// Receive takes what one read brought, after the opening handshake.
func (j *Judge) Receive(p []byte) {
	if len(j.head) > 0 {
		p, j.head = append(j.head, p...), nil
	}
	for j.state != closed || j.doubt {
		if j.inFrame {
			p = p[j.payload(p):]
		} else if n := j.header(p); n > 0 {
			p = p[n:]
		} else {
			j.head = bytes.Clone(p)
			return
		}
		if len(p) == 0 && !(j.inFrame && j.remain == 0) {
			return
		}
	}
}

// header reads the header of a frame and returns its length, 0 if it is not complete.
func (j *Judge) header(p []byte) int {
	if len(p) < 2 {
		return 0
	}
	j.inspect(p[0], p[1])
	h, n := protocol.ParseHeader(p)
	if n == 0 {
		return 0
	}
	if h.Form == protocol.Form64 && h.Length > math.MaxInt64 {
		j.violate(protocol.ProtocolError)
	}
	if h.Form == protocol.Form16 && h.Length < 126 || h.Form == protocol.Form64 && h.Length <= math.MaxUint16 {
		j.violate(protocol.ProtocolError)
	}
	j.frame, j.inFrame, j.remain, j.key, j.control = h, true, h.Length, h.Key, nil
	if !h.Opcode.Control() && !j.inside {
		j.inside, j.opcode, j.message, j.size, j.valid = true, h.Opcode, nil, 0, true
		j.text.End()
	}
	return n
}

// inspect looks at the first two bytes of a frame.
func (j *Judge) inspect(first, second byte) {
	op, fin, size := protocol.Opcode(first&0xF), first&0x80 != 0, second&0x7F
	if op == protocol.Pong || !op.Control() && !j.inside {
		j.remember(op == protocol.Pong)
	}
	if j.settled && op != protocol.Close {
		return
	}
	for _, wrong := range [...]bool{
		first&0x70 != 0,
		second&0x80 != 0,
		op.Reserved(),
		op.Control() && !fin,
		op.Control() && size > 125,
		op == protocol.Close && size == 1,
		op == protocol.Continuation && !j.inside,
		!op.Control() && op != protocol.Continuation && j.inside,
	} {
		if wrong {
			j.violate(protocol.ProtocolError)
		}
	}
}

// payload takes what there is of the payload of a frame and returns how much that was.
func (j *Judge) payload(p []byte) int {
	n := int(min(uint64(len(p)), j.remain))
	p = p[:n]
	if j.frame.Masked {
		p = bytes.Clone(p)
		j.key = protocol.Mask(p, j.key)
	}
	j.remain -= uint64(n)
	if j.frame.Opcode.Control() {
		j.control = append(j.control, p[:min(n, maxNoted-len(j.control))]...)
	} else {
		j.data(p)
	}
	if j.remain == 0 {
		j.inFrame = false
		j.frameOver()
	}
	return n
}

// data takes payload of a data frame. Text that is wrong is so once more in each further part of it.
func (j *Judge) data(p []byte) {
	j.size += int64(len(p))
	if !j.expect.Measures {
		j.message = append(j.message, p[:min(len(p), maxNoted-len(j.message))]...)
	}
	if j.opcode == protocol.Text && len(p) > 0 {
		if j.valid = j.text.Write(p); !j.valid {
			j.notText()
		}
	}
}

// notText says that a message is no text after all.
func (j *Judge) notText() {
	if !j.settled {
		j.violate(protocol.InvalidPayload)
	}
}

// frameOver handles a frame that is complete.
func (j *Judge) frameOver() {
	switch op := j.frame.Opcode; {
	case op == protocol.Close:
		j.gotClose(j.control)
	case op == protocol.Pong:
		j.pong(j.control)
	case !op.Control() && j.frame.FIN:
		j.inside = false
		if j.opcode == protocol.Text && (!j.valid || !j.text.End()) {
			j.notText()
		}
		j.messageOver()
	}
}

// gotClose handles a Close frame. Its code must be one that the testsuite knows, which 1012 to 1014 are not. It takes the reason for
// text before it has looked whether it is any: if it is not, that ends the conversation at once.
func (j *Judge) gotClose(body []byte) {
	if j.state == closed {
		return
	}
	j.start = nil
	status := protocol.CloseStatus{Code: protocol.NoStatus}
	if len(body) >= 2 {
		status = protocol.CloseStatus{Code: protocol.CloseCode(binary.BigEndian.Uint16(body)), Reason: string(body[2:])}
	}
	bad := len(body) >= 2 && !known(status.Code)
	unread := !new(protocol.TextValidator).Write([]byte(status.Reason))
	if j.settled && !bad && !unread {
		status, body = *j.pending, nil
	}
	j.remote, j.code = &status, nil
	if code := int(status.Code); len(body) >= 2 || status.Code != protocol.NoStatus {
		j.code = &code
	}
	if bad {
		j.violate(protocol.ProtocolError)
	}
	if unread {
		j.violate(protocol.InvalidPayload)
	}
	if !decodes([]byte(status.Reason)) {
		j.Ended()
		return
	}
	switch j.state {
	case open:
		j.clean, j.state = true, closing // it answers, so the closing is the peer's
	case closing:
		j.clean = true
	case closed:
		j.clean = false
	}
}

// known tells whether a close code is one that the testsuite's client takes.
func known(code protocol.CloseCode) bool {
	switch code {
	case protocol.NormalClosure, protocol.GoingAway, protocol.ProtocolError, protocol.UnsupportedData, protocol.InvalidPayload,
		protocol.PolicyViolation, protocol.MessageTooBig, protocol.MandatoryExtension, protocol.InternalError:
		return true
	}
	return code >= 3000 && code < 5000
}

// decodes tells whether Python 2 takes bytes for text: UTF-8, or surrogates written as if they were characters.
func decodes(p []byte) bool {
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n == 1 {
			if len(p) < 3 || p[0] != 0xED || p[1]&0xE0 != 0xA0 || p[2]&0xC0 != 0x80 {
				return false
			}
			n = 3
		}
		p = p[n:]
	}
	return true
}
