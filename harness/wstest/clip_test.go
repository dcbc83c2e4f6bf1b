package wstest_test

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/wstest"
)

// What the testsuite shows of bytes: up to 60 in full, of more the first 64.
func TestClip(t *testing.T) {
	for _, test := range []struct{ p, octets, payload string }{
		{"", "", ""},
		{"Hi\n", "48690a", "Hi\n"},
		{"\x03\xe8", "03e8", "0x03e8"},
		{strings.Repeat("*", 60), strings.Repeat("2a", 60), strings.Repeat("*", 60)},
		{strings.Repeat("*", 61), strings.Repeat("2a", 61) + " ...", strings.Repeat("*", 61) + " ..."},
		{strings.Repeat("*", 100), strings.Repeat("2a", 64) + " ...", strings.Repeat("*", 64) + " ..."},
		{strings.Repeat("é", 40), strings.Repeat("c3a9", 32) + " ...", strings.Repeat("é", 32) + " ..."},
		{"-" + strings.Repeat("é", 40), "2d" + strings.Repeat("c3a9", 31) + "c3 ...", "0x2d" + strings.Repeat("c3a9", 31) + "c3 ..."},
	} {
		if got := wstest.Octets([]byte(test.p)); got != test.octets {
			t.Errorf("%q as octets: %q, want %q", test.p, got, test.octets)
		}
		if got := wstest.Payload([]byte(test.p)); got != test.payload {
			t.Errorf("%q as a payload: %q, want %q", test.p, got, test.payload)
		}
	}
}
