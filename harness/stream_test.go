package harness_test

import (
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
)

// TestStream feeds both directions byte by byte: frames come out whole, described, with the rules that they break.
func TestStream(t *testing.T) {
	for _, test := range []struct {
		name       string
		fromServer bool
		wire       string
		side, text string
		op         protocol.Opcode
		broken     protocol.RuleSet
	}{
		{"server's text", true, "\x81\x05Hello", record.SideGot, `"Hello"`, protocol.Text, protocol.RuleSet{}},
		{"server's masked text", true, "\x81\x81\x00\x00\x00\x00x", record.SideGot, `"x"`, protocol.Text, protocol.RulesOf(protocol.MaskedFrame)},
		{"client's text", false, "\x81\x81\x01\x00\x00\x00y", record.SideSent, `"x"`, protocol.Text, protocol.RuleSet{}},
		{"client's bare ping", false, "\x89\x00", record.SideSent, "", protocol.Ping, protocol.RulesOf(protocol.UnmaskedFrame)},
		{"bad text", true, "\x81\x01\xff", record.SideGot, "ff", protocol.Text, protocol.RulesOf(protocol.TextEncoding)},
		{"bad code", true, "\x88\x02\x03\xed", record.SideGot, protocol.NoStatus.String(), protocol.Close, protocol.RulesOf(protocol.CloseCodeOnWire)},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := harness.NewStream(test.fromServer, time.Now())
			for i := range len(test.wire) {
				if f, err := s.Next(); err != protocol.ErrNeedMore {
					t.Fatalf("after %d bytes: %+v, %v", i, f, err)
				}
				s.Feed([]byte{test.wire[i]})
			}
			f, err := s.Next()
			if err != nil || f.Opcode != test.op || f.Entry.Side != test.side || f.Entry.Text != test.text || f.Broken != test.broken {
				t.Errorf("%+v, %v", f, err)
			}
			s.EOF()
			if _, err := s.Next(); err == nil || err == protocol.ErrNeedMore {
				t.Errorf("at the end: %v", err)
			}
		})
	}
}

// The values of header fields that the user has added stay with him, whatever is in them.
func TestHeadText(t *testing.T) {
	var target harness.Target
	target.Fields.Add("X-Quoted", `a"b`)
	target.Fields.Add("X-Empty", "")
	target.Fields.Add("X-Short", "e")
	got := target.HeadText([]byte("GET / HTTP/1.1\r\nHost: e\r\nx-quoted: a\"b\r\nX-Empty: \r\nX-Short: e\r\nOther: e\x1b\r\n\r\n"))
	want := "GET / HTTP/1.1\nHost: e\nx-quoted: (redacted)\nX-Empty: (redacted)\nX-Short: (redacted)\nOther: e\\x1b"
	if got != want {
		t.Errorf("%q\nwant\n%q", got, want)
	}
}
