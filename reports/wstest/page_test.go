package wstest_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports/wstest"
)

// pages writes the files of a record and returns the index, and its directory.
func pages(t *testing.T, rec *record.Record) (index, dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := wstest.Write(dir, rec, wstest.Options{Case: cases.Find}); err != nil {
		t.Fatal(err)
	}
	return read(t, filepath.Join(dir, "index.html")), dir
}

// Scripts count the classes of cells. One of them takes more than two mentions of case_failed for a failure: there are two where
// nothing failed, in the style and beside the word's meaning.
func TestClasses(t *testing.T) {
	rec := several("a", "b")
	rec.Peers[1].Cases = rec.Peers[1].Cases[:4]
	index, _ := pages(t, rec)
	for class, want := range map[string]int{
		"case_ok": 1 + 1 + (1 + 1 + 1) + (1 + 1), "case_non_strict": 1 + 1 + (1 + 1) + 1, "case_almost": 1 + 2, "case_info": 1 + 1 + 2 + 2,
		"case_unimplemented": 1 + 1 + 1, "case_missing": 1 + 2, "case_failed": 2,
	} {
		if got := strings.Count(index, class); got != want {
			t.Errorf("%s: %d times, want %d", class, got, want)
		}
	}
	rec.Peers[0].Cases[1].WSTest.Behavior = "FAILED"
	rec.Peers[0].Cases[2].WSTest.BehaviorClose = "UNCLEAN"
	rec.Peers[0].Cases[3].WSTest.Behavior = "unheard of"
	index, _ = pages(t, rec)
	if got := strings.Count(index, "case_failed"); got != 2+3 {
		t.Errorf("case_failed: %d times for three failures", got)
	}
	if !strings.Contains(index, "<h1>2 of 8 cases failed</h1>") {
		t.Error("the index does not say how many cases failed")
	}
}

// Every link leads somewhere, and nothing is fetched from elsewhere or run.
func TestLinks(t *testing.T) {
	_, dir := pages(t, several("a", "b/c"))
	links := regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	seen := 0
	for _, name := range files(t, dir) {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		page := read(t, filepath.Join(dir, name))
		for _, link := range links.FindAllStringSubmatch(page, -1) {
			file, anchor, _ := strings.Cut(link[1], "#")
			to := page
			if file != "" {
				to = read(t, filepath.Join(dir, file))
			}
			if anchor != "" && !strings.Contains(to, `id="`+anchor+`"`) {
				t.Errorf("%s: %s leads nowhere", name, link[1])
			}
			seen++
		}
		if strings.Contains(page, "<script") || strings.Contains(page, "<link") || strings.Contains(page, "ZgotmplZ") {
			t.Errorf("%s has what it should not have", name)
		}
	}
	if seen < 30 {
		t.Errorf("only %d links", seen)
	}
}

// What a peer says is shown, and does nothing.
func TestHostileText(t *testing.T) {
	const evil = "<script>alert(1)</script>\x1b[2J\u202e\xff'\"&"
	rec := several(evil)
	p := &rec.Peers[0]
	p.Cases = p.Cases[1:2]
	words := evil
	p.Cases[0].WSTest.Behavior, p.Cases[0].WSTest.BehaviorClose = evil, evil
	p.Cases[0].Findings = []record.Finding{{Requirement: evil, Expected: evil, Got: evil}}
	rec.Tool, p.Cases[0].Title = evil, evil
	event := []record.AccountEvent{{Kind: evil, Text: evil}}
	talk := &record.Transcript{Autobahn: &record.Account{
		Description: evil, Expectation: evil, Request: evil + "\r\n" + evil, Response: evil, Result: evil, ResultClose: evil,
		NotClean: &words, LocalCloseReason: &words, RemoteCloseReason: &words, Received: event, Expected: map[string][]record.AccountEvent{evil: event},
		Wirelog: []record.LogRow{{Kind: record.RowGot, Data: evil}, {Kind: record.RowGotFrame, Key: &words, Data: evil}, {Kind: record.RowWait, Tag: &words}, {Kind: evil}},
	}}
	dir := t.TempDir()
	if err := wstest.Write(dir, rec, wstest.Options{Transcripts: func(string, string) *record.Transcript { return talk }}); err != nil {
		t.Fatal(err)
	}
	for pattern, least := range map[string]int{"index.html": 4, "*_case_1_1_1.html": 20} {
		names, _ := filepath.Glob(filepath.Join(dir, pattern))
		if len(names) != 1 {
			t.Fatal(pattern, names)
		}
		name, page := names[0], read(t, names[0])
		if strings.Contains(page, "<script") || strings.ContainsAny(page, "\x1b\u202e\ufffd") || strings.Contains(page, "\xff") {
			t.Errorf("%s obeys: %s", name, page)
		}
		if n := strings.Count(page, `&lt;script&gt;alert(1)&lt;/script&gt;\x1b[2J\u202e\xff`); n < least {
			t.Errorf("%s shows it %d times", name, n)
		}
	}
}

// A reader without eyes or colours finds his way: a language, a title, headers of tables that say what they head.
func TestAccessible(t *testing.T) {
	_, dir := pages(t, several("a"))
	for _, name := range []string{"index.html", "a_case_1_1_1.html"} {
		page := read(t, filepath.Join(dir, name))
		for _, part := range []string{`<html lang="en">`, "<title>", "<main>", `name="viewport"`, "color-scheme: light dark"} {
			if !strings.Contains(page, part) {
				t.Errorf("%s has no %s", name, part)
			}
		}
		if headers, scopes := strings.Count(page, "<th"), strings.Count(page, "<th scope=")+strings.Count(page, "<thead"); headers != scopes {
			t.Errorf("%s: %d headers of tables, %d with a scope", name, headers, scopes)
		}
	}
}
