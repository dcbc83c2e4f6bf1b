package wstest

import (
	"slices"
	"testing"
)

// Numbers that programs rely on, counted by hand in the testsuite's list of cases.
func TestNumber(t *testing.T) {
	for id, want := range map[string]int{
		"1.1.1": 1, "1.1.8": 8, "1.2.1": 9, "2.1": 17, "2.11": 27, "3.1": 28, "4.1.1": 35, "4.2.5": 44, "5.1": 45, "5.20": 64,
		"6.1.1": 65, "6.23.7": 209, "7.1.1": 210, "7.13.2": 246, "9.1.1": 247, "9.8.6": 300, "10.1.1": 301,
		"12.1.1": 302, "12.5.18": 391, "13.1.1": 392, "13.7.18": 517,
		"": 0, "0.1": 0, "6.2": 0, "9.9.1": 0, "13.8.1": 0, "20.1": 0, "1.1.01": 0,
	} {
		if got := Number(id); got != want {
			t.Errorf("Number(%q) = %d, want %d", id, got, want)
		}
	}
}

func TestIDs(t *testing.T) {
	all := IDs()
	if len(all) != 517 {
		t.Fatalf("%d cases, want 517", len(all))
	}
	for i, id := range all {
		if Number(id) != i+1 {
			t.Errorf("%s is at index %d, and its number is %d", id, i, Number(id))
		}
	}
	all[0] = "changed"
	if !slices.Contains(IDs(), "1.1.1") {
		t.Error("the slice is shared with the caller")
	}
}
