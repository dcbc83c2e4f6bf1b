package record_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

// someCases are a catalogue of two versions.
var someCases = record.Catalogue{Version: "2026.10", Cases: []record.CatalogueCase{
	{ID: "0.1", Aliases: []string{"PAS-01"}, Since: "2026.1"},
	{ID: "2.1", Since: "2026.1"}, {ID: "2.10", Since: "2026.1"},
	{ID: "6.4.1", Since: "2026.1"}, {ID: "6.4.2", Since: "2026.1"}, {ID: "6.4.3", Since: "2026.1"},
	{ID: "6.5.1", Since: "2026.1"}, {ID: "6.5.2", Since: "2026.1"},
	{ID: "31.7", Since: "2026.2"},
}}

const someBaseline = `# what we live with
catalogue: "2026.2"

peers:
  gorilla:
    # text is the application's
    - case: 6.4.*     # an ID or a pattern
      verdict: fail
      requirement: RFC6455-8.1-1, RFC6455-8.1-2
      reason: >
        the library leaves UTF-8
        to the application
      ticket: https://example.org/issues/398#c1
      until: 2027-01-31

    - {case: 2.10, flaky: true, reason: "slow runner"}
  "größer / b":
    - reason: 'it''s so'
      case: PAS-01
      verdict: non-strict
  c:
  d: []
`

func parseBaseline(t *testing.T, text string) *record.Baseline {
	t.Helper()
	b, err := record.ParseBaseline("b.yaml", text, someCases)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseBaseline(t *testing.T) {
	for _, text := range []string{someBaseline, strings.ReplaceAll(someBaseline, "\n", "\r\n"), "\ufeff" + someBaseline} {
		b := parseBaseline(t, text)
		want := map[string][]record.Acceptance{
			"gorilla": {
				{
					Case: "6.4.*", Verdict: record.Fail, Requirements: []string{"RFC6455-8.1-1", "RFC6455-8.1-2"}, First: 6, Last: 14,
					Reason: "the library leaves UTF-8 to the application", Ticket: "https://example.org/issues/398#c1",
					Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC),
				},
				{Case: "2.10", Flaky: true, Reason: "slow runner", First: 16, Last: 16},
			},
			"größer / b": {{Case: "PAS-01", Verdict: record.NonStrict, Reason: "it's so", First: 18, Last: 20}},
			"c":          {},
			"d":          {},
		}
		got := make(map[string][]record.Acceptance)
		for _, p := range b.Peers {
			got[p.Name] = []record.Acceptance{}
			for _, a := range p.Entries {
				got[p.Name] = append(got[p.Name], record.Acceptance{
					Case: a.Case, Verdict: a.Verdict, Requirements: a.Requirements, Reason: a.Reason, Ticket: a.Ticket,
					Until: a.Until, Flaky: a.Flaky, First: a.First, Last: a.Last,
				})
			}
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(record.Acceptance{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if b.Catalogue != "2026.2" || b.Size() != 3 || len(b.Warnings) > 0 {
			t.Errorf("catalogue %q, %d entries, warnings %q", b.Catalogue, b.Size(), b.Warnings)
		}
	}
}

// Each mistake is told with its place.
func TestParseBadBaseline(t *testing.T) {
	entry := func(lines string) string {
		return "catalogue: \"2026.2\"\npeers:\n  a:\n    - case: 2.1\n" + lines
	}
	for _, test := range []struct{ text, want string }{
		{"", "b.yaml is empty"},
		{"# nothing yet\n", "b.yaml is empty"},
		{"- a\n", "b.yaml:1:1: what belongs here is a list of `key: value`"},
		{"peers:\n", "b.yaml:1:1: catalogue is missing: write `catalogue: \"2026.10\"`"},
		{"catalogue: new\n", `b.yaml:1:12: a version of the catalogue is like "2026.10"` + "\n    1 | catalogue: new\n      |            ^"},
		{"catalogue:\n", "b.yaml:1:12: a value is missing"},
		{"catalogue: 2026.1\ncatalogue: 2026.1\n", `b.yaml:2:1: mapping key "catalogue" already defined`},
		{"catalogue: 2026.1\npeer:\n", `b.yaml:2:1: "peer" is unknown: choose from catalogue, peers`},
		{"catalogue: 2026.1\npeers: [a]\n", "b.yaml:2:8: what belongs here is a list of `key: value`"},
		{"catalogue: 2026.1\npeers:\n  a: 5\n", "b.yaml:3:6: what belongs here is a list of entries"},
		{"catalogue: 2026.1\npeers:\n  a:\n  - 5\n", "b.yaml:4:5: what belongs here is a list of `key: value`"},
		{"catalogue: 2026.1\npeers:\n  a:\n  - verdict: fail\n", "b.yaml:4:5: an entry without `case`"},
		{"catalogue: 2026.1\n---\ncatalogue: 2026.1\n", "b.yaml:3:1: here begins a second document"},
		{"catalogue: 2026.1\npeers:\n\ta:\n", "b.yaml:3:1: "},
		{"catalogue: \"2026.1\n", "b.yaml:1:12: "},
		{entry("      reasn: x\n"), `b.yaml:5:7: "reasn" is unknown: choose from case, verdict, requirement, reason, ticket, until, flaky` + "\n    4 |     - case: 2.1\n    5 |       reasn: x\n      |       ^"},
		{entry("      verdict: pass\n"), "b.yaml:5:16: pass is no failure and need not be accepted"},
		{entry("      verdict: error\n"), "b.yaml:5:16: error says nothing about the peer"},
		{entry("      verdict: bad\n"), `b.yaml:5:16: "bad" is not a verdict that can be accepted: choose from fail, non-strict, unimplemented`},
		{entry("      requirement: RFC6455-99-1\n"), `b.yaml:5:20: there is no requirement "RFC6455-99-1"`},
		{entry("      until: 2027-02-30\n"), `b.yaml:5:14: "2027-02-30" is not a day such as 2027-01-31`},
		{entry("      flaky: maybe\n"), "b.yaml:5:14: flaky is true or false"},
		{entry("      reason: [x]\n"), "b.yaml:5:15: what belongs here is a plain text"},
		{entry("    - case: 99.*\n"), `b.yaml:5:13: no case matches "99.*": give a case (5.6) or a pattern (5.*)`},
		{entry("    - case: 2.1\n"), `b.yaml:5:7: "2.1" is listed already, in line 4: keep one of them`},
		{entry("    - case: *x\n"), "b.yaml:5:13: what belongs here is a plain text"},
		{"catalogue: 2026.1\npeers:\n  a: []\n  a: []\n", `b.yaml:4:3: mapping key "a" already defined`},
		{"catalogue: 2026.1\n\"\x1b[31m\": 1\n", `b.yaml:2:1: "\x1b[31m" is unknown`},
	} {
		_, err := record.ParseBaseline("b.yaml", test.text, someCases)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q:\n got %v\nwant %s", test.text, err, test.want)
		}
		if crlf := strings.ReplaceAll(test.text, "\n", "\r\n"); err != nil {
			if _, again := record.ParseBaseline("b.yaml", crlf, someCases); again == nil || again.Error() != err.Error() {
				t.Errorf("with CRLF %v, without %v", again, err)
			}
		}
	}
}

// A baseline of a later catalogue may speak of cases that are not known here.
func TestNewerBaseline(t *testing.T) {
	b := parseBaseline(t, "catalogue: \"2027.1\"\npeers:\n  a:\n    - case: 99.1\n")
	if len(b.Warnings) != 2 || !strings.Contains(b.Warnings[0], "2027.1, which is newer than that of this wsspec (2026.10): update wsspec") ||
		!strings.Contains(b.Warnings[1], `no case "99.1"`) {
		t.Errorf("warnings %q", b.Warnings)
	}
}

func TestReadBaseline(t *testing.T) {
	dir := t.TempDir()
	if _, err := record.ReadBaseline(dir, someCases); err == nil || !strings.Contains(err.Error(), "cannot read the baseline "+dir) {
		t.Errorf("a directory: %v", err)
	}
	if _, err := record.ReadBaseline(filepath.Join(dir, "none"), someCases); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	name := filepath.Join(dir, "empty")
	must(t, os.WriteFile(name, []byte("# x\n"), 0o644))
	_, err := record.ReadBaseline(name, someCases)
	if empty := (*record.EmptyBaselineError)(nil); !errors.As(err, &empty) || empty.Text != "# x\n" {
		t.Errorf("an empty file: %v", err)
	}
}

func TestMatchID(t *testing.T) {
	for _, test := range []struct {
		pattern, id string
		want        bool
	}{
		{"5.6", "5.6", true}, {"5.6", "5.60", false}, {"1.*", "1.1.1", true}, {"1.*", "10.1", false},
		{"6.*.1", "6.23.1", true}, {"6.*.1", "6.23.2", false}, {"*", "5.6", true}, {"*1*.2", "10.1.2", true}, {"", "5.6", false},
	} {
		if got := record.MatchID(test.pattern, test.id); got != test.want {
			t.Errorf("MatchID(%q, %q) = %v", test.pattern, test.id, got)
		}
	}
}
