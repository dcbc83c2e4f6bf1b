package reports

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// A row of evidence is an entry of a transcript, or the number of those that were left out between two.
type row struct {
	Index    int // of the entry
	Entry    *record.Entry
	Findings []int // the findings that the entry proves, counted from 1
	Skipped  int   // entries left out here; then there is no Entry
}

// evidence chooses at most limit entries of a transcript, and a few more if more are marked. What proves a finding, breaks a
// rule or is marked comes first, then the beginning and the end.
func evidence(t *record.Transcript, findings []record.Finding, limit int) []row {
	proves := make(map[int][]int)
	for n, f := range findings {
		for _, i := range f.Entries {
			proves[i] = append(proves[i], n+1)
		}
	}
	keep := chosen(t.Entries, proves, limit)
	rows := make([]row, 0, len(keep)+2)
	next, omitted, at := 0, t.Omitted, cmp.Or(t.OmittedAt, len(t.Entries))
	for _, i := range keep {
		skipped := i - next
		if at <= i {
			skipped, omitted = skipped+omitted, 0
		}
		rows = appendSkipped(rows, skipped)
		rows = append(rows, row{Index: i, Entry: &t.Entries[i], Findings: proves[i]})
		next = i + 1
	}
	return appendSkipped(rows, len(t.Entries)-next+omitted)
}

func appendSkipped(rows []row, n int) []row {
	if n > 0 {
		rows = append(rows, row{Skipped: n})
	}
	return rows
}

// chosen returns the indexes of the entries to show, in order.
func chosen(entries []record.Entry, proves map[int][]int, limit int) []int {
	var keep []int
	for i, e := range entries {
		if len(keep) < 2*limit && (len(proves[i]) > 0 || len(e.Broken) > 0 || e.Mark != "") {
			keep = append(keep, i)
		}
	}
	// Alternately from both ends, so that the opening and the end of the conversation are there.
	for first, last := 0, len(entries)-1; first <= last && len(keep) < limit; first, last = first+1, last-1 {
		for _, i := range []int{first, last} {
			if len(keep) < limit && !slices.Contains(keep, i) {
				keep = append(keep, i)
			}
		}
	}
	slices.Sort(keep)
	return keep
}

// likeness is the same for failures that need not be told twice: of one chapter, with the same findings on what may be
// different payloads.
func likeness(c *record.Case) string {
	n, _ := record.Chapter(c.ID)
	parts := []string{strconv.Itoa(n), string(c.Verdict)}
	for _, f := range c.Findings {
		parts = append(parts, f.Requirement, f.Got)
	}
	if len(c.Findings) == 0 {
		parts = append(parts, c.Notes...)
	}
	return strings.Join(parts, "\x00")
}
