package interop

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/record"
)

// difference is a row of docs/wstest-differences.md.
type difference struct {
	cases        []string // patterns and ranges
	wstest, ours []string // pairs of verdicts
}

type differences []difference

// readDifferences reads the table that says where our verdict may differ from the testsuite's.
func readDifferences(t *testing.T) (table differences) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "docs", "wstest-differences.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(line, "|")
		if len(cells) != 7 || strings.Contains(line, "---") || strings.Contains(line, "| wstest |") {
			continue
		}
		table = append(table, difference{list(cells[1]), list(cells[2]), list(cells[3])})
	}
	if len(table) < 10 {
		t.Fatalf("only %d rows in the table", len(table))
	}
	return table
}

func list(cell string) []string {
	parts := strings.Split(cell, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// sameWord are the verdicts that mean the same.
var sameWord = map[string]record.Verdict{
	"OK": record.Pass, "NON-STRICT": record.NonStrict, "INFORMATIONAL": record.Informational, "FAILED": record.Fail,
}

// explain tells whether the two verdicts are the same, or a row speaks of the difference.
func (table differences) explain(c record.Case) bool {
	return sameWord[c.WSTest.Behavior] == c.Verdict || slices.ContainsFunc(table, func(d difference) bool {
		return d.about(c.ID) && d.verdicts(c.WSTest.Behavior, string(c.Verdict))
	})
}

func (d difference) about(id string) bool {
	return slices.ContainsFunc(d.cases, func(pattern string) bool {
		first, last, ranged := strings.Cut(pattern, "-")
		if !ranged {
			return cases.Match(pattern, cases.Find(id))
		}
		return within(id, first) >= 0 && within(id, last) <= 0
	})
}

// within compares an ID with the end of a range, as far as the end goes.
func within(id, end string) int {
	end = strings.TrimSuffix(end, ".*")
	parts := strings.Split(id, ".")
	return record.CompareIDs(strings.Join(parts[:min(len(parts), strings.Count(end, ".")+1)], "."), end)
}

func (d difference) verdicts(wstest, ours string) bool {
	for i := range d.wstest {
		if d.wstest[i] == wstest && d.ours[min(i, len(d.ours)-1)] == ours {
			return true
		}
	}
	return false
}
