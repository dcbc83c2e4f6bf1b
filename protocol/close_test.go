package protocol_test

import (
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// TestCloseCodeCheck goes through all 65 536 codes. The ranges are those of RFC 6455, section 7.4, and of the IANA registry.
func TestCloseCodeCheck(t *testing.T) {
	onWire := map[int]bool{1005: true, 1006: true, 1015: true}
	defined := map[int]bool{1000: true, 1001: true, 1002: true, 1003: true, 1007: true, 1008: true, 1009: true, 1010: true,
		1011: true, 1012: true, 1013: true, 1014: true}
	for i := range 1 << 16 {
		code := protocol.CloseCode(i)
		rule, broken := code.Check()
		switch {
		case onWire[i]:
			if !broken || rule != protocol.CloseCodeOnWire {
				t.Errorf("%d: got %v, %v", i, rule, broken)
			}
		case defined[i] || i >= 3000 && i <= 4999:
			if broken {
				t.Errorf("%d: got %v", i, rule)
			}
		default:
			if !broken || rule != protocol.CloseCodeRange {
				t.Errorf("%d: got %v, %v", i, rule, broken)
			}
		}
		if code.Sendable() == broken {
			t.Errorf("%d: Sendable is %v", i, !broken)
		}
	}
}

func TestParseClose(t *testing.T) {
	type status = protocol.CloseStatus
	for _, test := range []struct {
		body string
		want status
		rule protocol.Rule
	}{
		{"", status{Code: protocol.NoStatus}, 0},
		{"03", status{Code: protocol.NoStatus}, protocol.CloseBody},
		{"03e8", status{Code: 1000}, 0},
		{"e803", status{Code: 59395}, protocol.CloseCodeRange},
		{"03e9 627965", status{1001, "bye"}, 0},
		{"1387 cebc", status{4999, "μ"}, 0},
		{"03e8 ce", status{1000, "\xCE"}, protocol.CloseReason},
		{"03e8 eda080", status{1000, "\xED\xA0\x80"}, protocol.CloseReason},
		{"03ed", status{Code: 1005}, protocol.CloseCodeOnWire},
		{"03ed eda080", status{1005, "\xED\xA0\x80"}, protocol.CloseCodeOnWire},
		{"0000", status{}, protocol.CloseCodeRange},
		{"03ec 61", status{1004, "a"}, protocol.CloseCodeRange},
	} {
		got, rule, bad := protocol.ParseClose(unhex(test.body))
		if got != test.want || rule != test.rule || bad != (test.rule != 0) {
			t.Errorf("%s: got %+v, %v, %v", test.body, got, rule, bad)
		}
	}
}

func TestAppendClose(t *testing.T) {
	for _, test := range []struct {
		code   protocol.CloseCode
		reason string
		want   string
	}{
		{protocol.NoStatus, "", ""},
		{protocol.NoStatus, "a", "03ed 61"},
		{1000, "", "03e8"},
		{1001, "bye", "03e9 627965"},
		{0xFFFF, "\xFF", "ffff ff"},
	} {
		equal(t, string(protocol.AppendClose([]byte("x"), test.code, test.reason)), "x"+string(unhex(test.want)))
	}
}

func TestCloseCodeString(t *testing.T) {
	equal(t, protocol.ProtocolError.String(), "1002 (protocol error)")
	equal(t, protocol.CloseCode(1004).String(), "1004")
	equal(t, protocol.CloseCode(4000).String(), "4000")
	for i := 1000; i <= 1015; i++ {
		if code := protocol.CloseCode(i); i != 1004 && len(code.String()) < len("1000 (x)") {
			t.Errorf("%d has no name", i)
		}
	}
}
