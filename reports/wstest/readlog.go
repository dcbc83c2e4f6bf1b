package wstest

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// Bounds of a transcript, as the harness has them: the first and the last entries are kept, and the first bytes of each.
const (
	keepFirst = 200
	keepLast  = 100
	keepBytes = 64
)

// talk makes a transcript of the wire log of the testsuite. The log has no times, so no entry has one. It has octets beside
// frames: those that a frame explains have no entry of their own.
func talk(a *record.Account) *record.Transcript {
	l := &wireLog{account: a, offAt: -1}
	l.heads()
	for i := range a.Wirelog {
		l.row(&a.Wirelog[i])
	}
	l.unexplained()
	l.end()
	t := &record.Transcript{Entries: l.entries, Omitted: l.omitted, OmittedAt: min(keepFirst, len(l.entries)), Autobahn: a}
	if t.Omitted == 0 {
		t.Omitted, t.OmittedAt = l.unlogged(), max(l.offAt, 1)
	}
	if t.Omitted == 0 {
		t.OmittedAt = 0
	}
	return t
}

// wireLog is a transcript that is being made.
type wireLog struct {
	account *record.Account
	entries []record.Entry
	omitted int // entries that were dropped to bound memory

	toSend int64   // octets that are explained already, and that a write is still to come of
	toRead int64   // octets of the head that the peer sent, and that a read is still to come of
	reads  []chunk // what brought octets that no frame has explained yet
	frames int     // that are in the log
	offAt  int     // how many entries there were when the log was switched off first; -1: it never was
}

// chunk is what one read brought.
type chunk struct {
	at     int // how many entries there were before it
	length int64
	taken  int64 // octets that are explained
	hex    string
}

func (l *wireLog) add(e record.Entry) {
	if len(l.entries) == keepFirst+2*keepLast {
		l.entries = append(l.entries[:keepFirst], l.entries[keepFirst+keepLast:]...)
		l.omitted += keepLast
	}
	l.entries = append(l.entries, e)
}

// heads adds the heads of the opening handshake, the request first. The testsuite writes "?" for one that did not come.
func (l *wireLog) heads() {
	sides := []string{record.SideSent, record.SideGot}
	if l.account.IsServer {
		sides = []string{record.SideGot, record.SideSent}
	}
	for i, text := range []string{l.account.Request, l.account.Response} {
		if text == "" || text == "?" {
			continue
		}
		length := int64(len(text))
		if sides[i] == record.SideSent {
			l.toSend += length
		} else {
			l.toRead += length
		}
		l.add(record.Entry{Side: sides[i], Kind: record.KindHead, Length: length, Text: text})
	}
}

func (l *wireLog) row(r *record.LogRow) {
	switch r.Kind {
	case record.RowSent:
		l.wrote(r)
	case record.RowGot:
		l.read(r)
	case record.RowSentFrame:
		l.sentFrame(r)
	case record.RowGotFrame:
		l.gotFrame(r)
	case record.RowWait:
		l.note("%s before the testsuite goes on", seconds(r.Delay))
	case record.RowKilled:
		l.note("time is up: the testsuite fails the connection")
	case record.RowClosed:
		l.note("time is up: the testsuite closes the connection")
	case record.RowSwitch:
		if !r.On && l.offAt < 0 {
			l.offAt = len(l.entries)
		}
	}
}

func (l *wireLog) note(format string, args ...any) {
	l.add(record.Entry{Side: record.SideNote, Kind: record.KindPause, Text: fmt.Sprintf(format, args...)})
}

func seconds(s float64) string { return strconv.FormatFloat(s, 'g', 4, 64) + " s" }

// wrote looks for octets that were sent and belong to nothing that is in the log.
func (l *wireLog) wrote(r *record.LogRow) {
	known := min(l.toSend, max(r.Length, 0))
	l.toSend -= known
	if known == 0 && r.Length > 0 {
		l.add(record.Entry{Side: record.SideSent, Kind: record.KindBytes, Length: r.Length, Hex: plainHex(r.Data)})
	}
}

// read keeps octets of the peer until it shows what they are.
func (l *wireLog) read(r *record.LogRow) {
	length := max(r.Length, 0)
	known := min(l.toRead, length)
	l.toRead -= known
	if known == length {
		return
	}
	l.reads = append(l.reads, chunk{at: len(l.entries) + l.omitted, length: length, taken: known, hex: plainHex(r.Data)})
}

func (l *wireLog) sentFrame(r *record.LogRow) {
	if r.Chop != nil && *r.Chop > 0 {
		l.note("what follows is sent in writes of %d bytes", *r.Chop)
	}
	e, wire := frameEntry(record.SideSent, r)
	l.toSend += wire
	l.frames++
	l.add(e)
}

// gotFrame explains the octets that were read before it.
func (l *wireLog) gotFrame(r *record.LogRow) {
	e, wire := frameEntry(record.SideGot, r)
	for len(l.reads) > 0 && wire > 0 {
		c := &l.reads[0]
		n := min(wire, c.length-c.taken)
		c.taken, wire = c.taken+n, wire-n
		if c.taken < c.length {
			break
		}
		l.reads = l.reads[1:]
	}
	l.frames++
	l.add(e)
}

// unexplained adds the octets that the testsuite took for no frame, where they were read.
func (l *wireLog) unexplained() {
	shown := l.reads[:min(len(l.reads), keepLast)]
	for _, c := range slices.Backward(shown) {
		rest := c.hex[min(2*c.taken, int64(len(c.hex))):]
		e := record.Entry{Side: record.SideGot, Kind: record.KindBytes, Length: c.length - c.taken, Hex: rest}
		at := c.at
		if at > keepFirst {
			at = max(at-l.omitted, keepFirst)
		}
		l.entries = slices.Insert(l.entries, min(at, len(l.entries)), e)
	}
	l.omitted += len(l.reads) - len(shown)
}

// end says who ended the stream.
func (l *wireLog) end() {
	a := l.account
	e := record.Entry{Side: record.SideGot, Kind: record.KindEnd, Text: "the peer ended the stream"}
	switch {
	case a.DroppedByMe:
		e.Side, e.Text = record.SideSent, "the testsuite ended the stream"
	case !a.Clean:
		e.Text = "the stream ended"
	}
	if a.NotClean != nil && *a.NotClean != "" {
		e.Text += ": " + *a.NotClean
	}
	l.add(e)
}

// unlogged is how many frames the testsuite counted while its log was off.
func (l *wireLog) unlogged() int {
	if l.offAt < 0 {
		return 0
	}
	n := 0
	for _, stats := range []map[int]int{l.account.RxFrameStats, l.account.TxFrameStats} {
		for _, k := range stats {
			n += min(max(k, 0), 1<<30)
		}
	}
	return max(n-l.frames, 0)
}

// frameEntry describes a frame, and says how many octets it has on the wire.
func frameEntry(side string, r *record.LogRow) (e record.Entry, wire int64) {
	h := protocol.Header{FIN: r.FIN, RSV: byte(r.RSV) & 7, Opcode: protocol.Opcode(r.Opcode) & 0xf, Length: uint64(max(r.Length, 0))}
	if r.Repeat != nil && *r.Repeat > 0 {
		h.Length = uint64(*r.Repeat)
	}
	h.Length = min(h.Length, math.MaxInt64-protocol.MaxHeaderSize)
	if r.Key != nil {
		h.Masked = true
		if key, err := hex.DecodeString(*r.Key); err == nil && len(key) == 4 {
			h.Key = binary.LittleEndian.Uint32(key)
		}
	}
	e = record.Entry{
		Side: side, Kind: record.KindFrame, FIN: h.FIN, RSV: h.RSV, Opcode: byte(h.Opcode), OpcodeName: h.Opcode.String(),
		Masked: h.Masked, Length: int64(h.Length),
	}
	octets := protocol.AppendHeader(nil, h)
	head := len(octets)
	if h.Masked {
		e.Key = hex.EncodeToString(octets[head-4:])
	}
	payload, whole := payloadOf(r)
	e.Text = payloadWords(h.Opcode, payload, whole)
	if side == record.SideGot && h.RSV&4 != 0 {
		return e, int64(head) + e.Length // what is in the log may be decompressed already, so it is not what was on the wire
	}
	for len(payload) > 0 && len(octets) < head+int(min(h.Length, keepBytes)) {
		octets = append(octets, payload...)
	}
	octets = octets[:min(len(octets), head+int(min(h.Length, keepBytes)))]
	if h.Masked {
		protocol.Mask(octets[head:], h.Key)
	}
	e.Hex = hex.EncodeToString(octets[:min(len(octets), keepBytes)])
	return e, int64(head) + e.Length
}

// payloadOf are the first bytes of a payload as far as the log has them, and whether that is all of it.
func payloadOf(r *record.LogRow) (payload []byte, whole bool) {
	if int64(len(r.Data)) == r.Length {
		return []byte(r.Data), r.Repeat == nil
	}
	data, cut := strings.CutSuffix(r.Data, clipped)
	if digits, inHex := strings.CutPrefix(data, "0x"); inHex {
		if p, err := hex.DecodeString(digits); err == nil {
			return p, !cut && r.Repeat == nil
		}
	}
	return []byte(data), !cut && r.Repeat == nil
}

// clipped ends what the testsuite has cut off.
const clipped = " ..."

// plainHex are the octets of a row, without what says that there are more.
func plainHex(data string) string {
	data = strings.TrimSuffix(data, clipped)
	if _, err := hex.DecodeString(data); err != nil {
		return ""
	}
	return data[:min(len(data), 2*keepBytes)]
}

// payloadWords puts a payload into words, as the harness does.
func payloadWords(op protocol.Opcode, payload []byte, whole bool) (words string) {
	switch {
	case len(payload) == 0:
		return ""
	case op != protocol.Close || len(payload) < 2:
		words = protocol.Show(payload)
	default:
		words = protocol.CloseCode(binary.BigEndian.Uint16(payload)).String()
		if len(payload) > 2 {
			words += " " + protocol.Show(payload[2:])
		}
	}
	if !whole && !strings.HasSuffix(words, clipped) {
		words += clipped
	}
	return words
}
