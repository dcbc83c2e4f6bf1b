package main

import (
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/reports"
)

// tracer shows what crosses the wire while it does, for --trace.
type tracer struct {
	tell func(lines string)

	mu   sync.Mutex
	seen map[string]traced // by the ID of the case
}

// traced counts the entries of the conversation that a case has.
type traced struct{ all, closing int }

// traceLimit is how many entries of a conversation are shown. Cases that measure have a hundred thousand.
const traceLimit = 200

// show shows an entry of a transcript: all of a short conversation, of a long one the beginning and how it is closed.
func (t *tracer) show(c *harness.Case, side string, e record.Entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = make(map[string]traced)
	}
	seen := t.seen[c.ID]
	if e.Kind == record.KindHead && side == record.SideSent {
		seen = traced{}
	}
	seen.all++
	if closing(e) {
		seen.closing++
	}
	t.seen[c.ID] = seen
	switch {
	case seen.all <= traceLimit, closing(e) && seen.closing <= traceLimit, e.Kind == record.KindEnd:
		t.tell(label(c.ID, reports.Style{Color: live(), Width: traceWidth}.Entry(e)))
	case seen.all == traceLimit+1:
		t.tell(label(c.ID, "     ... what follows is not shown, until the end\n"))
	}
}

// traceWidth leaves the bytes as much room as there is use for, whatever the terminal has.
const traceWidth = 160

// closing tells whether an entry is a Close frame.
func closing(e record.Entry) bool {
	return e.Kind == record.KindFrame && protocol.Opcode(e.Opcode) == protocol.Close
}

// label puts the ID of a case before each line.
func label(id, lines string) string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		fmt.Fprintf(&b, "%-7s%s", id, line)
	}
	return b.String()
}

// tell shows whole lines, whether or not there is a bar. What was asked for is shown even if the rest is to be quiet.
func (d *display) tell(lines string) {
	if d.progress != nil {
		fmt.Fprint(d.progress, lines)
		return
	}
	fmt.Fprint(os.Stderr, lines)
}
