package reports_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

func render(t *testing.T, rec *record.Record, transcripts reports.Transcripts) string {
	t.Helper()
	var page bytes.Buffer
	if err := reports.HTML(&page, rec, transcripts, nil); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

var (
	attrs  = regexp.MustCompile(`([^\s=/]+)(?:="([^"]*)")?`)
	policy = regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`)
)

func TestPolicyNamesStyleAndScript(t *testing.T) {
	page := render(t, samples.Record(), samples.Talk)
	got := html.UnescapeString(policy.FindStringSubmatch(page)[1])
	if !strings.HasPrefix(got, "default-src 'none';") || strings.Contains(got, "unsafe") {
		t.Errorf("policy: %s", got)
	}
	for _, inline := range []*regexp.Regexp{samples.Scripts, samples.Styles} {
		found := inline.FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("%d matches of %v, want 1", len(found), inline)
		}
		sum := sha256.Sum256([]byte(found[0][1]))
		if hash := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(got, "'sha256-"+hash+"'") {
			t.Errorf("%s is not in the policy %s", hash, got)
		}
	}
	if strings.Index(page, "http-equiv") > strings.Index(page, "<style") {
		t.Error("the policy comes after what it is to restrict")
	}
}

// Nothing is loaded, sent or run: links stay in the page, and no attribute is a style or a script.
func TestPageNeedsNothing(t *testing.T) {
	page := render(t, samples.Record(), samples.Talk)
	needsNothing(t, page)
	for _, text := range []string{"javascript:alert(1)", "https://example.org/x.js", `" href="https://example.org/`} {
		rec, talk := samples.HostileRecord(text)
		needsNothing(t, render(t, rec, talk))
	}
	own := samples.Styles.FindString(page) + samples.Scripts.FindString(page)
	for _, forbidden := range []string{"url(", "@import", "fetch(", "innerHTML", "eval(", "http:", "https:", "XMLHttp"} {
		if strings.Contains(own, forbidden) {
			t.Errorf("style or script contains %q", forbidden)
		}
	}
}

// loading are the attributes by which a page loads or sends something, or looks otherwise than its style says.
var loading = []string{"src", "srcset", "style", "action", "formaction", "data", "poster", "ping", "background"}

func needsNothing(t *testing.T, page string) {
	t.Helper()
	for _, tag := range samples.Tags.FindAllStringSubmatch(samples.Body(page), -1) {
		for _, attr := range attrs.FindAllStringSubmatch(tag[2], -1) {
			name, value := strings.ToLower(attr[1]), html.UnescapeString(attr[2])
			switch {
			case name == "href" && !strings.HasPrefix(value, "#"):
				t.Errorf("<%s> leads to %.60q", tag[1], value)
			case slices.Contains(loading, name), strings.HasPrefix(name, "on"):
				t.Errorf("<%s> has %s=%.60q", tag[1], name, value)
			}
		}
	}
}

// skeleton is a page's tags with the names of their attributes.
func skeleton(page string) []string {
	var list []string
	for _, tag := range samples.Tags.FindAllStringSubmatch(samples.Body(page), -1) {
		for _, attr := range attrs.FindAllStringSubmatch(tag[2], -1) {
			tag[1] += " " + attr[1]
		}
		list = append(list, tag[1])
	}
	return list
}

// Whatever a text says, the page has the same elements as with a harmless one, and no character that is obeyed.
func TestHostileTextIsOnlyText(t *testing.T) {
	harmless, talk := samples.HostileRecord("x")
	want := skeleton(render(t, harmless, talk))
	for _, text := range samples.Hostile {
		rec, talk := samples.HostileRecord(text)
		page := render(t, rec, talk)
		got := skeleton(page)
		// A head of two lines can be folded, a head of one cannot.
		got = slices.DeleteFunc(got, func(tag string) bool {
			return tag == "details" || tag == "summary" || tag == "/summary" || tag == "/details"
		})
		want := slices.DeleteFunc(slices.Clone(want), func(tag string) bool {
			return tag == "details" || tag == "summary" || tag == "/summary" || tag == "/details"
		})
		if !slices.Equal(got, want) {
			i := 0
			for i < min(len(got), len(want)) && got[i] == want[i] {
				i++
			}
			t.Errorf("%.40q: tag %d differs: got %q, want %q", text, i, got[i:min(i+3, len(got))], want[i:min(i+3, len(want))])
		}
		if !samples.IsSafe(page, "\n") {
			t.Errorf("%.40q: the page holds characters that are obeyed", text)
		}
		if len(page) > 3<<20 {
			t.Errorf("%.40q: the page has %d bytes", text, len(page))
		}
	}
}

var void = []string{"meta", "input", "rect", "line", "use", "path", "circle", "!doctype"}

func TestTagsAreBalanced(t *testing.T) {
	one := samples.Record()
	one.Peers = one.Peers[:1]
	for _, rec := range []*record.Record{samples.Record(), one, {}} {
		var open []string
		for _, tag := range samples.Tags.FindAllStringSubmatch(samples.Body(render(t, rec, samples.Talk)), -1) {
			name, closing := strings.CutPrefix(tag[1], "/")
			switch {
			case slices.Contains(void, name):
			case !closing:
				open = append(open, name)
			case len(open) == 0 || open[len(open)-1] != name:
				t.Fatalf("</%s> closes %v", name, open)
			default:
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Errorf("left open: %v", open)
		}
	}
}

var ids, links = regexp.MustCompile(`\sid="([^"]*)"`), regexp.MustCompile(`href="#([^"]*)"`)

// Every link leads to an element or is a filter, and no two elements have the same name, whatever the peers are called.
func TestAnchors(t *testing.T) {
	rec := samples.Record()
	names := []string{"a", "A", "a/", "a b", "a%20b", "shown", "peers", "5.6", "q=1", "", "\x00", "é", "\xff", "\U0001F600", strings.Repeat("n", 300), strings.Repeat("n", 301)}
	peer := rec.Peers[0]
	peer.Cases = peer.Cases[:30]
	rec.Peers = nil
	for _, name := range names {
		peer.Name = name
		rec.Peers = append(rec.Peers, peer)
	}
	page := samples.Body(render(t, rec, nil))
	targets := make(map[string]bool)
	for _, id := range ids.FindAllStringSubmatch(page, -1) {
		if id := html.UnescapeString(id[1]); targets[id] || strings.ContainsAny(id, " \t\n") {
			t.Errorf("id %q is there twice or not valid", id)
		} else {
			targets[id] = true
		}
	}
	for _, link := range links.FindAllStringSubmatch(page, -1) {
		if to := html.UnescapeString(link[1]); !targets[to] && !strings.HasPrefix(to, "v=") {
			t.Errorf("no element %q", to)
		}
	}
	if got := reports.Anchor("my server/2", "5.6"); got != "my%20server%2F2/5.6" {
		t.Errorf("Anchor gives %q", got)
	}
	for _, id := range []string{"a/1.1", "A/1.1", "a%20b/1.1", "a%2520b/1.1", "%C3%A9/1.1", "/1.1"} {
		if !targets[id] {
			t.Errorf("no element %q", id)
		}
	}
}

var hidden, needsScript = regexp.MustCompile(`\shidden\b`), regexp.MustCompile(`class="[^"]*\b(script|nothing)\b`)

// What the page says, it says without its script: nothing is hidden but what only the script can use.
func TestReadableWithoutScript(t *testing.T) {
	page := samples.Body(render(t, samples.Record(), samples.Talk))
	for _, tag := range samples.Tags.FindAllStringSubmatch(page, -1) {
		if hidden.MatchString(tag[2]) && !needsScript.MatchString(tag[2]) {
			t.Errorf("hidden: <%s%s>", tag[1], tag[2])
		}
	}
	text := samples.Words(page)
	for _, want := range []string{
		"2 of 109 cases failed", "Ran109", "8.4 s", "7f3a19c2", "2026.1", "23 November 2026, 10:00 UTC",
		"libfoo server ws://127.0.0.1:9001/ · round trip 0.2 ms · 16 connections at once",
		"24.1 A server closes on an unmasked frame", "RFC6455-5.1-3 MUST RFC 6455, section 5.1",
		"The server MUST close the connection upon receiving a frame that is not masked.",
		"Expected" + samples.Unmasked.Findings[0].Expected, "Got" + samples.Unmasked.Findings[0].Got,
		"the same in all 6 variants", "2 of 4 tries", "wstest says OK", "flaky", "MSK-01",
		"wstest by its own rules: OK, close UNCLEAN. wsspec: fail, unclean close.", "wrong close code 1008",
		"0.2 sent Text FIN 2 81 02 68 69 \"hi\" the fault", "0.5 got Text FIN 2 81 02 68 69 \"hi\" must not happen finding 1",
		"3 not shown", "GET / HTTP/1.1Host: 127.0.0.1:9001",
		"wsspec test ws://127.0.0.1:9001/ --cases 24.1 --trace", "wsspec listen --cases 32.4 --trace",
		"The program ended during case 32.4: SIGSEGV.", "panic: runtime error: index out of range",
		"The client serves one connection at a time", "too many open files", "the server did not accept permessage-deflate",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestMatrix(t *testing.T) {
	page := samples.Body(render(t, samples.Record(), nil))
	for _, want := range []string{
		`<th scope="col"><span class="number">7</span> Closing</th>`,
		`<td class="fail"><a href="#libfoo/chapter-7"><span class="sign" aria-hidden="true">✗</span> <b>6</b>/8<span class="unseen">: 1 fail 1 informational</span></a></td>`,
		`<td class="pass"><a href="#libfoo/chapter-1"><span class="sign" aria-hidden="true">✓</span> <b>7</b></a></td>`,
		`<td class="none"><span aria-hidden="true">·</span><span class="unseen">not asked</span></td>`,
		`<th scope="row" title="libfoo"><a href="#libfoo/">libfoo</a></th>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the matrix does not hold %s", want)
		}
	}
}

// casesOf are so many cases with each verdict.
func casesOf(counts record.Counts) (cases []record.Case) {
	for v, n := range counts {
		for i := range n {
			cases = append(cases, record.Case{ID: fmt.Sprintf("1.%s.%d", v, i), Verdict: v})
		}
	}
	return cases
}

func TestHeadline(t *testing.T) {
	for _, test := range []struct {
		counts       record.Counts
		planned, ran int
		want         string
		alarm        record.Verdict
	}{
		{record.Counts{record.Pass: 249}, 249, 249, "No failure in 249 cases", record.Pass},
		{record.Counts{record.Pass: 248, record.Fail: 1}, 300, 249, "1 of 249 cases failed", record.Fail},
		{record.Counts{record.Pass: 248, record.Error: 1}, 249, 249, "1 of 249 cases could not be carried out", record.Error},
		{record.Counts{record.Pass: 12}, 249, 12, "Incomplete: 12 of 249 cases ran", record.Error},
		{record.Counts{}, 0, 0, "No case ran", record.Error},
	} {
		page := render(t, &record.Record{Planned: test.planned, Ran: test.ran, Peers: []record.Peer{{Cases: casesOf(test.counts)}}}, nil)
		if want := fmt.Sprintf(`<h1 class="headline %s">%s</h1>`, test.alarm, test.want); !strings.Contains(page, want) {
			t.Errorf("no %s on the page", want)
		}
	}
}

// A run that is not complete says so first, whatever the reason.
func TestIncompleteRun(t *testing.T) {
	for _, test := range []struct {
		planned     int
		interrupted string
		want        string
	}{
		{736, "SIGINT", "109 of 736 planned cases have a verdict; it was ended early by SIGINT."},
		{736, "", "109 of 736 planned cases have a verdict."},
		{109, "SIGTERM", "109 of 109 planned cases have a verdict; it was ended early by SIGTERM."},
		{109, "", ""},
	} {
		rec := samples.Record()
		rec.Planned, rec.Interrupted = test.planned, test.interrupted
		text := samples.Words(render(t, rec, nil))
		if told := strings.Contains(text, "The run is not complete. "+test.want); told != (test.want != "") {
			t.Errorf("%+v: told %v", test, told)
		}
	}
}

var bar = regexp.MustCompile(`<svg class="bar" viewBox="0 0 1000 8".*`)

func TestBarsAddUp(t *testing.T) {
	for n := range 40 {
		counts := record.Counts{record.Pass: n, record.Fail: 3, record.NonStrict: n % 7}
		page := render(t, &record.Record{Peers: []record.Peer{{Cases: casesOf(counts)}}}, nil)
		x := 0
		for _, rect := range regexp.MustCompile(`x="(\d+)" width="(\d+)" height="8"`).FindAllStringSubmatch(bar.FindString(page), -1) {
			if rect[1] != strconv.Itoa(x) {
				t.Fatalf("%v: %s does not follow %d", counts, rect[0], x)
			}
			width, _ := strconv.Atoi(rect[2])
			x += width
		}
		if x != 1000 {
			t.Errorf("%v: the bar ends at %d", counts, x)
		}
	}
}

// longTalk is the conversation of a case of chapter 9, as far as a transcript holds it.
func longTalk() *record.Transcript {
	long := &record.Transcript{Omitted: 65_000, OmittedAt: 200}
	for i := range 300 {
		long.Entries = append(long.Entries, samples.Frame(int64(i), record.SideSent, 1, "Text", strings.Repeat("x", 120)))
	}
	return long
}

// 303 cases with the longest conversations stay below 5 MB, and cases that did not pass keep more of theirs.
func TestPageSize(t *testing.T) {
	rec := samples.Measured("p")
	rec.Peers[0].Cases[5].Verdict = record.Fail
	long := longTalk()
	page := render(t, rec, func(string, string) *record.Transcript { return long })
	if len(page) > 5<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	if n := strings.Count(page, `<tr class="sent">`); n != 60+302*14 {
		t.Errorf("%d entries, want 60 for the failure and 14 for each other case", n)
	}
}

// fleetTalk gives every tenth case the longest conversation, and others what cases usually have.
func fleetTalk() reports.Transcripts {
	long, fault, echo := longTalk(), samples.UnmaskedTalk(), samples.EchoTalk()
	n := 0
	return func(string, string) *record.Transcript {
		n++
		switch {
		case n%10 == 0:
			return long
		case n%2 == 0:
			return fault
		}
		return echo
	}
}

// wholeFleet are thirteen peers, each of which fails every tenth case.
func wholeFleet() *record.Record {
	rec := samples.Measured("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m")
	for _, p := range rec.Peers {
		for i := range p.Cases {
			if i%10 == 3 {
				p.Cases[i].Verdict = record.Fail
				p.Cases[i].Findings = samples.Unmasked.Findings
			}
		}
	}
	return rec
}

func TestPageSizeOfFleet(t *testing.T) {
	page := render(t, wholeFleet(), fleetTalk())
	if len(page) > 25<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	for _, want := range []string{ // what passed is told in lines of text, what failed in a table
		"    0.2 ms  sent  Text, FIN, 2 bytes &#34;hi&#34; (the fault)  81 02 68 69\n", "65 286 not shown\n", `<tr class="sent marked"><td>0.2</td>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	rec := wholeFleet()
	for b.Loop() {
		var page bytes.Buffer
		if err := reports.HTML(&page, rec, fleetTalk(), nil); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(page.Len()))
	}
}

func TestManyFailuresAreGrouped(t *testing.T) {
	cases := samples.PlainCases(samples.EveryCase)
	for i := range cases {
		cases[i].Verdict = record.Fail
		cases[i].Findings = []record.Finding{{Requirement: "RFC6455-8.1-1", Severity: record.Fail, Got: fmt.Sprint("answer ", i%30)}}
	}
	page := samples.Body(render(t, &record.Record{Peers: []record.Peer{{Name: "p", Cases: cases}}}, nil))
	list := page[strings.Index(page, `class="failures"`):strings.Index(page, `class="cases"`)]
	if n := strings.Count(list, "<li>"); n != 15 {
		t.Errorf("%d failures listed, want 15", n)
	}
	var rest int
	if _, err := fmt.Sscanf(list[strings.Index(list, "and "):], "and %d more", &rest); err != nil {
		t.Fatal(err)
	}
	if listed := strings.Count(list, `href="#p/`); listed+rest != len(cases) {
		t.Errorf("%d listed and %d more, of %d", listed, rest, len(cases))
	}
}

func TestRequirementsInOrder(t *testing.T) {
	c := record.Case{ID: "1.1", Verdict: record.Pass, Requirements: []string{"RFC7692-5-1", "RFC6455-10.3-1", "RFC6455-5.2-10", "RFC6455-5.2-9"}}
	var list []string
	for _, id := range ids.FindAllStringSubmatch(samples.Body(render(t, &record.Record{Peers: []record.Peer{{Cases: []record.Case{c}}}}, nil)), -1) {
		if strings.HasPrefix(id[1], "RFC") {
			list = append(list, id[1])
		}
	}
	if want := []string{"RFC6455-5.2-9", "RFC6455-5.2-10", "RFC6455-10.3-1", "RFC7692-5-1"}; !slices.Equal(list, want) {
		t.Errorf("got %q, want %q", list, want)
	}
}
