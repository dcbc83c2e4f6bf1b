package reports_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports/internal/samples"
)

var figure = regexp.MustCompile(`(?s)<svg class="picture".*?</svg>`)

// Every case with a transcript has a picture, which is there and has a name and a description.
func TestEveryCaseHasItsPicture(t *testing.T) {
	page := samples.Body(render(t, samples.Record(), samples.Talk))
	pictures := figure.FindAllString(page, -1)
	if len(pictures) != samples.Record().Ran {
		t.Errorf("%d pictures of %d cases", len(pictures), samples.Record().Ran)
	}
	for _, p := range pictures {
		link := regexp.MustCompile(`<use href="#(d\d+)"/>`).FindStringSubmatch(p)
		if link == nil || !strings.Contains(page, `<symbol id="`+link[1]+`">`) {
			t.Fatalf("no drawing for %s", p)
		}
		if !strings.HasPrefix(p, `<svg class="picture" role="img" height="`) || !strings.Contains(p, "<title>Picture of the conversation</title><desc>") {
			t.Fatalf("not for everyone: %s", p)
		}
	}
	if n := strings.Count(page, "<symbol "); n > 30 {
		t.Errorf("%d drawings for %d pictures", n, len(pictures))
	}
}
