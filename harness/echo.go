package harness

import (
	"bytes"
	"fmt"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// echo holds what comes back of a volume against what was sent, as it arrives.
type echo struct {
	Volume
	s     *Session
	from  content
	start int64  // in the content, of the first message
	buf   []byte // to write from
	shown int    // frames with an entry of their own

	moved int64     // bytes that went out and came back as they should, and messages, since that was last called progress
	pace  int64     // how many of them make progress
	last  time.Time // when one of them did

	asked int       // messages that were sent, or are being sent
	came  int       // messages that came back, right or wrong
	at    time.Time // when the last one did

	// Of the message that is arriving:
	opcode protocol.Opcode
	size   int64
	differ *difference
	again  bool // so far it is the message before

	fault *finding // the first
	over  bool     // there is no use in going on
}

// difference is a place where something else came than was sent.
type difference struct {
	at        int64 // in the message
	want, got []byte
}

// Sizes in bytes, and numbers of frames.
const (
	pourSize   = 128 << 10 // of a write of bulk
	shownBytes = 16        // of a difference
	shownBulk  = 16        // frames of bulk that have an entry of their own
)

// newEcho returns the echo of a volume that starts at a random place in the content.
func newEcho(s *Session, v Volume) *echo {
	room := pourSize
	if v.Fragment == 0 {
		room = min(pourSize, v.Bytes+2*protocol.MaxHeaderSize+maxPong)
	}
	return &echo{Volume: v, s: s, from: contentOf(v.Opcode), start: int64(s.rand.Uint32()), buf: make([]byte, 0, room)}
}

// maxPong is the longest Pong frame that a client sends, in bytes.
const maxPong = 6 + 125

// place is where in the content a message starts.
func (e *echo) place(message int) int64 { return e.start + int64(message)*int64(e.Bytes) }

// next begins the next message.
func (e *echo) next() *outgoing {
	o := &outgoing{volume: e.Volume, random: e.s.rand, from: e.from, at: e.place(e.asked), left: e.Bytes, enter: e.sent}
	e.asked++
	return o
}

// sent notes a frame of ours.
func (e *echo) sent(h protocol.Header, start []byte) {
	f := observed{header: h, payload: start}
	e.s.account.sentFrame(f)
	if e.crowded(f) {
		e.s.log.count(time.Now(), record.SideSent, int64(h.Length))
		return
	}
	e.s.log.frame(time.Now(), record.SideSent, f)
	e.s.tell(record.SideSent)
}

// crowded tells whether a frame is one of too many for an entry of its own. One that shows what is wrong is not.
func (e *echo) crowded(f observed) bool {
	if f.header.Opcode.Control() || f.complete && e.fault == nil && e.wrong(f) != "" {
		return false
	}
	e.shown++
	return e.shown > shownBulk
}

// begin says that a message of the peer begins.
func (e *echo) begin(op protocol.Opcode) {
	e.opcode, e.size, e.differ, e.again = op, 0, nil, false
}

// data looks at the next part of the message.
func (e *echo) data(p []byte) {
	if e.compare(p) {
		e.move(len(p))
	}
	if e.size += int64(len(p)); e.size > int64(e.Bytes) && e.came < e.asked {
		e.blame(fmt.Sprintf("more than %d bytes", e.Bytes), -1)
		e.over = true
	}
}

// move counts what has come nearer. It is progress if the rest, at that pace, comes within the time that a case has.
func (e *echo) move(n int) {
	e.last = time.Now()
	if e.moved += int64(n); e.moved >= e.pace {
		e.moved, e.s.progress = 0, e.last
	}
}

// paceFor is what must come nearer within the limit on waiting, of all that a volume moves there and back.
func paceFor(v Volume, wait, whole time.Duration) int64 {
	all := float64(2 * (v.total() + int64(v.Messages)))
	return max(1, int64(all*float64(wait)/float64(whole)))
}

// blame notes what speaks against the peer, if it is the first.
func (e *echo) blame(got string, entry int) {
	if e.fault == nil {
		e.fault = &finding{requirement: e.s.c.attribute(), expected: e.words(), got: got, entries: []int{entry}}
	}
}

// compare holds a part against what was sent; true if it is just that.
func (e *echo) compare(p []byte) bool {
	if e.size+int64(len(p)) > int64(e.Bytes) || e.opcode != e.Opcode {
		return false
	}
	if e.came >= e.asked || e.differ != nil {
		e.repeats(p)
		return false
	}
	place := e.place(e.came) + e.size
	i := e.equal(place, p)
	if i < 0 {
		return true
	}
	n := min(len(p)-i, shownBytes)
	e.differ = &difference{e.size + int64(i), e.from.at(place+int64(i), n), bytes.Clone(p[i : i+n])}
	e.repeats(p)
	return false
}

// repeats looks whether a message that is not the one that is due may be the one before.
func (e *echo) repeats(p []byte) {
	e.again = (e.size == 0 || e.again) && e.came > 0 && e.equal(e.place(e.came-1)+e.size, p) < 0
}

// equal finds the first byte that is not that of the content at a place; -1 if there is none.
func (e *echo) equal(place int64, p []byte) int {
	for done := 0; done < len(p); {
		want := e.from.at(place+int64(done), len(p)-done)
		if got := p[done : done+len(want)]; !bytes.Equal(want, got) {
			for i := range want {
				if want[i] != got[i] {
					return done + i
				}
			}
		}
		done += len(want)
	}
	return -1
}

// complete says that the message is complete. If only bytes of it are wrong the script goes on, as the Autobahn testsuite would.
func (e *echo) complete(f observed, at time.Time, entry int) {
	if words := e.wrong(f); words != "" {
		e.blame(words, entry)
	}
	if e.came < e.asked {
		e.over = e.over || e.opcode != e.Opcode || e.size != int64(e.Bytes)
		e.came++
		e.at = at
		e.move(1)
	}
	e.size, e.differ = 0, nil
}

// wrong says what is wrong with a message that is complete; "" if nothing is.
func (e *echo) wrong(f observed) string {
	switch {
	case e.again && e.size == int64(e.Bytes):
		return fmt.Sprintf("message %d once more", e.came)
	case e.came >= e.asked:
		return fmt.Sprintf("one message more: %v %s", f.opcode, showStart(f.message, f.size))
	case e.opcode != e.Opcode:
		return fmt.Sprintf("%v, %d bytes", e.opcode, e.size)
	case e.differ != nil:
		return e.differ.words(e) + e.length()
	case e.size != int64(e.Bytes):
		return fmt.Sprintf("%d bytes: the last %d are missing", e.size, int64(e.Bytes)-e.size)
	}
	return ""
}

// length says what the length of a message is, if that is wrong, too.
func (e *echo) length() string {
	if e.size == int64(e.Bytes) {
		return ""
	}
	return fmt.Sprintf("; and %d bytes in all", e.size)
}

// words says where the difference is, and what it looks like.
func (d *difference) words(e *echo) string {
	return fmt.Sprintf("another byte at offset %d: %s in place of %s%s", d.at, show(d.got), show(d.want), d.shifted(e))
}

// shifted tells whether the bytes were sent at another place, as if something was lost or came twice.
func (d *difference) shifted(e *echo) string {
	if len(d.got) < shownBytes {
		return ""
	}
	found := bytes.Index(e.from, d.got)
	if found < 0 {
		return ""
	}
	ahead := (int64(found) - (e.place(e.came)+d.at)%contentPeriod + contentPeriod) % contentPeriod
	switch back := contentPeriod - ahead; {
	case ahead < back && d.at+ahead < int64(e.Bytes):
		return fmt.Sprintf(", what was sent %d bytes further on", ahead)
	case back <= d.at:
		return fmt.Sprintf(", what was sent %d bytes before", back)
	}
	return ""
}

// words says what is expected.
func (e *echo) words() string {
	words := fmt.Sprintf("%v, %d bytes, as they were sent", e.Opcode, e.Bytes)
	if e.Messages > 1 {
		words = fmt.Sprintf("message %d of %d: %s", min(e.came+1, e.Messages), e.Messages, words)
	}
	return words
}

// progress says how much came back: of the message or, if what comes comes too slowly, of all of them.
func (e *echo) progress(slow bool) string {
	if slow && e.Messages > 1 {
		return fmt.Sprintf("%d of %d messages", e.came, e.Messages)
	}
	if e.size == 0 {
		return "nothing of it"
	}
	return fmt.Sprintf("the first %d bytes of it", e.size)
}
