package reports_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/joshdk/go-junit"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

func renderJUnit(t *testing.T, rec *record.Record, transcripts reports.Transcripts, gate *record.Gate) []junit.Suite {
	t.Helper()
	var out bytes.Buffer
	if err := reports.JUnit(&out, rec, transcripts, gate); err != nil {
		t.Fatal(err)
	}
	suites, err := junit.Ingest(out.Bytes())
	if err != nil {
		t.Fatalf("%v in\n%.2000s", err, out.String())
	}
	return suites
}

// find returns the test whose name begins so.
func find(t *testing.T, suites []junit.Suite, suite, name string) junit.Test {
	t.Helper()
	for _, s := range suites {
		for _, test := range s.Tests {
			if s.Name == suite && strings.HasPrefix(test.Name, name) {
				return test
			}
		}
	}
	t.Fatalf("no test %s in suite %s", name, suite)
	return junit.Test{}
}

// Every case of the record is a test, and the verdicts add up.
func TestJUnit(t *testing.T) {
	rec := samples.Record()
	suites := renderJUnit(t, rec, samples.Talk, nil)
	if len(suites) != 2 {
		t.Fatalf("%d suites, want one for each peer", len(suites))
	}
	for i, s := range suites {
		c := rec.Peers[i].Counts()
		want := junit.Totals{Tests: c.Total(), Failed: c[record.Fail], Error: c[record.Error], Skipped: c[record.Unimplemented],
			Passed: c[record.Pass] + c[record.NonStrict] + c[record.Informational], Duration: s.Totals.Duration}
		if s.Totals != want || s.Name != rec.Peers[i].Name {
			t.Errorf("%s: %+v, want %+v", s.Name, s.Totals, want)
		}
		for name, value := range map[string]string{"seed": "7f3a19c2", "catalogue": "2026.1", "profile": "standard", "url": rec.Peers[i].URL, "role": rec.Peers[i].Role} {
			if s.Properties[name] != value {
				t.Errorf("property %s is %q", name, s.Properties[name])
			}
		}
	}
	if !strings.Contains(suites[1].SystemErr, "SIGSEGV during case 32.4\npanic: runtime error") {
		t.Errorf("the end of the program: %q", suites[1].SystemErr)
	}
}

// What Jenkins, GitLab and GitHub show of a case.
func TestJUnitOfCase(t *testing.T) {
	suites := renderJUnit(t, samples.Record(), samples.Talk, nil)
	failure := find(t, suites, "libfoo", "24.1 ")
	if failure.Classname != "libfoo.24 Masking" || failure.Name != "24.1 A server closes on an unmasked frame" || failure.Duration != 1210*time.Microsecond {
		t.Errorf("%+v", failure)
	}
	e, ok := failure.Error.(junit.Error)
	if !ok || e.Type != "RFC6455-5.1-3" || e.Message != "expected the connection ends and the frame is not processed; code 1002, another legal code, or none;"+
		" got the frame was echoed; a ping sent after it was answered, so the connection lives" {
		t.Errorf("%+v", failure.Error)
	}
	for _, want := range []string{"RFC 6455, section 5.1", "81 02 68 69", "<- must not happen", "wsspec test ws://127.0.0.1:9001/ --cases 24.1 --trace"} {
		if !strings.Contains(e.Body, want) {
			t.Errorf("%q is not in %s", want, e.Body)
		}
	}
	if c := find(t, suites, "libfoo", "12.1.1 "); c.Status != junit.StatusSkipped || c.Message != "unimplemented: the server did not accept permessage-deflate" {
		t.Errorf("unimplemented: %+v", c)
	}
	if c := find(t, suites, "libfoo", "4.3 "); c.Status != junit.StatusPassed || !strings.Contains(c.SystemOut, "close code 1008") {
		t.Errorf("non-strict: %+v", c)
	}
	if c := find(t, suites, "libfoo", "7.13 "); c.Status != junit.StatusPassed || !strings.Contains(c.SystemOut, "answered with the same code") {
		t.Errorf("informational: %+v", c)
	}
	if c := find(t, suites, samples.Record().Peers[1].Name, "32.4 "); c.Status != junit.StatusError || !strings.Contains(c.Message, "too many open files") {
		t.Errorf("error: %+v", c)
	}
}

// With a baseline just those cases fail that gate.
func TestJUnitWithGate(t *testing.T) {
	suites := renderJUnit(t, samples.Record(), samples.Talk, samples.Gate())
	for name, want := range map[string]struct {
		status  junit.Status
		message string
	}{
		"24.1 ":  {junit.StatusFailed, "NEW: expected the connection ends"},
		"12.1.1": {junit.StatusFailed, "LOST: the peer does not do what --require demands; the server did not accept"},
		"7.5 ":   {junit.StatusSkipped, "known: as recorded (#401); the library leaves UTF-8 to the application; #401; wsspec-baseline.yaml:9"},
		"3.1 ":   {junit.StatusPassed, ""},
		"3.2 ":   {junit.StatusPassed, ""},
		"STALE ": {junit.StatusFailed, "STALE: recorded as fail: delete wsspec-baseline.yaml:4"},
	} {
		c := find(t, suites, "libfoo", name)
		if e, failed := c.Error.(junit.Error); failed {
			c.Message = e.Message
		}
		if c.Status != want.status || !strings.HasPrefix(c.Message, want.message) {
			t.Errorf("%s: %s %q, want %s %q", name, c.Status, c.Message, want.status, want.message)
		}
	}
	if c := find(t, suites, "run", "STALE 5.* wsspec-baseline.yaml:20"); c.Status != junit.StatusFailed || c.Classname != "gone.baseline" {
		t.Errorf("an entry for a peer that was not tested: %+v", c)
	}
}

// A strict run without a baseline fails for what is non-strict or flaky.
func TestJUnitOfStrictRun(t *testing.T) {
	suites := renderJUnit(t, samples.Record(), nil, &record.Gate{Strict: true})
	if c := find(t, suites, "libfoo", "4.3 "); c.Status != junit.StatusFailed {
		t.Errorf("%+v", c)
	}
	if got, want := suites[0].Totals.Failed, 4; got != want {
		t.Errorf("%d failures, want %d", got, want)
	}
}

// What did not run is never green.
func TestJUnitOfIncompleteRun(t *testing.T) {
	rec := samples.Record()
	rec.Planned, rec.Interrupted = 736, "SIGINT"
	c := find(t, renderJUnit(t, rec, nil, nil), "run", "every planned case ran")
	if c.Status != junit.StatusError || c.Message != "627 planned cases did not run; the run ended early by SIGINT" {
		t.Errorf("%+v", c)
	}
	rec = &record.Record{Peers: []record.Peer{{Name: "p", Untested: &record.Untested{Reason: "cannot be started", Output: []string{"no such table"}}}}}
	suites := renderJUnit(t, rec, nil, nil)
	if c := find(t, suites, "p", "the peer can be tested"); c.Status != junit.StatusError || c.Message != "cannot be started" ||
		!strings.Contains(suites[0].SystemErr, "no such table") {
		t.Errorf("%+v", suites)
	}
}

// Whatever a peer sends, the document is XML with nothing in it but what was put there.
func TestJUnitIsSafe(t *testing.T) {
	harmless, talk := samples.HostileRecord("x")
	want := elements(t, harmless, talk, "x")
	for _, text := range samples.Hostile {
		rec, hostileTalk := samples.HostileRecord(text)
		if got := elements(t, rec, hostileTalk, text); got != want {
			t.Errorf("%.40q: %d elements, want %d", text, got, want)
		}
	}
}

// counted are the numbers that a document or a suite gives, and what they count.
type counted struct {
	Name     string        `xml:"name,attr"`
	Tests    int           `xml:"tests,attr"`
	Failures int           `xml:"failures,attr"`
	Errors   int           `xml:"errors,attr"`
	Skipped  int           `xml:"skipped,attr"`
	Suites   []counted     `xml:"testsuite"`
	Cases    []countedCase `xml:"testcase"`
}

type countedCase struct {
	Failure *struct{} `xml:"failure"`
	Error   *struct{} `xml:"error"`
	Skipped *struct{} `xml:"skipped"`
}

// checkTotals compares the numbers that the document gives with what is in it.
func checkTotals(t *testing.T, document []byte) {
	t.Helper()
	var all counted
	if err := xml.Unmarshal(document, &all); err != nil {
		t.Fatal(err)
	}
	var sum [3]int
	for _, s := range all.Suites {
		count := func(has func(countedCase) bool) (n int) {
			for _, c := range s.Cases {
				if has(c) {
					n++
				}
			}
			return n
		}
		failures, errors := count(func(c countedCase) bool { return c.Failure != nil }), count(func(c countedCase) bool { return c.Error != nil })
		skipped := count(func(c countedCase) bool { return c.Skipped != nil })
		if got, want := [4]int{s.Tests, s.Failures, s.Errors, s.Skipped}, [4]int{len(s.Cases), failures, errors, skipped}; got != want {
			t.Errorf("suite %q says %d, and holds %d", s.Name, got, want)
		}
		sum = [3]int{sum[0] + len(s.Cases), sum[1] + failures, sum[2] + errors}
	}
	if got := [3]int{all.Tests, all.Failures, all.Errors}; got != sum {
		t.Errorf("all suites say %d, and hold %d", got, sum)
	}
}

// elements counts the elements of the document, which must be valid.
func elements(t *testing.T, rec *record.Record, talk reports.Transcripts, text string) (n int) {
	t.Helper()
	var out bytes.Buffer
	gate := samples.Gate()
	gate.Judgements = append(gate.Judgements, record.Judgement{Change: record.Stale, Peer: text, Case: text, Text: text, Where: text, Reason: text, Ticket: text})
	if err := reports.JUnit(&out, rec, talk, gate); err != nil {
		t.Fatal(err)
	}
	checkTotals(t, out.Bytes())
	if !samples.IsSafe(out.String(), "\n") {
		t.Error("unsafe characters")
	}
	d := xml.NewDecoder(&out)
	for {
		token, err := d.Token()
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := token.(xml.StartElement); ok {
			n++
		}
	}
}
