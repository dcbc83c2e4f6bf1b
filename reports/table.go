package reports

import (
	"cmp"
	"slices"

	"github.com/wsspec/wsspec/harness/record"
)

// table is a table of counts in a terminal: a line for each chapter or peer, a column for each verdict that was given.
type table struct {
	*text
	head     string
	verdicts []record.Verdict
	titles   []string
	counts   []record.Counts
}

// newTable makes a table with the columns that all its lines together need; pass is always there.
func (t *text) newTable(head string, all record.Counts) *table {
	given := slices.DeleteFunc(slices.Clone(record.Verdicts), func(v record.Verdict) bool {
		return v != record.Pass && all[v] == 0
	})
	return &table{text: t, head: head, verdicts: given}
}

func (t *table) add(title string, counts record.Counts) {
	t.titles = append(t.titles, title)
	t.counts = append(t.counts, counts)
}

// columnHeads shorten what would make a column needlessly wide.
var columnHeads = map[record.Verdict]string{record.Informational: "info", record.Unimplemented: "unimpl"}

func columnHead(v record.Verdict) string { return cmp.Or(columnHeads[v], string(v)) }

// columnGap is the space before a column, beside the words of its head.
const columnGap = 3

func columnWidth(v record.Verdict) int { return columnGap + len(columnHead(v)) }

// titleWidth is what the longest title takes, or what the columns leave.
func (t *table) titleWidth() int {
	longest, left := columns(t.head), t.width()-2
	for _, title := range t.titles {
		longest = max(longest, columns(title))
	}
	for _, v := range t.verdicts {
		left -= columnWidth(v)
	}
	return min(longest, left)
}

func (t *table) write() {
	width := t.titleWidth()
	head := "  " + pad(t.head, width)
	for _, v := range t.verdicts {
		head += padLeft(columnHead(v), columnWidth(v))
	}
	t.line(t.paint(dim, head))
	for i, title := range t.titles {
		line := "  " + pad(cut(title, width), width)
		for _, v := range t.verdicts {
			line += t.number(v, t.counts[i][v])
		}
		t.line(line)
	}
}

func (t *table) number(v record.Verdict, n int) string {
	if n == 0 {
		return t.paint(dim, padLeft("·", columnWidth(v)))
	}
	return t.verdict(v, padLeft(grouped(int64(n)), columnWidth(v)))
}
