package browser

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports/wstest"
)

// judgedTwice is oneRun beside what the Autobahn testsuite said of another server, as if that were the same one: so they
// disagree in every way.
var judgedTwice = sync.OnceValue(func() run {
	ours := tested("text-unchecked")
	if ours.err != nil {
		return ours
	}
	theirs, talk, err := wstest.Read(filepath.Join("..", "..", "reports", "wstest", "testdata", "sample"), wstest.ReadOptions{Case: cases.Find})
	if err != nil {
		return run{err: err}
	}
	p := &theirs.Peers[0]
	p.Cases = slices.DeleteFunc(p.Cases, func(c record.Case) bool {
		return !slices.ContainsFunc(append(patterns, "12.1.*"), func(pattern string) bool { return record.MatchID(pattern, c.ID) })
	})
	part := record.Part{Name: "theirs", Record: theirs, Transcripts: talk}.Renamed(func(p *record.Peer) { p.Name = "text-unchecked" })
	merged, transcripts, _, err := record.Merge([]record.Part{{Name: "ours", Record: ours.record, Transcripts: ours.transcripts}, part})
	if err != nil {
		return run{err: err}
	}
	twin := merged.Peers[merged.Twins()[0][1]].Name
	merged.Peer(twin).Original = "wstest/index.html"
	return run{record: merged, transcripts: transcripts, gate: ours.gate}
})

// What the two say of one endpoint is in a section of its own, which everybody can read.
func TestAgreement(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join("node_modules", "axe-core", "axe.min.js"))
	needs(t, "`npm install` in interop/browser", err)
	r := judgedTwice().use(t)
	page := write(t, r.record, r.transcripts, r.gate)
	b := open(t)
	for _, s := range []screen{{1400, "dark"}, {360, "light"}} {
		b.look(s.width, s.theme)
		b.goTo(page, "")
		for _, v := range b.violations(string(axe)) {
			t.Errorf("%d px, %s: %s", s.width, s.theme, v)
		}
		if w := eval[int64](b, "document.documentElement.scrollWidth"); w > s.width {
			t.Errorf("%d px: the page is %d px wide", s.width, w)
		}
	}
	text := eval[string](b, "document.querySelector('h2[id^=agreement]').closest('section').innerText")
	for _, want := range []string{"text-unchecked: agreement with the Autobahn Testsuite 25.10.1", "agree on", "Only the testsuite has a verdict on 12.1.1-12.1.18", "ask both again", "6.4.1"} {
		if !strings.Contains(text, want) {
			t.Errorf("the section does not say %q:\n%s", want, text)
		}
	}
	if n := eval[int](b, "[...document.querySelectorAll('.agreement')].filter((table) => table.parentElement.tabIndex != 0).length"); n > 0 {
		t.Errorf("%d tables that a keyboard cannot scroll", n)
	}
	if href := eval[string](b, "[...document.querySelectorAll('a')].find((a) => a.textContent == 'its own report').getAttribute('href')"); href != "./wstest/index.html" {
		t.Errorf("the testsuite's own report is at %q", href)
	}
}
