package main

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

// TestTraceIsBounded: of a long conversation the beginning is shown, and how it is closed; of the next one all again.
func TestTraceIsBounded(t *testing.T) {
	var shown strings.Builder
	tr := &tracer{tell: func(lines string) { shown.WriteString(lines) }}
	c := &harness.Case{ID: "9.3.1"}
	head := record.Entry{Side: record.SideSent, Kind: record.KindHead, Text: "GET / HTTP/1.1\nHost: \x1b"}
	frame := record.Entry{Side: record.SideGot, Kind: record.KindFrame, OpcodeName: "Text", Opcode: 1}
	closing := record.Entry{Side: record.SideGot, Kind: record.KindFrame, OpcodeName: "Close", Opcode: 8}
	for range 2 {
		shown.Reset()
		tr.show(c, record.SideSent, head)
		for range 100_000 {
			tr.show(c, record.SideGot, frame)
		}
		tr.show(c, record.SideGot, closing)
		tr.show(c, record.SideNote, record.Entry{Side: record.SideNote, Kind: record.KindEnd, Text: "the end"})
		for what, want := range map[string]int{"HTTP head": 1, `|   Host: \x1b`: 1, "Text": traceLimit - 1, "what follows is not shown": 1, "Close": 1, "End: the end": 1, "9.3.1": traceLimit + 5} {
			if n := strings.Count(shown.String(), what); n != want {
				t.Errorf("%q is shown %d times, want %d", what, n, want)
			}
		}
	}
}
