package cases_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/protocol/requirement"
)

func TestSelect(t *testing.T) {
	must := requirement.Must
	for _, test := range []struct {
		name   string
		s      cases.Selection
		has    []string
		hasNot []string
		count  int // 0: not checked
	}{
		{"all", cases.Selection{}, []string{"0.1", "1.1.1", "10.1.1"}, nil, 303},
		{"one", cases.Selection{Include: []string{"5.6"}}, []string{"0.1", "0.2", "5.6"}, []string{"5.7"}, 3},
		{"chapter 0 excluded", cases.Selection{Include: []string{"5.6"}, Exclude: []string{"0.*"}}, []string{"5.6"}, []string{"0.1"}, 1},
		{"any text", cases.Selection{Include: []string{"2.1*"}}, []string{"2.1", "2.10", "2.11"}, []string{"2.2", "12.1"}, 5},
		{"anchored", cases.Selection{Include: []string{"1.*"}}, []string{"1.1.1"}, []string{"10.1.1"}, 18},
		{"in the middle", cases.Selection{Include: []string{"6.*.1"}}, []string{"6.1.1", "6.23.1"}, []string{"6.1.2"}, 0},
		{"all but", cases.Selection{Exclude: []string{"6.*"}}, []string{"5.6"}, []string{"6.1.1"}, 158},
		{"alias", cases.Selection{Include: []string{"PAS-01"}, Exclude: []string{"0.2"}}, []string{"0.1"}, nil, 1},
		{"requirement", cases.Selection{Include: []string{"RFC6455-5.4-10"}}, []string{"5.6", "5.19"}, []string{"5.3"}, 0},
		{"section", cases.Selection{Include: []string{"RFC6455-5.5"}}, []string{"2.1", "5.1", "7.1.1"}, []string{"1.1.1", "5.9"}, 0},
		{"must", cases.Selection{Level: &must}, []string{"2.1"}, []string{"2.7"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			list, err := cases.Select(test.s)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, c := range list {
				ids = append(ids, c.ID)
			}
			if test.count > 0 && len(ids) != test.count {
				t.Errorf("%d cases, want %d", len(ids), test.count)
			}
			for _, id := range test.has {
				if !slices.Contains(ids, id) {
					t.Errorf("%s is missing", id)
				}
			}
			for _, id := range test.hasNot {
				if slices.Contains(ids, id) {
					t.Errorf("%s is selected", id)
				}
			}
		})
	}
}

func TestSelectNothing(t *testing.T) {
	for _, pattern := range []string{"99.1", "8.*", "RFC6455-99", "x", ""} {
		_, err := cases.Select(cases.Selection{Include: []string{"1.*", pattern}})
		if e := (*cases.PatternError)(nil); !errors.As(err, &e) || e.Pattern != pattern {
			t.Errorf("%q: error %v, want one about the pattern", pattern, err)
		}
	}
}
