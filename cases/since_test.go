package cases

import (
	"testing"

	"github.com/wsspec/wsspec/harness/wstest"
)

func TestCatalogue(t *testing.T) {
	catalogue := Catalogue()
	if catalogue.Version != Version || len(catalogue.Cases) < len(All()) {
		t.Fatalf("version %s, %d cases, want %s, %d", catalogue.Version, len(catalogue.Cases), Version, len(All()))
	}
	known := make(map[string]int)
	for _, c := range catalogue.Cases {
		known[c.ID]++
	}
	for _, id := range wstest.IDs() { // those that we do not ask, too
		if known[id] != 1 {
			t.Errorf("%s is there %d times", id, known[id])
		}
	}
	for i, c := range catalogue.Cases[:len(All())] {
		if c.ID != All()[i].ID || c.Since == "" || len(c.Aliases) != len(All()[i].Aliases) {
			t.Errorf("%+v stands for case %s", c, All()[i].ID)
		}
	}
}

// Cases that are not in the table were there from the beginning; the first pattern that matches decides.
func TestSince(t *testing.T) {
	was := since
	defer func() { since = was }()
	since = append([]struct{ pattern, version string }{{"31.7", "2026.3"}, {"31.*", "2026.2"}}, since...)
	for id, want := range map[string]string{"5.6": "2026.1", "31.1": "2026.2", "31.7": "2026.3"} {
		if got := Since(id); got != want {
			t.Errorf("Since(%q) = %q, want %q", id, got, want)
		}
	}
}
