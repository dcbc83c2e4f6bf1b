package reports

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// samplePlaces are those of a fleet file with a peer on each line.
var samplePlaces = SARIFPlaces{
	Peer: func(name string) Place { return Place{"sub dir/wsspec.yaml", 3 + len(name)} },
	File: func(name string) string { return "root/" + name },
}

// readSARIF is a file of SARIF as GitHub reads it.
type readSARIF struct {
	Version string
	Runs    []struct {
		Tool struct {
			Driver struct {
				Name, Version string
				Rules         []sarifRule
			}
		}
		Invocations []sarifInvocation
		Results     []sarifResult
	}
}

func writeSARIF(t *testing.T, rec *record.Record, gate *record.Gate) (text string, read readSARIF) {
	t.Helper()
	var out strings.Builder
	if err := SARIF(&out, rec, gate, samplePlaces); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(out.String()), &read); err != nil || len(read.Runs) != 1 || read.Version != "2.1.0" {
		t.Fatalf("%v, %+v", err, read)
	}
	return out.String(), read
}

// line is a result in a line.
func (r sarifResult) line() string {
	at := r.Locations[0].Physical
	s := fmt.Sprintf("%s %s %s:%d", r.Level, r.RuleID, at.Artifact.URI, at.Region.StartLine)
	for _, why := range r.Suppressions {
		s += " suppressed: " + why.Justification
	}
	return s
}

func TestSARIF(t *testing.T) {
	_, read := writeSARIF(t, sample(), nil)
	run := read.Runs[0]
	var lines []string
	for _, r := range run.Results {
		lines = append(lines, r.line())
	}
	want := []string{"error RFC6455-8.1-1 sub%20dir/wsspec.yaml:9", "error RFC6455-5.1-3 sub%20dir/wsspec.yaml:9"}
	for _, line := range want {
		if !slices.Contains(lines, line) {
			t.Errorf("no result %q in\n%s", line, strings.Join(lines, "\n"))
		}
	}
	message := run.Results[slices.Index(lines, want[1])].Message.Text
	for _, words := range []string{"libfoo, case 24.1: A server closes on an unmasked frame. Expected ", "; got ", "RFC 6455, section 5.1.", "Again: wsspec test ws://127.0.0.1:9001/ --cases 24.1 --trace"} {
		if !strings.Contains(message, words) {
			t.Errorf("the message has no %q: %s", words, message)
		}
	}
	rules := run.Tool.Driver.Rules
	i := slices.IndexFunc(rules, func(r sarifRule) bool { return r.ID == "RFC6455-5.1-3" })
	if i < 0 || !strings.Contains(rules[i].Full.Text, "MUST close the connection upon receiving a frame that is not masked") ||
		!strings.Contains(rules[i].Help.Markdown, "> ") || rules[i].HelpURI != "https://www.rfc-editor.org/rfc/rfc6455#section-5.1" {
		t.Errorf("the rule is %+v", rules[max(i, 0)])
	}
	for _, r := range run.Results {
		if !slices.ContainsFunc(rules, func(rule sarifRule) bool { return rule.ID == r.RuleID }) {
			t.Errorf("no rule %s", r.RuleID)
		}
	}
	if n := run.Invocations[0].Notifications; run.Invocations[0].Successful || len(n) == 0 || !strings.Contains(n[0].Message.Text, "could not be carried out") {
		t.Errorf("a case in error is told by %+v", n)
	}
}

// What the baseline knows is suppressed, at its place in the baseline; what is out of date there is a result.
func TestSARIFWithGate(t *testing.T) {
	_, read := writeSARIF(t, sample(), sampleGate())
	known, stale, last := 0, 0, ""
	for _, r := range read.Runs[0].Results {
		last = r.line()
		switch {
		case strings.Contains(r.Message.Text, "case 7.5:"):
			known++
			want := "note RFC6455-8.1-1 sub%20dir/wsspec.yaml:9 suppressed: known: as recorded (#401); the library leaves UTF-8 to the application; #401; wsspec-baseline.yaml:9"
			place := r.Suppressions[0].Location.Physical
			if r.line() != want || place.Artifact.URI != "root/wsspec-baseline.yaml" || place.Region.StartLine != 9 {
				t.Errorf("%s, at %+v\nwant\n%s", r.line(), place, want)
			}
		case r.RuleID == "STALE" && strings.HasPrefix(r.Message.Text, "libfoo: "):
			stale++
			if !strings.HasPrefix(r.line(), "error STALE root/wsspec-baseline.yaml:4") {
				t.Errorf("%s", r.line())
			}
		}
	}
	if known != 1 || stale != 1 || !strings.Contains(last, "suppressed") {
		t.Errorf("%d results of 7.5, %d about the stale entry, the last result is %s", known, stale, last)
	}
}

// A result is the same from run to run by peer, case and requirement, and different from all others, whatever else changes.
func TestSARIFFingerprints(t *testing.T) {
	prints := func(rec *record.Record, gate *record.Gate) map[string]string {
		_, read := writeSARIF(t, rec, gate)
		all := make(map[string]string)
		for _, r := range read.Runs[0].Results {
			hash := r.Fingerprints["primaryLocationLineHash"]
			if hash == "" || all[hash] != "" {
				t.Errorf("two results have the fingerprint %q", hash)
			}
			all[hash] = r.RuleID + r.Locations[0].Logical[0].Name
		}
		return all
	}
	twice := func() *record.Record { // two cases that break the same requirement
		rec := sample()
		other := *rec.Peer("libfoo").Case("24.1")
		other.ID = "24.2"
		rec.Peer("libfoo").Cases = append(rec.Peer("libfoo").Cases, other)
		return rec
	}
	later := twice()
	later.Seed, later.Tool = "other", "wsspec 0.2.0"
	for i := range later.Peers {
		for k := range later.Peers[i].Cases {
			later.Peers[i].URL = "ws://127.0.0.1:1/"
			c := &later.Peers[i].Cases[k]
			c.Findings = slices.Clone(c.Findings) // the sample's are shared
			for n := range c.Findings {
				c.Findings[n].Got += " after 3 ms"
			}
		}
	}
	slices.Reverse(later.Peers)
	before, after := prints(twice(), nil), prints(later, nil)
	if len(before) == 0 || len(before) != len(after) {
		t.Fatalf("%d results became %d", len(before), len(after))
	}
	for hash, what := range before {
		if after[hash] != what {
			t.Errorf("%s was %s and is %s", hash, what, after[hash])
		}
	}
}

// Nothing of a peer becomes a link, a placeholder or a call in a message.
func TestSARIFIsInert(t *testing.T) {
	for _, text := range []string{"[a](javascript:b)", "[a] \t(b)", "{0}{12}", "@everybody", "\x1b[31m\u202e"} {
		rec, _ := hostileRecord(text)
		rec.Peers[0].Cases[0].Verdict = record.Fail
		out, read := writeSARIF(t, rec, nil)
		if strings.ContainsAny(out, "\x1b\u202e") {
			t.Errorf("%q: what steers a terminal is in the file", text)
		}
		for _, r := range read.Runs[0].Results {
			if sarifLink.MatchString(strings.ReplaceAll(r.Message.Text, "] \u200b(", "")) || sarifPlaceholder.MatchString(r.Message.Text) ||
				strings.Contains(strings.ReplaceAll(r.Message.Text, "@\u200b", ""), "@") {
				t.Errorf("%q: %s", text, r.Message.Text)
			}
		}
	}
}

// However much fails, the file has no more results than GitHub takes, and says what is missing; what fails the run comes first.
func TestSARIFLimits(t *testing.T) {
	p := record.Peer{Name: "p"}
	for i := range sarifResults {
		p.Cases = append(p.Cases, record.Case{ID: fmt.Sprintf("1.%d", i), Title: "t", Verdict: record.NonStrict})
	}
	p.Cases = append(p.Cases, record.Case{ID: "99.1", Title: "t", Verdict: record.Fail})
	_, read := writeSARIF(t, &record.Record{Tool: "wsspec 0.1.0", Planned: len(p.Cases), Ran: len(p.Cases), Peers: []record.Peer{p}}, nil)
	run := read.Runs[0]
	notes := run.Invocations[0].Notifications
	if len(run.Results) != 25_000 || len(notes) != 1 || !strings.HasPrefix(notes[0].Message.Text, "1 result had no room") {
		t.Errorf("%d results, and %+v", len(run.Results), notes)
	}
	if run.Results[0].Level != "error" || run.Results[1].Level != "note" {
		t.Errorf("the first is %s", run.Results[0].line())
	}
}

// What cannot be compressed is let in until the file is as long as GitHub takes it.
func TestSARIFRoom(t *testing.T) {
	room, source, text := newSARIFRoom(), rand.NewChaCha8([32]byte{}), make([]byte, 100_000)
	in := 0
	for source.Read(text); room.has(text) && in < 20_000_000; source.Read(text) {
		in += len(text)
	}
	if in < 8_500_000 || in > 9_500_000 {
		t.Errorf("%d bytes are let in", in)
	}
}
