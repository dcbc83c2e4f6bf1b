package wstest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// judge turns a case of the index into one of our record. The account is nil if the file of the case tells nothing.
func (r *reader) judge(e entry, a *record.Account) record.Case {
	if e.behavior == couldNot {
		return r.brokenOff(e.id, a)
	}
	c := record.Case{
		ID: e.id, Verdict: verdict(e.behavior, e.behaviorClose), Close: wstest.CloseVerdict(e.behaviorClose),
		DurationUS: e.duration * 1000, Requirements: r.requirements(e.id), Volume: volume(e, a),
		WSTest: &record.WSTest{Behavior: e.behavior, BehaviorClose: e.behaviorClose, RemoteCloseCode: e.code},
	}
	if e.code != nil {
		c.CloseCode = *e.code
	}
	description := ""
	if a != nil {
		description = a.Description
	}
	c.Title = r.title(e.id, description)
	j := judging{entry: e, account: a, main: r.main(e.id), passes: r.passes(e.id)}
	c.Findings = j.findings()
	switch c.Verdict {
	case record.Unimplemented:
		c.Notes = append(c.Notes, "the peer does not offer what the case needs")
	case record.Informational:
		c.Notes = append(c.Notes, j.closed())
	}
	return c
}

// verdicts are ours for the testsuite's behavior, and for its behaviorClose where that speaks against the peer.
var (
	verdicts = map[string]record.Verdict{
		"OK": record.Pass, "NON-STRICT": record.NonStrict, "INFORMATIONAL": record.Informational, "UNIMPLEMENTED": record.Unimplemented, "FAILED": record.Fail,
	}
	closeVerdicts = map[string]record.Verdict{
		"WRONG CODE": record.NonStrict, "FAILED BY CLIENT": record.NonStrict, "UNCLEAN": record.Fail, "FAILED": record.Fail,
	}
)

// verdict is the worse one of both, by the colours of the testsuite's own pages.
func verdict(behavior, behaviorClose string) record.Verdict {
	v := verdicts[behavior]
	if closing, bad := closeVerdicts[behaviorClose]; bad && v != record.Unimplemented && closing.Worse(v) {
		return closing
	}
	return v
}

// The requirements that a bad closing is held against, where it is not what the case is about.
const (
	handshakeCompleted = "RFC6455-4.2.2-1"
	closedCleanly      = "RFC6455-7.1.1-2"
	closedAtOnce       = "RFC6455-5.5.1-15"
	serverCloses       = "RFC6455-7.1.1-6"
	codeFits           = "RFC6455-7.1.7-5"
	codeEchoed         = "RFC6455-5.5.1-9"
)

// judging puts into words what the testsuite found.
type judging struct {
	entry
	account *record.Account // nil: only the index is there
	main    string          // the requirement that the case is mainly about
	passes  string          // what passes, in words
}

// findings are what speaks against the peer. If a case failed only for the way in which the connection was closed, that is one
// finding, not two.
func (j *judging) findings() (list []record.Finding) {
	about, expected, got := j.closing()
	closing, bad := closeVerdicts[j.behaviorClose]
	bad = bad && j.behavior != "UNIMPLEMENTED"
	switch v := verdicts[j.behavior]; {
	case v == record.Fail && bad && j.received():
		return []record.Finding{finding(v, j.main, expected, got)}
	case v == record.Fail || v == record.NonStrict:
		list = append(list, finding(v, j.main, j.expected(), j.got()))
	}
	if bad {
		list = append(list, finding(closing, about, expected, got))
	}
	return list
}

// received tells whether just that came which the testsuite waited for.
func (j *judging) received() bool {
	return j.account != nil && len(j.account.Expected) > 0 && slices.Equal(j.account.Received, j.account.Expected["OK"])
}

func finding(v record.Verdict, about, expected, got string) record.Finding {
	level := requirement.Fact
	if r, ok := requirement.Get(about); ok {
		level = r.Level
	}
	return record.Finding{Requirement: about, Level: level.String(), Expected: expected, Got: got, Severity: v}
}

// expected is what the testsuite waited for.
func (j *judging) expected() string {
	if j.account == nil || len(j.account.Expected) == 0 {
		if j.passes != "" {
			return j.passes
		}
		return "what the case asks for"
	}
	return events(j.account.Expected["OK"])
}

// got is what came instead.
func (j *judging) got() string {
	switch a := j.account; {
	case a == nil:
		return fmt.Sprintf("the %s says %s; its index does not tell what came", testsuite, j.behavior)
	case !j.opened():
		return "no WebSocket connection: the opening handshake was not completed"
	case len(a.Expected) == 0:
		return strings.TrimSuffix(a.Result, ".")
	case j.received():
		return events(a.Received) + "; but the connection was closed otherwise than the case asks for: " + j.closed()
	default:
		return events(a.Received)
	}
}

// opened tells whether there was a WebSocket connection.
func (j *judging) opened() bool {
	return j.account == nil || !strings.Contains(j.account.ResultClose, "opening handshake was never completed")
}

// closing says what is wrong with the way in which the connection was closed.
func (j *judging) closing() (about, expected, got string) {
	if !j.opened() {
		return handshakeCompleted, "the opening handshake is completed", "no WebSocket connection: the opening handshake was not completed"
	}
	var codes []int
	oursToClose := false
	if j.account != nil && j.account.Closing != nil {
		codes, oursToClose = j.account.Closing.Codes, j.account.Closing.ClosedByMe
	}
	switch j.behaviorClose {
	case "WRONG CODE":
		about = codeFits
		if oursToClose {
			about = codeEchoed
		}
		expected = "a Close frame with a code that fits, or none"
		if len(codes) > 0 {
			expected = "close code " + numbers(codes) + ", or none"
		}
		return about, expected, j.closed()
	case "UNCLEAN":
		return closedCleanly, "a Close frame from both sides, then the end of the stream", j.closed()
	case "FAILED BY CLIENT":
		return serverCloses, "the server ends the stream first, at once", j.closed()
	}
	switch {
	case j.account == nil:
		return j.main, "the closing that the case asks for", j.closed()
	case oursToClose:
		return j.main, "the peer leaves it to the testsuite to close", j.closed()
	}
	return j.main, "the peer fails the connection", j.closed()
}

// closed says how the connection ended.
func (j *judging) closed() string {
	code := "no close code from the peer"
	if j.code != nil {
		code = "close code " + protocol.CloseCode(*j.code).String() + " from the peer"
	}
	a := j.account
	if a == nil {
		return code
	}
	words := []string{code}
	switch {
	case !j.opened():
		return "no WebSocket connection: the opening handshake was not completed"
	case a.FailedByMe:
		words = append(words, "the testsuite failed the connection")
	case a.ClosedByMe:
		words = append(words, "the testsuite closed it")
	case a.RemoteCloseCode != nil || a.Clean:
		words = append(words, "the peer closed it")
	}
	switch {
	case a.DropTimeout:
		words = append(words, "the peer did not end the stream in time")
	case a.CloseTimeout:
		words = append(words, "the peer did not answer the Close frame in time")
	case a.NotClean != nil:
		words = append(words, *a.NotClean)
	case a.DroppedByMe:
		words = append(words, "the testsuite ended the stream")
	}
	return strings.Join(words, "; ")
}

// mostEvents is how many of what was received are told.
const mostEvents = 8

// events puts what was or is to be received into words.
func events(list []record.AccountEvent) string {
	var words []string
	for _, e := range list[:min(len(list), mostEvents)] {
		switch {
		case e.Kind == record.EventMessage && e.Binary:
			words = append(words, "Binary "+strconv.Quote(e.Text))
		case e.Kind == record.EventMessage:
			words = append(words, "Text "+strconv.Quote(e.Text))
		case e.Kind == record.EventPong:
			words = append(words, "Pong "+strconv.Quote(e.Text))
		case e.Kind == record.EventPing:
			words = append(words, "Ping "+strconv.Quote(e.Text))
		case e.Kind == record.EventTimeout:
			words = append(words, "the connection still open after pause "+e.Text)
		}
	}
	if len(list) > mostEvents {
		words = append(words, fmt.Sprintf("%d more", len(list)-mostEvents))
	}
	if len(words) == 0 {
		return "no message and no Pong"
	}
	return strings.Join(words, ", ")
}

// numbers joins numbers by "or".
func numbers(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, " or ")
}
