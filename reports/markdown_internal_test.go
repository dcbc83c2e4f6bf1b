package reports

import (
	"testing"
)

func TestFenceIsLongEnough(t *testing.T) {
	for text, want := range map[string]string{
		"":            "```text\n\n```\n",
		"a`b":         "```text\na`b\n```\n",
		"```\n````\n": "`````text\n```\n````\n`````\n",
	} {
		if got := fenced(text); got != want {
			t.Errorf("fenced(%q) = %q, want %q", text, got, want)
		}
	}
}
