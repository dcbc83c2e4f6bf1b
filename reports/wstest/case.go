package wstest

import (
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
)

// told is all that is known of a case of an agent.
type told struct {
	agent   string
	json    string // names of its files
	html    string
	record  *record.Case
	verdict record.WSTest
	account *record.Account
	of      *harness.Case // nil if the catalogue has none
	ours    bool          // the record has a verdict of ours beside
}

// has tells whether a case is one that the testsuite has a verdict on. One that could not be carried out has none, but is not left
// out in silence.
func has(c *record.Case) bool {
	return c.WSTest != nil || c.Verdict == record.Error && wstest.Number(c.ID) > 0
}

// verdictOf is the testsuite's verdict; what could not be carried out has failed.
func verdictOf(c *record.Case) record.WSTest {
	if c.WSTest == nil || c.Verdict == record.Error {
		return record.WSTest{Behavior: "FAILED", BehaviorClose: "FAILED"}
	}
	return *c.WSTest
}

// accountOf is what the transcript tells of the conversation. If it tells nothing, there are no statistics and no log.
func accountOf(c *record.Case, t *record.Transcript, role string) *record.Account {
	if t != nil && t.Autobahn != nil {
		return t.Autobahn
	}
	v := verdictOf(c)
	a := &record.Account{
		IsServer: role == "client", Duration: milliseconds(c.DurationUS), Request: "?", Response: "?",
		RemoteCloseCode: v.RemoteCloseCode, Result: v.Behavior, ResultClose: v.BehaviorClose,
	}
	if c.Verdict == record.Error && len(c.Notes) > 0 {
		a.Result = c.Notes[0]
	}
	return a
}

func milliseconds(us int64) int { return int(math.Round(float64(us) / 1000)) }

// number is the testsuite's number of the case, which in an older version may have been another one.
func (t *told) number() int {
	if t.account.Case != 0 {
		return t.account.Case
	}
	return wstest.Number(t.record.ID)
}

// description says what the case does, expectation what is to come of it.
func (t *told) description() string {
	switch {
	case t.account.Description != "":
		return t.account.Description
	case t.of == nil || t.of.Why == "":
		return t.record.Title
	}
	return sentence(t.record.Title) + " " + t.of.Why
}

func (t *told) expectation() string {
	switch {
	case t.account.Expectation != "" || t.of == nil:
		return t.account.Expectation
	case t.of.NonStrict != "":
		return sentence(t.of.Pass) + " Not strict: " + t.of.NonStrict + "."
	}
	return sentence(t.of.Pass)
}

// sentence makes one of words.
func sentence(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + words[size:] + "."
}

// expected is what is to be received, by the behavior that it gives.
func (t *told) expected() map[string][]record.AccountEvent {
	switch {
	case t.account.Expected != nil:
		return t.account.Expected
	case t.of == nil || t.of.WSTest == nil || t.of.WSTest.Measures:
		return nil
	}
	e := t.of.WSTest
	expected := map[string][]record.AccountEvent{"OK": wstest.Events(e.OK)}
	if e.MaybeNonStrict {
		expected["NON-STRICT"] = wstest.Events(e.NonStrict)
	}
	return expected
}

// closing is how the connection is to be closed.
func (t *told) closing() record.ExpectedClose {
	switch {
	case t.account.Closing != nil:
		return *t.account.Closing
	case t.of == nil || t.of.WSTest == nil:
		return record.ExpectedClose{}
	}
	e := t.of.WSTest
	closing := record.ExpectedClose{ClosedByMe: e.Ours, WrongEndpointIsFatal: e.NoticeOrFail, RequireClean: e.Clean}
	for _, code := range e.Codes {
		closing.Codes = append(closing.Codes, int(code))
	}
	return closing
}

// file is the case's file for programs.
func (t *told) file() []byte {
	a := t.account
	members := map[string]any{
		"case": t.number(), "id": t.record.ID, "agent": t.agent,
		"description": t.description(), "expectation": t.expectation(),
		"behavior": t.verdict.Behavior, "behaviorClose": t.verdict.BehaviorClose,
		"expected": eventMap(t.expected()), "expectedClose": closeMap(t.closing()), "received": eventList(a.Received),
		"result": a.Result, "resultClose": a.ResultClose,
		"started": a.Started.UTC().Format("2006-01-02T15:04:05.000Z"), "duration": a.Duration,
		"reportTime": a.ReportTime, "reportCompressionRatio": a.ReportCompressionRatio, "trafficStats": trafficMap(a.TrafficStats),
		"httpRequest": a.Request, "httpResponse": a.Response,
		"createStats": a.CreateStats, "createWirelog": a.CreateWirelog, "wirelog": list(a.Wirelog),
		"rxOctetStats": a.RxOctetStats, "txOctetStats": a.TxOctetStats,
		"rxFrameStats": a.RxFrameStats, "txFrameStats": a.TxFrameStats,
	}
	for _, f := range t.ending() {
		members[f.Name] = f.value
	}
	return encode(members)
}

// ended is one thing to know of how the connection ended.
type ended struct {
	Name  string
	value any
	Words string
}

// ending tells how the connection ended.
func (t *told) ending() []ended {
	a := t.account
	return []ended{
		{"isServer", a.IsServer, "the tester was the server, the peer the client"},
		{"closedByMe", a.ClosedByMe, "the tester sent a Close frame before it got one"},
		{"failedByMe", a.FailedByMe, "the tester failed the connection"},
		{"droppedByMe", a.DroppedByMe, "the tester closed TCP"},
		{"wasClean", a.Clean, "Close frames went both ways, and the server closed TCP"},
		{"wasNotCleanReason", a.NotClean, "what kept the closing from being clean"},
		{"wasServerConnectionDropTimeout", a.DropTimeout, "the server did not close TCP in time"},
		{"wasOpenHandshakeTimeout", a.OpenTimeout, "the peer did not complete the opening handshake in time"},
		{"wasCloseHandshakeTimeout", a.CloseTimeout, "the peer did not answer the tester's Close frame in time"},
		{"localCloseCode", a.LocalCloseCode, "of the tester's Close frame"},
		{"localCloseReason", a.LocalCloseReason, "of the tester's Close frame; in hex if it is not UTF-8"},
		{"remoteCloseCode", t.verdict.RemoteCloseCode, "of the peer's Close frame"},
		{"remoteCloseReason", a.RemoteCloseReason, "of the peer's Close frame"},
	}
}

// list makes a list of any elements.
func list[T any](elements []T) []any {
	all := make([]any, len(elements))
	for i, e := range elements {
		all[i] = e
	}
	return all
}

func eventList(events []record.AccountEvent) []any {
	all := make([]any, len(events))
	for i, e := range events {
		all[i] = []any{e.Kind, e.Text}
		if e.Kind == record.EventMessage {
			all[i] = []any{e.Kind, e.Text, e.Binary}
		}
	}
	return all
}

func eventMap(byBehavior map[string][]record.AccountEvent) map[string]any {
	all := make(map[string]any, len(byBehavior))
	for behavior, events := range byBehavior {
		all[behavior] = eventList(events)
	}
	return all
}

func closeMap(c record.ExpectedClose) map[string]any {
	all := map[string]any{"closeCode": list(c.Codes), "closedByMe": c.ClosedByMe, "requireClean": c.RequireClean}
	if c.WrongEndpointIsFatal {
		all["closedByWrongEndpointIsFatal"] = true
	}
	return all
}

func trafficMap(t *record.TrafficStats) any {
	if t == nil {
		return nil
	}
	return map[string]any{
		"incomingCompressionRatio": t.IncomingCompressionRatio, "incomingOctetsAppLevel": t.IncomingOctetsAppLevel,
		"incomingOctetsWebSocketLevel": t.IncomingOctetsWebSocketLevel, "incomingOctetsWireLevel": t.IncomingOctetsWireLevel,
		"incomingWebSocketFrames": t.IncomingWebSocketFrames, "incomingWebSocketMessages": t.IncomingWebSocketMessages,
		"incomingWebSocketOverhead": t.IncomingWebSocketOverhead,
		"outgoingCompressionRatio":  t.OutgoingCompressionRatio, "outgoingOctetsAppLevel": t.OutgoingOctetsAppLevel,
		"outgoingOctetsWebSocketLevel": t.OutgoingOctetsWebSocketLevel, "outgoingOctetsWireLevel": t.OutgoingOctetsWireLevel,
		"outgoingWebSocketFrames": t.OutgoingWebSocketFrames, "outgoingWebSocketMessages": t.OutgoingWebSocketMessages,
		"outgoingWebSocketOverhead":      t.OutgoingWebSocketOverhead,
		"preopenIncomingOctetsWireLevel": t.PreopenIncomingOctetsWireLevel, "preopenOutgoingOctetsWireLevel": t.PreopenOutgoingOctetsWireLevel,
	}
}
