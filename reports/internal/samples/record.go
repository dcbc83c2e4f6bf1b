// Package samples has records as runs might have left them, and texts as a bad peer might send them, for the tests of reports.
package samples

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// ChapterSizes are the numbers of cases of the chapters that every profile runs: 249 in all.
var ChapterSizes = []struct{ chapter, cases int }{{0, 2}, {1, 16}, {2, 11}, {3, 7}, {4, 10}, {5, 20}, {6, 145}, {7, 37}, {10, 1}}

// titles are what cases of a chapter might be called.
var titles = map[int][]string{
	0:  {"Every frame of the peer obeys the framing rules", "Every text message of the peer is UTF-8"},
	1:  {"A text message of %d bytes is echoed", "A binary message of %d bytes is echoed"},
	2:  {"A ping with a payload of %d bytes is answered", "An unasked pong of %d bytes is ignored"},
	3:  {"A frame with RSV %d and no extension fails the connection"},
	4:  {"A frame with the reserved opcode %d fails the connection"},
	5:  {"A message in %d fragments survives a ping in their midst", "A continuation frame with nothing to continue fails the connection, try %d"},
	6:  {"Text that is valid UTF-8 is echoed: sequence %d", "Text that is not UTF-8 fails the connection: sequence %d"},
	7:  {"A Close frame with code %d is answered", "Data after a Close frame is ignored, variant %d"},
	10: {"A message of %d bytes, which the peer may fragment, is echoed whole"},
}

var requirementsOf = map[int][]string{
	0: {"RFC6455-5.2-4"}, 1: {"RFC6455-5.6-3", "RFC6455-5.2-15"}, 2: {"RFC6455-5.5.2-3"}, 3: {"RFC6455-5.2-4"}, 4: {"RFC6455-5.2-6"},
	5: {"RFC6455-5.4-10", "RFC6455-5.4-4"}, 6: {"RFC6455-8.1-1"}, 7: {"RFC6455-5.5.1-8", "RFC6455-7.1.1-1"}, 10: {"RFC6455-5.4-4"},
}

// PlainCases are 249 cases that all passed, or the first few of each chapter.
func PlainCases(most int) []record.Case {
	code := 1000
	var cases []record.Case
	for _, size := range ChapterSizes {
		for i := range min(size.cases, most) {
			title := titles[size.chapter][i%len(titles[size.chapter])]
			if strings.Contains(title, "%d") {
				title = fmt.Sprintf(title, i+1)
			}
			cases = append(cases, record.Case{
				ID: fmt.Sprintf("%d.%d", size.chapter, i+1), Title: title, Verdict: record.Pass, Close: record.ClosePass, CloseCode: code,
				DurationUS: int64(700 + 37*i), Requirements: requirementsOf[size.chapter],
				WSTest: &record.WSTest{Behavior: "OK", BehaviorClose: "OK", RemoteCloseCode: &code},
			})
		}
	}
	return cases
}

// Frame makes an entry for a frame on the wire; a client's is masked.
func Frame(at int64, side string, opcode byte, name, payload string) record.Entry {
	e := record.Entry{
		AtUS: at, Side: side, Kind: record.KindFrame, FIN: true, Opcode: opcode, OpcodeName: name,
		Length: int64(len(payload)), Text: fmt.Sprintf("%q", payload),
	}
	wire := []byte{0x80 | opcode, byte(len(payload))}
	if side == record.SideSent {
		e.Masked, e.Key = true, "1c2d3e4f"
		wire = append(wire, 0x1c, 0x2d, 0x3e, 0x4f)
		wire[1] |= 0x80
	}
	wire = append(wire, payload...)
	e.Hex = hex.EncodeToString(wire[:min(len(wire), 64)])
	return e
}

const (
	requestHead  = "GET / HTTP/1.1\r\nHost: 127.0.0.1:9001\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
	responseHead = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)

func opening() []record.Entry {
	return []record.Entry{
		{AtUS: 0, Side: record.SideSent, Kind: record.KindHead, Length: int64(len(requestHead)), Text: requestHead},
		{AtUS: 210, Side: record.SideGot, Kind: record.KindHead, Length: int64(len(responseHead)), Text: responseHead},
	}
}

func closing(at int64) []record.Entry {
	sent := Frame(at, record.SideSent, 8, "Close", "\x03\xe8")
	got := Frame(at+180, record.SideGot, 8, "Close", "\x03\xe8")
	sent.Text, got.Text = "1000 (normal closure)", "1000 (normal closure)"
	return []record.Entry{sent, got, {AtUS: at + 200, Side: record.SideGot, Kind: record.KindEnd, Text: "FIN"}}
}

// EchoTalk is the conversation of a case that passed.
func EchoTalk() *record.Transcript {
	entries := append(opening(),
		Frame(240, record.SideSent, 1, "Text", "fragment1fragment2"),
		Frame(250, record.SideSent, 9, "Ping", "between"),
		Frame(460, record.SideGot, 10, "Pong", "between"),
		Frame(470, record.SideGot, 1, "Text", "fragment1fragment2"))
	return &record.Transcript{Entries: append(entries, closing(500)...)}
}

// UnmaskedTalk is the conversation of 24.1 with a server that does not look at the mask.
func UnmaskedTalk() *record.Transcript {
	fault := Frame(240, record.SideSent, 1, "Text", "hi")
	fault.Masked, fault.Key, fault.Hex, fault.Mark = false, "", "81026869", record.MarkFault
	echo := Frame(540, record.SideGot, 1, "Text", "hi")
	echo.Mark = record.MarkUnexpected
	barrier := Frame(550, record.SideSent, 9, "Ping", "b")
	barrier.Mark = record.MarkBarrier
	entries := append(opening(), fault, echo, barrier, Frame(760, record.SideGot, 10, "Pong", "b"))
	return &record.Transcript{Entries: append(entries, closing(800)...)}
}

// EveryCase is for PlainCases.
const EveryCase = 1000

// replace puts cases in the place of those with the same ID, or behind the others.
func replace(cases []record.Case, with ...record.Case) []record.Case {
	for _, c := range with {
		found := false
		for i := range cases {
			if cases[i].ID == c.ID {
				if c.WSTest == nil {
					c.WSTest = cases[i].WSTest
				}
				cases[i], found = c, true
			}
		}
		if !found {
			cases = append(cases, c)
		}
	}
	return cases
}

// The cases of the run that did not just pass.
var (
	Unmasked = record.Case{
		ID: "24.1", Aliases: []string{"MSK-01"}, Title: "A server closes on an unmasked frame", Verdict: record.Fail,
		Close: record.ClosePass, CloseCode: 1000, DurationUS: 1210, Requirements: []string{"RFC6455-5.1-3", "RFC6455-5.1-1"},
		Notes: []string{"the same in all 6 variants: text, binary, ping, pong, close, continuation"},
		Findings: []record.Finding{{
			Requirement: "RFC6455-5.1-3", Level: "MUST", Severity: record.Fail,
			Expected: "the connection ends and the frame is not processed; code 1002, another legal code, or none",
			Got:      "the frame was echoed; a ping sent after it was answered, so the connection lives",
			Entries:  []int{3, 5},
		}},
	}
	LateClose = record.Case{
		ID: "7.5", Title: "A Close frame with an invalid reason fails the connection", Verdict: record.Fail, Close: record.CloseUnclean,
		DurationUS: 2_004_000, Requirements: []string{"RFC6455-8.1-1", "RFC6455-7.1.7-1"},
		WSTest: &record.WSTest{Behavior: "OK", BehaviorClose: "UNCLEAN"},
		Findings: []record.Finding{
			{Requirement: "RFC6455-8.1-1", Level: "MUST", Severity: record.Fail, Expected: "Close 1007 or 1002, then the end of the stream",
				Got: "nothing within 2 s; the stream stayed open", Seen: 2, Tries: 4},
			{Requirement: "RFC6455-7.1.7-5", Level: "SHOULD", Severity: record.NonStrict, Expected: "a Close frame before the end", Got: "no Close frame"},
		},
	}
	bareDrop = record.Case{
		ID: "3.2", Title: "A frame with RSV 2 and no extension fails the connection", Verdict: record.NonStrict, Close: record.CloseUnclean,
		DurationUS: 914, Requirements: []string{"RFC6455-5.2-4"}, Flaky: true,
		Findings: []record.Finding{{Requirement: "RFC6455-7.1.7-5", Level: "SHOULD", Severity: record.NonStrict,
			Expected: "a Close frame with code 1002 before the end", Got: "the stream ended without a Close frame"}},
	}
	WrongCode = record.Case{
		ID: "4.3", Title: "A frame with the reserved opcode 3 fails the connection", Verdict: record.NonStrict, Close: record.CloseWrongCode, CloseCode: 1008,
		DurationUS: 1020, Requirements: []string{"RFC6455-5.2-6"},
		WSTest: &record.WSTest{Behavior: "OK", BehaviorClose: "WRONG CODE"},
		Findings: []record.Finding{{Requirement: "RFC6455-7.1.7-1", Level: "MUST", Severity: record.NonStrict,
			Expected: "close code 1002", Got: "close code 1008"}},
	}
	noDeflate = record.Case{
		ID: "12.1.1", Title: "A message of 16 bytes of JSON, compressed, is echoed", Verdict: record.Unimplemented, DurationUS: 402,
		Notes: []string{"the server did not accept permessage-deflate"}, WSTest: &record.WSTest{Behavior: "UNIMPLEMENTED", BehaviorClose: "OK"},
	}
	bigCode = record.Case{
		ID: "7.13", Title: "A Close frame with code 5000", Verdict: record.Informational, Close: record.CloseInformational, CloseCode: 5000,
		DurationUS: 811, Notes: []string{"answered with the same code"}, WSTest: &record.WSTest{Behavior: "INFORMATIONAL", BehaviorClose: "INFORMATIONAL"},
	}
	Broken = record.Case{
		ID: "32.4", Title: "Sixteen connections at once each get their own echo", Verdict: record.Error, DurationUS: 30_000_000,
		Notes: []string{"the case could not be carried out: too many open files"},
	}
)

// Record is a run as it might have been: two peers, and every kind of verdict.
func Record() *record.Record {
	libfoo := record.Peer{
		Name: "libfoo", Role: "server", URL: "ws://127.0.0.1:9001/", Probe: &record.Probe{RoundTripUS: 210, Connections: 16},
		Cases: replace(PlainCases(7), Unmasked, LateClose, bareDrop, WrongCode, noDeflate, bigCode),
	}
	other := record.Peer{
		Name: "Größe & Söhne / WebSocket-Client 8.18.0 (x86_64-unknown-linux-gnu)", Role: "client", URL: "ws://127.0.0.1:9002/runCase?case=1&agent=x",
		Probe: &record.Probe{RoundTripUS: 1900, Connections: 1, Problem: "The client serves one connection at a time: cases ran one after the other."},
		Cases: replace(PlainCases(7), Broken, bigCode),
		Ended: &record.Ended{ExitCode: -1, Signal: "SIGSEGV", Stderr: []string{"panic: runtime error: index out of range [4] with length 4", "goroutine 18 [running]:", "main.echo(0xc000120000)"}, During: "32.4"},
	}
	rec := &record.Record{
		Schema: record.SchemaVersion, Tool: "wsspec 0.1.0", Catalogue: "2026.1", Seed: "7f3a19c2", Profile: "standard",
		Started: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), DurationMS: 8412, Peers: []record.Peer{libfoo, other},
	}
	rec.Ran = rec.Counts().Total()
	rec.Planned = rec.Ran
	return rec
}

// Talk has a conversation for every case.
func Talk(_, id string) *record.Transcript {
	switch id {
	case Unmasked.ID:
		return UnmaskedTalk()
	case LateClose.ID:
		entries := append(opening(), Frame(250, record.SideSent, 8, "Close", "\x03\xe8\xff"))
		entries[2].Text, entries[2].Mark = `1000 "\xff"`, record.MarkFault
		entries = append(entries,
			record.Entry{AtUS: 2_000_250, Side: record.SideNote, Kind: record.KindPause, Text: "2 s without an answer"},
			record.Entry{AtUS: 2_000_300, Side: record.SideSent, Kind: record.KindEnd, Text: "connection given up"})
		return &record.Transcript{Entries: entries}
	case bareDrop.ID, WrongCode.ID:
		fault := Frame(250, record.SideSent, 1, "Text", "Hello")
		fault.RSV, fault.Mark = 2, record.MarkFault
		reserved := Frame(420, record.SideGot, 8, "Close", "\x03\xf0")
		reserved.Text = "1008 (policy violation)"
		return &record.Transcript{Entries: append(opening(), fault, reserved, record.Entry{AtUS: 430, Side: record.SideGot, Kind: record.KindEnd, Text: "FIN"}), Omitted: 3}
	case noDeflate.ID, Broken.ID:
		return &record.Transcript{Entries: opening()}
	}
	return EchoTalk()
}
