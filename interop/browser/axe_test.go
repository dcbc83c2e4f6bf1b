package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// violation is what axe-core reports.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		Target  []any  `json:"target"`
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	}
}

func (v violation) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s (%s): %s, %d elements", v.ID, v.Impact, v.Help, len(v.Nodes))
	for _, n := range v.Nodes[:min(len(v.Nodes), 3)] {
		fmt.Fprintf(&text, "\n  %v %.200s\n    %s", n.Target, n.HTML, strings.ReplaceAll(n.Summary, "\n", "\n    "))
	}
	return text.String()
}

// states are what can be seen of a page, the script that shows it, and the screens on which it is looked at.
var states = []struct {
	name, fragment, script string
	screens                []screen
}{
	{"closed", "", "for (const d of document.querySelectorAll('details')) d.open = false", allScreens},
	{"case", "text-unchecked/6.4.1", "", allScreens},
	{"everything open", "", "for (const d of document.querySelectorAll('details')) d.open = true", []screen{{360, "dark"}, {1400, "light"}}},
}

// screen is a width in CSS pixels, and a theme.
type screen struct {
	width int64
	theme string
}

var allScreens = []screen{{360, "light"}, {360, "dark"}, {1400, "light"}, {1400, "dark"}}

// No rule of accessibility is broken, and the page is as wide as the screen: for one peer and for many, light and dark, on a
// phone and on a desk.
func TestAccessible(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join("node_modules", "axe-core", "axe.min.js"))
	needs(t, "`npm install` in interop/browser", err)
	for name, r := range map[string]run{"one peer": oneRun().use(t), "fleet": fleetRun().use(t)} {
		page := write(t, r.record, r.transcripts, r.gate)
		for _, state := range states {
			t.Run(name+", "+state.name, func(t *testing.T) {
				b := open(t)
				for _, s := range state.screens {
					b.look(s.width, s.theme)
					b.goTo(page, state.fragment)
					if state.script != "" {
						eval[any](b, state.script)
					}
					for _, v := range b.violations(string(axe)) {
						t.Errorf("%d px, %s: %s", s.width, s.theme, v)
					}
					if w := eval[int64](b, "document.documentElement.scrollWidth"); w > s.width {
						t.Errorf("%d px: the page is %d px wide", s.width, w)
					}
				}
			})
		}
	}
}

// violations runs axe-core in the page.
func (b *tab) violations(axe string) (list []violation) {
	b.t.Helper()
	eval[any](b, axe+"; undefined")
	text := eval[string](b, "axe.run({ resultTypes: ['violations'] }).then((result) => JSON.stringify(result.violations))")
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		b.t.Fatal(err)
	}
	return list
}
