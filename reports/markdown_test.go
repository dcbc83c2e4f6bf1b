package reports_test

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

func renderMarkdown(t *testing.T, rec *record.Record, transcripts reports.Transcripts, gate *record.Gate, limit int) string {
	t.Helper()
	var out bytes.Buffer
	if err := reports.Markdown(&out, rec, transcripts, gate, limit); err != nil {
		t.Fatal(err)
	}
	if out.Len() > limit {
		t.Errorf("%d bytes, limit %d", out.Len(), limit)
	}
	return out.String()
}

func checkHolds(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, want := range lines {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

func TestMarkdown(t *testing.T) {
	checkHolds(t, renderMarkdown(t, samples.Record(), samples.Talk, nil, reports.SummaryLimit),
		"## wsspec: 2 of 109 cases failed\n\n",
		"**2 fail**, 2 non-strict, 2 informational, 1 unimplemented, **1 error**, 101 pass; 109 planned, 109 ran, 8.4 s  \n"+
			"by wsspec 0.1.0, catalogue 2026.1, profile standard, seed 7f3a19c2\n",
		"| chapter | libfoo | Größe &amp; Söhne / WebSocket-Client 8.18.0 (x86\\_64-unknown-linux-gnu) |\n|---|--:|--:|\n",
		"| 24 Masking | **0/1** |  |\n",
		"| 7 Closing | **7/8** | 8/8 |\n",
		"| all | **53/55** | **53/54** |\n",
		"\n### FAIL 24.1 A server closes on an unmasked frame (libfoo)\n\n"+
			"- broken: RFC6455-5.1-3 MUST, RFC 6455, section 5.1\n"+
			"  > The server MUST close the connection upon receiving a frame that is not masked.\n\n"+
			"- **expected** the connection ends and the frame is not processed; code 1002, another legal code, or none\n"+
			"- **got** the frame was echoed; a ping sent after it was answered, so the connection lives\n",
		"\n<details><summary>what crossed the wire</summary>\n\n```text\n",
		"got   81 02 68 69              Text, FIN, 2 bytes \"hi\"   <- must not happen\n",
		"\n```text\nwsspec test ws://127.0.0.1:9001/ --cases 24.1 --trace\n```\n",
		"- broken: RFC6455-8.1-1 MUST, RFC 6455, section 8.1, 2 of 4 tries\n",
		"\n### ERROR 32.4 Sixteen connections at once each get their own echo (Größe",
		": **the program ended: SIGSEGV during case 32.4**\n\n<details><summary>its last words</summary>\n\n```text\npanic: runtime error",
	)
}

func TestMarkdownOfOnePeer(t *testing.T) {
	rec := &record.Record{Tool: "wsspec 0.1.0", Planned: 300, Ran: 249, Peers: []record.Peer{{Name: "gorilla", Cases: samples.PlainCases(samples.EveryCase)}}}
	text := renderMarkdown(t, rec, samples.Talk, nil, reports.SummaryLimit)
	checkHolds(t, text, "## wsspec: Incomplete: 249 of 300 cases ran (gorilla)\n", "\n**Incomplete:** 51 planned cases did not run\n")
	if strings.ContainsAny(text, "|#<") && strings.Count(text, "#") != 2 {
		t.Errorf("more than a head: %s", text)
	}
}

func TestMarkdownWithGate(t *testing.T) {
	gate := samples.Gate()
	gate.Judgements[3].Ticket = "https://example.org/issues/401"
	text := renderMarkdown(t, samples.Record(), samples.Talk, gate, reports.SummaryLimit)
	checkHolds(t, text,
		"## wsspec: 1 NEW, 1 LOST, 2 STALE, 1 known, 1 flaky\n",
		"\n|  | case | peer | verdict | what | baseline |\n|---|---|---|---|---|---|\n"+
			"| **NEW** | 24.1 | libfoo | fail | the frame was echoed |  |\n"+
			"| **LOST** | 12.1.1 | libfoo | unimplemented | the peer does not do what --require demands |  |\n"+
			"| **STALE** | 3.1 | libfoo | pass | recorded as fail: delete wsspec-baseline.yaml:4 | wsspec-baseline.yaml:4 |\n"+
			"| **STALE** | 5.\\* | gone | pass | recorded as fail: delete wsspec-baseline.yaml:20 | wsspec-baseline.yaml:20 |\n"+
			"| known | 7.5 | libfoo | fail | as recorded (#&#8203;401); the library leaves UTF-8 to the application; <https://example.org/issues/401> | wsspec-baseline.yaml:9 |\n"+
			"| flaky | 3.2 | libfoo | non-strict | known to fail now and then |  |\n",
		"\n### NEW 24.1 A server closes", "\n### LOST 12.1.1 ",
	)
	for _, known := range []string{"### known", "### FAIL 7.5", "### flaky"} {
		if strings.Contains(text, known) {
			t.Errorf("%s: what does not gate is told at length", known)
		}
	}
	gate.Judgements = gate.Judgements[3:4]
	checkHolds(t, renderMarkdown(t, samples.Record(), samples.Talk, gate, reports.SummaryLimit), "## wsspec: nothing new; 1 known\n")
}

// A summary that would be too long ends between two blocks, and says so.
func TestMarkdownIsClipped(t *testing.T) {
	const clipped = "\n**The summary ends here, because it may not be longer.** The report has the rest.\n"
	whole := renderMarkdown(t, samples.Record(), samples.Talk, samples.Gate(), reports.SummaryLimit)
	shown := 0
	for limit := len(clipped); limit < len(whole)+200; limit += 97 {
		text := renderMarkdown(t, samples.Record(), samples.Talk, samples.Gate(), limit)
		if ends := strings.HasSuffix(text, clipped); ends != (text != whole) {
			t.Fatalf("limit %d: clipped %v\n%s", limit, ends, text)
		}
		if text = strings.TrimSuffix(text, clipped); !strings.HasPrefix(whole, text) || strings.Count(text, "```")%2 != 0 ||
			strings.Count(text, "<details>") != strings.Count(text, "</details>") {
			t.Fatalf("limit %d: %s", limit, text)
		}
		shown = max(shown, len(text))
	}
	if shown != len(whole) {
		t.Errorf("at most %d bytes of %d", shown, len(whole))
	}
	rec, talk := samples.HostileRecord(strings.Repeat("`", 1<<20))
	for range 2000 {
		rec.Peers[0].Cases = append(rec.Peers[0].Cases, rec.Peers[0].Cases[4])
		rec.Peers[0].Cases[len(rec.Peers[0].Cases)-1].Findings = []record.Finding{{Got: strings.Repeat("x", len(rec.Peers[0].Cases)), Severity: record.Fail}}
	}
	renderMarkdown(t, rec, talk, nil, reports.SummaryLimit)
}

// dangers are what Markdown would take for something else.
var dangers = []string{
	"a|b", "`code`", "**bold**", "__init__", "![x](https://example.org/x.png)", "[x](javascript:alert(1))", "<b>", "&copy;", "@everyone", "#12",
	"https://example.org", "www.example.org", "~~gone~~", "$x$", "</details>", "```", "\n\n# heading", "a\\", "- item", "1. item", "> quote",
}

// Whatever a peer sends, nothing of it is Markdown, HTML, a link, or calls anybody.
func TestMarkdownIsSafe(t *testing.T) {
	harmless, talk := samples.HostileRecord("x")
	want := structure(renderMarkdown(t, harmless, talk, samples.Gate(), reports.SummaryLimit))
	for _, text := range append(dangers, samples.Hostile...) {
		rec, hostileTalk := samples.HostileRecord(text)
		got := renderMarkdown(t, rec, hostileTalk, samples.Gate(), reports.SummaryLimit)
		if !samples.IsSafe(got, "\n") {
			t.Errorf("%.40q: unsafe characters", text)
		}
		if s := structure(got); s != want {
			t.Errorf("%.40q changes the structure, from\n%s\nto\n%s", text, want, s)
		}
	}
}

var (
	fence      = regexp.MustCompile("(?ms)^(````*)text\n.*?\n(````*)$")
	escaped    = regexp.MustCompile("\\\\[!-/:-@\\[-`{-~]|@&#8203;|&[a-z0-9#]+;")
	structural = regexp.MustCompile("(?m)^ *(?:#+ |- |> |\\|.*)|<[^>]*>|[|`*_~@\\[\\]$!]+|https?:|www\\.")
)

// structure is what gives a summary its structure: what is neither in a fence nor escaped.
func structure(text string) string {
	text = fence.ReplaceAllString(text, "FENCE")
	text = escaped.ReplaceAllString(text, "")
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "|") {
			line = strings.Repeat("|", strings.Count(line, "|")) // a row of a table, however it is filled
		}
		b.WriteString(strings.Join(structural.FindAllString(line, -1), ""))
	}
	return b.String()
}

// What is escaped is read as it was.
func TestEscapeMarkdown(t *testing.T) {
	for _, text := range dangers {
		text = reports.Printable(text)
		c := record.Case{ID: "1.1", Verdict: record.Fail, Notes: []string{text}}
		got := renderMarkdown(t, &record.Record{Peers: []record.Peer{{Cases: []record.Case{c}}}}, nil, nil, reports.SummaryLimit)
		_, got, _ = strings.Cut(got, "- note: ")
		got, _, _ = strings.Cut(got, "\n")
		read := regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])").ReplaceAllString(got, "$1")
		read = strings.ReplaceAll(html.UnescapeString(read), "\u200b", "")
		if read != text {
			t.Errorf("%q is read as %q", text, read)
		}
	}
}
