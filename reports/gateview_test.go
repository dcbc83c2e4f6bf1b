package reports_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

// pageGate says something of every kind about the sample.
func pageGate() *record.Gate {
	return &record.Gate{Baseline: "wsspec-baseline.yaml", Catalogue: "2026.1", Entries: 4, Judgements: []record.Judgement{
		{Change: record.Known, Peer: "libfoo", Case: "7.5", Verdict: record.Fail, Text: "as recorded", Where: "wsspec-baseline.yaml:9", Reason: "the library leaves UTF-8 to the application", Ticket: "https://example.org/issues/401"},
		{Change: record.New, Peer: "libfoo", Case: "24.1", Verdict: record.Fail, Requirement: "RFC6455-5.1-3", Text: "the frame was echoed"},
		{Change: record.Stale, Peer: "libfoo", Case: "3.*", Verdict: record.Pass, Text: "recorded as fail: delete wsspec-baseline.yaml:4", Where: "wsspec-baseline.yaml:4"},
		{Change: record.Changed, Peer: "libfoo", Case: "4.3", Verdict: record.NonStrict, Text: "another finding than recorded"},
		{Change: record.Flaky, Peer: "libfoo", Case: "3.2", Verdict: record.NonStrict, Text: "known to fail now and then"},
	}}
}

func renderGate(t *testing.T, rec *record.Record, gate *record.Gate) string {
	t.Helper()
	var page strings.Builder
	if err := reports.HTML(&page, rec, samples.Talk, gate); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

func TestGateOnThePage(t *testing.T) {
	page := renderGate(t, samples.Record(), pageGate())
	text := samples.Words(page)
	for _, want := range []string{
		"Against the baseline wsspec-baseline.yaml, 4 entries, written with catalogue 2026.1: 1 NEW, 1 CHANGED, 1 STALE, 1 known, 1 flaky. The gate is closed.",
		"NEW24.1 A server closes on an unmasked frame libfoo, failthe frame was echoed",
		"STALE3.* libfoo, passrecorded as fail: delete wsspec-baseline.yaml:4",
		"What is known and does not gate: 2", "the library leaves UTF-8 to the application https://example.org/issues/401 wsspec-baseline.yaml:9",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if first, second := strings.Index(text, "NEW24.1"), strings.Index(text, "CHANGED4.3"); first > second || second > strings.Index(text, "STALE3.*") {
		t.Error("the judgements are not in the order of their weight")
	}
	for _, want := range []string{`data-change="new"`, `data-change="known" aria-pressed`, `<span class="tag change fail">NEW</span>`, `<span class="tag change unimplemented">known</span>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	needsNothing(t, page)
}

func TestHeadlineWithGate(t *testing.T) {
	gate := pageGate()
	gate.Judgements = gate.Judgements[:1]
	rec := samples.Record()
	rec.Peers = rec.Peers[:1]
	if text := samples.Words(renderGate(t, rec, gate)); !strings.Contains(text, "Nothing new: 2 of 55 cases failed") || !strings.Contains(text, "The gate is open.") {
		t.Error("the headline does not say that nothing is new")
	}
	gate.Baseline = ""
	if text := samples.Words(renderGate(t, rec, gate)); strings.Contains(text, "Nothing new") || !strings.Contains(text, "Against what is required") {
		t.Error("without a baseline nothing is known")
	}
	for _, none := range []*record.Gate{nil, {}} {
		if strings.Contains(renderGate(t, rec, none), `class="gate"`) {
			t.Errorf("%v: a gate without anything to tell is shown", none)
		}
	}
}

// Whatever the baseline and the peers say, the page has the same elements.
func TestHostileGate(t *testing.T) {
	hostileGate := func(text string) *record.Gate {
		g := samples.Filled[record.Gate](text)
		g.Judgements[0].Change = record.New
		g.Judgements = append(g.Judgements, g.Judgements[0])
		g.Judgements[0].Peer, g.Judgements[0].Case = "libfoo", "24.1"
		return &g
	}
	rec := samples.Record()
	rec.Peers = rec.Peers[:1]
	rec.Peers[0].Cases = slices.DeleteFunc(rec.Peers[0].Cases, func(c record.Case) bool { return c.ID != "24.1" })
	want := skeleton(renderGate(t, rec, hostileGate("x")))
	for _, text := range samples.Hostile {
		page := renderGate(t, rec, hostileGate(text))
		needsNothing(t, page)
		if got := skeleton(page); strings.Join(got, " ") != strings.Join(want, " ") || !samples.IsSafe(page, "\n") {
			t.Errorf("%.40q changes the page", text)
		}
	}
}
