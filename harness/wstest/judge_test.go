package wstest_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// The two commonest kinds of cases of the testsuite: it expects an echo and closes, or it expects the peer to fail the
// connection.
var (
	echo = wstest.Expectation{
		OK: []wstest.Event{{Kind: wstest.TextMessage, Payload: "hello"}}, Ours: true, Clean: true,
		Codes: []protocol.CloseCode{protocol.NormalClosure},
	}
	violation  = wstest.Expectation{Codes: []protocol.CloseCode{protocol.ProtocolError}}
	notText    = wstest.Expectation{Codes: []protocol.CloseCode{protocol.InvalidPayload}, NoticeOrFail: true}
	raced      = wstest.Expectation{OK: echo.OK, MaybeNonStrict: true, Codes: []protocol.CloseCode{protocol.ProtocolError}}
	closeCode  = wstest.Expectation{Ours: true, Clean: true, Codes: []protocol.CloseCode{protocol.NormalClosure}, CodeOrFail: true}
	pausing    = wstest.Expectation{OK: pauses[:1], NonStrict: pauses, MaybeNonStrict: true, Codes: notText.Codes, NoticeOrFail: true}
	closesLate = wstest.Expectation{OK: []wstest.Event{{Kind: wstest.PongFrame}}, Ours: true, Clean: true, Codes: echo.Codes, Timer: wstest.CloseAfter}
)

var pauses = []wstest.Event{{Kind: wstest.PauseOver, Payload: "A"}, {Kind: wstest.PauseOver, Payload: "B"}}

// The same with other timers.
var patient, echoClosed = echo, echo

func init() { patient.Patient, echoClosed.Timer = true, wstest.CloseAfter }

// leftOpen is an echo and a closing handshake, after which TCP stays open.
func leftOpen(j *wstest.Judge) {
	j.Opened()
	j.Receive(wire(protocol.Text, "hello"))
	j.SentClose(status(1000))
	j.Receive(closed(1000, ""))
	j.HungUp()
}

func status(code protocol.CloseCode) protocol.CloseStatus { return protocol.CloseStatus{Code: code} }

// wire is a whole frame of the peer.
func wire(op protocol.Opcode, payload string) []byte {
	return protocol.NewFrame(op, []byte(payload)).Append(nil)
}

// closed is a Close frame of the peer.
func closed(code protocol.CloseCode, reason string) []byte {
	if code == protocol.NoStatus && reason == "" {
		return wire(protocol.Close, "")
	}
	return wire(protocol.Close, string(binary.BigEndian.AppendUint16(nil, uint16(code)))+reason)
}

// What the testsuite makes of a conversation, by its own words: the outcome, the closing and the close code of the peer.
func TestVerdict(t *testing.T) {
	for _, test := range []struct {
		name   string
		expect wstest.Expectation
		talk   func(j *wstest.Judge)
		want   string
	}{
		{"an echo and a clean close", echo, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(wire(protocol.Text, "hello"))
			j.SentClose(status(1000))
			j.Receive(closed(1000, ""))
			j.Ended()
		}, "OK, OK, 1000"},
		{"binary for text", echo, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(wire(protocol.Binary, "hello"))
			j.SentClose(status(1000))
			j.Receive(closed(1001, ""))
			j.Ended()
		}, "FAILED, WRONG CODE, 1001"},
		{"an unasked pong besides", echo, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(wire(protocol.Pong, ""))
			j.Receive(wire(protocol.Text, "hello"))
			j.SentClose(status(1000))
			j.Receive(closed(1000, ""))
			j.Ended()
		}, "FAILED, OK, 1000"},
		{"no Close frame in answer", echo, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(wire(protocol.Text, "hello"))
			j.SentClose(status(1000))
			j.Ended()
		}, "OK, UNCLEAN, none"},
		{"TCP left open", violation, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(closed(1002, ""))
			j.HungUp()
		}, "OK, FAILED BY CLIENT, 1002"},
		{"TCP left open after our Close frame: it is killed a second after the start", echo, leftOpen, "OK, FAILED BY CLIENT, 1000"},
		{"TCP left open in a pause", pausing, func(j *wstest.Judge) {
			j.Opened()
			j.Pause("A")
			j.Receive(closed(1007, ""))
			j.HungUp()
			j.Ended()
		}, "OK, OK, 1007"},
		{"TCP left open after the last pause", pausing, func(j *wstest.Judge) {
			j.Opened()
			j.Pause("A")
			j.Pause("B")
			j.Receive(closed(1007, ""))
			j.HungUp()
		}, "NON-STRICT, FAILED BY CLIENT, 1007"},
		{"TCP left open, and more than a second until it is killed", patient, leftOpen, "OK, UNCLEAN, 1000"},
		{"TCP left open, and nothing that kills it", echoClosed, leftOpen, "OK, UNCLEAN, 1000"},
		{"the peer fails the connection", violation, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(closed(1002, ""))
			j.Ended()
		}, "OK, OK, 1002"},
		{"the peer drops it", violation, func(j *wstest.Judge) {
			j.Opened()
			j.Ended()
		}, "OK, OK, none"},
		{"the peer does neither", violation, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(status(1000))
			j.Receive(closed(1001, ""))
			j.Ended()
		}, "OK, FAILED, 1001"},
		{"the peer does not notice that text is not UTF-8", notText, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(status(1000))
			j.Receive(closed(1001, ""))
			j.Ended()
		}, "FAILED, FAILED, 1001"},
		{"the peer echoes text that is wrong in the middle: the testsuite drops the connection", notText, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(wire(protocol.Text, "\xff"))
			j.Receive(closed(1007, ""))
		}, "FAILED, FAILED, none"},
		{"the peer echoes text that is cut off: the testsuite closes", notText, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(wire(protocol.Text, "\xce"))
			j.SentClose(status(1000))
			j.Receive(closed(1007, ""))
			j.Ended()
		}, "FAILED, FAILED, 1007"},
		{"the peer breaks the protocol, and a pause is long enough to end the connection", violation, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(wire(3, ""))
			j.Pause("A")
			j.Settle()
			j.Receive(closed(1007, ""))
			j.Ended()
		}, "OK, FAILED, 1002"},
		{"there is nothing to end in a pause", violation, func(j *wstest.Judge) {
			j.Opened()
			j.Settle()
			j.Receive(closed(1007, ""))
			j.Ended()
		}, "OK, WRONG CODE, 1007"},
		{"the answer before the violation came", raced, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(wire(protocol.Text, "hello"))
			j.Receive(closed(1002, ""))
			j.Ended()
		}, "OK, OK, 1002"},
		{"the answer before the violation did not come", raced, func(j *wstest.Judge) {
			j.Opened()
			j.Receive(closed(1002, ""))
			j.Ended()
		}, "NON-STRICT, OK, 1002"},
		{"a wrong close code where it is what the case is about", closeCode, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(status(1000))
			j.Receive(closed(1001, ""))
			j.Ended()
		}, "FAILED, WRONG CODE, 1001"},
		{"a close code that must not be sent", closeCode, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(status(1000))
			j.Receive(closed(1006, ""))
		}, "OK, UNCLEAN, 1006"},
		{"a close code that the testsuite does not know", closeCode, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(status(1000))
			j.Receive(closed(1012, ""))
		}, "OK, UNCLEAN, 1012"},
		{"an empty Close frame", closeCode, func(j *wstest.Judge) {
			j.Opened()
			j.SentClose(status(1000))
			j.Receive(closed(protocol.NoStatus, ""))
			j.Ended()
		}, "OK, OK, none"},
		{"no opening handshake", echo, func(j *wstest.Judge) { j.Ended() }, "FAILED, FAILED, none"},
		{"whatever happens", wstest.Expectation{Ours: true, Informational: true}, func(j *wstest.Judge) { j.Ended() },
			"INFORMATIONAL, INFORMATIONAL, none"},
		{"a pause that ends with the connection", wstest.Expectation{OK: []wstest.Event{{Kind: wstest.PauseOver, Payload: "A"}}, Codes: violation.Codes},
			func(j *wstest.Judge) {
				j.Opened()
				j.Pause("A")
				j.Receive(closed(1002, ""))
				j.Pause("B")
				j.Ended()
			}, "OK, OK, 1002"},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := wstest.NewJudge(test.expect)
			test.talk(j)
			if got := words(j.Verdict()); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func words(v *record.WSTest) string {
	code := "none"
	if v.RemoteCloseCode != nil {
		code = fmt.Sprint(*v.RemoteCloseCode)
	}
	return fmt.Sprintf("%s, %s, %s", v.Behavior, v.BehaviorClose, code)
}

// How the testsuite would end a connection that is still open.
func TestClosing(t *testing.T) {
	for _, test := range []struct {
		name   string
		expect wstest.Expectation
		talk   func(j *wstest.Judge)
		code   protocol.CloseCode // 0: no Close frame
		drop   bool
	}{
		{"killed", echo, func(*wstest.Judge) {}, protocol.GoingAway, false},
		{"closed", closesLate, func(*wstest.Judge) {}, protocol.NoStatus, false},
		{"after a violation", echo, func(j *wstest.Judge) { j.Receive(wire(3, "")) }, protocol.ProtocolError, false},
		{"after two", echo, func(j *wstest.Judge) { j.Receive(wire(3, "")); j.Receive(wire(3, "")) }, 0, true},
		{"closing already", echo, func(j *wstest.Judge) { j.SentClose(status(1000)) }, 0, false},
		{"over", echo, func(j *wstest.Judge) { j.Ended() }, 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := wstest.NewJudge(test.expect)
			j.Opened()
			test.talk(j)
			send, drop := j.Closing()
			var code protocol.CloseCode
			if send != nil {
				code = send.Code
			}
			if code != test.code || drop != test.drop {
				t.Errorf("got code %d, drop %v; want %d, %v", code, drop, test.code, test.drop)
			}
		})
	}
}

func TestCloseVerdict(t *testing.T) {
	for word, want := range map[string]record.CloseVerdict{
		"OK": record.ClosePass, "INFORMATIONAL": record.CloseInformational, "WRONG CODE": record.CloseWrongCode,
		"UNCLEAN": record.CloseUnclean, "FAILED BY CLIENT": record.CloseFailedByClient, "FAILED": record.CloseFail,
	} {
		if got := wstest.CloseVerdict(word); got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
}

// measured is a text message of a length, or a binary one if that is negative.
func measured(n int) []byte {
	if n < 0 {
		return wire(protocol.Binary, strings.Repeat("*", -n))
	}
	return wire(protocol.Text, strings.Repeat("*", n))
}

// In cases that measure the testsuite looks at types and lengths, and at nothing else. One wrong message is the end of a series; a
// single message may still come right.
func TestMeasured(t *testing.T) {
	measures := wstest.Expectation{Ours: true, Clean: true, Codes: echo.Codes, Timer: wstest.CloseAfter, Measures: true}
	for _, test := range []struct {
		name     string
		messages int
		came     []int // lengths; those of binary messages are negative
		want     string
		code     protocol.CloseCode // with which it then closes
	}{
		{"right", 1, []int{5}, "OK", 1000},
		{"nothing", 1, nil, "FAILED", protocol.NoStatus},
		{"short", 1, []int{4}, "FAILED", 1000},
		{"binary", 1, []int{-5}, "FAILED", 1000},
		{"short, then right", 1, []int{4, 5}, "OK", 1000},
		{"right, then short", 1, []int{5, 4}, "OK", 1000},
		{"a series", 3, []int{5, 5, 5}, "OK", 1000},
		{"a series with one too many", 3, []int{5, 5, 5, 5}, "OK", 1000},
		{"a series without its end", 3, []int{5, 5}, "FAILED", protocol.NoStatus},
		{"a series with a short one", 3, []int{5, 4}, "FAILED", 1000},
		{"a series, then a short one", 3, []int{5, 5, 5, 4}, "FAILED", 1000},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := wstest.NewJudge(measures)
			j.Opened()
			j.Asked(true, test.messages, 5)
			for _, n := range test.came {
				j.Receive(measured(n))
			}
			if send, _ := j.Closing(); send == nil || send.Code != test.code {
				t.Errorf("closes with %v, want %d", send, test.code)
			}
			j.SentClose(status(1000))
			j.Receive(closed(1000, ""))
			j.Ended()
			j.Receive(measured(5)) // too late
			if v := j.Verdict(); v.Behavior != test.want || v.BehaviorClose != "OK" {
				t.Errorf("%s, %s; want %s, OK", v.Behavior, v.BehaviorClose, test.want)
			}
		})
	}
}
