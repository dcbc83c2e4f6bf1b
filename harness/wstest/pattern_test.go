package wstest

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What patterns select, worked out by hand from the testsuite's rules: with an asterisk an expression that is tied to the start
// of an ID and in which a dot is a dot; without one an ID.
func TestSelect(t *testing.T) {
	for _, test := range []struct {
		cases, exclude string // separated by spaces; "-" means that the key is not there
		want           string // IDs, or how many there are
	}{
		{"*", "-", "517"},
		{"-", "-", "517"},
		{"*", "9.* 12.* 13.*", "247"},
		{"2.1*", "-", "2.1 2.10 2.11"},
		{"2.1", "-", "2.1"},
		{"1.1", "-", ""},
		{"1.1.*", "1.1.2 1.1.3 1.1.4 1.1.5", "1.1.1 1.1.6 1.1.7 1.1.8"},
		{"1[1-4].*", "-", "216"},
		{"*", "1[1-4].*", "301"},
		{"1.*", "-", "16"}, // not 10.1.1, whose second character is no dot
		{"1*", "-", "233"}, // 1, 10, 12 and 13
		{"8.* 11.*", "-", ""},
		{"5.* 5.* 5.3", "-", "20"},
		{"(3|4).*", "4.*", "3.1 3.2 3.3 3.4 3.5 3.6 3.7"},
		{"3.*$", "-", "7"},
		{"*.20", "6.20.*", "5.20 6.22.20"},
		{"*.20$", "-", "5.20 6.22.20"},
		{"7.1.? 7.1.6 x", "-", "7.1.6"},
		{"10.1.1 9.1.1 1.1.1", "-", "1.1.1 9.1.1 10.1.1"},
		{"7.13.*", "7.13.1*", "7.13.2"},
		{"[* 3.1", "-", "3.1"}, // no expression
	} {
		s := &Spec{Cases: entries(test.cases), ExcludeCases: entries(test.exclude)}
		got := s.Select()
		if n, err := strconv.Atoi(test.want); err == nil && len(got) != n || err != nil && strings.Join(got, " ") != test.want {
			t.Errorf("%q without %q: %d cases, want %q: %q", test.cases, test.exclude, len(got), test.want, got)
		}
	}
	if got := (&Spec{ExcludeCases: []string{""}}).Select(); len(got) != 517 {
		t.Errorf("%d cases without the one named \"\"", len(got))
	}
	if got := (&Spec{Cases: []string{}}).Select(); len(got) != 0 {
		t.Errorf("an empty list selects %d cases", len(got))
	}
}

func entries(list string) []string {
	if list == "-" {
		return nil
	}
	return strings.Fields(list)
}

// Of exclude-agent-cases, both patterns are tied at both ends, asterisk or not.
func TestExcludes(t *testing.T) {
	s := &Spec{ExcludeAgentCases: map[string][]string{
		"gws/1.*":   {"3.3", "7.7.*"},
		"ws|wss":    {"2.1"},
		"libfoo":    {},
		"Tornado.?": {"5.1"},
		"AutoBahn*": {"*"},
	}}
	for _, test := range []struct {
		agent, id string
		want      bool
	}{
		{"gws/1.8.9", "3.3", true},
		{"gws/1.8.9", "3.31", false},
		{"gws/1.8.9", "7.7.13", true},
		{"gws/2", "3.3", false},
		{"my gws/1.8", "3.3", false},
		{"ws", "2.1", true},
		{"ws", "2.10", false},
		{"wsx", "2.1", true}, // an alternative at the front is tied to the start only
		{"xws", "2.1", false},
		{"libfoo", "1.1.1", false},
		{"Tornado.", "5.1", true},
		{"Tornado", "5.1", true},
		{"TornadoX", "5.1", false},
		{"AutoBahn 1/2", "13.7.18", true},
		{"", "2.1", false},
	} {
		if got := s.Excludes(test.agent, test.id); got != test.want {
			t.Errorf("Excludes(%q, %q) = %v", test.agent, test.id, got)
		}
	}
	if new(Spec).Excludes("a", "1.1.1") {
		t.Error("an empty specification excludes something")
	}
}

func TestPatternsOfASpecification(t *testing.T) {
	s, _, err := ParseSpec("x.json", []byte(`{"cases": "*", "exclude-cases": [""], "exclude-agent-cases": {"a*": "6.*", "b": ["1.1.1"]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Select()) != 517 || !s.Excludes("abc", "6.1.1") || !s.Excludes("b", "1.1.1") || s.Excludes("b", "6.1.1") || !slices.Equal(s.Cases, []string{"*"}) {
		t.Errorf("%+v", s)
	}
}
