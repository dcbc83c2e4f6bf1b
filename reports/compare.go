package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// comparison is a table of several peers: a line for each, and a column for each chapter.
type comparison struct {
	*text
	chapters []int
	rows     [][]record.Counts // by peer and chapter; the last one of a row is that of all chapters
	names    int               // width of the column of names
	widths   []int             // of the other columns
}

// comparison shows the peers side by side: how each did in each chapter, and where they differ.
func (t *text) comparison() {
	t.line()
	c := &comparison{text: t}
	c.fill()
	c.measure()
	c.write()
	t.differences()
}

// fill counts the verdicts.
func (c *comparison) fill() {
	peers := c.Record.Peers
	for i := range peers {
		for _, ch := range peers[i].Chapters() {
			if !slices.Contains(c.chapters, ch.Number) {
				c.chapters = append(c.chapters, ch.Number)
			}
		}
	}
	slices.Sort(c.chapters)
	for i := range peers {
		row := make([]record.Counts, len(c.chapters), len(c.chapters)+1)
		for _, ch := range peers[i].Chapters() {
			row[slices.Index(c.chapters, ch.Number)] = ch.Counts
		}
		c.rows = append(c.rows, append(row, peers[i].Counts()))
	}
}

// longestName is how much of a peer's name a line has room for.
const longestName = 24

func (c *comparison) measure() {
	c.names = columns("peer")
	for _, p := range c.Record.Peers {
		c.names = max(c.names, min(columns(p.Name), longestName))
	}
	for k := range len(c.chapters) + 1 {
		width := columns(c.head(k))
		for _, row := range c.rows {
			width = max(width, columns(Style{}.tally(row[k])))
		}
		c.widths = append(c.widths, width+tallyGap)
	}
}

// tallyGap is the space before a tally.
const tallyGap = 2

// head is what stands above a column.
func (c *comparison) head(k int) string {
	if k == len(c.chapters) {
		return "all"
	}
	return fmt.Sprint(c.chapters[k])
}

// write writes the table in blocks of as many columns as there is room for.
func (c *comparison) write() {
	for from := 0; from < len(c.widths); {
		to, room := from, c.width()-len("  ")-c.names
		for to < len(c.widths) && (to == from || c.widths[to] <= room) {
			room -= c.widths[to]
			to++
		}
		c.block(from, to)
		from = to
	}
	c.legend()
}

// block writes the columns from one up to another.
func (c *comparison) block(from, to int) {
	head := "  " + pad("peer", c.names)
	for k := from; k < to; k++ {
		head += padLeft(c.head(k), c.widths[k])
	}
	c.line(c.paint(dim, head))
	for i, row := range c.rows {
		line := "  " + pad(cut(c.Record.Peers[i].Name, c.names), c.names)
		for k := from; k < to; k++ {
			line += pad("", c.widths[k]-columns(Style{}.tally(row[k]))) + c.tally(row[k])
		}
		c.line(line)
	}
}

// letters stand for the verdicts that are not pass, in the order in which a tally has them.
var letters = []struct {
	verdict record.Verdict
	letter  string
}{
	{record.Fail, "F"}, {record.NonStrict, "N"}, {record.Error, "E"}, {record.Unimplemented, "U"}, {record.Informational, "I"},
}

// tally shows how often each verdict was given: pass as a number alone, the others with their letter.
func (s Style) tally(counts record.Counts) string {
	var parts []string
	if n := counts[record.Pass]; n > 0 {
		parts = append(parts, s.verdict(record.Pass, fmt.Sprint(n)))
	}
	for _, l := range letters {
		if n := counts[l.verdict]; n > 0 {
			parts = append(parts, s.verdict(l.verdict, fmt.Sprintf("%d%s", n, l.letter)))
		}
	}
	if len(parts) == 0 {
		return s.paint(dim, "·")
	}
	return strings.Join(parts, " ")
}

// legend explains the columns, and the letters that are in use.
func (c *comparison) legend() {
	counts := c.Record.Counts()
	words := []string{"by chapter; a number alone: pass"}
	for _, l := range letters {
		if counts[l.verdict] > 0 {
			words = append(words, l.letter+": "+string(l.verdict))
		}
	}
	c.line("  ", c.paint(dim, cut(strings.Join(words, ", "), c.width()-len("  "))))
}

// differences lists the cases in which the peers differ, those together in which they differ alike.
func (t *text) differences() {
	list, differ, asked := contrasts(&t.Record)
	if differ == 0 {
		return
	}
	t.line()
	t.line(t.paint(bold, fmt.Sprintf("where the peers differ: %d of %s", differ, plural(int64(asked), "case"))))
	for i := range list {
		t.contrast(&list[i])
	}
}

// contrast writes which cases they are, and below who got which verdict.
func (t *text) contrast(c *contrast) {
	ids := strings.Join(c.ranges, " ")
	if len(c.ids) > 1 {
		ids += fmt.Sprintf(" (%d cases)", len(c.ids))
	}
	for _, line := range wrap(ids, t.width()-len("  ")) {
		t.line("  ", line)
	}
	most := c.most()
	for _, v := range totalOrder {
		names := c.names(&t.Record, v)
		if len(names) == 0 {
			continue
		}
		who := strings.Join(names, ", ")
		if v == most && len(names) > manyNames {
			who = fmt.Sprintf("the other %d", len(names))
		}
		word := pad(string(v), verdictColumn)
		for _, line := range wrap(who, t.width()-len(indent)-verdictColumn) {
			t.line(indent, t.verdict(v, word), line)
			word = pad("", verdictColumn)
		}
	}
}

// verdictColumn is the width of a verdict before names; manyNames is how many of them are listed where it is clear who is
// meant.
const verdictColumn, manyNames = 15, 3
