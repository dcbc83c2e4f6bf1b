package harness

import (
	"encoding/hex"
	"fmt"
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
	counted []tally
}

// tally stands for frames in bulk that have no entries of their own.
type tally struct {
	at     time.Time // of the last one
	side   string
	frames int
	bytes  int64 // payload
}

// count notes a frame without an entry of its own. What was counted gets one when something else happens.
func (t *transcript) count(at time.Time, side string, bytes int64) {
	i := slices.IndexFunc(t.counted, func(c tally) bool { return c.side == side })
	if i < 0 {
		i = len(t.counted)
		t.counted = append(t.counted, tally{side: side})
	}
	c := &t.counted[i]
	c.at, c.frames, c.bytes = at, c.frames+1, c.bytes+bytes
}

// sum turns what was counted into entries.
func (t *transcript) sum() {
	for _, c := range t.counted {
		words := fmt.Sprintf("%d more frames", c.frames)
		if c.frames == 1 {
			words = "1 more frame"
		}
		t.append(c.at, record.Entry{Side: c.side, Kind: record.KindBytes, Length: c.bytes, Text: words})
	}
	t.counted = t.counted[:0]
}

// add adds an entry and returns its number, which stays valid however many follow.
func (t *transcript) add(at time.Time, e record.Entry) int {
	t.sum()
	return t.append(at, e)
}

func (t *transcript) append(at time.Time, e record.Entry) int {
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
	t.sum()
	r := &record.Transcript{Entries: t.entries, Omitted: t.total - len(t.entries)}
	if r.Omitted > 0 {
		r.OmittedAt = keepFirst
	}
	return r
}

// frame notes a frame that crossed the wire.
func (t *transcript) frame(at time.Time, side string, f observed) int {
	return t.add(at, frameEntry(side, f))
}

// frameEntry describes a frame that crossed the wire.
func frameEntry(side string, f observed) record.Entry {
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
	return e
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
