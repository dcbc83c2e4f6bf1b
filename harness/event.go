package harness

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/wsspec/wsspec/protocol"
)

// event is something that the peer did.
type event struct {
	kind    eventKind
	opcode  protocol.Opcode
	payload []byte // or its start
	size    int64  // of a message
	status  protocol.CloseStatus
	err     error // why the stream ended
	at      time.Time
	entry   int // number in the transcript
	broken  protocol.RuleSet
	barrier bool
}

type eventKind byte

const (
	messageEvent eventKind = iota
	pongEvent
	closeEvent
	endEvent
)

func (e event) String() string {
	switch e.kind {
	case messageEvent:
		return fmt.Sprintf("%v %s", e.opcode, showStart(e.payload, e.size))
	case pongEvent:
		return "Pong " + show(e.payload)
	case closeEvent:
		if len(e.payload) == 0 {
			return "Close without a code"
		}
		return "Close " + e.status.Code.String()
	}
	return describeEnd(e.err)
}

// show is protocol.Show with the length of what is too long to be shown.
func show(p []byte) string { return showStart(p, int64(len(p))) }

// showStart is show for the start of what has size bytes in all.
func showStart(p []byte, size int64) string {
	if size > 60 {
		return fmt.Sprintf("%s (%d bytes)", protocol.Show(p), size)
	}
	if len(p) == 0 {
		return `""`
	}
	return protocol.Show(p)
}

// describeEnd puts the end of the stream into words.
func describeEnd(err error) string {
	var limit *protocol.LimitError
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return "the end of the stream"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the end of the stream inside a frame"
	case errors.As(err, &limit):
		return "a " + limit.Error()[len("protocol: "):]
	case isFlood(err):
		return err.Error()
	case isReset(err):
		return "a reset of the connection"
	}
	return "the failure of the connection (" + err.Error() + ")"
}
