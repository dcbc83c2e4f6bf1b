package reports

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

func words3(behavior, behaviorClose string, code int) *record.WSTest {
	w := &record.WSTest{Behavior: behavior, BehaviorClose: behaviorClose}
	if code != 0 {
		w.RemoteCloseCode = &code
	}
	return w
}

// judgedTwice is an endpoint that this tool and the testsuite judged: of each kind of difference one.
func judgedTwice() *record.Record {
	clean := words3("OK", "OK", 1000)
	bare := record.Finding{Requirement: "RFC6455-7.1.7-5", Level: "SHOULD", Severity: record.NonStrict, Expected: "a Close frame", Got: "the end of the stream"}
	ours := record.Peer{Name: "echo", Role: "server", URL: "ws://h/", Cases: []record.Case{
		{ID: "0.1", Title: "Frames", Verdict: record.Fail, Findings: []record.Finding{{Requirement: "RFC6455-5.1-5", Level: "MUST", Severity: record.Fail, Expected: "no mask", Got: "a mask"}}},
		{ID: "0.2", Title: "UTF-8", Verdict: record.Pass},
		{ID: "1.1.1", Title: "Echo", Verdict: record.Pass, WSTest: clean},
		{ID: "1.1.2", Title: "Echo", Verdict: record.Pass, WSTest: clean},
		{ID: "2.10", Title: "Pings", Verdict: record.Pass, WSTest: words3("FAILED", "OK", 1000), Notes: []string{"only the last was answered"}},
		{ID: "2.11", Title: "Pings", Verdict: record.Pass, WSTest: words3("FAILED", "OK", 1000), Notes: []string{"only the last was answered"}},
		{ID: "3.2", Title: "RSV", Verdict: record.Pass, WSTest: words3("NON-STRICT", "OK", 1002)},
		{ID: "3.3", Title: "RSV", Verdict: record.Pass, WSTest: words3("NON-STRICT", "OK", 1002)},
		{ID: "4.1.1", Title: "Opcode", Verdict: record.NonStrict, WSTest: words3("OK", "OK", 0), Findings: []record.Finding{bare}},
		{ID: "4.1.2", Title: "Opcode", Verdict: record.NonStrict, WSTest: words3("OK", "OK", 0), Findings: []record.Finding{bare}},
		{ID: "5.3", Title: "Fragments", Verdict: record.Pass, WSTest: clean},
		{ID: "5.9", Title: "Continuation", Verdict: record.NonStrict, WSTest: words3("OK", "OK", 0), Findings: []record.Finding{bare}},
		{ID: "6.22.1", Title: "Text", Verdict: record.Informational, WSTest: clean},
		{ID: "7.1.1", Title: "Close", Verdict: record.Error, Notes: []string{"no socket"}},
		{ID: "7.1.2", Title: "Close", Verdict: record.Pass, WSTest: clean},
	}}
	theirs := record.Peer{Name: "echo (Autobahn Testsuite 25.10.1)", Role: "server", JudgedBy: "Autobahn Testsuite 25.10.1", Twin: "echo", Cases: []record.Case{
		{ID: "1.1.1", Verdict: record.Pass, WSTest: clean},
		{ID: "1.1.2", Verdict: record.Pass, WSTest: clean},
		{ID: "2.10", Verdict: record.Fail, WSTest: words3("FAILED", "OK", 1000)},
		{ID: "2.11", Verdict: record.Fail, WSTest: words3("FAILED", "OK", 1000)},
		{ID: "3.2", Verdict: record.Pass, WSTest: words3("OK", "OK", 1002)},
		{ID: "3.3", Verdict: record.NonStrict, WSTest: words3("NON-STRICT", "OK", 1002)},
		{ID: "4.1.1", Verdict: record.Pass, WSTest: words3("OK", "OK", 0)},
		{ID: "4.1.2", Verdict: record.Pass, WSTest: words3("OK", "OK", 0)},
		{ID: "5.3", Verdict: record.Fail, WSTest: words3("OK", "UNCLEAN", 0)},
		{ID: "5.9", Verdict: record.Pass, WSTest: words3("OK", "OK", 0)},
		{ID: "6.22.1", Verdict: record.Pass, WSTest: clean},
		{ID: "7.1.1", Verdict: record.Pass, WSTest: clean},
		{ID: "12.1.1", Verdict: record.Pass, WSTest: clean},
		{ID: "12.1.2", Verdict: record.Pass, WSTest: clean},
		{ID: "12.1.3", Verdict: record.Pass, WSTest: clean},
		{ID: "12.1.4", Verdict: record.Error},
	}}
	rec := &record.Record{Schema: record.SchemaVersion, Tool: "wsspec", Catalogue: "2026.1", Seed: "1", Profile: "standard", Peers: []record.Peer{ours, theirs}}
	rec.Ran = rec.Counts().Total()
	rec.Planned = rec.Ran
	return rec
}

func TestAgree(t *testing.T) {
	list := Agreements(judgedTwice())
	if len(list) != 1 {
		t.Fatalf("%d agreements", len(list))
	}
	a := list[0]
	type short struct{ Cases, Says, Stands, Found string }
	shorten := func(list []Disagreement) (shorts []short) {
		for _, d := range list {
			shorts = append(shorts, short{d.IDs(), d.Says(), d.Stands, d.Found})
		}
		return shorts
	}
	for _, c := range []struct {
		name string
		got  []Disagreement
		want []short
	}{
		{"differ", a.Differ, []short{
			{"2.10 2.11", "wstest FAILED, OK, 1000; wsspec pass", standsHere, "only the last was answered"},
			{"5.3", "wstest OK, UNCLEAN, no code; in its name wsspec says OK, OK, 1000; wsspec pass", standsOpen, ""},
			{"6.22.1", "wstest OK, OK, 1000; wsspec informational", standsOpen, ""},
		}},
		{"races", a.Races, []short{
			{"3.2", "wstest OK, OK, 1002; in its name wsspec says NON-STRICT, OK, 1002; wsspec pass", standsBoth, ""},
			{"3.3", "wstest NON-STRICT, OK, 1002; wsspec pass", standsHere, ""},
		}},
		{"unseen", a.Unseen, []short{
			{"0.1", "wsspec fail", standsHere, "a mask (RFC 6455, section 5.1)"},
			{"4.1.1 4.1.2 5.9", "wstest OK, OK, no code; wsspec non-strict", standsHere, "the end of the stream (RFC 6455, section 7.1.7)"},
		}},
	} {
		if diff := cmp.Diff(c.want, shorten(c.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	if a.Agree != 2 || strings.Join(a.OnlyHere, " ") != "7.1.2" || strings.Join(a.OnlyThere, " ") != "7.1.1 12.1.1-12.1.3" {
		t.Errorf("%d agree, only here %q, only there %q", a.Agree, a.OnlyHere, a.OnlyThere)
	}
	for what, d := range map[string]Disagreement{"MAY answer only the most recent Ping": a.Differ[0], "section 7.1.7": a.Unseen[1], "no reason is known": a.Differ[2], "ask both again": a.Differ[1]} {
		if !strings.Contains(d.Why, what) {
			t.Errorf("%s: %s, want %s", d.IDs(), d.Why, what)
		}
	}
	if want := "wsspec and the Autobahn Testsuite 25.10.1 agree on 2 of 11 cases that both asked"; a.Headline() != want {
		t.Errorf("%s, want %s", a.Headline(), want)
	}
}

// What the testsuite's words stand for must not be told as another opinion beside them.
func TestJudgedByOthers(t *testing.T) {
	rec := judgedTwice()
	rec.Peers[1].Original = "wstest/index.html"
	talk := func(string, string) *record.Transcript {
		return &record.Transcript{Entries: []record.Entry{{Side: record.SideSent, Kind: record.KindPause, Text: "untimed"}, {Side: record.SideGot, Kind: record.KindEnd, Text: "end"}}}
	}
	alone := *rec
	alone.Peers = rec.Peers[1:]
	for _, r := range []*record.Record{rec, &alone} {
		page := words(render(t, r, talk))
		for _, want := range []string{"judged by Autobahn Testsuite 25.10.1", "its own report"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page of %d peers does not say %q", len(r.Peers), want)
			}
		}
	}
	page := words(render(t, &alone, talk))
	for _, not := range []string{"wstest says", "Run it again", "0.0 ms", "differs from wstest"} {
		if strings.Contains(page, not) {
			t.Errorf("the page says %q", not)
		}
	}
	var text, md, junit bytes.Buffer
	for _, err := range []error{Text(&text, rec, talk, Style{Width: 120}), Markdown(&md, rec, talk, nil, SummaryLimit), JUnit(&junit, &alone, talk, nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for want, in := range map[string]string{
		"server; judged by Autobahn Testsuite 25.10.1":                     text.String(),
		"echo: wsspec and the Autobahn Testsuite 25.10.1 agree on 2 of 11": text.String(),
		"2.10 2.11 (2 cases)":                                            text.String(),
		"Peer echo (Autobahn Testsuite 25.10.1): judged by":              md.String(),
		"| 4.1.1 4.1.2 5.9 | OK, OK, no code | the same | non-strict |":  md.String(),
		"### echo: wsspec and the Autobahn Testsuite 25.10.1 agree":      md.String(),
		`<property name="judged_by" value="Autobahn Testsuite 25.10.1">`: junit.String(),
	} {
		if !strings.Contains(in, want) {
			t.Errorf("no %q in\n%s", want, in)
		}
	}
	for _, out := range []string{junit.String(), text.String()[strings.Index(text.String(), "echo (Auto"):]} {
		if strings.Contains(out, "again  ") || strings.Contains(out, "0.0 ms") {
			t.Errorf("how to run it again, or a time, in\n%s", out)
		}
	}
}

func TestAgreementAlone(t *testing.T) {
	a := Agreements(judgedTwice())[0]
	a.Peer, a.Differ[0].Found = "evil\x1b[31m|x", "\x1b[2J|`@all"
	var text, md bytes.Buffer
	if err := AgreementText(&text, a, Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if err := AgreementMarkdown(&md, a); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(text.String()+md.String(), "\x1b") || strings.Contains(md.String(), "x1b[2J|") || !strings.Contains(md.String(), `\|`) {
		t.Errorf("%s\n%s", text.String(), md.String())
	}
	for line := range strings.Lines(text.String()) {
		if columns(strings.TrimRight(line, "\n")) > 80 {
			t.Errorf("too long: %s", line)
		}
	}
}

// Only a path below the report is a link to the page of another judge.
func TestOriginalPage(t *testing.T) {
	for path, want := range map[string]string{
		"wstest/index.html": "./wstest/index.html", "": "", "../x.html": "", "/etc/x.html": "", "javascript:alert(1)": "", "x.js": "", "a/../../x.html": "",
		"javascript:x.html": "./javascript:x.html",
	} {
		if runtime.GOOS == "windows" && strings.Contains(path, ":") {
			want = "" // no path below anything
		}
		if got := (&peerView{Peer: record.Peer{Original: path}}).Page(); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}
