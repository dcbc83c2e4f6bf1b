package reports

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// explained writes the fields of a frame on lines of their own.
func explained(hex string, length int64, fromClient bool) string {
	var lines []string
	for _, f := range dissect(&record.Entry{Kind: record.KindFrame, Hex: hex, Length: length}, fromClient) {
		shown := f.Shown
		if f.Place != "" {
			shown = f.Place
		}
		line := fmt.Sprintf("%s %s %s: %s", f.Bytes, shown, f.Name, f.Says)
		if f.Wrong != "" {
			line += " (wrong)"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// The examples of RFC 6455, section 5.7, and frames that break its rules.
func TestDissect(t *testing.T) {
	for _, test := range []struct {
		what       string
		hex        string
		length     int64
		fromClient bool
		want       string
	}{
		{"a text message from a server", "810548656c6c6f", 5, false, `1 1······· FIN: the last frame of its message, or the only one
1 ·000···· RSV1-3: none is set
1 ····0001 Opcode: 1: Text
2 0······· MASK: the payload is not masked
2 ·0000101 Length: 5 bytes of payload
3-7 48 65 6c 6c 6f Payload: "Hello"`},
		{"a text message from a client", "818537fa213d7f9f4d5158", 5, true, `1 1······· FIN: the last frame of its message, or the only one
1 ·000···· RSV1-3: none is set
1 ····0001 Opcode: 1: Text
2 1······· MASK: the payload is masked
2 ·0000101 Length: 5 bytes of payload
3-6 37 fa 21 3d Masking key: each byte of the payload is XORed with one of these, in turn
7-11 7f 9f 4d 51 58 Payload: unmasked 48 65 6c 6c 6f = "Hello"`},
		{"256 bytes, cut", "827e0100aa", 256, false, `1 1······· FIN: the last frame of its message, or the only one
1 ·000···· RSV1-3: none is set
1 ····0010 Opcode: 2: Binary
2 0······· MASK: the payload is not masked
2 ·1111110 Length: 126: the next 2 bytes hold the length
3-4 01 00 Length, extended: 256 bytes of payload; the most significant byte comes first
5 aa Payload: aa … (1 of 256 bytes)`},
		{"a Close frame", "880403e86f6b", 4, false, `1 1······· FIN: the last frame of its message, or the only one
1 ·000···· RSV1-3: none is set
1 ····1000 Opcode: 8: Close
2 0······· MASK: the payload is not masked
2 ·0000100 Length: 4 bytes of payload
3-4 03 e8 Close code: 1000 (normal closure)
5-6 6f 6b Reason: "ok"`},
		{"everything wrong at once", "2b7e0001aa", 1, true, `1 0······· FIN: more frames of the message follow (wrong)
1 ·010···· RSV1-3: set: RSV2 (wrong)
1 ····1011 Opcode: B: opcode 11 (wrong)
2 0······· MASK: the payload is not masked (wrong)
2 ·1111110 Length: 126: the next 2 bytes hold the length (wrong)
3-4 00 01 Length, extended: 1 byte of payload; the most significant byte comes first (wrong)
5 aa Payload: aa`},
		{"the top bit of a length", "82ff8000000000000000000000aa", 1<<63 - 1, false, `1 1······· FIN: the last frame of its message, or the only one
1 ·000···· RSV1-3: none is set
1 ····0010 Opcode: 2: Binary
2 1······· MASK: the payload is masked (wrong)
2 ·1111111 Length: 127: the next 8 bytes hold the length
3-10 80 00 00 00 00 00 00 00 Length, extended: 9 223 372 036 854 775 807 bytes of payload; the most significant byte comes first (wrong)
11-14 00 00 00 aa Masking key: each byte of the payload is XORed with one of these, in turn`},
		{"half a header", "827f0000", 0, false, ""},
		{"no hex", "zz", 0, false, ""},
	} {
		if got := explained(test.hex, test.length, test.fromClient); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.what, got, test.want)
		}
	}
	if fields := dissect(&record.Entry{Kind: record.KindBytes, Hex: "8100"}, false); fields != nil {
		t.Errorf("bytes that are no frame are explained as %v", fields)
	}
}

// A length of 64 bits that fits into 16 is wrong, one that does not is right; so is 126 in 16 bits.
func TestDissectMinimalLength(t *testing.T) {
	for hex, wrong := range map[string]bool{
		"827e007d": true, "827e007e": false, "827f000000000000ffff": true, "827f0000000000010000": false,
	} {
		if got := strings.Contains(explained(hex, 0, false), "(wrong)"); got != wrong {
			t.Errorf("%s: wrong is %v, want %v", hex, got, wrong)
		}
	}
}

// RSV1 is wrong only where the frame breaks a rule: an extension may give it a meaning.
func TestDissectCompressed(t *testing.T) {
	e := record.Entry{Kind: record.KindFrame, Hex: "c100"}
	if f := dissect(&e, false)[1]; f.Wrong != "" || f.Says != "set: RSV1" {
		t.Errorf("%+v", f)
	}
	e.Broken = []string{"reserved bit set without an extension"}
	if f := dissect(&e, false)[1]; f.Wrong == "" {
		t.Errorf("%+v", f)
	}
}
