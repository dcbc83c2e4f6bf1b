package reports

import (
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

var (
	trendStyle = mustFile("html/trend.css")

	// trendPolicy lets nothing run, load or be sent but the page's own two styles.
	trendPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + hashOf(pageStyle) + " " + hashOf(trendStyle)
)

// Trend writes a page that shows how each peer did, chapter by chapter, in all runs of a history, and what changed from one run
// to the next. It needs no network and no script. The report of the newest run is expected beside it, as index.html; label says
// what is tested.
func Trend(w io.Writer, h *History, label string) error {
	t := &trend{Label: printable(label), history: h, Policy: trendPolicy, CSS: template.CSS(pageStyle), Own: template.CSS(trendStyle)}
	if len(h.Runs) > 0 {
		t.fill()
	}
	return pageTemplate().ExecuteTemplate(w, "trend.html", t)
}

// trend is what the template shows.
type trend struct {
	Label, Headline string
	Alarm           record.Verdict // colours the headline
	Newest          *PastRun       // nil: there is none
	Runs            int
	Legend          []legendEntry
	Peers           []*trendPeer
	Changes         []runChanges // the newest first
	Older           int          // runs with changes that are not shown

	Policy   string
	CSS, Own template.CSS

	history *History
}

// trendPeer is a peer over all runs.
type trendPeer struct {
	Name      string
	Anchor    template.URL
	Role      string
	Gone      string    // the day of its last run, if the newest one did not test it
	Cell      cell      // of its last run
	Lanes     []lane    // all cases together, then chapter by chapter
	Stretches []stretch // the newest first
	First     string    // the day of the first run of all
	Last      string    // and of the last one

	runs []*trendRun
}

// trendRun is one run of a peer.
type trendRun struct {
	*PastRun
	past     *PastPeer
	index    int // among all runs
	verdicts map[string]record.Verdict
	chapters map[int]record.Counts // allCases: of all
}

// allCases stands for all chapters together.
const allCases = -2

// lane is a chapter over all runs: a picture of one column for each run, in which verdicts lie on each other, the alarming on top.
// Columns are laneColumn units wide, and laneHeight units high; the picture is as wide as there is room.
type lane struct {
	Number int
	Title  string
	Width  int
	Blocks []block
	Cell   cell   // of the last run
	Says   string // the picture in words
}

// block is what some runs in a row have in common.
type block struct {
	Verdict             record.Verdict
	X, Y, Width, Height int
}

// stretch is some runs in a row in which nothing changed but the time.
type stretch struct {
	Days  string
	Runs  int
	Cells []cell // as the lanes
}

// Measures of a lane, in its own units.
const (
	laneColumn, laneHeight = 10, 100
	leastHeight            = 14 // of a verdict that alarms, so that one case of many is seen
	leastColumns           = 12 // so that the columns of a few runs are not as wide as the page
)

// fill makes the page.
func (t *trend) fill() {
	runs := t.history.Runs
	t.Newest, t.Runs = &runs[len(runs)-1], len(runs)
	counts := make(record.Counts)
	for _, name := range t.names() {
		p := t.peer(name)
		if p.Gone == "" {
			for v, n := range p.Cell.Counts {
				counts[v] += n
			}
		}
		t.Peers = append(t.Peers, p)
	}
	t.head(counts)
	t.legend()
	t.compare()
}

// head says how the newest run went.
func (t *trend) head(c record.Counts) {
	all := maps.Clone(c)
	all[record.Fail] += all[known]
	delete(all, known)
	t.Headline, t.Alarm = headline(all, t.Newest.Planned, t.Newest.Ran)
	switch {
	case c[known] == 0:
	case c[record.Fail] > 0:
		t.Headline += fmt.Sprintf(", %s of them known", grouped(int64(c[known])))
	case c[record.Error] == 0 && t.Newest.Ran >= t.Newest.Planned:
		t.Headline, t.Alarm = "Nothing new: "+t.Headline, record.Pass
	default: // what was not tested may be
		t.Headline, t.Alarm = t.Headline+", all of them known", record.Error
	}
}

// legend lists the verdicts; that of failures that are known only if there was one.
func (t *trend) legend() {
	for _, v := range record.Verdicts {
		t.Legend = append(t.Legend, legendEntry{v})
		if v == record.Fail && t.knows() {
			t.Legend = append(t.Legend, legendEntry{known})
		}
	}
}

// knows tells whether any run had a failure that was known.
func (t *trend) knows() bool {
	return slices.ContainsFunc(t.history.Runs, func(r PastRun) bool {
		return slices.ContainsFunc(r.Peers, func(p PastPeer) bool { return len(p.Known) > 0 })
	})
}

// legendEntry is a verdict that the legend explains.
type legendEntry struct{ record.Verdict }

// Sign stands for the verdict.
func (e legendEntry) Sign() string { return signs[e.Verdict] }

// names are those of all peers: those of the newest run as they stand in it, then those that earlier ones tested, the latest
// first.
func (t *trend) names() (names []string) {
	for _, run := range slices.Backward(t.history.Runs) {
		for _, p := range run.Peers {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

func (t *trend) peer(name string) *trendPeer {
	p := &trendPeer{Name: name, Anchor: template.URL("#" + Anchor(name, "")), First: day(t.history.Runs[0].Started), Last: day(t.Newest.Started)}
	if t.Runs < leastColumns { // they begin somewhere in the picture
		p.First, p.Last = "", days(t.history.Runs[0].Started, t.Newest.Started)
	}
	for i := range t.history.Runs {
		run := &t.history.Runs[i]
		if past := run.peer(name); past != nil {
			p.Role = past.Role
			p.add(run, past, i)
		}
	}
	last := p.runs[len(p.runs)-1]
	if last.PastRun != t.Newest {
		p.Gone = day(last.Started)
	}
	p.Cell = newCell(last.chapters[allCases])
	p.lanes(len(t.history.Runs))
	p.stretches()
	return p
}

// add adds a run. Runs that came out alike share what they hold.
func (p *trendPeer) add(run *PastRun, past *PastPeer, index int) {
	r := &trendRun{PastRun: run, past: past, index: index}
	if n := len(p.runs); n > 0 && p.runs[n-1].past.equal(past) {
		r.verdicts, r.chapters = p.runs[n-1].verdicts, p.runs[n-1].chapters
	} else {
		r.count()
	}
	p.runs = append(p.runs, r)
}

// equal tells whether the peer came out alike.
func (p *PastPeer) equal(other *PastPeer) bool {
	return maps.EqualFunc(p.Cases, other.Cases, slices.Equal[[]string]) && slices.Equal(p.Known, other.Known)
}

func (r *trendRun) count() {
	r.verdicts, r.chapters = r.past.verdicts(), map[int]record.Counts{allCases: {}}
	for id, v := range r.verdicts {
		n, _ := record.Chapter(id)
		if r.chapters[n] == nil {
			r.chapters[n] = make(record.Counts)
		}
		r.chapters[n][v]++
		r.chapters[allCases][v]++
	}
}

func newCell(c record.Counts) cell { return cell{Counts: c, Tally: tallies(c)} }

// Worst is the most alarming verdict, of which those that are known are one that only errors and other failures outdo.
func (c cell) Worst() record.Verdict {
	worst := c.Counts.Worst()
	if c.Counts[known] > 0 && worst != record.Fail && worst != record.Error {
		return known
	}
	return worst
}

func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// days is one day, or the first and the last of several.
func days(from, to time.Time) string {
	if day(from) == day(to) {
		return day(from)
	}
	return day(from) + " to " + day(to)
}

// lanes draws the chapters that any run asked.
func (p *trendPeer) lanes(columns int) {
	numbers := make(map[int]bool)
	for _, r := range p.runs {
		for n := range r.chapters {
			numbers[n] = true
		}
	}
	last := p.runs[len(p.runs)-1]
	for _, n := range slices.Sorted(maps.Keys(numbers)) {
		_, title := record.Chapter(strconv.Itoa(n))
		if n == allCases {
			title = "All cases"
		}
		l := lane{Number: n, Title: title, Width: laneColumn * max(columns, leastColumns), Cell: newCell(last.chapters[n])}
		l.draw(p.runs, max(leastColumns-columns, 0))
		p.Lanes = append(p.Lanes, l)
	}
}

// Named tells whether the lane is a chapter of the catalogue.
func (l lane) Named() bool { return l.Number >= 0 }

// draw puts runs in a row with the same counts into one block for each verdict. So many columns are left empty before all runs.
func (l *lane) draw(runs []*trendRun, empty int) {
	worst, failed, accepted := 0, 0, 0
	for from := 0; from < len(runs); {
		counts := runs[from].chapters[l.Number]
		to := from + 1
		for to < len(runs) && runs[to].index == runs[to-1].index+1 && maps.Equal(runs[to].chapters[l.Number], counts) {
			to++
		}
		l.stack(counts, laneColumn*(empty+runs[from].index), laneColumn*(to-from))
		if n := counts[record.Fail]; n > 0 {
			worst, failed = max(worst, n), failed+to-from
		}
		if counts[known] > 0 {
			accepted += to - from
		}
		from = to
	}
	l.Says = fmt.Sprintf("%s, %s: %s", strings.TrimSpace(l.Title), plural(int64(len(runs)), "run"), "no failure")
	if failed > 0 {
		l.Says = fmt.Sprintf("%s, %s: failures in %d, at most %d in one", l.Title, plural(int64(len(runs)), "run"), failed, worst)
	}
	if accepted > 0 {
		l.Says += fmt.Sprintf("; known failures in %d", accepted)
	}
}

// stack lays the verdicts of a column on each other, the most alarming on top.
func (l *lane) stack(counts record.Counts, x, width int) {
	total := counts.Total()
	if total == 0 {
		return
	}
	y, seen := 0, 0
	for _, v := range append(slices.Clone(alarming), record.Pass) {
		n := counts[v]
		if n == 0 {
			continue
		}
		seen += n
		bottom := laneHeight * seen / total
		if v == record.Fail || v == record.Error || v == known {
			bottom = max(bottom, y+leastHeight)
		}
		bottom = min(bottom, laneHeight)
		if bottom > y { // else what is above took its place
			l.Blocks = append(l.Blocks, block{v, x, y, width, bottom - y})
			y = bottom
		}
	}
}

// stretches puts the numbers into a table.
func (p *trendPeer) stretches() {
	for from := 0; from < len(p.runs); {
		to := from + 1
		for to < len(p.runs) && maps.EqualFunc(p.runs[to].chapters, p.runs[from].chapters, maps.Equal[record.Counts, record.Counts]) {
			to++
		}
		s := stretch{Days: days(p.runs[from].Started, p.runs[to-1].Started), Runs: to - from}
		for _, l := range p.Lanes {
			s.Cells = append(s.Cells, newCell(p.runs[from].chapters[l.Number]))
		}
		p.Stretches = append(p.Stretches, s)
		from = to
	}
	slices.Reverse(p.Stretches)
}

// Stamp is when the run began, for a program; Date the same for a reader.
func (r *PastRun) Stamp() string { return r.Started.UTC().Format(time.RFC3339) }
func (r *PastRun) Date() string  { return r.Started.UTC().Format("2 January 2006, 15:04 UTC") }

// Name is the commit in short, or else words to carry the link.
func (r *PastRun) Name() string {
	if r.Commit == "" {
		return "the run"
	}
	return cut(r.Commit, 12)
}

// Page is the link of the run, "" if what stands there is none.
func (r *PastRun) Page() string {
	if !isLink(r.Link) {
		return ""
	}
	return r.Link
}
