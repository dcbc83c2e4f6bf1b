package wstest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// What the testsuite notices, and when: how often the peer broke the protocol shows in whether it closes, and with which code, or
// drops the connection.
func TestReceive(t *testing.T) {
	for _, test := range []struct {
		name string
		came []string
		want string
	}{
		{"nothing wrong", []string{"\x81\x05hello", "\x01\x01a", "\x89\x00", "\x80\x01b", "\x8a\x00"}, "-"},
		{"a reserved bit, before there is any payload", []string{"\xc1\x05"}, "1002"},
		{"only the first byte of a frame", []string{"\xc1"}, "-"},
		{"a reserved bit and a mask", []string{"\xc1\x85"}, "dropped"},
		{"half a header, twice", []string{"\xc1\x7e", "\x01"}, "dropped"},
		{"half a header that is right, twice", []string{"\x81\x7e", "\x01"}, "-"},
		{"a reserved opcode", []string{"\x83\x00"}, "1002"},
		{"a reserved opcode begins a message, which it should not", []string{"\x03\x00", "\x80\x00"}, "1002"},
		{"and a text does not continue it", []string{"\x03\x00", "\x81\x00"}, "dropped"},
		{"a reserved opcode in a message", []string{"\x01\x00", "\x03\x00"}, "dropped"},
		{"nothing to continue", []string{"\x80\x00"}, "1002"},
		{"nothing to continue, but it goes on", []string{"\x00\x00", "\x80\x00"}, "1002"},
		{"a text in a message ends it", []string{"\x01\x00", "\x81\x00", "\x81\x00"}, "1002"},
		{"a ping in fragments", []string{"\x09\x00"}, "1002"},
		{"a ping with a long form of its length", []string{"\x89\x7e\x00\x01"}, "dropped"},
		{"a ping that is too long", []string{"\x89\x7e\x00\x7e"}, "1002"},
		{"a Close frame of one byte", []string{"\x88\x01"}, "1002"},
		{"the form of a length", []string{"\x82\x7e\x00\x7d"}, "1002"},
		{"a length that is just long enough", []string{"\x82\x7e\x00\x7e"}, "-"},
		{"the longest form", []string{"\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"}, "1002"},
		{"the longest form, just long enough", []string{"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"}, "-"},
		{"the top bit of a length", []string{"\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"}, "1002"},
		{"text that is wrong at its end", []string{"\x81\x01\xce"}, "1007"},
		{"text that is wrong before its end", []string{"\x01\x01\xff"}, "1007"},
		{"text that is wrong in two parts", []string{"\x01\x02\xff", "a"}, "dropped"},
		{"text that is wrong in two frames", []string{"\x01\x01\xff", "\x00\x01a"}, "dropped"},
		{"text that is wrong and ends", []string{"\x81\x01\xff"}, "dropped"},
		{"text that is wrong, and an empty fragment", []string{"\x01\x01\xff", "\x00\x00"}, "1007"},
		{"a character in two frames", []string{"\x01\x01\xce", "\x80\x01\xba"}, "-"},
		{"binary that is no text", []string{"\x82\x01\xff"}, "-"},
		{"text in a binary message is not looked at", []string{"\x02\x00", "\x81\x01\xff"}, "1002"},
		{"a reason that is no text", []string{"\x88\x03\x03\xe8\xff"}, "dropped"},
		{"a reason that ends inside a character", []string{"\x88\x03\x03\xe8\xce"}, "dropped"},
		{"a surrogate in a reason, which Python 2 takes", []string{"\x88\x05\x03\xe8\xed\xa0\x80"}, "1007"},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := wstest.NewJudge(violation)
			j.Opened()
			for _, p := range test.came {
				j.Receive([]byte(p))
			}
			got := "-"
			if send, drop := j.Closing(); drop {
				got = "dropped"
			} else if send != nil && send.Code != protocol.GoingAway {
				got = send.Code.String()[:4]
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// The reason of a Close frame may be none, or a violation, and the Close frame is still one; or it ends the conversation.
func TestReason(t *testing.T) {
	for reason, want := range map[string]string{
		"bye": "OK, OK, 1002", "\xed\xa0\x80": "OK, FAILED, 1002", "\xce": "OK, OK, 1002", "\xff": "OK, FAILED, 1002", "\xed\xa0": "OK, FAILED, 1002",
	} {
		j := wstest.NewJudge(violation)
		j.Opened()
		j.Receive(closed(1002, reason))
		j.Ended()
		a := new(record.Account)
		if j.Tell(a); words(j.Verdict()) != want || a.Clean != (reason == "bye" || reason == "\xed\xa0\x80") {
			t.Errorf("%q: %s, clean: %v; want %s", reason, words(j.Verdict()), a.Clean, want)
		}
	}
}

// However the bytes are cut, the testsuite hears the same of a peer that does nothing wrong.
func TestReceiveInParts(t *testing.T) {
	long := strings.Repeat("*", 70000)
	wire := slices.Concat(wire(protocol.Text, "hello"), wire(protocol.Binary, long), closed(1000, "bye"))
	for _, size := range []int{1, 2, 3, 7, 4096, len(wire)} {
		j := wstest.NewJudge(wstest.Expectation{OK: []wstest.Event{{Kind: wstest.TextMessage, Payload: "hello"}, {Kind: wstest.BinaryMessage, Payload: long}},
			Codes: echo.Codes})
		j.Opened()
		for part := range slices.Chunk(wire, size) {
			j.Receive(part)
		}
		j.Ended()
		if got := words(j.Verdict()); got != "OK, OK, 1000" {
			t.Errorf("in parts of %d bytes: %s", size, got)
		}
	}
}

// The testsuite does not send what we send to learn more, so it hears no answer to it, and nothing that is wrong with that.
func TestBarrier(t *testing.T) {
	masked := protocol.NewFrame(protocol.Text, []byte("barrier"))
	masked.Masked, masked.Key = true, 7
	for name, answer := range map[string][]byte{
		"text":      wire(protocol.Text, "barrier"),
		"masked":    masked.Append(nil),
		"pong":      wire(protocol.Pong, "barrier"),
		"fragments": []byte("\x01\x03bar\x8a\x07barrier\x40\x00\x80\x04rier"),
	} {
		j := wstest.NewJudge(echo)
		j.Opened()
		j.Barrier("barrier")
		j.Receive(answer)
		j.Receive(wire(protocol.Text, "hello"))
		if send, drop := j.Closing(); drop || send == nil || send.Code != protocol.NormalClosure {
			t.Errorf("%s: closes with %v, drops: %v", name, send, drop)
		}
	}
	j := wstest.NewJudge(echo)
	j.Opened()
	j.Barrier("barrier")
	j.Receive([]byte("\x01\x03bar\x8a\x03its\x80\x04rier"))
	j.Receive(wire(protocol.Text, "hello"))
	j.SentClose(status(1000))
	j.Receive(closed(1000, ""))
	j.Ended()
	if got := words(j.Verdict()); got != "FAILED, OK, 1000" {
		t.Errorf("a pong of its own inside the answer: %s", got)
	}
}
