package record_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

// Whatever a run did not touch stays byte for byte: the wanted text is derived from the old one by the changes alone.
func TestUpdate(t *testing.T) {
	const hand = `# what we live with, by hand
catalogue: "2026.10"   # of the wsspec in CI


peers:
   "größer / b":
   - case: 2.1
   a:   # our server
     # UTF-8 is the application's
     - case: 6.4.*     # all of them
       verdict:   fail
       requirement: 'RFC6455-8.1-1'
       reason: >
         the library leaves UTF-8
         # (this is no comment)
         to the application

     # slow
     -   case: 2.10
         reason: "the runner
           is slow"

     - {case: 2.1, requirement: "RFC6455-5.1-3",  reason: x}   # in braces
     # the end of a
   c: []   # nothing yet
# the end
`
	utf8 := []record.Case{result("6.4.1", record.Fail, text), result("6.4.2", record.Fail, text), result("6.4.3", record.Fail, text)}
	as := func(cases ...record.Case) []record.Case { return append(cases, utf8...) }
	for _, test := range []struct {
		name     string
		old      string
		rec      *record.Record
		replaced []string // old, new, ... pairs
	}{
		{"nothing to do", hand, ranBy(as(result("2.1", record.Fail, framing), result("2.10", record.Fail, framing))...), nil},
		{"new ones at the end of the peer's list", hand,
			ranBy(as(result("2.1", record.Fail, framing), result("2.10", record.Fail, framing), result("6.5.1", record.Fail, closing, text), result("31.7", record.Fail))...),
			[]string{"# in braces\n", "# in braces\n     - case: 6.5.1\n       verdict: fail\n       requirement: RFC6455-7.4.1-7, RFC6455-8.1-1\n     - case: 31.7\n       verdict: fail\n"}},
		{"stale ones go with their comments", hand, ranBy(as(result("2.1", record.Fail, framing))...),
			[]string{"     # slow\n     -   case: 2.10\n         reason: \"the runner\n           is slow\"\n\n", ""}},
		{"the first of a list", hand, ranBy(result("2.1", record.Fail, framing), result("2.10", record.Fail)),
			[]string{hand[strings.Index(hand, "     # UTF-8"):strings.Index(hand, "\n     # slow")], ""}},
		{"another requirement", hand, ranBy(as(result("2.1", record.Fail, text), result("2.10", record.Fail, framing))...),
			[]string{`"RFC6455-5.1-3"`, `"RFC6455-8.1-1"`}},
		{"another requirement of a whole family", hand,
			ranBy(result("2.1", record.Fail, framing), result("2.10", record.Fail), result("6.4.1", record.Fail, closing), result("6.4.2", record.Fail, closing), result("6.4.3", record.Pass)),
			[]string{"'RFC6455-8.1-1'", "'RFC6455-7.4.1-7'"}},
		{"another requirement of one of a family", hand,
			ranBy(result("2.1", record.Fail, framing), result("2.10", record.Fail), result("6.4.1", record.Fail, closing), result("6.4.2", record.Fail, text)),
			[]string{"# in braces\n", "# in braces\n     - case: 6.4.1\n       verdict: fail\n       requirement: RFC6455-7.4.1-7\n"}},
		{"another requirement of one of a family of which others did not run", hand,
			without(ranBy(result("2.1", record.Fail, framing), result("2.10", record.Fail), result("6.4.1", record.Fail, closing)), "6.4.2", "6.4.3"),
			[]string{"# in braces\n", "# in braces\n     - case: 6.4.1\n       verdict: fail\n       requirement: RFC6455-7.4.1-7\n"}},
		{"what did not run stays", hand, without(ranBy(), "2.1", "2.10", "6.4.2"), nil},
		{"errors change nothing", hand, ranBy(as(result("2.1", record.Error), result("2.10", record.Error))...), nil},
		{"a peer whose list is empty", strings.Replace(hand, "   a:   ", "   e:   ", 1) + "", named(ranBy(result("2.1", record.Fail, framing)), "c"),
			[]string{"c: []   # nothing yet\n", "c:   # nothing yet\n     - case: 2.1\n       verdict: fail\n       requirement: RFC6455-5.1-3\n"}},
		{"a peer that is new", hand, named(ranBy(result("2.1", record.Fail, framing)), "no: \"x\"\x1b"),
			[]string{"# nothing yet\n", "# nothing yet\n   \"no: \\\"x\\\"\\x1b\":\n   - case: 2.1\n     verdict: fail\n     requirement: RFC6455-5.1-3\n"}},
		{"a verdict that nobody wrote down", accepting("    - case: 2.1 # x\n"), ranBy(result("2.1", record.Fail, framing)), nil},
		{"no entries", "# x\ncatalogue: \"2026.10\"\n", ranBy(result("2.1", record.Fail, framing)),
			[]string{"10\"\n", "10\"\npeers:\n  a:\n    - case: 2.1\n      verdict: fail\n      requirement: RFC6455-5.1-3\n"}},
		{"no peers", "catalogue: 2026.10\npeers: {}\n", ranBy(result("2.1", record.Fail)), []string{" {}\n", "\n  a:\n    - case: 2.1\n      verdict: fail\n"}},
		{"families", accepting(""), ranBy(as(result("6.5.1", record.Fail, closing), result("6.5.2", record.Fail, text))...),
			[]string{"a:\n", "a:\n    - case: 6.4.*\n      verdict: fail\n      requirement: RFC6455-8.1-1\n    - case: 6.5.1\n      verdict: fail\n" +
				"      requirement: RFC6455-7.4.1-7\n    - case: 6.5.2\n      verdict: fail\n      requirement: RFC6455-8.1-1\n"}},
		{"the widest family", accepting(""), ranBy(as(result("6.5.1", record.Fail, text), result("6.5.2", record.Fail, text))...),
			[]string{"a:\n", "a:\n    - case: 6.*\n      verdict: fail\n      requirement: RFC6455-8.1-1\n"}},
		{"a later catalogue", "catalogue: 2026.1\npeers:\n", ranBy(result("31.7", record.Fail, text)),
			[]string{"2026.1\npeers:\n", "2026.10\npeers:\n  a:\n    - case: 31.7\n      verdict: fail\n      requirement: RFC6455-8.1-1\n"}},
		{"a later catalogue whose cases did not run", "catalogue: 2026.1\npeers:\n", without(ranBy(), "31.7"), nil},
		{"a later catalogue for half of the peers", "catalogue: 2026.1\npeers:\n  b:\n", ranBy(), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := test.old
			for i := 0; i < len(test.replaced); i += 2 {
				if strings.Count(want, test.replaced[i]) != 1 {
					t.Fatalf("%q is there %d times", test.replaced[i], strings.Count(want, test.replaced[i]))
				}
				want = strings.Replace(want, test.replaced[i], test.replaced[i+1], 1)
			}
			for name, form := range forms {
				u, err := parseBaseline(t, form(test.old)).Update(test.rec, record.GateRules{Now: today})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if diff := cmp.Diff(form(want), u.Text); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
				if gate := record.Judge(test.rec, u.Baseline, record.GateRules{Now: today}); gate.Fails() {
					t.Errorf("%s: the new baseline does not accept the run: %+v", name, gate.Judgements)
				}
			}
		})
	}
}

// forms are the ways in which an editor may leave a text.
var forms = map[string]func(string) string{
	"LF":                 func(s string) string { return s },
	"CRLF":               func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
	"no end of line":     func(s string) string { return strings.TrimSuffix(s, "\n") },
	"CRLF, no end":       func(s string) string { return strings.TrimSuffix(strings.ReplaceAll(s, "\n", "\r\n"), "\r\n") },
	"a byte order mark":  func(s string) string { return "\ufeff" + s },
	"a mark and CR, too": func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") },
}

func named(rec *record.Record, name string) *record.Record {
	rec.Peers[0].Name = name
	return rec
}

func TestUpdateNothingYet(t *testing.T) {
	const want = "catalogue: \"2026.10\"\npeers:\n  a:\n    - case: 2.1\n      verdict: fail\n"
	for _, comments := range []string{"", "# ours\n"} {
		u, err := record.NewBaseline("b.yaml", someCases, comments).Update(ranBy(result("2.1", record.Fail)), record.GateRules{Now: today})
		if err != nil || u.Text != comments+want {
			t.Errorf("after %q: %v\n%s", comments, err, u.Text)
		}
	}
}

// What decides what is a failure decides what is accepted, too.
func TestUpdateByRules(t *testing.T) {
	rec := ranBy(result("2.1", record.NonStrict, framing), flakyPass("2.10"), result("31.7", record.Unimplemented))
	for _, test := range []struct {
		rules record.GateRules
		want  string
	}{
		{record.GateRules{}, ""},
		{record.GateRules{Strict: true}, "    - case: 2.1\n      verdict: non-strict\n      requirement: RFC6455-5.1-3\n    - case: 2.10\n      flaky: true\n"},
		{record.GateRules{Required: func(string) []record.Demand { return []record.Demand{{"permessage-deflate", "--require"}} }}, "    - case: 31.7\n      verdict: unimplemented\n"},
	} {
		u, err := parseBaseline(t, accepting("")).Update(rec, test.rules)
		if err != nil || u.Text != accepting(test.want) {
			t.Errorf("%v\n%s", err, u.Text)
		}
	}
}

// A later verdict is written where the old one stands, or below the case if it is not there.
func TestUpdateVerdict(t *testing.T) {
	old := accepting("    - verdict: non-strict # for now\n      case: 2.1\n    - case: 2.10\n      reason: x\n")
	want := accepting("    - verdict: fail # for now\n      case: 2.1\n    - case: 2.10\n      verdict: non-strict\n      reason: x\n")
	u, err := parseBaseline(t, old).Update(ranBy(result("2.1", record.Fail), result("2.10", record.NonStrict)), record.GateRules{Strict: true})
	if err != nil || u.Text != want {
		t.Errorf("%v\n%s", err, u.Text)
	}
}

// It says what it did, and what is left to a person.
func TestUpdateTells(t *testing.T) {
	old := "catalogue: 2026.1\npeers:\n  a:\n    - case: 2.1\n      until: 2026-11-01\n      reason: x\n    - case: 6.*\n  b: [{case: 2.10}]\n"
	rec := ranBy(result("2.1", record.Fail), result("2.10", record.Fail))
	rec.Peers = append(rec.Peers, named(ranBy(result("2.1", record.Fail)), "b").Peers...)
	u, err := parseBaseline(t, old).Update(without(rec, "31.7"), record.GateRules{Now: today})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{"added": u.Added, "changed": u.Changed, "removed": u.Removed, "kept": u.Kept, "no reason": u.Baseline.Unreasoned()}
	want := map[string][]string{
		"added": {"a 2.10"}, "changed": nil, "removed": {"a 6.*"},
		"kept": {
			"catalogue stays 2026.1: not every case that is younger was put to every peer",
			"b.yaml:4 ran out on 2026-11-01; `until` is yours to change",
			"b.yaml:8: delete 2.10 yourself",
			"b.yaml: add 2.1 of b yourself: the list is written in brackets",
		},
		"no reason": {"b.yaml:7 2.10", "b.yaml:9 2.10"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, u.Text)
	}
}

// Entries of a peer that was there and those of one that is new do not mix, whatever the order of the run.
func TestUpdateSeveralPeers(t *testing.T) {
	old := accepting("    - case: 2.1\n")
	fresh := named(ranBy(result("2.1", record.Fail)), "new")
	fresh.Peers = append(fresh.Peers, ranBy(result("2.1", record.Fail), result("2.10", record.Fail)).Peers...)
	want := accepting("    - case: 2.1\n    - case: 2.10\n      verdict: fail\n  new:\n    - case: 2.1\n      verdict: fail\n")
	if u, err := parseBaseline(t, old).Update(fresh, record.GateRules{}); err != nil || u.Text != want {
		t.Errorf("%v\n%s", err, u.Text)
	}
}
