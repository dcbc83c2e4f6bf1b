package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// planted is a history of so many runs: a peer that always passes, one that breaks and is mended, one that comes late, and one
// that goes.
func planted(runs int) *reports.History {
	h := new(reports.History)
	for i := range runs {
		rec := &record.Record{Tool: "wsspec 0.1.0", Catalogue: cases.Version, Seed: fmt.Sprint(i), Profile: "standard",
			Started: time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, i)}
		add := func(name string, broken func(id string) record.Verdict) {
			p := record.Peer{Name: name, Role: "server", URL: "ws://127.0.0.1/"}
			for _, c := range cases.All() {
				p.Cases = append(p.Cases, record.Case{ID: c.ID, Title: c.Title, Verdict: broken(c.ID)})
			}
			rec.Peers = append(rec.Peers, p)
			rec.Ran += len(p.Cases)
		}
		in := func(from, to int) bool { return i >= runs*from/10 && i < runs*to/10 }
		add("steady", func(string) record.Verdict { return record.Pass })
		add("a-library-with-a-name-that-is-rather-long/1.2.3", func(id string) record.Verdict {
			switch {
			case in(2, 4) && strings.HasPrefix(id, "6."), in(7, 10) && strings.HasPrefix(id, "7.9."):
				return record.Fail
			case in(4, 6) && strings.HasPrefix(id, "9."):
				return record.Error
			case strings.HasPrefix(id, "6.4."):
				return record.NonStrict
			}
			return record.Pass
		})
		if in(5, 10) {
			add("late", func(id string) record.Verdict {
				if i%2 == 1 && id == "5.15" {
					return record.Fail
				}
				return record.Informational
			})
		}
		if in(0, 8) {
			add("gone", func(id string) record.Verdict { return record.Unimplemented })
		}
		rec.Planned = rec.Ran
		gate := &record.Gate{Baseline: "wsspec-baseline.yaml"}
		for _, c := range rec.Peers[1].Cases {
			if in(8, 10) && c.Verdict == record.Fail {
				gate.Judgements = append(gate.Judgements, record.Judgement{Change: record.Known, Peer: rec.Peers[1].Name, Case: c.ID, Verdict: c.Verdict})
			}
		}
		h.Add(reports.NewPastRun(rec, gate, fmt.Sprintf("%040x", i), fmt.Sprintf("https://example.org/commit/%040x", i)), runs)
	}
	return h
}

func writeTrend(t *testing.T, h *reports.History, label string) string {
	t.Helper()
	var page strings.Builder
	if err := reports.Trend(&page, h, label); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "index.html") // the name that the watch takes for the page itself
	if err := os.WriteFile(name, []byte(page.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// No rule of accessibility is broken by the page of trends, and it is as wide as the screen.
func TestTrendAccessible(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join("node_modules", "axe-core", "axe.min.js"))
	needs(t, "`npm install` in interop/browser", err)
	for name, test := range map[string]struct {
		history *reports.History
		screens []screen
	}{
		"no run": {new(reports.History), []screen{{360, "light"}, {1400, "dark"}}}, "one run": {planted(1), []screen{{360, "dark"}, {1400, "light"}}},
		"thirty runs": {planted(30), allScreens},
	} {
		t.Run(name, func(t *testing.T) {
			page := writeTrend(t, test.history, "libfoo")
			b := open(t)
			for _, s := range test.screens {
				b.look(s.width, s.theme)
				b.goTo(page, "")
				eval[any](b, "for (const d of document.querySelectorAll('details')) d.open = true")
				for _, v := range b.violations(string(axe)) {
					t.Errorf("%d px, %s: %s", s.width, s.theme, v)
				}
				if w := eval[int64](b, "document.documentElement.scrollWidth"); w > s.width {
					t.Errorf("%d px: the page is %d px wide", s.width, w)
				}
				b.keep(fmt.Sprintf("trend %s %d %s", name, s.width, s.theme))
			}
		})
	}
}

// The picture shows what the table says, without a script: where a chapter failed, and only there, is a red block.
func TestTrendPicture(t *testing.T) {
	b := open(t)
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.must(err)
	b.look(1400, "light")
	b.goTo(writeTrend(t, planted(30), "libfoo"), "")
	red := eval[[]string](b, `[...document.querySelectorAll(".tracks")].flatMap((peer) => [...peer.querySelectorAll(".lane:not(.total)")]
		.filter((lane) => [...lane.querySelectorAll("rect.fail")].some((r) => r.getBoundingClientRect().height > 1 && r.getBoundingClientRect().width > 1))
		.map((lane) => peer.getAttribute("aria-label").slice(0, 4) + lane.querySelector(".number").textContent))`)
	if want := []string{"a-li6", "a-li7", "late5"}; !slices.Equal(red, want) {
		t.Errorf("red blocks in %q, want %q", red, want)
	}
	left := eval[float64](b, `(() => { const svg = document.querySelectorAll(".tracks")[1].querySelectorAll(".lane")[7].querySelector("svg").getBoundingClientRect();
		return (document.querySelectorAll(".tracks")[1].querySelectorAll(".lane")[7].querySelector("rect.fail").getBoundingClientRect().left - svg.left) / svg.width; })()`)
	if left < 0.19 || left > 0.21 {
		t.Errorf("chapter 6 fails from %.2f of the width on, want 0.2", left)
	}
	text := eval[string](b, `document.querySelector(".changes").textContent`)
	for _, words := range []string{"was tested for the first time", "was not tested any more", "7.9.1-7.9.9", "6.1.1-6.1.3"} {
		if !strings.Contains(text, words) {
			t.Errorf("what changed does not say %q", words)
		}
	}
	if links := eval[int](b, `document.querySelectorAll('.changes a[href^="https://example.org/commit/"]').length`); links < 5 {
		t.Errorf("%d links to commits", links)
	}
}

// keep keeps a picture of the page in the directory that WSSPEC_SCREENSHOTS names, if it does, for people to look at.
func (b *tab) keep(name string) {
	b.t.Helper()
	dir := os.Getenv("WSSPEC_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	b.must(err)
	if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".png"), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// Nothing in a history becomes a script, an element or a link to a script.
func TestTrendHostile(t *testing.T) {
	b := open(t)
	w := new(watch)
	b.must(chromedp.Listen(b.ctx, w.see))
	for _, attack := range attacks {
		h := new(reports.History)
		for i, v := range []record.Verdict{record.Pass, record.Fail} {
			rec := hostileRun(attack).record
			rec.Started = time.Date(2026, 6, 1+i, 9, 0, 0, 0, time.UTC)
			for k := range rec.Peers {
				rec.Peers[k].Cases = []record.Case{{ID: "5.6", Title: attack, Verdict: v}, {ID: attack, Title: attack, Verdict: v}}
			}
			h.Add(reports.NewPastRun(rec, nil, attack, attack), 10)
		}
		b.goTo(writeTrend(t, h, attack), "")
		eval[any](b, `for (const d of document.querySelectorAll("details")) d.open = true`)
		eval[any](b, `for (const e of document.querySelectorAll("[tabindex], a, summary")) { e.focus(); e.dispatchEvent(new MouseEvent("mouseover", { bubbles: true })); }`)
		if eval[bool](b, `"pwned" in window`) {
			t.Errorf("%.60q ran", attack)
		}
		if n := eval[int](b, `document.querySelectorAll("img, iframe, link, object, embed, form, animate, meta[http-equiv=refresh], script, a[href^='javascript:'], a[href^='data:']").length`); n > 0 {
			t.Errorf("%.60q has become %d elements", attack, n)
		}
	}
	w.Lock()
	defer w.Unlock()
	if len(w.dialogs) > 0 || len(w.requests) > 0 {
		t.Errorf("dialogs %q, requests %q", w.dialogs, w.requests)
	}
}
