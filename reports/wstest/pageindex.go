package wstest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
)

// indexPage is what the index for people shows. All text in it is visible already.
type indexPage struct {
	frame
	Title    string
	Tool     string
	Date     string
	Words    []word
	Agents   []agentView
	Chapters []chapterView
	Absent   string // which of the testsuite's chapters were not asked at all
}

// agentView is an agent, and how often it behaved how.
type agentView struct {
	Name   string
	Counts []int
	Total  int
}

// chapterView is a chapter of which at least one agent was asked something.
type chapterView struct {
	Number int
	Title  string
	Rows   []rowView
}

// rowView is a case, with a cell for each agent.
type rowView struct {
	ID, Anchor, Title string
	Cells             []cellView
}

// cellView is what an agent did in a case.
type cellView struct {
	word
	File              string // "" if there is none
	Detail            string
	Close, CloseClass string
	Alone             bool // there is no closing to speak of
}

// page is the index for people.
func (w *writing) page() ([]byte, error) {
	p := indexPage{frame: newFrame(), Tool: visible(w.record.Tool)}
	if !w.record.Started.IsZero() {
		p.Date = w.record.Started.UTC().Format("2 January 2006, 15:04 UTC")
	}
	for _, behavior := range outcomes {
		p.Words = append(p.Words, words[behavior])
	}
	for _, a := range w.agents {
		p.Agents = append(p.Agents, a.view())
	}
	p.Title = title(p.Agents)
	p.Chapters = w.chapters()
	p.Absent = absent(p.Chapters)
	return render("index.html", p)
}

// view counts.
func (a *agentRow) view() agentView {
	v := agentView{Name: visible(a.Name), Counts: make([]int, len(outcomes)), Total: len(a.cases)}
	for _, c := range a.cases {
		i := slices.IndexFunc(outcomes, func(b string) bool { return wordOf(c.verdict.Behavior) == words[b] })
		v.Counts[i]++
	}
	return v
}

// title says in one sentence how it went.
func title(agents []agentView) string {
	failed, total := 0, 0
	for _, a := range agents {
		failed += a.Counts[len(outcomes)-1]
		total += a.Total
	}
	about := ""
	if len(agents) == 1 {
		about = agents[0].Name + ": "
	}
	switch {
	case total == 0:
		return about + "no case was asked"
	case failed == 0:
		return fmt.Sprintf("%sno failure in %d cases", about, total)
	}
	return fmt.Sprintf("%s%d of %d cases failed", about, failed, total)
}

// chapters are the cases that any agent was asked.
func (w *writing) chapters() (list []chapterView) {
	for _, id := range w.ids() {
		n, title := record.Chapter(id)
		if len(list) == 0 || list[len(list)-1].Number != n {
			list = append(list, chapterView{Number: n, Title: title})
		}
		row := rowView{ID: visible(id), Anchor: anchor(id), Title: w.titleOf(id)}
		for _, a := range w.agents {
			row.Cells = append(row.Cells, a.cell(id))
		}
		last := &list[len(list)-1]
		last.Rows = append(last.Rows, row)
	}
	return list
}

// ids are the IDs of the cases that any agent was asked.
func (w *writing) ids() (all []string) {
	for _, a := range w.agents {
		for _, c := range a.cases {
			all = append(all, c.id)
		}
	}
	record.SortIDs(all)
	return slices.Compact(all)
}

func (w *writing) titleOf(id string) string {
	for i := range w.record.Peers {
		if c := w.record.Peers[i].Case(id); c != nil && c.Title != "" {
			return visible(c.Title)
		}
	}
	return ""
}

// cell is what an agent did in a case.
func (a *agentRow) cell(id string) cellView {
	i, found := slices.BinarySearchFunc(a.cases, id, func(c caseRow, id string) int { return record.CompareIDs(c.id, id) })
	if !found {
		return cellView{word: words[""], Alone: true}
	}
	c := a.cases[i]
	v := cellView{word: wordOf(c.verdict.Behavior), File: c.html, Alone: c.verdict.Behavior == "UNIMPLEMENTED"}
	v.Close, v.CloseClass = closingWord(c.verdict)
	if c.reportTime {
		v.Detail = fmt.Sprintf("%d ms", c.duration)
	}
	if t := c.traffic; t != nil {
		v.Detail = strings.TrimSpace(fmt.Sprintf("%s %s/%s", v.Detail, ratio(t.IncomingCompressionRatio), ratio(t.OutgoingCompressionRatio)))
	}
	return v
}

func ratio(r *float64) string {
	if r == nil {
		return "-"
	}
	return fmt.Sprintf("%.3f", *r)
}

// absent says which of the testsuite's chapters were not asked at all.
func absent(asked []chapterView) string {
	var list []string
	for _, id := range wstest.IDs() {
		n, title := record.Chapter(id)
		name := fmt.Sprintf("%d (%s)", n, title)
		if !slices.ContainsFunc(asked, func(c chapterView) bool { return c.Number == n }) && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "Nothing was asked of: " + strings.Join(list, ", ") + "."
}
