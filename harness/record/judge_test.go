package record_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

// result is a case with that verdict, which broke those requirements.
func result(id string, v record.Verdict, broken ...string) record.Case {
	c := record.Case{ID: id, Verdict: v}
	for _, b := range broken {
		c.Findings = append(c.Findings, record.Finding{Requirement: b, Severity: v, Got: "what " + id + " did"})
	}
	return c
}

func flakyPass(id string) record.Case { return record.Case{ID: id, Verdict: record.Pass, Flaky: true} }

const framing, text, closing = "RFC6455-5.1-3", "RFC6455-8.1-1", "RFC6455-7.4.1-7"

// ranBy is a run on the peer a in which these cases came out so, and all others passed.
func ranBy(cases ...record.Case) *record.Record {
	p := record.Peer{Name: "a", Cases: cases}
	for _, c := range someCases.Cases {
		if p.Case(c.ID) == nil {
			p.Cases = append(p.Cases, record.Case{ID: c.ID, Aliases: c.Aliases, Verdict: record.Pass})
		}
	}
	rec := &record.Record{Peers: []record.Peer{p}}
	rec.Sort()
	return rec
}

// without takes cases out of a record.
func without(rec *record.Record, ids ...string) *record.Record {
	var left []record.Case
	for _, c := range rec.Peers[0].Cases {
		if !strings.Contains(" "+strings.Join(ids, " ")+" ", " "+c.ID+" ") {
			left = append(left, c)
		}
	}
	rec.Peers[0].Cases = left
	return rec
}

// accepting is a baseline of the peer a, of the newest catalogue.
func accepting(entries string) string { return "catalogue: \"2026.10\"\npeers:\n  a:\n" + entries }

var today = time.Date(2026, 11, 25, 23, 59, 0, 0, time.UTC)

func TestJudge(t *testing.T) {
	deflate := func(string) []record.Demand { return []record.Demand{{"permessage-deflate", "--require"}} }
	offers := func(rec *record.Record, features ...string) *record.Record {
		rec.Peers[0].Probe = &record.Probe{Features: append([]string{}, features...)}
		return rec
	}
	for _, test := range []struct {
		name     string
		baseline string
		rec      *record.Record
		rules    record.GateRules
		want     string // CHANGE case verdict requirement text, a line each
	}{
		{"all is well", accepting(""), ranBy(), record.GateRules{}, ""},
		{"new", accepting(""), ranBy(result("2.1", record.Fail, framing)), record.GateRules{}, "NEW 2.1 fail RFC6455-5.1-3 what 2.1 did"},
		{"new, of a peer that the baseline does not name", "catalogue: 2026.10\n", ranBy(result("2.1", record.Fail, framing)), record.GateRules{},
			"NEW 2.1 fail RFC6455-5.1-3 what 2.1 did"},
		{"non-strict is no failure", accepting(""), ranBy(result("2.1", record.NonStrict, framing)), record.GateRules{}, ""},
		{"but it is if it has to be strict", accepting(""), ranBy(result("2.1", record.NonStrict, framing)), record.GateRules{Strict: true},
			"NEW 2.1 non-strict RFC6455-5.1-3 what 2.1 did"},
		{"errors say nothing", accepting("    - case: 2.1\n"), ranBy(result("2.1", record.Error), result("2.10", record.Error)), record.GateRules{}, ""},

		{"known", accepting("    - case: 2.1\n      requirement: RFC6455-5.1-3\n      ticket: \"#7\"\n"), ranBy(result("2.1", record.Fail, framing)), record.GateRules{},
			"known 2.1 fail RFC6455-5.1-3 as recorded (#7)"},
		{"known, whatever is broken", accepting("    - case: 2.1\n"), ranBy(result("2.1", record.Fail, framing, text)), record.GateRules{},
			"known 2.1 fail RFC6455-5.1-3 as recorded"},
		{"known by a pattern, of which one passes", accepting("    - case: 6.4.*\n"), ranBy(result("6.4.1", record.Fail, text), result("6.4.3", record.Fail, text)), record.GateRules{},
			"known 6.4.1 fail RFC6455-8.1-1 as recorded\nknown 6.4.3 fail RFC6455-8.1-1 as recorded"},
		{"known by an alias", accepting("    - case: PAS-01\n"), ranBy(record.Case{ID: "0.1", Aliases: []string{"PAS-01"}, Verdict: record.Fail}), record.GateRules{},
			"known 0.1 fail  as recorded"},
		{"known as non-strict", accepting("    - case: 2.1\n      verdict: non-strict\n"), ranBy(result("2.1", record.NonStrict, framing)), record.GateRules{},
			"known 2.1 non-strict RFC6455-5.1-3 as recorded"},
		{"one of two findings is known", accepting("    - case: 2.1\n      requirement: RFC6455-5.1-3, RFC6455-8.1-1\n"), ranBy(result("2.1", record.Fail, text)), record.GateRules{},
			"known 2.1 fail RFC6455-8.1-1 as recorded"},

		{"another finding", accepting("    - case: 2.1\n      requirement: RFC6455-8.1-1\n"), ranBy(result("2.1", record.Fail, closing)), record.GateRules{},
			"CHANGED 2.1 fail RFC6455-7.4.1-7 other finding than recorded (RFC6455-7.4.1-7, was RFC6455-8.1-1): counts as new"},
		{"a second finding", accepting("    - case: 2.1\n      requirement: RFC6455-8.1-1\n"), ranBy(result("2.1", record.Fail, text, closing)), record.GateRules{},
			"CHANGED 2.1 fail RFC6455-7.4.1-7 other finding than recorded (RFC6455-7.4.1-7, was RFC6455-8.1-1): counts as new"},
		{"a worse verdict", accepting("    - case: 2.1\n      verdict: non-strict\n"), ranBy(result("2.1", record.Fail, framing)), record.GateRules{},
			"CHANGED 2.1 fail RFC6455-5.1-3 other verdict than recorded (fail, was non-strict): counts as new"},
		{"the entry that says most decides", accepting("    - case: 6.4.1\n      requirement: RFC6455-7.4.1-7\n    - case: 6.*\n    - case: 6.4.*\n      requirement: RFC6455-5.1-3\n"),
			ranBy(result("6.4.1", record.Fail, text), result("6.4.2", record.Fail, framing), result("6.5.1", record.Fail, text)), record.GateRules{},
			"CHANGED 6.4.1 fail RFC6455-8.1-1 other finding than recorded (RFC6455-8.1-1, was RFC6455-7.4.1-7): counts as new\n" +
				"known 6.4.2 fail RFC6455-5.1-3 as recorded\nknown 6.5.1 fail RFC6455-8.1-1 as recorded"},

		{"stale", accepting("    # gone?\n    - case: 2.1\n      verdict: fail\n"), ranBy(), record.GateRules{}, "STALE 2.1 pass  recorded as fail: delete b.yaml:4-6"},
		{"stale pattern", accepting("    - case: 6.*\n"), ranBy(result("6.5.1", record.Informational)), record.GateRules{}, "STALE 6.* informational  recorded as fail: delete b.yaml:4"},
		{"better is stale, too", accepting("    - case: 2.1\n"), ranBy(result("2.1", record.NonStrict, framing)), record.GateRules{}, "STALE 2.1 non-strict  recorded as fail: delete b.yaml:4"},
		{"not run is not stale", accepting("    - case: 2.1\n    - case: 6.*\n"), without(ranBy(), "2.1", "6.4.2"), record.GateRules{}, ""},
		{"chapter 0 has not seen everything", accepting("    - case: 0.1\n"), without(ranBy(), "2.10"), record.GateRules{}, ""},
		{"chapter 0 has seen everything", accepting("    - case: 0.1\n"), ranBy(), record.GateRules{}, "STALE 0.1 pass  recorded as fail: delete b.yaml:4"},
		{"passed at a second try is not stale", accepting("    - case: 2.1\n"), ranBy(flakyPass("2.1")), record.GateRules{},
			"flaky 2.1 pass  failed once and passed when it was tried again; does not gate"},

		{"expired", accepting("    - case: 2.1\n      until: 2026-11-24\n      ticket: \"#7\"\n"), ranBy(result("2.1", record.Fail, framing)), record.GateRules{},
			"EXPIRED 2.1 fail RFC6455-5.1-3 b.yaml:4 ran out on 2026-11-24 (#7)"},
		{"the last day counts", accepting("    - case: 2.1\n      until: 2026-11-25\n"), ranBy(result("2.1", record.Fail, framing)), record.GateRules{},
			"known 2.1 fail RFC6455-5.1-3 as recorded"},
		{"expired, but passes", accepting("    - case: 2.1\n      until: 2026-11-24\n"), ranBy(), record.GateRules{}, "STALE 2.1 pass  recorded as fail: delete b.yaml:4-5"},

		{"flaky", accepting("    - case: 2.1\n      flaky: true\n"), ranBy(result("2.1", record.Fail, framing)), record.GateRules{},
			"flaky 2.1 fail RFC6455-5.1-3 known to fail now and then; does not gate"},
		{"flaky of ten", accepting("    - case: 2.1\n      flaky: true\n"), ranBy(
			record.Case{ID: "2.1", Verdict: record.NonStrict, Runs: []record.Verdict{record.Pass, record.NonStrict, record.Pass}}), record.GateRules{},
			"flaky 2.1 non-strict  2 of 3 runs pass; does not gate"},
		{"flaky is never stale", accepting("    - case: 2.1\n      flaky: true\n"), ranBy(), record.GateRules{}, ""},
		{"flaky, but in another way", accepting("    - case: 2.1\n      flaky: true\n      requirement: RFC6455-8.1-1\n"), ranBy(result("2.1", record.Fail, framing)), record.GateRules{},
			"CHANGED 2.1 fail RFC6455-5.1-3 other finding than recorded (RFC6455-5.1-3, was RFC6455-8.1-1): counts as new"},
		{"flaky as it turned out", accepting(""), ranBy(flakyPass("2.1")), record.GateRules{}, "flaky 2.1 pass  failed once and passed when it was tried again; does not gate"},
		{"flaky fails if it has to be strict", accepting(""), ranBy(flakyPass("2.1")), record.GateRules{Strict: true}, "NEW 2.1 pass  failed once and passed when it was tried again"},

		{"added", "catalogue: 2026.1\n", ranBy(result("31.7", record.Fail, text), result("2.1", record.Fail, text)), record.GateRules{},
			"NEW 2.1 fail RFC6455-8.1-1 what 2.1 did\nadded 31.7 fail RFC6455-8.1-1 new in catalogue 2026.2: reported, gates once accepted or with --new-cases fail"},
		{"added gates", "catalogue: 2026.1\n", ranBy(result("31.7", record.Fail, text)), record.GateRules{FailNew: true},
			"NEW 31.7 fail RFC6455-8.1-1 new in catalogue 2026.2: what 31.7 did"},
		{"no longer new", "catalogue: 2026.2\n", ranBy(result("31.7", record.Fail, text)), record.GateRules{}, "NEW 31.7 fail RFC6455-8.1-1 what 31.7 did"},

		{"lost", accepting(""), offers(ranBy(result("2.1", record.Unimplemented))), record.GateRules{Required: deflate},
			"LOST  unimplemented  the peer does not accept permessage-deflate, which --require demands\n" +
				"LOST 2.1 unimplemented  the peer does not do what --require demands: permessage-deflate"},
		{"lost without a baseline", "", offers(ranBy(result("2.10", record.Fail, text))), record.GateRules{Required: deflate},
			"LOST  unimplemented  the peer does not accept permessage-deflate, which --require demands"},
		{"offered", accepting(""), offers(ranBy(), "permessage-deflate"), record.GateRules{Required: deflate}, ""},
		{"was not asked", accepting(""), ranBy(), record.GateRules{Required: deflate}, ""},
		{"unimplemented is no failure unless required", accepting(""), offers(ranBy(result("2.1", record.Unimplemented))), record.GateRules{}, ""},
		{"accepted as unimplemented", accepting("    - case: 2.1\n      verdict: unimplemented\n"), ranBy(result("2.1", record.Unimplemented)), record.GateRules{Required: deflate},
			"known 2.1 unimplemented  as recorded"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b *record.Baseline
			if test.baseline != "" {
				b = parseBaseline(t, test.baseline)
			}
			test.rules.Now = today
			var lines []string
			gate := record.Judge(test.rec, b, test.rules)
			for _, j := range gate.Judgements {
				lines = append(lines, strings.Join([]string{string(j.Change), j.Case, string(j.Verdict), j.Requirement, j.Text}, " "))
			}
			if diff := cmp.Diff(test.want, strings.Join(lines, "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			capitals := strings.Contains("\n"+test.want, "\nNEW") || strings.Contains("\n"+test.want, "\nLOST") ||
				strings.Contains("\n"+test.want, "\nCHANGED") || strings.Contains("\n"+test.want, "\nSTALE") || strings.Contains("\n"+test.want, "\nEXPIRED")
			if gate.Fails() != capitals {
				t.Errorf("fails: %v, but\n%s", gate.Fails(), test.want)
			}
		})
	}
}

func TestGateOf(t *testing.T) {
	var none *record.Gate
	if none.Of("a", "2.1") != nil || none.Fails() {
		t.Error("without a gate something is judged")
	}
	gate := record.Judge(ranBy(result("2.1", record.Fail, framing)), parseBaseline(t, accepting("    - case: 2.1\n      reason: because\n")), record.GateRules{Now: today})
	j := gate.Of("a", "2.1")
	if j == nil || j.Change != record.Known || j.Reason != "because" || j.Where != "b.yaml:4" || j.Level() != "MUST" {
		t.Errorf("got %+v", j)
	}
	if gate.Of("a", "2.10") != nil || gate.Of("b", "2.1") != nil {
		t.Error("a case is judged that did not fail")
	}
}
