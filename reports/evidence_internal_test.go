package reports

import (
	"fmt"
	"slices"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// shape lists the indexes of the entries shown, and what was skipped as negative numbers.
func shape(rows []row) []int {
	var list []int
	for _, r := range rows {
		if r.Entry == nil {
			list = append(list, -r.Skipped)
		} else {
			list = append(list, r.Index)
		}
	}
	return list
}

func TestEvidence(t *testing.T) {
	twenty := func(change func([]record.Entry)) *record.Transcript {
		t := &record.Transcript{Entries: make([]record.Entry, 20)}
		change(t.Entries)
		return t
	}
	for _, test := range []struct {
		what       string
		transcript *record.Transcript
		findings   []record.Finding
		want       []int
	}{
		{"nothing marked: both ends", twenty(func([]record.Entry) {}), nil, []int{0, 1, -16, 18, 19}},
		{"marked first", twenty(func(e []record.Entry) { e[9].Mark = record.MarkFault }), nil, []int{0, 1, -7, 9, -9, 19}},
		{"broken", twenty(func(e []record.Entry) { e[9].Broken = []string{"x"} }), nil, []int{0, 1, -7, 9, -9, 19}},
		{"what proves a finding", twenty(func([]record.Entry) {}), []record.Finding{{}, {Entries: []int{10, 12, 99, -1}}}, []int{0, -9, 10, -1, 12, -6, 19}},
		{"many marked", twenty(func(e []record.Entry) {
			for i := range e {
				e[i].Mark = record.MarkFault
			}
		}), nil, []int{0, 1, 2, 3, 4, 5, 6, 7, -12}},
		{"short", &record.Transcript{Entries: make([]record.Entry, 2), Omitted: 5}, nil, []int{0, 1, -5}},
		{"none", &record.Transcript{}, nil, nil},
	} {
		rows := evidence(test.transcript, test.findings, 4)
		if got := shape(rows); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.what, got, test.want)
		}
	}
	rows := evidence(twenty(func([]record.Entry) {}), []record.Finding{{Entries: []int{0}}, {Entries: []int{0}}}, 4)
	if !slices.Equal(rows[0].Findings, []int{1, 2}) {
		t.Errorf("findings of the first entry: %v, want 1 and 2", rows[0].Findings)
	}
}

func TestOmittedEntriesAreWhereTheyWere(t *testing.T) {
	entries := make([]record.Entry, 10)
	for at, want := range map[int]string{0: "[0 1 -6 8 9 -7]", 5: "[0 1 -13 8 9]", 1: "[0 -7 1 -6 8 9]", 9: "[0 1 -6 8 -7 9]", 10: "[0 1 -6 8 9 -7]"} {
		rows := evidence(&record.Transcript{Entries: entries, Omitted: 7, OmittedAt: at}, nil, 4)
		if got := fmt.Sprint(shape(rows)); got != want {
			t.Errorf("dropped before %d: got %s, want %s", at, got, want)
		}
	}
}

func TestLikeness(t *testing.T) {
	finding := func(requirement, expected, got string) []record.Finding {
		return []record.Finding{{Requirement: requirement, Expected: expected, Got: got}}
	}
	first := record.Case{ID: "2.1", Verdict: record.Fail, Findings: finding("A", "x", "nothing")}
	for _, test := range []struct {
		what string
		c    record.Case
		like bool
	}{
		{"another payload", record.Case{ID: "2.2", Verdict: record.Fail, Findings: finding("A", "y", "nothing")}, true},
		{"another chapter", record.Case{ID: "3.1", Verdict: record.Fail, Findings: finding("A", "x", "nothing")}, false},
		{"another requirement", record.Case{ID: "2.2", Verdict: record.Fail, Findings: finding("B", "x", "nothing")}, false},
		{"another answer", record.Case{ID: "2.2", Verdict: record.Fail, Findings: finding("A", "x", "something")}, false},
		{"another verdict", record.Case{ID: "2.2", Verdict: record.Error, Findings: finding("A", "x", "nothing")}, false},
	} {
		if got := likeness(&test.c) == likeness(&first); got != test.like {
			t.Errorf("%s: like = %v, want %v", test.what, got, test.like)
		}
	}
}
