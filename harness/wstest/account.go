package wstest

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// ending is how a conversation came to its end, beside what the verdict needs.
type ending struct {
	local, remote *protocol.CloseStatus // of the Close frames that were sent first and got last

	why     string // the closing was not clean, if there is something to say
	expired bool   // the testsuite's timer ended the case
	killed  bool   // the testsuite has failed a connection that was closing already

	openLate, closeLate, dropLate bool // what the peer did not do in time
}

// maxReceived is how many events are told of. No case asks for as many as a hundred.
const maxReceived = 1000

// Tell fills in what the testsuite tells of the conversation beside the verdict. The duration must be there already: a case that
// measures speaks of it.
func (j *Judge) Tell(a *record.Account) {
	a.ClosedByMe, a.DroppedByMe, a.Clean = j.ours, j.dropped, j.clean
	a.FailedByMe = j.failing || j.killed || j.expired && j.expect.Timer == KillAfter
	if j.why != "" {
		a.NotClean = &j.why
	}
	a.OpenTimeout, a.CloseTimeout, a.DropTimeout = j.openLate, j.closeLate, j.dropLate
	a.LocalCloseCode, a.LocalCloseReason = told(j.local)
	if j.local != nil && a.LocalCloseReason != nil && !utf8.ValidString(j.local.Reason) {
		inHex := hex.EncodeToString([]byte(j.local.Reason))
		a.LocalCloseReason = &inHex
	}
	a.RemoteCloseCode, a.RemoteCloseReason = j.code, nil
	if j.remote != nil && j.remote.Reason != "" && utf8.ValidString(j.remote.Reason) {
		a.RemoteCloseReason = &j.remote.Reason
	}
	a.ReportTime = j.expect.Measures
	if !j.expect.Measures {
		a.Received = Events(j.received[:min(len(j.received), maxReceived)])
	}
	a.Result, a.ResultClose = j.result(), j.resultClose()
}

// told is the code and the reason of a Close frame, nil where it has none.
func told(s *protocol.CloseStatus) (code *int, reason *string) {
	if s == nil {
		return nil, nil
	}
	if s.Code != protocol.NoStatus {
		n := int(s.Code)
		code = &n
	}
	if s.Reason != "" {
		reason = &s.Reason
	}
	return code, reason
}

// Events tells of events as the testsuite does.
func Events(list []Event) []record.AccountEvent {
	kinds := map[Kind]string{PongFrame: record.EventPong, PauseOver: record.EventTimeout}
	events := make([]record.AccountEvent, len(list))
	for i, e := range list {
		events[i] = record.AccountEvent{Kind: record.EventMessage, Text: Payload([]byte(e.Payload)), Binary: e.Kind == BinaryMessage}
		if kind, other := kinds[e.Kind]; other {
			events[i].Kind = kind
		}
	}
	return events
}

// result says by the testsuite's own words, which scripts compare, what the outcome rests on.
func (j *Judge) result() string {
	switch {
	case j.expect.Informational && !j.expect.MaybeNonStrict:
		return "Actual events are undefined by the spec."
	case j.expect.Informational && j.behavior() == ok:
		return "Text message was processed before close."
	case j.expect.Informational && j.behavior() == nonStrict:
		return "Close was processed before text message could be returned."
	case j.opened && j.expect.CodeOrFail && j.closing() == wrongCode:
		return j.resultClose()
	case j.expect.Measures:
		return j.resultOfVolume()
	case j.opened && j.behavior() != failed:
		return "Actual events match at least one expected."
	}
	return "Actual events differ from any expected."
}

// resultOfVolume is result for a case that measures.
func (j *Judge) resultOfVolume() string {
	kind := map[bool]string{true: "text", false: "binary"}
	single := j.asked.messages <= 1
	switch {
	case j.right && single:
		return fmt.Sprintf("Received %s message of length %d.", kind[j.asked.text], j.asked.length)
	case j.right:
		return "Ok, received all echo'ed messages in time."
	case j.wrong == nil && single:
		return fmt.Sprintf("Did not receive message within %d seconds.", j.expect.Seconds)
	case j.wrong == nil:
		return fmt.Sprintf("Case did not finish within %d seconds.", j.expect.Seconds)
	case !single:
		return fmt.Sprintf("Echo'ed message type or length differs from what I sent (got binary = %s, payload length = %d).",
			map[bool]string{true: "False", false: "True"}[j.wrong.text], j.wrong.length)
	case j.wrong.text != j.asked.text:
		return fmt.Sprintf("Expected %s message with payload, but got %s.", kind[j.asked.text], kind[j.wrong.text])
	}
	return fmt.Sprintf("Expected %s message with payload of length %d, but got %d.", kind[j.asked.text], j.asked.length, j.wrong.length)
}

// resultClose is result for the closing.
func (j *Judge) resultClose() string {
	if !j.opened {
		return "The WebSocket opening handshake was never completed!"
	}
	switch j.closing() {
	case failed:
		return "The connection was failed by the wrong endpoint"
	case unclean:
		return "The spec requires the connection to be failed cleanly here"
	case wrongCode:
		codes := make([]string, len(j.expect.Codes))
		for i, c := range j.expect.Codes {
			codes[i] = strconv.Itoa(int(c))
		}
		return "The close code should have been " + strings.Join(codes, ",") + " or empty"
	case failedByClient:
		return "It is preferred that the server close the TCP connection"
	}
	return "Connection was properly closed"
}
