package harness

import (
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// Stream reads one direction of a connection, from the end of the opening handshake on: bytes in, frames out, described as in
// a transcript. It tolerates and notes every broken rule. A Stream is for one goroutine.
type Stream struct {
	observer *observer
	side     string
	start    time.Time
}

// Passed is a frame that went by.
type Passed struct {
	Entry   record.Entry
	Opcode  protocol.Opcode
	Payload []byte               // of the frame, not masked; the caller's own
	Broken  protocol.RuleSet     // the rules that it breaks
	Close   protocol.CloseStatus // of a Close frame
}

// NewStream returns a Stream of what a server sends (fromServer), whose entries have the side got, or of what a client sends,
// whose entries have the side sent. Times are counted from start.
func NewStream(fromServer bool, start time.Time) *Stream {
	s := &Stream{observer: newObserver(fromServer), side: record.SideSent, start: start}
	if fromServer {
		s.side = record.SideGot
	}
	return s
}

// Feed adds a copy of p to the input.
func (s *Stream) Feed(p []byte) { s.observer.reader.Feed(p) }

// EOF says that the input has ended.
func (s *Stream) EOF() { s.observer.reader.EOF() }

// Next returns the next frame that has arrived whole. The error is that of protocol.Reader.Next, with all rules tolerated.
func (s *Stream) Next() (Passed, error) {
	f, err := s.observer.next()
	if err != nil {
		return Passed{}, err
	}
	e := frameEntry(s.side, f)
	e.AtUS = time.Since(s.start).Microseconds()
	return Passed{e, f.header.Opcode, f.payload, f.broken, f.status}, nil
}

// Redacted stands in transcripts for the values of header fields that the user has added: they may be secrets.
const Redacted = "(redacted)"

// HeadText shows the head of a request to the target line by line, without control characters, and without the values of the
// fields that the user has added.
func (t Target) HeadText(head []byte) string { return protocolText(t.redact(head)) }

// redact returns the head of a request to the target without the values of the fields that the user has added.
func (t Target) redact(head []byte) []byte {
	lines := strings.SplitAfter(string(head), "\n")
	for i, line := range lines {
		if name, value, found := strings.Cut(line, ":"); found && t.Fields.Has(name) {
			lines[i] = name + ": " + Redacted + value[len(strings.TrimRight(value, "\r\n")):]
		}
	}
	return []byte(strings.Join(lines, ""))
}

// DescribeEnd puts into words how a stream ended.
func DescribeEnd(err error) string { return describeEnd(err) }
