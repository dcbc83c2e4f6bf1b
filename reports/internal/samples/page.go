package samples

import (
	"html"
	"regexp"
	"strings"
)

// What a page is made of; the first group is what is inside, of Tags the name, with a slash if it closes.
var (
	Scripts = regexp.MustCompile(`(?s)<script[^>]*>(.*?)</script>`)
	Styles  = regexp.MustCompile(`(?s)<style[^>]*>(.*?)</style>`)
	Tags    = regexp.MustCompile(`<(/?[a-zA-Z][a-zA-Z0-9]*)((?:[^>"']|"[^"]*"|'[^']*')*)>`)
)

// Body is the page without its own style and script.
func Body(page string) string {
	return Styles.ReplaceAllString(Scripts.ReplaceAllString(page, "<script></script>"), "<style></style>")
}

// Words is what a reader sees of a page, without regard to where lines break.
func Words(page string) string {
	text := Tags.ReplaceAllString(strings.NewReplacer("<td", " <td", "<th", " <th").Replace(Body(page)), "")
	return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
}
