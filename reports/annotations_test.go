package reports_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

func annotate(t *testing.T, rec *record.Record, gate *record.Gate) []string {
	t.Helper()
	var out bytes.Buffer
	if err := reports.Annotations(&out, rec, gate); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func TestAnnotations(t *testing.T) {
	lines := annotate(t, samples.Record(), nil)
	want := []string{
		"::error title=wsspec 7.5 (libfoo)::A Close frame with an invalid reason fails the connection: expected Close 1007 or 1002, then the end of the stream;" +
			" got nothing within 2 s; the stream stayed open. RFC 6455, section 8.1. Again: wsspec test ws://127.0.0.1:9001/ --cases 7.5 --trace",
		"::error title=wsspec 24.1 (libfoo)::A server closes on an unmasked frame: expected the connection ends",
		"::error title=wsspec error (Größe & Söhne / WebSocket-Client 8.18.0 (x86_64-unknown-linux-gnu))::1 case could not be carried out: the case could not be carried out: too many open files",
	}
	checkLines(t, lines, want)
}

// checkLines compares the beginnings of lines.
func checkLines(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range got {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("line %d:\n%s\nwant\n%s", i, got[i], want[i])
		}
	}
}

// With a baseline only what gates is shown, and what is out of date at its place in the file.
func TestAnnotationsWithGate(t *testing.T) {
	gate := samples.Gate()
	gate.Judgements = append(gate.Judgements, record.Judgement{Change: record.Expired, Peer: "libfoo", Case: "4.3", Verdict: record.NonStrict,
		Text: "wsspec-baseline.yaml:7 ran out on 2026-10-31", Where: "dir,x/base:line.yaml:7"},
		record.Judgement{Change: record.Known, Peer: "elsewhere", Case: "9.1", Verdict: record.Fail, Text: "as recorded"})
	checkLines(t, annotate(t, samples.Record(), gate)[:4], []string{
		"::error file=dir%2Cx/base%3Aline.yaml,line=7,title=wsspec 4.3 (libfoo)::A frame with the reserved opcode 3",
		"::error title=wsspec 12.1.1 (libfoo)::",
		"::error title=wsspec 24.1 (libfoo)::A server closes on an unmasked frame: expected",
		"::error title=wsspec error (",
	})
	checkLines(t, annotate(t, samples.Record(), gate)[4:], []string{
		"::error file=wsspec-baseline.yaml,line=4,title=wsspec STALE 3.1 (libfoo)::recorded as fail: delete wsspec-baseline.yaml:4",
		"::error file=wsspec-baseline.yaml,line=20,title=wsspec STALE 5.* (gone)::recorded as fail",
	})
}

// GitHub shows ten: those that differ come first, and the rest is counted.
func TestAnnotationsAreFew(t *testing.T) {
	rec := &record.Record{Peers: []record.Peer{{Name: "a"}, {Name: "b"}}}
	for i := range rec.Peers {
		for n := range 30 {
			rec.Peers[i].Cases = append(rec.Peers[i].Cases, record.Case{ID: fmt.Sprintf("6.%d", n), Verdict: record.Fail,
				Findings: []record.Finding{{Requirement: "RFC6455-8.1-1", Got: fmt.Sprint(n / 2), Severity: record.Fail}}})
		}
	}
	lines := annotate(t, rec, nil)
	if len(lines) != 10+1 || lines[10] != "::notice title=wsspec::and 20 more errors: see the summary or the report" {
		t.Fatalf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	checkLines(t, lines[:2], []string{"::error title=wsspec 6.0 (a)::", "::error title=wsspec 6.0 (b)::"})
	if !strings.Contains(lines[0], " Likewise 1 case: 6.1. ") {
		t.Error(lines[0])
	}
}

func TestAnnotationsOfWhatDidNotRun(t *testing.T) {
	rec := &record.Record{Planned: 5, Ran: 3, Peers: []record.Peer{
		{Name: "p", Untested: &record.Untested{Reason: "cannot be started: 100 %"}, Cases: []record.Case{{ID: "1.1", Verdict: record.Error}}},
		{Name: "q", Cases: []record.Case{{ID: "1.1", Verdict: record.Pass}, {ID: "1.2", Verdict: record.Unimplemented}}},
	}}
	checkLines(t, annotate(t, rec, nil), []string{
		"::error title=wsspec not tested (p)::cannot be started: 100 %25",
		"::error title=wsspec incomplete::2 planned cases did not run",
	})
	if lines := annotate(t, &record.Record{Peers: rec.Peers[1:]}, nil); lines[0] != "" {
		t.Errorf("a run in which all is well: %q", lines)
	}
}

// Whatever a peer sends, each line is a single command of ours.
func TestAnnotationsAreSafe(t *testing.T) {
	ours := regexp.MustCompile(`^::(error (file=[^:,]*,line=\d+,)?title=wsspec[^:,]*|notice title=wsspec)::`)
	for _, text := range append(dangers, samples.Hostile...) {
		rec, _ := samples.HostileRecord(text)
		for _, line := range annotate(t, rec, nil) {
			if !samples.IsSafe(line, "") || !ours.MatchString(line) || strings.Contains(line, "##[") || len(line) > 16<<10 {
				t.Errorf("%.40q: %.300q", text, line)
			}
		}
	}
}
