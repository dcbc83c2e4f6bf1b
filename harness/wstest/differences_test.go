package wstest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

// The page that people read has the same rows, in the same words.
func TestDifferencesAreDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "wstest-differences.md"))
	if err != nil {
		t.Fatal(err)
	}
	var documented, known []string
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| cases |") {
			documented = append(documented, strings.TrimSpace(line))
		}
	}
	for _, d := range Differences {
		known = append(known, "| "+strings.Join([]string{d.Cases, d.Behavior, d.Verdict, d.When, d.Why}, " | ")+" |")
	}
	if diff := cmp.Diff(known, documented); diff != "" {
		t.Errorf("the table and docs/wstest-differences.md (-table +page):\n%s", diff)
	}
}

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		id, behavior string
		verdict      record.Verdict
		rows         int
	}{
		{"2.5", "OK", record.NonStrict, 3}, // two about all that must be refused, one about all conversations
		{"5.9", "OK", record.NonStrict, 3},
		{"5.8", "OK", record.NonStrict, 1},
		{"6.21.8", "OK", record.Fail, 2},
		{"6.22.1", "OK", record.Fail, 1},
		{"6.9.1", "OK", record.NonStrict, 1},
		{"3.3", "NON-STRICT", record.Pass, 1},
		{"3.5", "NON-STRICT", record.Pass, 0},
		{"7.1.2", "OK", record.Pass, 1},
		{"7.1.2", "FAILED", record.NonStrict, 2},
		{"7.1.2", "FAILED", record.Pass, 2},
		{"12.1.1", "OK", record.Fail, 0},
	} {
		if got := Explain(c.id, c.behavior, c.verdict); len(got) != c.rows {
			t.Errorf("%s, %s by wstest and %s by us: %d rows, want %d: %v", c.id, c.behavior, c.verdict, len(got), c.rows, got)
		}
	}
}

// What races is said in one place for all, and a row about timing is about nothing else.
func TestRacing(t *testing.T) {
	for id, want := range map[string]bool{"3.1": false, "3.2": true, "3.4": true, "3.5": false, "4.1.3": true, "4.2.5": true, "5.15": true, "5.16": false, "7.1.6": true} {
		if Racing(id) != want {
			t.Errorf("Racing(%s) = %v", id, !want)
		}
	}
	for _, d := range Differences {
		if d.Timing && (!d.About("5.15") || d.About("5.16")) {
			t.Errorf("timing: %+v", d)
		}
	}
}
