package record_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

func TestCompare(t *testing.T) {
	closed := func(c record.Case, v record.CloseVerdict, code int) record.Case {
		c.Close, c.CloseCode = v, code
		return c
	}
	said := func(c record.Case, word string) record.Case { c.WSTest = &record.WSTest{Behavior: word}; return c }
	for _, test := range []struct {
		name     string
		was, is  record.Case
		strict   bool
		want     string // with the word in capitals for a regression
		notAsked bool   // the new run has no such case
	}{
		{name: "the same", was: result("2.1", record.Fail, framing), is: result("2.1", record.Fail, framing)},
		{name: "fails", was: result("2.1", record.Pass), is: result("2.1", record.Fail, framing), want: "FAILS pass fail RFC6455-5.1-3 what 2.1 did"},
		{name: "fails after an error", was: result("2.1", record.Error), is: result("2.1", record.Fail, framing), want: "FAILS error fail RFC6455-5.1-3 what 2.1 did"},
		{name: "passes", was: result("2.1", record.Fail, framing), is: result("2.1", record.Pass), want: "passes fail pass  "},
		{name: "passes, nearly", was: result("2.1", record.Fail, framing), is: result("2.1", record.NonStrict, framing), want: "passes fail non-strict RFC6455-5.1-3 what 2.1 did"},
		{name: "implemented", was: result("2.1", record.Unimplemented), is: result("2.1", record.Pass), want: "passes unimplemented pass  "},
		{name: "unimplemented", was: result("2.1", record.Pass), is: result("2.1", record.Unimplemented), want: "LOST pass unimplemented  "},
		{name: "in error", was: result("2.1", record.Fail), is: result("2.1", record.Error), want: "LOST fail error  "},
		{name: "less strict", was: result("2.1", record.Pass), is: result("2.1", record.NonStrict, framing), want: "changed pass non-strict RFC6455-5.1-3 what 2.1 did"},
		{name: "less strict, strictly", was: result("2.1", record.Pass), is: result("2.1", record.NonStrict, framing), strict: true, want: "CHANGED pass non-strict RFC6455-5.1-3 what 2.1 did"},
		{name: "another requirement", was: result("2.1", record.Fail, framing), is: result("2.1", record.Fail, framing, text), want: "CHANGED fail fail RFC6455-8.1-1 breaks RFC6455-5.1-3, RFC6455-8.1-1, broke RFC6455-5.1-3"},
		{name: "one requirement less", was: result("2.1", record.Fail, framing, text), is: result("2.1", record.Fail, text), want: "changed fail fail RFC6455-8.1-1 breaks RFC6455-8.1-1, broke RFC6455-5.1-3, RFC6455-8.1-1"},
		{name: "another close", was: closed(result("2.1", record.Pass), record.ClosePass, 1000), is: closed(result("2.1", record.Pass), record.CloseUnclean, 0), want: "changed pass pass  close was pass 1000, is unclean"},
		{name: "another verdict of wstest", was: said(result("2.1", record.Pass), "OK"), is: said(result("2.1", record.Pass), "FAILED"), want: "changed pass pass  wstest said OK, says FAILED"},
		{name: "flaky", was: result("2.1", record.Pass), is: flakyPass("2.1"), want: "changed pass pass  is flaky now"},
		{name: "flaky, strictly", was: result("2.1", record.Pass), is: flakyPass("2.1"), strict: true, want: "CHANGED pass pass  is flaky now"},
		{name: "not asked", was: result("2.1", record.Pass), notAsked: true, want: "removed pass   was not asked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			old, now := ranBy(test.was), ranBy(test.is)
			if test.notAsked {
				now = without(ranBy(), "2.1")
			}
			d := record.Compare(old, now, test.strict)
			var lines []string
			for _, c := range d.Cases {
				word := string(c.Difference)
				if c.Regression {
					word = strings.ToUpper(word)
				}
				lines = append(lines, strings.Join([]string{word, string(c.Old), string(c.New), c.Requirement, c.Text}, " "))
				if c.Case != "2.1" || c.Peer != "a" {
					t.Errorf("about case %s of %s", c.Case, c.Peer)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(lines, "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompareIncomplete(t *testing.T) {
	now := without(ranBy(), "2.1", "2.10")
	now.Planned, now.Ran = 9, 7
	d := record.Compare(ranBy(), now, false)
	if d.Regressions() != 2 || d.Cases[0].Difference != record.Gone || d.Cases[0].Text != "did not run" || !strings.Contains(fmt.Sprint(d.Notes), "of 9 planned cases, 7 ran") {
		t.Errorf("got %+v", d)
	}
	if back := record.Compare(now, ranBy(), false); back.Regressions() != 0 || len(back.Cases) != 2 || back.Cases[1].Difference != record.Appeared {
		t.Errorf("the other way round %+v", back)
	}
}

func TestComparePeers(t *testing.T) {
	old, now := ranBy(), named(ranBy(result("2.1", record.Fail, framing)), "b")
	if d := record.Compare(old, now, false); d.Regressions() != 1 || d.Cases[0].Peer != "b" || d.Notes[0] != `peer "a" is now "b"` {
		t.Errorf("one peer each: %+v", d)
	}
	now.Peers = append(now.Peers, named(ranBy(), "c").Peers...)
	now.Catalogue, now.Profile = "2026.2", "quick"
	d := record.Compare(old, now, false)
	want := []string{
		"the catalogue was  and is 2026.2", "the profile was  and is quick",
		`peer "a" is in the old record only`, `peer "b" is in the new record only: 1 fail, 8 pass`, `peer "c" is in the new record only: 9 pass`,
	}
	if diff := cmp.Diff(want, d.Notes); diff != "" || d.Regressions() != 0 || len(d.Cases) != len(someCases.Cases) {
		t.Errorf("%d cases, (-want +got):\n%s", len(d.Cases), diff)
	}
}

func TestCompareSpeed(t *testing.T) {
	took := func(id string, us int64) record.Case {
		return record.Case{ID: id, Verdict: record.Pass, Volume: &record.Volume{Messages: 10, MessageBytes: 1000, DurationUS: us}}
	}
	d := record.Compare(ranBy(took("2.1", 100), took("2.10", 100), took("6.4.1", 100)), ranBy(took("2.1", 50), took("2.10", 400), took("6.4.1", 50)), true)
	if want := []record.Speed{{"a", 3, 2, 0.25, "2.10"}}; !cmp.Equal(d.Speeds, want) || len(d.Cases) != 0 {
		t.Errorf("got %+v, want %v", d, want)
	}
	if text, err := json.Marshal(new(record.Diff)); err != nil || string(text) != `{"cases":[],"notes":[],"speeds":[]}` {
		t.Errorf("%s (%v)", text, err)
	}
}
