package reports

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

func renderTrend(t *testing.T, h *History) string {
	t.Helper()
	var out strings.Builder
	if err := Trend(&out, h, "libfoo"); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func filledTrend(h *History) *trend {
	t := &trend{history: h}
	t.fill()
	return t
}

// A lane shows runs in a row that came out alike as one block, the alarming verdicts on top, and a gap where the peer was not
// tested.
func TestLane(t *testing.T) {
	h := new(History)
	failing := pastCases("6.1", 10, record.Pass)
	failing["6.1.3"], failing["6.1.4"] = record.Fail, record.NonStrict
	for day, cases := range []map[string]record.Verdict{pastCases("6.1", 10, record.Pass), pastCases("6.1", 10, record.Pass), failing, nil, failing} {
		peers := map[string]map[string]record.Verdict{"other": pastCases("1", 1, record.Pass)}
		if cases != nil {
			peers["p"] = cases
		}
		h.Add(pastDay(1+day, peers), 20)
	}
	p := filledTrend(h).Peers[1]
	if p.Name != "p" || len(p.Lanes) != 2 || p.Lanes[1].Number != 6 || p.Lanes[1].Title != "UTF-8" || p.Lanes[1].Width != 120 {
		t.Fatalf("%s: %+v", p.Name, p.Lanes)
	}
	want := []block{
		{record.Pass, 70, 0, 20, 100},
		{record.Fail, 90, 0, 10, 14}, {record.NonStrict, 90, 14, 10, 6}, {record.Pass, 90, 20, 10, 80},
		{record.Fail, 110, 0, 10, 14}, {record.NonStrict, 110, 14, 10, 6}, {record.Pass, 110, 20, 10, 80},
	}
	if diff := cmp.Diff(want, p.Lanes[1].Blocks); diff != "" {
		t.Error(diff)
	}
	if want := "UTF-8, 4 runs: failures in 2, at most 1 in one"; p.Lanes[1].Says != want {
		t.Errorf("the picture says %q, want %q", p.Lanes[1].Says, want)
	}
	var stretches []string
	for _, s := range p.Stretches {
		stretches = append(stretches, fmt.Sprintf("%s: %d, %d passed", s.Days, s.Runs, s.Cells[1].Passed()))
	}
	if diff := cmp.Diff([]string{"3 Jun 2026 to 5 Jun 2026: 2, 8 passed", "1 Jun 2026 to 2 Jun 2026: 2, 10 passed"}, stretches); diff != "" {
		t.Error(diff)
	}
}

// What the baseline of its time knew is another thing than a failure: in the picture, in the words, and where it changed.
func TestTrendKnowsTheBaseline(t *testing.T) {
	run := func(day int, judgements ...record.Judgement) PastRun {
		rec := &record.Record{Seed: "1", Planned: 10, Ran: 10, Started: time.Date(2026, 6, day, 0, 0, 0, 0, time.UTC), Peers: []record.Peer{{Name: "p"}}}
		for id, v := range pastCases("6.4", 10, record.Pass) {
			if id == "6.4.1" || id == "6.4.2" {
				v = record.Fail
			}
			rec.Peers[0].Cases = append(rec.Peers[0].Cases, record.Case{ID: id, Verdict: v})
		}
		return NewPastRun(rec, &record.Gate{Baseline: "b.yaml", Judgements: judgements}, "", "")
	}
	judged := func(id string, change record.Change) record.Judgement {
		return record.Judgement{Change: change, Peer: "p", Case: id, Verdict: record.Fail}
	}
	h := new(History)
	h.Add(run(1, judged("6.4.1", record.New), judged("6.4.2", record.Added)), 9)
	h.Add(run(2, judged("6.4.1", record.New), judged("6.4.2", record.Known)), 9)
	if page := filledTrend(h); page.Headline != "2 of 10 cases failed, 1 of them known" || page.Alarm != record.Fail {
		t.Errorf("the headline is %q, %s", page.Headline, page.Alarm)
	}
	h.Add(run(3, judged("6.4.1", record.Flaky), judged("6.4.2", record.Known)), 9)
	var text strings.Builder
	if err := h.Write(&text); err != nil {
		t.Fatal(err)
	}
	h, err := ParseHistory("history.json", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	page := filledTrend(h)
	if page.Headline != "Nothing new: 2 of 10 cases failed" || page.Alarm != record.Pass {
		t.Errorf("the headline is %q, %s", page.Headline, page.Alarm)
	}
	h.Runs[2].Planned++
	if page := filledTrend(h); page.Headline != "2 of 10 cases failed, all of them known" || page.Alarm != record.Error {
		t.Errorf("the headline is %q, %s", page.Headline, page.Alarm)
	}
	l := page.Peers[0].Lanes[0]
	want := []block{
		{record.Fail, 90, 0, 10, 20}, {record.Pass, 90, 20, 10, 80},
		{record.Fail, 100, 0, 10, 14}, {known, 100, 14, 10, 14}, {record.Pass, 100, 28, 10, 72},
		{known, 110, 0, 10, 20}, {record.Pass, 110, 20, 10, 80},
	}
	if diff := cmp.Diff(want, l.Blocks); diff != "" {
		t.Error(diff)
	}
	if want := "All cases, 3 runs: failures in 2, at most 2 in one; known failures in 2"; l.Says != want {
		t.Errorf("the picture says %q, want %q", l.Says, want)
	}
	if diff := cmp.Diff([]string{"3 p: fail -> known 6.4.1(index.html#p/6.4.1)", "2 p: fail -> known 6.4.2"}, told(page)); diff != "" {
		t.Error(diff)
	}
	if c := page.Peers[0].Cell; c.Worst() != known || c.Sign() != "×" || l.Cell.Passed() != 8 {
		t.Errorf("the last run counts as %s, with %d passed", c.Worst(), l.Cell.Passed())
	}
	if html := renderTrend(t, h); !strings.Contains(html, `<span class="known"><i class="swatch"></i> known</span>`) {
		t.Error("the legend does not explain it")
	}
}

// One case of many that fails is seen, and no column is higher than the picture.
func TestStackHeights(t *testing.T) {
	for _, counts := range []record.Counts{
		{record.Pass: 516, record.Fail: 1}, {record.Fail: 1, record.NonStrict: 1, record.Informational: 2, record.Pass: 500}, {record.Fail: 1, record.Error: 1, record.Pass: 1000}, {record.Fail: 500, record.Error: 1}, {record.Error: 3},
		{record.Pass: 1, record.NonStrict: 1, record.Unimplemented: 1, record.Informational: 1, record.Fail: 1, record.Error: 1}, {record.Informational: 7},
	} {
		var l lane
		l.stack(counts, 0, 10)
		y := 0
		for _, b := range l.Blocks {
			if b.Y != y || b.Height <= 0 || b.Verdict == record.Fail && b.Height < leastHeight {
				t.Errorf("%v: %+v", counts, l.Blocks)
			}
			y += b.Height
		}
		if y != laneHeight {
			t.Errorf("%v: the column is %d high", counts, y)
		}
	}
}

// told puts what changed into lines.
func told(t *trend) (lines []string) {
	for _, run := range t.Changes {
		for _, p := range run.Peers {
			line := fmt.Sprintf("%d %s", run.Started.Day(), p.Name)
			if p.Note != "" {
				lines = append(lines, line+" "+p.Note)
			}
			for _, c := range p.Changes {
				words := fmt.Sprintf("%s: %s -> %s", line, c.Old, c.New)
				for _, one := range c.Cases {
					words += " " + one.IDs
					if one.Link != "" {
						words += "(" + string(one.Link) + ")"
					}
				}
				if c.More > 0 {
					words += " ..."
				}
				lines = append(lines, words)
			}
		}
	}
	return lines
}

// What changed is told from run to run, with links into the report of the newest; a peer that came late, paused, or went away,
// too.
func TestChanges(t *testing.T) {
	h := new(History)
	good, bad := pastCases("6.1", 4, record.Pass), pastCases("6.1", 4, record.Pass)
	bad["6.1.2"], bad["6.1.3"], bad["6.1.4"] = record.Fail, record.Fail, record.Unimplemented
	less := maps.Clone(good)
	delete(less, "6.1.1")
	for day, peers := range []map[string]map[string]record.Verdict{
		{"p": good, "gone": good}, {"p": good, "gone": good}, {"p": bad, "late/x": good}, {"p": bad}, {"p": less, "late/x": bad},
	} {
		h.Add(pastDay(1+day, peers), 20)
	}
	want := []string{
		"5 late/x: pass -> fail 6.1.2-6.1.3(index.html#late%2Fx/6.1.2)", "5 late/x: pass -> unimplemented 6.1.4(index.html#late%2Fx/6.1.4)",
		"5 p: fail -> pass 6.1.2-6.1.3(index.html#p/6.1.2)", "5 p: unimplemented -> pass 6.1.4(index.html#p/6.1.4)", "5 p: pass ->  6.1.1",
		"4 late/x was not tested",
		"3 late/x was tested for the first time", "3 p: pass -> fail 6.1.2-6.1.3", "3 p: pass -> unimplemented 6.1.4", "3 gone was not tested any more",
	}
	trend := filledTrend(h)
	if diff := cmp.Diff(want, told(trend)); diff != "" {
		t.Error(diff)
	}
	var gone []string
	for _, p := range trend.Peers {
		gone = append(gone, p.Name+" "+p.Gone)
	}
	if diff := cmp.Diff([]string{"late/x ", "p ", "gone 2 Jun 2026"}, gone); diff != "" {
		t.Error(diff)
	}
}

// A page of hundreds of runs of many peers stays small as long as little changes, and bounded if everything does.
func TestTrendOfManyRuns(t *testing.T) {
	for name, test := range map[string]struct {
		verdict func(run, i int) record.Verdict
		limit   int
	}{
		"steady":   {func(int, int) record.Verdict { return record.Pass }, 100 << 10},
		"flapping": {func(run, i int) record.Verdict { return record.Verdicts[(run+i)%len(record.Verdicts)] }, 3 << 20},
	} {
		h := new(History)
		for run := range 200 {
			peers := make(map[string]map[string]record.Verdict)
			for p := range 3 {
				cases := make(map[string]record.Verdict)
				for i := range 100 {
					cases[fmt.Sprintf("%d.%d.%d", 1+i/30, 1+i/10, 1+i%10)] = test.verdict(run, i)
				}
				peers[fmt.Sprintf("peer%02d", p)] = cases
			}
			h.Add(pastDay(run, peers), 200)
		}
		page := renderTrend(t, h)
		if len(page) > test.limit {
			t.Errorf("%s: %d bytes", name, len(page))
		}
		if name == "flapping" && !strings.Contains(page, "139 older runs with changes are not listed") {
			t.Error("the page does not say what it leaves out")
		}
	}
}

// The page is well formed, and a label, a name or an ID changes nothing of its elements; it has no script, and loads nothing.
func TestTrendIsInert(t *testing.T) {
	page := func(text string) string {
		h := new(History)
		for day, v := range []record.Verdict{record.Pass, record.Fail, record.Fail} {
			peers := map[string]map[string]record.Verdict{text: {"5.6": v, text: v}}
			if day == 0 {
				peers[text+"gone"] = map[string]record.Verdict{"1.1": v}
			}
			run := pastDay(1+day, peers)
			run.Commit, run.Link = printable(text), text
			h.Add(run, 5)
		}
		return renderTrend(t, h)
	}
	want := trendSkeleton(t, page("x"))
	for _, text := range hostile {
		got := page(text)
		if strings.ContainsAny(got, "\x00\x1b\x07\u202e") || strings.Contains(got, "ZgotmplZ") {
			t.Errorf("%.60q is shown as it is", text)
		}
		if diff := cmp.Diff(want, trendSkeleton(t, got)); diff != "" {
			t.Errorf("%.60q: %s", text, diff)
		}
	}
	for _, forbidden := range []string{"<script", "http-equiv=\"refresh\"", "<img", "src=", "@import", "url(", `href="x"`} {
		if strings.Contains(page("x"), forbidden) {
			t.Errorf("the page has %q", forbidden)
		}
	}
}

// trendSkeleton are the elements of a page, in order.
func trendSkeleton(t *testing.T, page string) (elements []string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(page))
	dec.Strict, dec.AutoClose, dec.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return elements
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			elements = append(elements, start.Name.Local)
			if slices.ContainsFunc(start.Attr, func(a xml.Attr) bool { return strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" }) {
				t.Errorf("an element has %v", start.Attr)
			}
		}
	}
}

func TestTrendOfNothing(t *testing.T) {
	if page := renderTrend(t, new(History)); !strings.Contains(page, "No run was published yet") {
		t.Error("a history without runs is not told so")
	}
}
