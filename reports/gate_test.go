package reports_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

// gateSample is one peer and all that a gate can say of it.
func gateSample() (*record.Record, *record.Gate) {
	rec := samples.Record()
	rec.Peers = rec.Peers[:1]
	rec.Planned, rec.Ran = 28, 28
	known := record.Judgement{
		Change: record.Known, Peer: "libfoo", Verdict: record.Fail, Text: "as recorded (#401)", Where: "b.yaml:9", Reason: "text is the application's",
	}
	also := known
	known.Case, also.Case = "1.1", "1.2"
	return rec, &record.Gate{Baseline: "b.yaml", Catalogue: "2026.1", Entries: 5, Judgements: []record.Judgement{
		{Change: record.New, Peer: "libfoo", Case: samples.Unmasked.ID, Verdict: record.Fail, Requirement: "RFC6455-5.1-3", Text: "an echo \x1b[31mred"},
		{Change: record.Lost, Peer: "libfoo", Text: "the peer does not accept permessage-deflate, which --require demands"},
		{Change: record.Changed, Peer: "libfoo", Case: samples.WrongCode.ID, Verdict: record.Fail, Text: "other finding than recorded", Where: "b.yaml:3"},
		{Change: record.Stale, Peer: "libfoo", Case: "3.*", Verdict: record.Pass, Text: "recorded as fail: delete b.yaml:4", Where: "b.yaml:4"},
		{Change: record.Expired, Peer: "libfoo", Case: samples.LateClose.ID, Verdict: record.Fail, Text: "b.yaml:5 ran out on 2026-10-31", Where: "b.yaml:5"},
		known, also,
		{Change: record.Flaky, Peer: "libfoo", Case: "2.1", Verdict: record.NonStrict, Text: "7 of 10 runs pass; does not gate", Where: "b.yaml:7"},
		{Change: record.Added, Peer: "libfoo", Case: "2.2", Verdict: record.Fail, Text: "new in catalogue 2026.2"},
	}}
}

func gatedText(t *testing.T, rec *record.Record, gate *record.Gate, options reports.GateOptions) string {
	t.Helper()
	var out bytes.Buffer
	if err := reports.Gated(&out, rec, samples.Talk, gate, options); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGated(t *testing.T) {
	rec, gate := gateSample()
	got := gatedText(t, rec, gate, reports.GateOptions{Report: "out/index.html"})
	if !strings.HasPrefix(got, "wsspec 0.1.0   catalogue 2026.1   profile standard   seed 7f3a19c2   baseline b.yaml (5 entries, written with catalogue 2026.1)\n") {
		t.Errorf("begins with %.200s", got)
	}
	if !strings.Contains(got, "\nFAIL "+samples.Unmasked.ID+" ") || strings.Contains(got, "\nFAIL 1.1 ") || strings.Contains(got, "\x1b") {
		t.Errorf("shows other failures than those that gate, or a control character:\n%s", got)
	}
	report := "   out/index.html#libfoo/"
	want := strings.Join([]string{
		"NEW        " + fmt.Sprintf("%-7s", samples.Unmasked.ID) + `  fail           an echo \x1b[31mred   RFC6455-5.1-3  MUST` + report + samples.Unmasked.ID,
		"LOST                               the peer does not accept permessage-deflate, which --require demands",
		"CHANGED    " + fmt.Sprintf("%-7s", samples.WrongCode.ID) + "  fail           other finding than recorded   b.yaml:3" + report + samples.WrongCode.ID,
		"STALE      3.*      pass           recorded as fail: delete b.yaml:4",
		"EXPIRED    " + fmt.Sprintf("%-7s", samples.LateClose.ID) + "  fail           b.yaml:5 ran out on 2026-10-31" + report + samples.LateClose.ID,
		"known      1.1-1.2  fail           as recorded (#401): text is the application's   b.yaml:9",
		"flaky      2.1      non-strict     7 of 10 runs pass; does not gate   b.yaml:7",
		"added      2.2      fail           new in catalogue 2026.2" + report + "2.2",
		"libfoo  28 planned, 28 ran in 8.4 s: 1 new, 1 lost, 1 changed, 1 stale, 1 expired | 2 known, 1 flaky, 1 added",
	}, "\n") + "\n"
	if i := strings.Index(got, "\nNEW "); i < 0 || cmp.Diff(want, got[i+1:]) != "" {
		t.Errorf("(-want +got):\n%s", cmp.Diff(want, got[i+1:]))
	}
}

func TestGatedBrief(t *testing.T) {
	rec, gate := gateSample()
	got := gatedText(t, rec, gate, reports.GateOptions{Brief: true})
	if strings.Contains(got, "baseline b.yaml") || strings.Contains(got, "\nknown") || strings.Contains(got, "index.html") || !strings.Contains(got, "\nSTALE") {
		t.Errorf("got\n%s", got)
	}
}

// Without a baseline the summary has said what failed.
func TestGatedWithoutBaseline(t *testing.T) {
	rec, gate := gateSample()
	rec.Planned++
	gate.Baseline, gate.Judgements = "", gate.Judgements[1:2]
	const want = "\nLOST         unimplemented  not offered\nlibfoo  29 planned, 28 ran in 8.4 s: 1 lost\n"
	gate.Judgements[0].Text, gate.Judgements[0].Verdict = "not offered", record.Unimplemented
	if got := gatedText(t, rec, gate, reports.GateOptions{}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Several peers have a line each and one for all; what could not be carried out is shown, and what is missing.
func TestGatedFleet(t *testing.T) {
	rec := samples.Record()
	rec.Planned += 2
	got := gatedText(t, rec, &record.Gate{Baseline: "b.yaml", Entries: 1}, reports.GateOptions{})
	for _, want := range []string{
		"baseline b.yaml (1 entry, ", "\nERROR " + samples.Broken.ID, "\nlibfoo  ", " ran, 1 could not be carried out: nothing gates\n", "\nall  ",
		"\nincomplete: 2 planned cases did not run\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}
