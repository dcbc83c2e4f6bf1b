package wstest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// ended puts into one line how the testsuite says that a conversation ended.
func ended(a *record.Account) string {
	var words []string
	for _, flag := range []struct {
		name string
		on   bool
	}{
		{"closed by me", a.ClosedByMe}, {"failed by me", a.FailedByMe}, {"dropped by me", a.DroppedByMe}, {"clean", a.Clean},
		{"TCP late", a.DropTimeout}, {"head late", a.OpenTimeout}, {"Close late", a.CloseTimeout},
	} {
		if flag.on {
			words = append(words, flag.name)
		}
	}
	words = append(words, fmt.Sprintf("local %s %s, remote %s %s", number(a.LocalCloseCode), text(a.LocalCloseReason), number(a.RemoteCloseCode), text(a.RemoteCloseReason)))
	if a.NotClean != nil {
		words = append(words, *a.NotClean)
	}
	return strings.Join(words, ", ")
}

func number(n *int) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprint(*n)
}

func text(s *string) string {
	if s == nil {
		return "-"
	}
	return fmt.Sprintf("%q", *s)
}

// How a conversation ended, by the testsuite's own fields.
func TestTellsTheEnd(t *testing.T) {
	because := func(code protocol.CloseCode, reason string) protocol.CloseStatus {
		return protocol.CloseStatus{Code: code, Reason: reason}
	}
	for _, test := range []struct {
		name   string
		expect wstest.Expectation
		talk   func(j *wstest.Judge)
		want   string
	}{
		{"a clean close", echo, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(status(1000))
			j.Receive(closed(1000, "bye"))
			j.Ended()
		}, `closed by me, clean, local 1000 -, remote 1000 "bye"`},
		{"the peer closes", violation, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(closed(1002, ""))
			j.SentClose(status(1000))
			j.Ended()
		}, "clean, local 1000 -, remote 1002 -"},
		{"empty Close frames", echo, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(status(protocol.NoStatus))
			j.Receive(closed(protocol.NoStatus, ""))
			j.Ended()
		}, "closed by me, clean, local - -, remote - -"},
		{"a reason of ours that is no text", closeCode, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(because(1000, "\xce\xba\xed"))
			j.Receive(closed(1007, ""))
			j.Ended()
		}, `closed by me, clean, local 1000 "cebaed", remote 1007 -`},
		{"a code that must not be sent, sent back", closeCode, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(status(0))
			j.Receive(closed(0, ""))
		}, "closed by me, failed by me, dropped by me, local 0 -, remote 0 -"},
		{"a reason of the peer's that is no text", echo, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(closed(1000, "\xff"))
			j.SentClose(because(1002, "protocol violation"))
			j.Ended()
		}, `closed by me, failed by me, local 1002 "protocol violation", remote 1000 -, the peer closed TCP without a closing handshake`},
		{"TCP torn down", violation, func(j *wstest.Judge) {
			j.Opened()
			j.Ended()
		}, "local - -, remote - -, the peer closed TCP without a closing handshake"},
		{"TCP left open until the case is failed", echo, leftOpen, "closed by me, failed by me, dropped by me, clean, local 1000 -, remote 1000 -"},
		{"TCP left open after our Close frame", echoClosed, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(status(1000))
			j.Receive(closed(1000, ""))
			j.HungUp()
		}, "closed by me, dropped by me, TCP late, local 1000 -, remote 1000 -, the peer did not close TCP in time"},
		{"our Close frame not answered", echo, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(status(1000))
			j.HungUp()
		}, "closed by me, dropped by me, Close late, local 1000 -, remote - -, the peer did not answer the Close frame in time"},
		{"TCP left open after the peer's", violation, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(closed(1002, ""))
			j.SentClose(status(1000))
			j.HungUp()
		}, "failed by me, dropped by me, clean, local 1000 -, remote 1002 -"},
		{"time is up: the connection is failed", echo, func(j *wstest.Judge) {
			j.Opened()
			send, _ := j.Closing()
			j.SentClose(*send)
			j.Receive(closed(1001, ""))
			j.Ended()
		}, `closed by me, failed by me, clean, local 1001 "Going Away", remote 1001 -`},
		{"time is up: the connection is closed", closesLate, func(j *wstest.Judge) {
			j.Opened()
			send, _ := j.Closing()
			j.SentClose(*send)
			j.Receive(closed(protocol.NoStatus, ""))
			j.Ended()
		}, "closed by me, clean, local - -, remote - -"},
		{"a head that never ends", echo, func(j *wstest.Judge) { j.Unopened("late", true) }, "dropped by me, head late, local - -, remote - -, late"},
		{"a head that is none", echo, func(j *wstest.Judge) { j.Unopened("404", false) }, "dropped by me, local - -, remote - -, 404"},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := wstest.NewJudge(test.expect)
			test.talk(j)
			a := new(record.Account)
			j.Tell(a)
			if got := ended(a); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// What the verdict rests on, in the words of the testsuite, which scripts compare.
func TestTellsTheResult(t *testing.T) {
	measures := wstest.Expectation{Ours: true, Clean: true, Codes: echo.Codes, Timer: wstest.CloseAfter, Measures: true, Seconds: 100}
	whatever := wstest.Expectation{Informational: true, Ours: true, Codes: echo.Codes, OK: echo.OK, MaybeNonStrict: true}
	closes := func(code protocol.CloseCode) func(j *wstest.Judge) {
		return func(j *wstest.Judge) {
			j.SentClose(status(1000))
			j.Receive(closed(code, ""))
			j.Ended()
		}
	}
	series := func(messages int, lengths ...int) func(j *wstest.Judge) {
		return func(j *wstest.Judge) {
			j.Asked(true, messages, 5)
			for _, n := range lengths {
				j.Receive(measured(n))
			}
			closes(1000)(j)
		}
	}
	for _, test := range []struct {
		name          string
		expect        wstest.Expectation
		talk          func(j *wstest.Judge)
		result, close string
	}{
		{"right", echo, func(j *wstest.Judge) { j.Receive(wire(protocol.Text, "hello")); closes(1000)(j) },
			"Actual events match at least one expected.", "Connection was properly closed"},
		{"wrong", echo, closes(1000), "Actual events differ from any expected.", "Connection was properly closed"},
		{"another code", echo, closes(1001), "Actual events differ from any expected.", "The close code should have been 1000 or empty"},
		{"another code, which matters", closeCode, closes(1001), "The close code should have been 1000 or empty", "The close code should have been 1000 or empty"},
		{"closed by us", violation, closes(1002), "Actual events match at least one expected.", "The connection was failed by the wrong endpoint"},
		{"not clean", echo, func(j *wstest.Judge) { j.SentClose(status(1000)); j.Ended() },
			"Actual events differ from any expected.", "The spec requires the connection to be failed cleanly here"},
		{"left open", violation, func(j *wstest.Judge) { j.Receive(closed(1002, "")); j.HungUp() },
			"Actual events match at least one expected.", "It is preferred that the server close the TCP connection"},
		{"whatever", wstest.Expectation{Informational: true, Ours: true, Codes: echo.Codes}, closes(1000),
			"Actual events are undefined by the spec.", "Connection was properly closed"},
		{"the message that is expected", whatever, func(j *wstest.Judge) { j.Receive(wire(protocol.Text, "hello")); closes(1000)(j) },
			"Text message was processed before close.", "Connection was properly closed"},
		{"no message", whatever, closes(1000), "Close was processed before text message could be returned.", "Connection was properly closed"},
		{"another message", whatever, func(j *wstest.Judge) { j.Receive(wire(protocol.Text, "")); closes(1001)(j) },
			"Actual events differ from any expected.", "The close code should have been 1000 or empty"},
		{"measured", measures, series(1, 5), "Received text message of length 5.", "Connection was properly closed"},
		{"short", measures, series(1, 4), "Expected text message with payload of length 5, but got 4.", "Connection was properly closed"},
		{"binary", measures, series(1, -5), "Expected text message with payload, but got binary.", "Connection was properly closed"},
		{"missing", measures, series(1), "Did not receive message within 100 seconds.", "Connection was properly closed"},
		{"a series", measures, series(2, 5, 5), "Ok, received all echo'ed messages in time.", "Connection was properly closed"},
		{"half of one", measures, series(2, 5), "Case did not finish within 100 seconds.", "Connection was properly closed"},
		{"a bad one", measures, series(2, -4),
			"Echo'ed message type or length differs from what I sent (got binary = True, payload length = 4).", "Connection was properly closed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := wstest.NewJudge(test.expect)
			j.Opened()
			test.talk(j)
			a := new(record.Account)
			j.Tell(a)
			if a.Result != test.result || a.ResultClose != test.close {
				t.Errorf("got  %s / %s\nwant %s / %s", a.Result, a.ResultClose, test.result, test.close)
			}
		})
	}
	a := new(record.Account)
	wstest.NewJudge(echo).Tell(a)
	if want := "The WebSocket opening handshake was never completed!"; a.ResultClose != want || a.Result != "Actual events differ from any expected." {
		t.Errorf("without a handshake: %s / %s", a.Result, a.ResultClose)
	}
}

// Events are told of clipped, and not without end.
func TestTellsEvents(t *testing.T) {
	long := strings.Repeat("*", 100)
	j := wstest.NewJudge(wstest.Expectation{})
	j.Opened()
	j.Receive(wire(protocol.Text, long))
	j.Receive(wire(protocol.Binary, "\xfe"))
	j.Receive(wire(protocol.Pong, "ping"))
	j.Pause("A")
	a := new(record.Account)
	j.Tell(a)
	want := []record.AccountEvent{
		{Kind: "message", Text: long[:64] + " ..."}, {Kind: "message", Text: "0xfe", Binary: true}, {Kind: "pong", Text: "ping"}, {Kind: "timeout", Text: "A"},
	}
	if diff := cmp.Diff(want, a.Received); diff != "" {
		t.Error(diff)
	}
	for range 5000 {
		j.Receive(wire(protocol.Pong, ""))
	}
	if j.Tell(a); len(a.Received) != 1000 {
		t.Errorf("%d events", len(a.Received))
	}
}
