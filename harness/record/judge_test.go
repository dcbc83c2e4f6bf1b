package record

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// result is a case with that verdict, which broke those requirements.
func result(id string, v Verdict, broken ...string) Case {
	c := Case{ID: id, Verdict: v}
	for _, b := range broken {
		c.Findings = append(c.Findings, Finding{Requirement: b, Severity: v, Got: "what " + id + " did"})
	}
	return c
}

func flakyPass(id string) Case { return Case{ID: id, Verdict: Pass, Flaky: true} }

const framing, text, closing = "RFC6455-5.1-3", "RFC6455-8.1-1", "RFC6455-7.4.1-7"

// ranBy is a run on the peer a in which these cases came out so, and all others passed.
func ranBy(cases ...Case) *Record {
	p := Peer{Name: "a", Cases: cases}
	for _, c := range someCases.Cases {
		if p.Case(c.ID) == nil {
			p.Cases = append(p.Cases, Case{ID: c.ID, Aliases: c.Aliases, Verdict: Pass})
		}
	}
	rec := &Record{Peers: []Peer{p}}
	rec.Sort()
	return rec
}

// without takes cases out of a record.
func without(rec *Record, ids ...string) *Record {
	var left []Case
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
	deflate := func(string) []Demand { return []Demand{{"permessage-deflate", "--require"}} }
	offers := func(rec *Record, features ...string) *Record {
		rec.Peers[0].Probe = &Probe{Features: append([]string{}, features...)}
		return rec
	}
	for _, test := range []struct {
		name     string
		baseline string
		rec      *Record
		rules    GateRules
		want     string // CHANGE case verdict requirement text, a line each
	}{
		{"all is well", accepting(""), ranBy(), GateRules{}, ""},
		{"new", accepting(""), ranBy(result("2.1", Fail, framing)), GateRules{}, "NEW 2.1 fail RFC6455-5.1-3 what 2.1 did"},
		{"new, of a peer that the baseline does not name", "catalogue: 2026.10\n", ranBy(result("2.1", Fail, framing)), GateRules{},
			"NEW 2.1 fail RFC6455-5.1-3 what 2.1 did"},
		{"non-strict is no failure", accepting(""), ranBy(result("2.1", NonStrict, framing)), GateRules{}, ""},
		{"but it is if it has to be strict", accepting(""), ranBy(result("2.1", NonStrict, framing)), GateRules{Strict: true},
			"NEW 2.1 non-strict RFC6455-5.1-3 what 2.1 did"},
		{"errors say nothing", accepting("    - case: 2.1\n"), ranBy(result("2.1", Error), result("2.10", Error)), GateRules{}, ""},

		{"known", accepting("    - case: 2.1\n      requirement: RFC6455-5.1-3\n      ticket: \"#7\"\n"), ranBy(result("2.1", Fail, framing)), GateRules{},
			"known 2.1 fail RFC6455-5.1-3 as recorded (#7)"},
		{"known, whatever is broken", accepting("    - case: 2.1\n"), ranBy(result("2.1", Fail, framing, text)), GateRules{},
			"known 2.1 fail RFC6455-5.1-3 as recorded"},
		{"known by a pattern, of which one passes", accepting("    - case: 6.4.*\n"), ranBy(result("6.4.1", Fail, text), result("6.4.3", Fail, text)), GateRules{},
			"known 6.4.1 fail RFC6455-8.1-1 as recorded\nknown 6.4.3 fail RFC6455-8.1-1 as recorded"},
		{"known by an alias", accepting("    - case: PAS-01\n"), ranBy(Case{ID: "0.1", Aliases: []string{"PAS-01"}, Verdict: Fail}), GateRules{},
			"known 0.1 fail  as recorded"},
		{"known as non-strict", accepting("    - case: 2.1\n      verdict: non-strict\n"), ranBy(result("2.1", NonStrict, framing)), GateRules{},
			"known 2.1 non-strict RFC6455-5.1-3 as recorded"},
		{"one of two findings is known", accepting("    - case: 2.1\n      requirement: RFC6455-5.1-3, RFC6455-8.1-1\n"), ranBy(result("2.1", Fail, text)), GateRules{},
			"known 2.1 fail RFC6455-8.1-1 as recorded"},

		{"another finding", accepting("    - case: 2.1\n      requirement: RFC6455-8.1-1\n"), ranBy(result("2.1", Fail, closing)), GateRules{},
			"CHANGED 2.1 fail RFC6455-7.4.1-7 other finding than recorded (RFC6455-7.4.1-7, was RFC6455-8.1-1): counts as new"},
		{"a second finding", accepting("    - case: 2.1\n      requirement: RFC6455-8.1-1\n"), ranBy(result("2.1", Fail, text, closing)), GateRules{},
			"CHANGED 2.1 fail RFC6455-7.4.1-7 other finding than recorded (RFC6455-7.4.1-7, was RFC6455-8.1-1): counts as new"},
		{"a worse verdict", accepting("    - case: 2.1\n      verdict: non-strict\n"), ranBy(result("2.1", Fail, framing)), GateRules{},
			"CHANGED 2.1 fail RFC6455-5.1-3 other verdict than recorded (fail, was non-strict): counts as new"},
		{"the entry that says most decides", accepting("    - case: 6.4.1\n      requirement: RFC6455-7.4.1-7\n    - case: 6.*\n    - case: 6.4.*\n      requirement: RFC6455-5.1-3\n"),
			ranBy(result("6.4.1", Fail, text), result("6.4.2", Fail, framing), result("6.5.1", Fail, text)), GateRules{},
			"CHANGED 6.4.1 fail RFC6455-8.1-1 other finding than recorded (RFC6455-8.1-1, was RFC6455-7.4.1-7): counts as new\n" +
				"known 6.4.2 fail RFC6455-5.1-3 as recorded\nknown 6.5.1 fail RFC6455-8.1-1 as recorded"},

		{"stale", accepting("    # gone?\n    - case: 2.1\n      verdict: fail\n"), ranBy(), GateRules{}, "STALE 2.1 pass  recorded as fail: delete b.yaml:4-6"},
		{"stale pattern", accepting("    - case: 6.*\n"), ranBy(result("6.5.1", Informational)), GateRules{}, "STALE 6.* informational  recorded as fail: delete b.yaml:4"},
		{"better is stale, too", accepting("    - case: 2.1\n"), ranBy(result("2.1", NonStrict, framing)), GateRules{}, "STALE 2.1 non-strict  recorded as fail: delete b.yaml:4"},
		{"not run is not stale", accepting("    - case: 2.1\n    - case: 6.*\n"), without(ranBy(), "2.1", "6.4.2"), GateRules{}, ""},
		{"chapter 0 has not seen everything", accepting("    - case: 0.1\n"), without(ranBy(), "2.10"), GateRules{}, ""},
		{"chapter 0 has seen everything", accepting("    - case: 0.1\n"), ranBy(), GateRules{}, "STALE 0.1 pass  recorded as fail: delete b.yaml:4"},
		{"passed at a second try is not stale", accepting("    - case: 2.1\n"), ranBy(flakyPass("2.1")), GateRules{},
			"flaky 2.1 pass  failed once and passed when it was tried again; does not gate"},

		{"expired", accepting("    - case: 2.1\n      until: 2026-11-24\n      ticket: \"#7\"\n"), ranBy(result("2.1", Fail, framing)), GateRules{},
			"EXPIRED 2.1 fail RFC6455-5.1-3 b.yaml:4 ran out on 2026-11-24 (#7)"},
		{"the last day counts", accepting("    - case: 2.1\n      until: 2026-11-25\n"), ranBy(result("2.1", Fail, framing)), GateRules{},
			"known 2.1 fail RFC6455-5.1-3 as recorded"},
		{"expired, but passes", accepting("    - case: 2.1\n      until: 2026-11-24\n"), ranBy(), GateRules{}, "STALE 2.1 pass  recorded as fail: delete b.yaml:4-5"},

		{"flaky", accepting("    - case: 2.1\n      flaky: true\n"), ranBy(result("2.1", Fail, framing)), GateRules{},
			"flaky 2.1 fail RFC6455-5.1-3 known to fail now and then; does not gate"},
		{"flaky of ten", accepting("    - case: 2.1\n      flaky: true\n"), ranBy(Case{ID: "2.1", Verdict: NonStrict, Runs: []Verdict{Pass, NonStrict, Pass}}), GateRules{},
			"flaky 2.1 non-strict  2 of 3 runs pass; does not gate"},
		{"flaky is never stale", accepting("    - case: 2.1\n      flaky: true\n"), ranBy(), GateRules{}, ""},
		{"flaky, but in another way", accepting("    - case: 2.1\n      flaky: true\n      requirement: RFC6455-8.1-1\n"), ranBy(result("2.1", Fail, framing)), GateRules{},
			"CHANGED 2.1 fail RFC6455-5.1-3 other finding than recorded (RFC6455-5.1-3, was RFC6455-8.1-1): counts as new"},
		{"flaky as it turned out", accepting(""), ranBy(flakyPass("2.1")), GateRules{}, "flaky 2.1 pass  failed once and passed when it was tried again; does not gate"},
		{"flaky fails if it has to be strict", accepting(""), ranBy(flakyPass("2.1")), GateRules{Strict: true}, "NEW 2.1 pass  failed once and passed when it was tried again"},

		{"added", "catalogue: 2026.1\n", ranBy(result("31.7", Fail, text), result("2.1", Fail, text)), GateRules{},
			"NEW 2.1 fail RFC6455-8.1-1 what 2.1 did\nadded 31.7 fail RFC6455-8.1-1 new in catalogue 2026.2: reported, gates once accepted or with --new-cases fail"},
		{"added gates", "catalogue: 2026.1\n", ranBy(result("31.7", Fail, text)), GateRules{FailNew: true},
			"NEW 31.7 fail RFC6455-8.1-1 new in catalogue 2026.2: what 31.7 did"},
		{"no longer new", "catalogue: 2026.2\n", ranBy(result("31.7", Fail, text)), GateRules{}, "NEW 31.7 fail RFC6455-8.1-1 what 31.7 did"},

		{"lost", accepting(""), offers(ranBy(result("2.1", Unimplemented))), GateRules{Required: deflate},
			"LOST  unimplemented  the peer does not accept permessage-deflate, which --require demands\n" +
				"LOST 2.1 unimplemented  the peer does not do what --require demands: permessage-deflate"},
		{"lost without a baseline", "", offers(ranBy(result("2.10", Fail, text))), GateRules{Required: deflate},
			"LOST  unimplemented  the peer does not accept permessage-deflate, which --require demands"},
		{"offered", accepting(""), offers(ranBy(), "permessage-deflate"), GateRules{Required: deflate}, ""},
		{"was not asked", accepting(""), ranBy(), GateRules{Required: deflate}, ""},
		{"unimplemented is no failure unless required", accepting(""), offers(ranBy(result("2.1", Unimplemented))), GateRules{}, ""},
		{"accepted as unimplemented", accepting("    - case: 2.1\n      verdict: unimplemented\n"), ranBy(result("2.1", Unimplemented)), GateRules{Required: deflate},
			"known 2.1 unimplemented  as recorded"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b *Baseline
			if test.baseline != "" {
				b = parseBaseline(t, test.baseline)
			}
			test.rules.Now = today
			var lines []string
			gate := Judge(test.rec, b, test.rules)
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
	var none *Gate
	if none.Of("a", "2.1") != nil || none.Fails() {
		t.Error("without a gate something is judged")
	}
	gate := Judge(ranBy(result("2.1", Fail, framing)), parseBaseline(t, accepting("    - case: 2.1\n      reason: because\n")), GateRules{Now: today})
	j := gate.Of("a", "2.1")
	if j == nil || j.Change != Known || j.Reason != "because" || j.Where != "b.yaml:4" || j.Level() != "MUST" {
		t.Errorf("got %+v", j)
	}
	if gate.Of("a", "2.10") != nil || gate.Of("b", "2.1") != nil {
		t.Error("a case is judged that did not fail")
	}
}
