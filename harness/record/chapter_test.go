package record_test

import (
	"slices"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

func TestChapter(t *testing.T) {
	for _, test := range []struct {
		id    string
		n     int
		title string
	}{
		{"0.1", 0, "Every conversation"},
		{"5.6", 5, "Fragmentation"},
		{"12.1.18", 12, "permessage-deflate: payloads"},
		{"33.7", 33, "Security"},
		{"40.1", 40, "HTTP/2"},
		{"8.1", 8, ""},
		{"7", 7, "Closing"},
		{"", -1, ""},
		{"x.1", -1, ""},
		{"-1.1", -1, ""},
	} {
		if n, title := record.Chapter(test.id); n != test.n || title != test.title {
			t.Errorf("Chapter(%q) = %d, %q, want %d, %q", test.id, n, title, test.n, test.title)
		}
	}
}

func TestSortIDs(t *testing.T) {
	want := []string{"1", "1.1.2", "2.2", "2.02", "2.10", "2.10.1", "2.10.10", "10.1", "x", "y.1"}
	got := slices.Clone(want)
	slices.Reverse(got)
	record.SortIDs(got)
	slices.Sort(want[2:4]) // equal by value, so by text
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
