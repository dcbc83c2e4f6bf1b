package reports

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

// The examples of RFC 6455, section 5.7, and what else a frame may look like.
func TestCutWire(t *testing.T) {
	for _, test := range []struct {
		what  string
		entry record.Entry
		want  wireBytes
	}{
		{"unmasked", record.Entry{Hex: "810548656c6c6f", Length: 5}, wireBytes{Header: "81 05", Payload: "48 65 6c 6c 6f"}},
		{"masked", record.Entry{Hex: "818537fa213d7f9f4d5158", Length: 5}, wireBytes{Header: "81 85", Key: "37 fa 21 3d", Payload: "7f 9f 4d 51 58"}},
		{"16 bits", record.Entry{Hex: "827e0100aa", Length: 256}, wireBytes{Header: "82 7e 01 00", Payload: "aa", More: true}},
		{"64 bits", record.Entry{Hex: "827f0000000000010000", Length: 65536}, wireBytes{Header: "82 7f 00 00 00 00 00 01 00 00", More: true}},
		{"cut in its payload", record.Entry{Hex: "8105486568", Length: 5}, wireBytes{Header: "81 05", Payload: "48 65 68", More: true}},
		{"cut in its header", record.Entry{Hex: "827f0000", Length: 0}, wireBytes{Header: "82 7f 00 00"}},
		{"cut in its key", record.Entry{Hex: "818537fa", Length: 0}, wireBytes{Header: "81 85", Key: "37 fa"}},
		{"empty, masked", record.Entry{Hex: "8980aabbccdd"}, wireBytes{Header: "89 80", Key: "aa bb cc dd"}},
		{"one byte", record.Entry{Hex: "81"}, wireBytes{Payload: "81"}},
		{"with spaces", record.Entry{Hex: "81 00"}, wireBytes{Header: "81 00"}},
		{"no hex", record.Entry{Hex: "zz"}, wireBytes{Payload: "zz"}},
		{"none", record.Entry{Length: 7}, wireBytes{}},
		{"no frame", record.Entry{Kind: record.KindBytes, Hex: "818537fa", Length: 4}, wireBytes{Payload: "81 85 37 fa"}},
		{"head", record.Entry{Kind: record.KindHead, Hex: "474554", Text: "GET"}, wireBytes{}},
	} {
		if test.entry.Kind == "" {
			test.entry.Kind = record.KindFrame
		}
		if diff := cmp.Diff(test.want, cutWire(&test.entry, 64)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.what, diff)
		}
	}
}

func TestCutWireLimit(t *testing.T) {
	e := record.Entry{Kind: record.KindFrame, Hex: "8114" + strings.Repeat("61", 20), Length: 20}
	if got, want := cutWire(&e, 4).String(), "81 14 61 61 …"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	lines := strings.Split(cutWire(&e, 64).Payload, "\n")
	if len(lines) != 2 || len(strings.Fields(lines[0])) != 14 || len(strings.Fields(lines[1])) != 6 {
		t.Errorf("lines of 16 bytes with the header counted: %q", lines)
	}
}

func TestDescribe(t *testing.T) {
	for want, e := range map[string]record.Entry{
		`Text, FIN, masked, 2 bytes "hi"`:            {Kind: record.KindFrame, OpcodeName: "Text", FIN: true, Masked: true, Length: 2, Text: `"hi"`},
		`Opcode 11, RSV1, RSV3, 65 536 bytes`:        {Kind: record.KindFrame, Opcode: 11, RSV: 5, Length: 65536},
		`Ping, FIN, RSV2, 1 byte`:                    {Kind: record.KindFrame, OpcodeName: "Ping", FIN: true, RSV: 2, Length: 1},
		`HTTP head, 16 bytes: GET / HTTP/1.1 | A: b`: {Kind: record.KindHead, Length: 16, Text: "GET / HTTP/1.1\nA: b"},
		`End: reset`: {Kind: record.KindEnd, Text: "reset"},
		`other`:      {Kind: "other"},
	} {
		if got := describe(&e); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 9999: "9999", 65536: "65 536", 16777216: "16 777 216", 100000: "100 000", -65536: "-65 536"} {
		if got := grouped(n); got != want {
			t.Errorf("grouped(%d) = %q, want %q", n, got, want)
		}
	}
	for us, want := range map[int64]string{0: "0.0", 240: "0.2", 999_940: "999.9", 2_000_600: "2001", 61_000_000: "61 000"} {
		if got := milliseconds(us); got != want {
			t.Errorf("milliseconds(%d) = %q, want %q", us, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		33 * time.Microsecond: "33 µs", 813 * time.Microsecond: "0.8 ms", 12300 * time.Microsecond: "12.3 ms", 841 * time.Millisecond: "841 ms",
		8412 * time.Millisecond: "8.4 s", 125 * time.Second: "2 min 5 s",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%v) = %q, want %q", d, got, want)
		}
	}
}
