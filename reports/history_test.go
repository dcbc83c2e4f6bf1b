package reports

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

// pastDay is a run of a day, with the verdicts of a peer by case.
func pastDay(day int, peers map[string]map[string]record.Verdict) PastRun {
	rec := &record.Record{Tool: "wsspec 0.1.0", Catalogue: "2026.1", Seed: "1", Profile: "standard", Started: time.Date(2026, 6, day, 0, 0, 0, 0, time.UTC)}
	for _, name := range slices.Sorted(maps.Keys(peers)) {
		p := record.Peer{Name: name, Role: "server"}
		for id, v := range peers[name] {
			p.Cases = append(p.Cases, record.Case{ID: id, Verdict: v})
		}
		rec.Peers = append(rec.Peers, p)
		rec.Ran += len(p.Cases)
	}
	rec.Planned = rec.Ran
	return NewPastRun(rec, nil, fmt.Sprintf("commit%d", day), fmt.Sprintf("https://example.org/%d", day))
}

// pastCases are so many cases of a group with a verdict.
func pastCases(group string, n int, v record.Verdict) map[string]record.Verdict {
	cases := make(map[string]record.Verdict)
	for i := range n {
		cases[fmt.Sprintf("%s.%d", group, i+1)] = v
	}
	return cases
}

// What is written is read again as it was, and written again byte for byte.
func TestHistoryRoundTrip(t *testing.T) {
	h := new(History)
	for day := 1; day <= 3; day++ {
		h.Add(pastDay(day, map[string]map[string]record.Verdict{"libfoo": pastCases("6.4", 20, record.Fail), "a/../<b>": pastCases("5", 3, record.Pass)}), 10)
	}
	var first, second strings.Builder
	if err := h.Write(&first); err != nil {
		t.Fatal(err)
	}
	again, err := ParseHistory("history.json", []byte(first.String()))
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Write(&second); err != nil || first.String() != second.String() {
		t.Errorf("%v\n%s", err, cmp.Diff(first.String(), second.String()))
	}
	if n := strings.Count(first.String(), "\n"); n != 5 {
		t.Errorf("%d lines for three runs", n)
	}
	if diff := cmp.Diff(h.Runs, again.Runs); diff != "" {
		t.Error(diff)
	}
}

func TestHistoryAdd(t *testing.T) {
	h := new(History)
	days := func() (days []int) {
		for _, r := range h.Runs {
			days = append(days, r.Started.Day())
		}
		return days
	}
	run := func(day int) PastRun {
		return pastDay(day, map[string]map[string]record.Verdict{"p": pastCases("1", 2, record.Pass)})
	}
	for i, step := range []struct {
		day    int
		newest bool
		want   []int
	}{
		{5, true, []int{5}}, {7, true, []int{5, 7}}, {6, false, []int{5, 6, 7}}, {7, true, []int{5, 6, 7}}, {9, true, []int{6, 7, 9}}, {1, false, []int{6, 7, 9}},
	} {
		if newest := h.Add(run(step.day), 3); newest != step.newest || !slices.Equal(days(), step.want) {
			t.Errorf("step %d: newest is %t, the days are %v, want %v", i, newest, days(), step.want)
		}
	}
	bare := run(9)
	bare.Commit, bare.Link = "", ""
	h.Add(bare, 3)
	if last := h.Runs[2]; last.Commit != "commit9" || last.Link != "https://example.org/9" {
		t.Errorf("the commit of a run that is published again is %q, its link %q", last.Commit, last.Link)
	}
}

// A history that is damaged is an error that names the place.
func TestParseHistoryErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "h.json is empty",
		"{\"schema\":1,\n\"runs\"": "h.json:2:7: the file ends in the middle of the document",
		"{\"schema\":1;}":          "h.json:1:12: invalid character ';'",
		"[]":                       "h.json is not a history of wsspec: it is JSON, but no object",
		"7":                        "h.json is not a history of wsspec",
		"{}":                       "h.json is not a history of wsspec: it is JSON, but has no schema number",
		`{"schema":2}`:             "h.json was written by a newer wsspec (schema 2, this one knows 1): update wsspec",
		`{"schema":1,"runs":7}`:    "h.json:1:21: runs is a number, which does not belong there",
		`{"schema":1,"runs":[{"started":"yesterday"}]}`: `h.json:1:33: a time that is not of the form`,
		`{"schema":1,"runs":[{}]}`:                      "h.json: run 1 of 1: it has no time at which it started",
		`{"schema":1,"runs":[{"started":"2026-06-01T00:00:00Z","peers":[{"name":"p","cases":{"good":["1.1"]}}]}]}`:                `h.json: run 1 of 1: peer "p" has the verdict "good", which is none of [`,
		`{"schema":1,"runs":[{"started":"2026-06-01T00:00:00Z","peers":[{"name":"p"},{"name":"p"}]}]}`:                            `h.json: run 1 of 1: two peers are named "p"`,
		"{\"schema\":1,\"runs\":[{\"started\":\"2026-06-01T00:00:00Z\",\"peers\":[{\"name\":\"\x1b\",\"cases\":{\"\x1b\":0}}]}]}": "h.json:1:",
	} {
		_, err := ParseHistory("h.json", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
	}
}

// IDs become ranges and come back, whatever they are.
func TestFold(t *testing.T) {
	for _, test := range []struct{ ids, short []string }{
		{nil, nil},
		{[]string{"5.2", "5.1", "5.10", "5.9"}, []string{"5.1-5.2", "5.9-5.10"}},
		{[]string{"6.4.1", "6.4.2", "6.4.3", "6.5.4"}, []string{"6.4.1-6.4.3", "6.5.4"}},
		{[]string{"1", "2", "x.1", "x.2", "1.01", "1.2", "", "-", "a-b", "1.-1"}, nil},
	} {
		short := fold(test.ids)
		if test.short != nil && !slices.Equal(short, test.short) {
			t.Errorf("%q became %q, want %q", test.ids, short, test.short)
		}
		back, want := unfold(short), slices.Clone(test.ids)
		slices.Sort(back)
		slices.Sort(want)
		if !slices.Equal(back, want) {
			t.Errorf("%q became %q and then %q", test.ids, short, back)
		}
	}
	for _, hostile := range []string{"1.1-1.999999999", "1.5-1.1", "1.1-2.5", "1.1-", "-1.1", "1.1-1.2-1.3"} {
		if ids := unfold([]string{hostile}); !slices.Equal(ids, []string{hostile}) {
			t.Errorf("%q stands for %d IDs", hostile, len(ids))
		}
	}
}

// A history holds nothing that would steer a terminal or end a script, whatever peers are called.
func TestHistoryOfHostilePeers(t *testing.T) {
	for _, text := range hostile {
		rec, _ := hostileRecord(text)
		rec.Started = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		h := new(History)
		h.Add(NewPastRun(rec, nil, text, text), 5)
		var out strings.Builder
		if err := h.Write(&out); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(out.String(), "\x1b\x07\u202e<") || !json.Valid([]byte(out.String())) {
			t.Errorf("%.60q: %s", text, out.String())
		}
		if _, err := ParseHistory("h.json", []byte(out.String())); err != nil {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}

func TestDeparted(t *testing.T) {
	h := new(History)
	for day, peers := range [][]string{{"a", "b", "c"}, {"a", "b"}, {"a", "d"}} {
		run := make(map[string]map[string]record.Verdict)
		for _, p := range peers {
			run[p] = pastCases("1", 1, record.Pass)
		}
		h.Add(pastDay(1+day, run), 10)
	}
	var got []string
	for _, b := range h.Departed() {
		got = append(got, b.Label+": "+b.Message)
	}
	if diff := cmp.Diff([]string{"b: not tested since 2026-06-02", "c: not tested since 2026-06-01"}, got); diff != "" {
		t.Error(diff)
	}
}
