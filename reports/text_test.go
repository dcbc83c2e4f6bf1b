package reports_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

func renderText(t *testing.T, rec *record.Record, transcripts reports.Transcripts, style reports.Style) string {
	t.Helper()
	var out bytes.Buffer
	if err := reports.Text(&out, rec, transcripts, style); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestText(t *testing.T) {
	text := renderText(t, samples.Record(), samples.Talk, reports.Style{Width: 120})
	for _, want := range []string{
		"wsspec 0.1.0   catalogue 2026.1   profile standard   seed 7f3a19c2\n",
		"libfoo   server, ws://127.0.0.1:9001/; round trip 0.2 ms; 16 connections at once\n",
		"FAIL 24.1  A server closes on an unmasked frame\n",
		"     broken    RFC6455-5.1-3 MUST, RFC 6455, section 5.1\n",
		"               “The server MUST close the connection upon receiving a frame that is not masked.”\n",
		"     expected  the connection ends and the frame is not processed; code 1002, another legal code, or none\n",
		"     got       the frame was echoed; a ping sent after it was answered, so the connection lives\n",
		"     note      the same in all 6 variants",
		"          0.2 ms  sent  81 02 68 69              Text, FIN, 2 bytes \"hi\" (the fault)\n",
		"          0.5 ms  got   81 02 68 69              Text, FIN, 2 bytes \"hi\"   <- must not happen\n",
		"          0.6 ms  sent  89 81 1c 2d 3e 4f 62     Ping, FIN, masked, 1 byte \"b\" (barrier)\n",
		"     again     wsspec test ws://127.0.0.1:9001/ --cases 24.1 --trace\n",
		"section 8.1, 2 of 4 tries\n",
		"FAIL 7.5  A Close frame with an invalid reason fails the connection   wstest says OK\n",
		"NON-STRICT 3.2  A frame with RSV 2 and no extension fails the connection   wstest says OK   flaky\n     RFC6455-7.1.7-5   the stream ended without a Close frame\n",
		"differs from wstest  3.2 4.3 7.5\n",
		"  the program ended: SIGSEGV during case 32.4\n  | panic: runtime error",
		"ERROR 32.4  Sixteen connections at once each get their own echo\n     the case could not be carried out: too many open files\n",
		"\n2 fail   2 non-strict   2 informational   1 unimplemented   1 error   101 pass      109 planned, 109 ran, 8.4 s\n",
		"by clause  6455 5.1: 1, 6455 8.1: 1\n",
		"slowest    32.4 30.0 s, 7.5 2.0 s\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the summary does not hold %q", want)
		}
	}
	if strings.Contains(text, "\x1b") {
		t.Error("colours, though none were asked for")
	}
	if t.Failed() {
		t.Log(text)
	}
}

func TestTextOfPerfectPeer(t *testing.T) {
	rec := &record.Record{Planned: 249, Ran: 249, Peers: []record.Peer{{Name: "gorilla", Cases: samples.PlainCases(samples.EveryCase)}}}
	text := renderText(t, rec, samples.Talk, reports.Style{})
	for _, forbidden := range []string{"FAIL", "incomplete", "by clause", "slowest", "differs", "fail "} {
		if strings.Contains(strings.ReplaceAll(text, "0 fail ", ""), forbidden) {
			t.Errorf("%q in\n%s", forbidden, text)
		}
	}
}

func TestTextOfIncompleteRun(t *testing.T) {
	rec := samples.Record()
	rec.Planned, rec.Interrupted = 736, "SIGINT"
	if text := renderText(t, rec, nil, reports.Style{}); !strings.HasSuffix(text, "\nincomplete: 627 planned cases did not run; the run ended early by SIGINT\n") {
		t.Errorf("got %s", text)
	}
	empty := renderText(t, &record.Record{Planned: 1, Peers: []record.Peer{{Name: "p"}}}, nil, reports.Style{})
	if !strings.Contains(empty, "no case has a verdict") || !strings.Contains(empty, "1 planned case did not run") {
		t.Errorf("got %s", empty)
	}
}

// Failures that are alike are told once, and every one is named.
func TestTextGroupsFailures(t *testing.T) {
	cases := samples.PlainCases(samples.EveryCase)
	for i := range cases {
		cases[i].Verdict = record.Fail
		cases[i].Findings = []record.Finding{{Requirement: "RFC6455-8.1-1", Severity: record.Fail, Expected: cases[i].Title, Got: "nothing"}}
	}
	text := renderText(t, &record.Record{Peers: []record.Peer{{Name: "p", Cases: cases}}}, nil, reports.Style{})
	if n := strings.Count(text, "\nFAIL "); n != len(samples.ChapterSizes) {
		t.Errorf("%d failures told, want one a chapter", n)
	}
	named := strings.Fields(text)
	for _, c := range cases {
		if !slices.Contains(named, c.ID) {
			t.Errorf("%s is not named", c.ID)
		}
	}
}

// The head of a handshake is shown line by line where it is what proves the finding.
func TestTextShowsTellingHead(t *testing.T) {
	c := record.Case{ID: "20.1", Verdict: record.Fail, Findings: []record.Finding{{Requirement: "RFC6455-4.2.2-25", Severity: record.Fail, Entries: []int{1}}}}
	rec := &record.Record{Peers: []record.Peer{{Cases: []record.Case{c}}}}
	text := renderText(t, rec, func(string, string) *record.Transcript { return samples.EchoTalk() }, reports.Style{})
	if !strings.Contains(text, "|   Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n") || strings.Contains(text, "GET /") {
		t.Errorf("got %s", text)
	}
}

func TestTextShowsBrokenRules(t *testing.T) {
	talk := &record.Transcript{Entries: []record.Entry{
		{Side: record.SideSent, Kind: record.KindFrame, OpcodeName: "Text", Broken: []string{"our own fault"}, Mark: record.MarkFault},
		{Side: record.SideGot, Kind: record.KindFrame, OpcodeName: "Text", Broken: []string{"reserved bit set", "frame is masked"}},
	}}
	rec := &record.Record{Peers: []record.Peer{{Cases: []record.Case{{ID: "1.1", Verdict: record.Fail}}}}}
	text := renderText(t, rec, func(string, string) *record.Transcript { return talk }, reports.Style{})
	if !strings.Contains(text, "breaks: reserved bit set; frame is masked\n") || strings.Contains(text, "our own fault") {
		t.Errorf("got %s", text)
	}
}

// command is what the runner of a CI system would obey.
var command = regexp.MustCompile(`^\s*::|##\[|##[a-z]+\[`)

var colour = regexp.MustCompile(`\x1b\[[0-9;]+m`)

// Whatever a peer sends, nothing but our own colours reaches the terminal, lines stay within the width, and a text cannot
// pose as a line of ours.
func TestTextIsSafe(t *testing.T) {
	harmless, talk := samples.HostileRecord("x")
	failures := strings.Count(renderText(t, harmless, talk, reports.Style{}), "\nFAIL ")
	for _, text := range samples.Hostile {
		rec, hostileTalk := samples.HostileRecord(text)
		for width, style := range map[int]reports.Style{100: {}, 80: {Color: true, Width: 80}} {
			got := renderText(t, rec, hostileTalk, style)
			plain := colour.ReplaceAllString(got, "")
			if !samples.IsSafe(plain, "\n") {
				t.Errorf("%.40q: unsafe characters", text)
			}
			if style.Color != (plain != got) {
				t.Errorf("%.40q: colours %v", text, plain != got)
			}
			if n := strings.Count(plain, "\nFAIL "); n != failures {
				t.Errorf("%.40q: %d failures, want %d", text, n, failures)
			}
			for line := range strings.SplitSeq(plain, "\n") {
				whole := strings.HasPrefix(line, "     again ") || strings.Contains(line, " planned, ") || strings.Contains(line, `\x3a:`)
				if !style.Color && command.MatchString(line) { // no runner is a terminal
					t.Errorf("%.40q: a line that is a command: %.200s", text, line)
				}
				if utf8.RuneCountInString(line) > width && !whole {
					t.Errorf("%.40q: a line of %d columns: %.200s", text, utf8.RuneCountInString(line), line)
				}
			}
		}
		renderText(t, rec, hostileTalk, reports.Style{Width: 1})
	}
}

type failing struct{ after int }

var errPipe = errors.New("broken pipe")

func (f *failing) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, errPipe
	}
	return len(p), nil
}

func TestErrorsOfWriting(t *testing.T) {
	for _, after := range []int{0, 5000, 50_000} {
		rec := samples.Record()
		results := map[string]error{
			"HTML": reports.HTML(&failing{after}, rec, samples.Talk, nil),
			"JSON": reports.JSON(&failing{after}, rec),
		}
		if after == 0 {
			results["Text"] = reports.Text(&failing{after}, rec, samples.Talk, reports.Style{})
			results["JUnit"] = reports.JUnit(&failing{after}, rec, samples.Talk, nil)
			results["Markdown"] = reports.Markdown(&failing{after}, rec, samples.Talk, nil, reports.SummaryLimit)
			results["Annotations"] = reports.Annotations(&failing{after}, rec, nil)
		}
		for name, err := range results {
			if !errors.Is(err, errPipe) {
				t.Errorf("%s after %d bytes: %v", name, after, err)
			}
		}
	}
}

func ExampleText() {
	code := 1000
	rec := &record.Record{
		Tool: "wsspec 0.1.0", Catalogue: "2026.1", Profile: "standard", Seed: "7f3a19c2", Planned: 1, Ran: 1, DurationMS: 12,
		Peers: []record.Peer{{Name: "gorilla", Role: "server", URL: "ws://127.0.0.1:9001/", Cases: []record.Case{
			{ID: "5.6", Verdict: record.Pass, Close: record.ClosePass, CloseCode: code},
		}}},
	}
	var out bytes.Buffer
	_ = reports.Text(&out, rec, nil, reports.Style{})
	fmt.Print(out.String())
	// Output:
	// wsspec 0.1.0   catalogue 2026.1   profile standard   seed 7f3a19c2
	//
	// gorilla   server, ws://127.0.0.1:9001/
	//
	//   chapter             pass
	//     5 Fragmentation      1
	//
	// 0 fail   0 non-strict   0 informational   0 unimplemented   0 error   1 pass      1 planned, 1 ran, 12.0 ms
}
