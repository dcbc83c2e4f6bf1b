package cases

import (
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// TestEveryCaseCanFail: each case has a fault of its own, one at least for which it fails by a requirement that it checks.
func TestEveryCaseCanFail(t *testing.T) {
	for _, c := range All() {
		if own := ProvenBy(c.ID); len(own) == 0 {
			t.Errorf("%s (%s): no fault of its own makes it fail", c.ID, c.Title)
		}
		if !slices.ContainsFunc(Proofs(), func(p Proof) bool { return p.Proves(c.ID) && failsByOwn(p, c) }) {
			t.Errorf("%s (%s): no fault of its own makes it fail by one of %v", c.ID, c.Title, c.Checks)
		}
	}
}

func failsByOwn(p Proof, c *harness.Case) bool {
	return slices.ContainsFunc(p.Fails, func(e Expect) bool { return e.Case == c.ID && slices.Contains(c.Checks, e.Requirement) })
}

// TestProofs: the table speaks of all faults, and of nothing that does not exist.
func TestProofs(t *testing.T) {
	var names []string
	for _, p := range Proofs() {
		names = append(names, p.Fault)
		if len(p.Fails) == 0 {
			t.Errorf("%s makes no case fail: it is no fault", p.Fault)
		}
		for _, e := range slices.Concat(p.Fails, p.NonStrict) {
			if _, ok := requirement.Get(e.Requirement); !ok {
				t.Errorf("%s: there is no requirement %q", p.Fault, e.Requirement)
			}
		}
		for _, id := range p.About {
			if !p.Broad() || !p.Proves(id) {
				t.Errorf("%s is about %s, but does not fail it, or is not broad", p.Fault, id)
			}
		}
	}
	var faults []string
	for _, f := range reference.Faults() {
		faults = append(faults, f.Name)
	}
	slices.Sort(faults)
	if !slices.Equal(names, faults) {
		t.Errorf("the table is not about all faults, in the order of their names:\n%s\nwant\n%s", strings.Join(names, " "), strings.Join(faults, " "))
	}
}

func TestProvenBy(t *testing.T) {
	own := ProvenBy("2.1")
	if want := []string{"no-pong-to-empty-ping", "no-pong"}; !slices.Equal(own, want) {
		t.Errorf("2.1 is proven by %q, want %q", own, want)
	}
	if own := ProvenBy("no such case"); own != nil {
		t.Errorf("%q", own)
	}
}

func TestParseProofs(t *testing.T) {
	proofs, err := parseProofs("head\na\tfail\tR-1\t5.3 5.4\na\tnon-strict\tR-2\t3.7\nb\tfail\tR-3\t6.1.*\nb\tabout\t\t6.1.1\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []Proof{
		{Fault: "a", Fails: []Expect{{"5.3", "R-1"}, {"5.4", "R-1"}}, NonStrict: []Expect{{"3.7", "R-2"}}},
		{Fault: "b", Fails: []Expect{{"6.1.1", "R-3"}, {"6.1.2", "R-3"}, {"6.1.3", "R-3"}}, About: []string{"6.1.1"}},
	}
	if !slices.EqualFunc(proofs, want, equalProofs) {
		t.Errorf("got %+v, want %+v", proofs, want)
	}
	for _, table := range []string{"head\na\tfail\tR-1\n", "head\na\tpass\tR-1\t5.3\n"} {
		if _, err := parseProofs(table); err == nil {
			t.Errorf("%q is taken", table)
		}
	}
}

func equalProofs(a, b Proof) bool {
	return a.Fault == b.Fault && slices.Equal(a.Fails, b.Fails) && slices.Equal(a.NonStrict, b.NonStrict) && slices.Equal(a.About, b.About)
}

// TestCompactIDs: a list is as short as it can be, and stands for what it stood for.
func TestCompactIDs(t *testing.T) {
	for _, test := range []struct{ ids, want string }{
		{"", ""},
		{"6.1.1", "6.1.1"},
		{"6.1.1 6.1.2", "6.1.1 6.1.2"},
		{"6.1.1 6.1.2 6.1.3", "6.1.*"},
		{"2.11 3.1 3.2 3.3 3.4 3.5 3.6 3.7 4.1.1", "2.11 3.* 4.1.1"},
	} {
		if got := compactIDs(strings.Fields(test.ids)); got != test.want {
			t.Errorf("%s becomes %s, want %s", test.ids, got, test.want)
		}
	}
}
