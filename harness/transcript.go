package harness

import (
	"encoding/hex"
	"math"
	"slices"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// Bounds of a transcript: the first and the last entries of a long conversation are kept, and the first bytes of each.
const (
	keepFirst = 200
	keepLast  = 100
	keepBytes = 64
)

// transcript is what crossed the wire so far.
type transcript struct {
	start   time.Time
	entries []record.Entry
	total   int // entries in all; those in the middle are dropped
}

// add appends an entry and returns its number, which stays valid however many follow.
func (t *transcript) add(at time.Time, e record.Entry) int {
	e.AtUS = at.Sub(t.start).Microseconds()
	if len(t.entries) == keepFirst+2*keepLast {
		t.entries = slices.Delete(t.entries, keepFirst, keepFirst+keepLast)
	}
	t.entries = append(t.entries, e)
	t.total++
	return t.total - 1
}

// index finds the entry with a number; -1 if it was dropped.
func (t *transcript) index(number int) int {
	dropped := t.total - len(t.entries)
	switch {
	case number < 0 || number >= t.total:
		return -1
	case number < keepFirst:
		return number
	case number-dropped >= keepFirst:
		return number - dropped
	}
	return -1
}

// mark marks the entry with a number.
func (t *transcript) mark(number int, mark string) {
	if i := t.index(number); i >= 0 {
		t.entries[i].Mark = mark
	}
}

// record returns the transcript in its final form.
func (t *transcript) record() *record.Transcript {
	return &record.Transcript{Entries: t.entries, Omitted: t.total - len(t.entries)}
}

// frame describes a frame that crossed the wire.
func (t *transcript) frame(at time.Time, side string, f observed) int {
	e := record.Entry{
		Side: side, Kind: record.KindFrame,
		FIN: f.header.FIN, RSV: f.header.RSV, Opcode: byte(f.header.Opcode), OpcodeName: f.header.Opcode.String(),
		Masked: f.header.Masked, Length: int64(min(f.header.Length, math.MaxInt64)), Text: describe(f),
	}
	wire := protocol.AppendHeader(nil, f.header)
	if f.header.Masked {
		e.Key = hex.EncodeToString(wire[len(wire)-4:])
	}
	head := len(wire)
	wire = append(wire, f.payload[:min(len(f.payload), keepBytes)]...)
	if f.header.Masked {
		protocol.Mask(wire[head:], f.header.Key)
	}
	e.Hex = hex.EncodeToString(wire[:min(len(wire), keepBytes)])
	for rule := range f.broken.All() {
		e.Broken = append(e.Broken, rule.Error())
	}
	return t.add(at, e)
}

// describe puts the payload of a frame into words.
func describe(f observed) string {
	switch {
	case len(f.payload) == 0:
		return ""
	case f.header.Opcode == protocol.Close && len(f.payload) >= 2:
		if f.status.Reason == "" {
			return f.status.Code.String()
		}
		return f.status.Code.String() + " " + protocol.Show([]byte(f.status.Reason))
	}
	return protocol.Show(f.payload)
}

// bytes describes bytes that are no frame.
func (t *transcript) bytes(at time.Time, side, kind string, p []byte, text string) int {
	return t.add(at, record.Entry{
		Side: side, Kind: kind, Length: int64(len(p)),
		Hex: hex.EncodeToString(p[:min(len(p), keepBytes)]), Text: text,
	})
}

// note adds something that did not cross the wire.
func (t *transcript) note(at time.Time, kind, text string) int {
	return t.add(at, record.Entry{Side: record.SideNote, Kind: kind, Text: text})
}
