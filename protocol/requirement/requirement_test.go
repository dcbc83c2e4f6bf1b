package requirement

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestGet(t *testing.T) {
	r, ok := Get("RFC6455-5.5.1-8")
	if !ok {
		t.Fatal("RFC6455-5.5.1-8 is not in the list")
	}
	want := Requirement{
		ID: "RFC6455-5.5.1-8", RFC: "RFC6455", Section: "5.5.1", Level: Must, Subject: "endpoint",
		Statement:        "An endpoint that receives a Close and did not send one MUST send a Close in response",
		TestableOnServer: true, TestableOnClient: true,
		How:      "Send Close -> the peer's Close arrives before TCP close",
		Autobahn: "7.1.1,7.1.2,7.3.1,7.3.3,7.3.4,7.3.5,7.7.*",
		Quote: "If an endpoint receives a Close frame and did not previously send a Close frame, the endpoint MUST send " +
			"a Close frame in response.",
	}
	if r != want {
		t.Errorf("got  %+v\nwant %+v", r, want)
	}
	if r, ok := Get("RFC6455-5.5.1"); ok {
		t.Errorf("a section gave %+v", r)
	}
}

func TestAllIsInOrderAndComplete(t *testing.T) {
	all := slices.Collect(All())
	if len(all) != 605 {
		t.Errorf("%d requirements, want 605", len(all))
	}
	number := map[string]int{} // of the last requirement of each section
	for _, r := range all {
		section := r.RFC + "-" + r.Section
		number[section]++
		if want := fmt.Sprintf("%s-%d", section, number[section]); r.ID != want {
			t.Errorf("%s stands where %s belongs", r.ID, want)
		}
		if got, ok := Get(r.ID); !ok || got != r {
			t.Errorf("Get(%q) = %+v, %v", r.ID, got, ok)
		}
	}
}

func TestAllStopsWhenAsked(t *testing.T) {
	for r := range All() {
		if r.ID != "RFC6455-1.3-1" {
			t.Fatalf("the first is %s", r.ID)
		}
		break
	}
}

// Reports print these fields as they are.
func TestFieldsAreFilled(t *testing.T) {
	subjects := []string{"api", "client", "endpoint", "extension-spec", "intermediary", "server", "user-agent"}
	for r := range All() {
		if !slices.Contains(subjects, r.Subject) {
			t.Errorf("%s: subject %q", r.ID, r.Subject)
		}
		if r.Statement == "" || r.Autobahn == "" {
			t.Errorf("%s: empty field: %+v", r.ID, r)
		}
		if r.Testable() == (r.WhyNot != "") {
			t.Errorf("%s: testable %v, why not: %q", r.ID, r.Testable(), r.WhyNot)
		}
		if r.Testable() && r.How == "" {
			t.Errorf("%s: testable, but how?", r.ID)
		}
		for _, text := range []string{r.Statement, r.WhyNot, r.How, r.Autobahn, r.Notes, r.Quote} {
			if text != strings.TrimSpace(text) {
				t.Errorf("%s: stray space in %q", r.ID, text)
			}
		}
	}
}

func TestClause(t *testing.T) {
	for id, want := range map[string]string{
		"RFC6455-5.2-4":     "RFC 6455, section 5.2",
		"RFC7692-7.1.2.1-1": "RFC 7692, section 7.1.2.1",
		"IANA-close-1":      "IANA, WebSocket Close Code Number Registry",
	} {
		if r, ok := Get(id); !ok || r.Clause() != want {
			t.Errorf("%s: %q, %v, want %q", id, r.Clause(), ok, want)
		}
	}
	for r := range All() {
		if strings.HasSuffix(r.Clause(), " ") {
			t.Errorf("%s: %q names no place", r.ID, r.Clause())
		}
	}
}

func TestMatches(t *testing.T) {
	tests := []struct {
		pattern, id string
		want        bool
	}{
		{"RFC6455-5.5-1", "RFC6455-5.5-1", true},
		{"RFC6455-5.5-1", "RFC6455-5.5-10", false},
		{"RFC6455-5.5-10", "RFC6455-5.5-1", false},
		{"RFC6455-5.5", "RFC6455-5.5-1", true},
		{"RFC6455-5.5", "RFC6455-5.5.1-3", true},
		{"RFC6455-5.5", "RFC6455-5.6-1", false},
		{"RFC6455-5.5.1", "RFC6455-5.5-1", false},
		{"RFC6455-5", "RFC6455-5.5.1-3", true},
		{"RFC6455-5", "RFC6455-55-1", false},
		{"RFC6455-5", "RFC6455-55.1-1", false},
		{"RFC6455-1", "RFC6455-10.4-1", false},
		{"RFC6455", "RFC6455-10.4-1", true},
		{"RFC64", "RFC6455-10.4-1", false},
		{"RFC7692-5", "RFC6455-5-1", false},
		{"rfc6455-5.5", "RFC6455-5.5.1-3", true},
		{"iana-Close", "IANA-close-1", true},
		{"5.5", "RFC6455-5.5-1", false},
		{"", "RFC6455-5.5-1", false},
	}
	for _, tt := range tests {
		if got := (Requirement{ID: tt.id}).Matches(tt.pattern); got != tt.want {
			t.Errorf("%q matches %q: %v, want %v", tt.pattern, tt.id, got, tt.want)
		}
	}
}

func TestLevel(t *testing.T) {
	if !(Must > Should && Should > May && May > Fact) {
		t.Error("levels are out of order")
	}
	for _, l := range []Level{Fact, May, Should, Must} {
		if got, err := ParseLevel(strings.ToLower(l.String())); err != nil || got != l {
			t.Errorf("%v became %v, %v", l, got, err)
		}
	}
	if l, err := ParseLevel("shall"); err == nil || !strings.Contains(err.Error(), `"shall"`) {
		t.Errorf("shall: %v, %v", l, err)
	}
	if got := Level(9).String(); got != "Level(9)" {
		t.Error(got)
	}
}

func TestParseRejects(t *testing.T) {
	const (
		names = "id\trfc\tsection\tlevel\tsubject\tstatement\twire_testable\twhy_not\thow\tautobahn\tnotes\n"
		row   = "A-1-1\tA\t1\tMUST\tclient\tsays\tclient\t\thow\tnone\t\n"
		ids   = "id\tquote\n"
	)
	tests := []struct{ requirements, quotes, want string }{
		{names + row, ids + "A-1-1\twords\n", ""},
		{names + strings.ReplaceAll(row, "\n", "\r\n"), "", ""},
		{names + "A-1-1\tA\n", "", "requirements.tsv, line 2: 2 columns instead of 11"},
		{names + row + row, "", "requirements.tsv, line 3: A-1-1 stands there twice"},
		{names + strings.Replace(row, "MUST", "must", 1), "", ""},
		{names + strings.Replace(row, "MUST", "SHALL", 1), "", `requirements.tsv, line 2: unknown level "SHALL"`},
		{names + strings.Replace(row, "\tclient\t\t", "\tyes\t\t", 1), "", `requirements.tsv, line 2: testable on "yes"`},
		{names + row, ids + "A-1-2\twords\n", `quotes.tsv, line 2: unknown requirement "A-1-2"`},
		{names + row, ids + "A-1-1\twords\tand more\n", "quotes.tsv, line 2: 3 columns instead of 2"},
	}
	for _, tt := range tests {
		l, err := parse(tt.requirements, tt.quotes)
		if tt.want == "" {
			if err != nil || len(l.all) != 1 || l.all[0].Notes != "" {
				t.Errorf("%q, %q: %+v, %v", tt.requirements, tt.quotes, l, err)
			}
		} else if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%q, %q: %v, want %q", tt.requirements, tt.quotes, err, tt.want)
		}
	}
}

// BenchmarkParse is what the first question costs a program: well below a millisecond.
func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := parse(requirementsTSV, quotesTSV); err != nil {
			b.Fatal(err)
		}
	}
}
