package reports_test

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports/internal/samples"
)

// The page explains the bytes of what a case is about, of a case that passed nothing else, and what is wrong with them.
func TestBytesOnThePage(t *testing.T) {
	page := render(t, samples.Record(), samples.Talk)
	text := samples.Words(page)
	for _, want := range []string{
		"Bytes, explained", "2 0······· MASK the payload is not masked a client must mask every frame (RFC 6455, section 5.1)",
		"3-4 03 f0 Close code 1008 (policy violation)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	passed := samples.Body(page)
	passed = passed[strings.Index(passed, `id="libfoo/1.1"`):]
	if passed = passed[:strings.Index(passed, "</details>\n<details class=\"case\"")]; strings.Contains(passed, "Bytes, explained") {
		t.Error("bytes are explained that no case is about")
	}
}
