package reports

import (
	"slices"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", []string{""}},
		{"a b c", []string{"a b c"}},
		{"one two three", []string{"one two", "three"}},
		{"extraordinary", []string{"extraord", "inary"}},
		{"a extraordinary b", []string{"a", "extraord", "inary b"}},
		{"größer größe", []string{"größer", "größe"}},
	} {
		if got := wrap(test.text, 8); !slices.Equal(got, test.want) {
			t.Errorf("wrap(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct{ text, want string }{{"short", "short"}, {"exactly8", "exactly8"}, {"too long to fit", "too lon…"}, {"ééééééééé", "ééééééé…"}} {
		if got := cut(test.text, 8); got != test.want {
			t.Errorf("cut(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}
