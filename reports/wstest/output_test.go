package wstest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports/wstest"
)

// files are the names of the files in a directory, in which there is nothing else.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s is left there", e.Name())
		}
		names = append(names, e.Name())
	}
	return names
}

// An agent may have any name: files stay in their directory, each agent has its own, and the first of those that the testsuite
// would mix up has the testsuite's name.
func TestNames(t *testing.T) {
	want := map[string]string{
		"gws-full":         "gws_full",
		"A_B!":             "a_b", // the first of these, in the order of their bytes
		"a b":              "a_b_3",
		"a b 2":            "a_b_2",
		"a/b":              "a_b_4",
		"../../etc/passwd": "etc_passwd",
		"":                 "",
		"***":              "_2",
		"\x1b]0;x\a":       "0_x",
		"K\u212a\u202e":    "kk",

		strings.Repeat("x", 998): strings.Repeat("x", 200),
		strings.Repeat("x", 999): strings.Repeat("x", 200) + "_2",
	}
	var agents []string
	for agent := range want {
		agents = append(agents, agent)
	}
	above := t.TempDir()
	dir := filepath.Join(above, "new", "reports")
	if err := wstest.Write(dir, several(agents...), wstest.Options{}); err != nil {
		t.Fatal(err)
	}
	index := parse(t, filepath.Join(dir, "index.json")).members
	if len(index) != len(want) {
		t.Errorf("%d agents, want %d", len(index), len(want))
	}
	for agent, clean := range want {
		byID, _ := index[agent].(map[string]any)
		entry, _ := byID["1.1.1"].(map[string]any)
		if got := entry["reportfile"]; got != clean+"_case_1_1_1.json" {
			t.Errorf("%q: %v, want that of %s", agent, got, clean)
			continue
		}
		if told := parse(t, filepath.Join(dir, clean+"_case_1_1_1.json")).members["agent"]; told != agent {
			t.Errorf("the file of %q is that of %q", agent, told)
		}
	}
	if n := len(files(t, dir)); n != 2+len(want)*5*2 {
		t.Errorf("%d files", n)
	}
	if entries, _ := os.ReadDir(above); len(entries) != 1 {
		t.Errorf("beside the directory: %v", entries)
	}
}

// Earlier files are replaced, and others are left alone.
func TestReplaces(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"index.json", "a_case_1_1_1.json", "mine.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Repeat("old", 10000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := wstest.Write(dir, several("a"), wstest.Options{Index: "wstest.html"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range files(t, dir) {
		if old := strings.Contains(read(t, filepath.Join(dir, name)), "oldold"); old != (name == "mine.txt") {
			t.Errorf("%s: old %v", name, old)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "index.html")); err == nil {
		t.Error("index.html was not asked for")
	}
	if !strings.Contains(read(t, filepath.Join(dir, "a_case_1_1_1.html")), `href="wstest.html#case_1_1_1"`) {
		t.Error("the page of a case does not lead to the index")
	}
}

// What cannot be written is said; the index never speaks of files that are not there.
func TestUnwritable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "a_case_7_1_6.json", "directory"), 0o755); err != nil {
		t.Fatal(err)
	}
	for dir, named := range map[string]string{filepath.Join(file, "below"): file, file: file, taken: taken} {
		err := wstest.Write(dir, several("a"), wstest.Options{})
		if err == nil || !strings.Contains(err.Error(), named) || !strings.Contains(err.Error(), "make room or name another directory") {
			t.Errorf("%s: %v", dir, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "index.json")); err == nil {
			t.Errorf("%s: there is an index", dir)
		}
	}
	entries, _ := os.ReadDir(taken)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s is left there", e.Name())
		}
	}
}
