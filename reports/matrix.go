package reports

import (
	"html/template"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// matrix is the table of peers by chapters.
type matrix struct {
	Chapters []record.ChapterCounts
	Rows     []matrixRow
}

type matrixRow struct {
	Peer     string
	JudgedBy string // "" for this tool
	Link     template.URL
	Cells    []cell
	Total    cell
}

// cell is what one peer made of one chapter, or of all; empty if it was not asked.
type cell struct {
	record.Counts
	Link  template.URL
	Tally []tally
}

// Passed is the number of cases that passed.
func (c cell) Passed() int { return c.Counts[record.Pass] }

// Sign stands for the worst verdict.
func (c cell) Sign() string { return signs[c.Worst()] }

// Rest lists the verdicts other than pass that occur, the worst first.
func (c cell) Rest() []tally {
	var rest []tally
	for _, v := range alarming {
		if n := c.Counts[v]; n > 0 {
			rest = append(rest, tally{Verdict: v, N: n})
		}
	}
	return rest
}

// alarming are the verdicts other than pass, the worst first.
var alarming = []record.Verdict{
	record.Fail, record.Error, known, record.NonStrict, record.Unimplemented, record.Informational,
}

// signs stand for verdicts where there is no room for the word; readers who do not see them get the word.
var signs = map[record.Verdict]string{
	record.Pass: "✓", record.Fail: "✗", record.Error: "!", known: "×", record.NonStrict: "~", record.Unimplemented: "∅", record.Informational: "i",
}

func newMatrix(p *page) matrix {
	m := matrix{Chapters: p.Chapters}
	for _, peer := range p.Peers {
		r := matrixRow{Peer: peer.Name, JudgedBy: peer.JudgedBy, Link: peer.Link, Total: cell{peer.Counts, peer.Link, peer.Tally}}
		for _, ch := range p.Chapters {
			r.Cells = append(r.Cells, peer.chapterCell(ch.Number))
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

func (p *peerView) chapterCell(number int) cell {
	for _, ch := range p.Chapters {
		if ch.Number == number {
			return ch.Cell
		}
	}
	return cell{}
}

// difference is some cases in which the peers differ, and in all of them in the same way.
type difference struct {
	First string // the ID of the first
	Title string // of the first
	Cases string // the IDs of all
	N     int
	Cells []differenceCell
}

// differenceCell is one peer's verdict on the first of them; without a Verdict it has none that says something.
type differenceCell struct {
	record.Verdict
	Peer string
	Link template.URL
}

// Sign stands for the verdict.
func (c differenceCell) Sign() string { return signs[c.Verdict] }

func newDifferences(p *page) (list []difference) {
	found, _, _ := contrasts(&p.Record)
	for _, c := range found {
		d := difference{First: c.ids[0], Cases: strings.Join(c.ranges, " "), N: len(c.ids), Cells: make([]differenceCell, len(p.Peers))}
		for i, peer := range p.Peers {
			for one := range peer.cases() {
				if one.ID == c.ids[0] && c.verdicts[i] != "" {
					d.Title = one.Title
					d.Cells[i] = differenceCell{c.verdicts[i], peer.Name, one.Link}
				}
			}
		}
		list = append(list, d)
	}
	return list
}
