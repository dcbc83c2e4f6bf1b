package reports_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

// fleetOf makes a record of peers of which each has just these verdicts.
func fleetOf(peers map[string]map[string]record.Verdict, names ...string) *record.Record {
	rec := &record.Record{}
	for _, name := range names {
		p := record.Peer{Name: name, Role: "server", URL: "ws://127.0.0.1:9001/"}
		for id, v := range peers[name] {
			p.Cases = append(p.Cases, record.Case{ID: id, Title: "Title of " + id, Verdict: v})
		}
		rec.Peers = append(rec.Peers, p)
		rec.Planned += len(p.Cases)
	}
	rec.Ran = rec.Planned
	rec.Sort()
	return rec
}

// verdicts makes a map of "1.1 1.2: pass; 2.1: fail".
func verdicts(text string) map[string]record.Verdict {
	m := make(map[string]record.Verdict)
	for part := range strings.SplitSeq(text, "; ") {
		ids, verdict, _ := strings.Cut(part, ": ")
		for id := range strings.FieldsSeq(ids) {
			m[id] = record.Verdict(verdict)
		}
	}
	return m
}

var threePeers = fleetOf(map[string]map[string]record.Verdict{
	"one":   verdicts("1.1 1.2 1.3 2.1 2.2 2.10 7.1: pass; 7.2: informational"),
	"two":   verdicts("1.1 1.2 1.3 7.1: fail; 2.1 2.10: non-strict; 2.2: pass; 7.2: informational"),
	"three": verdicts("1.1 1.2 1.3 2.1 2.2 2.10 7.1 7.2: error"),
}, "one", "two", "three")

func TestComparison(t *testing.T) {
	got := renderText(t, threePeers, nil, reports.Style{})
	for _, want := range []string{
		"\n  peer    1     2      7         all\n" +
			"  one     3     3   1 1I        7 1I\n" +
			"  two    3F  1 2N  1F 1I  1 4F 2N 1I\n" +
			"  three  3E    3E     2E          8E\n" +
			"  by chapter; a number alone: pass, F: fail, N: non-strict, E: error, I: informational\n",
		"\nwhere the peers differ: 6 of 8 cases\n" +
			"  1.1-1.3 7.1 (4 cases)\n" +
			"     fail           two\n" +
			"     pass           one\n" +
			"  2.1 2.10 (2 cases)\n" +
			"     non-strict     two\n" +
			"     pass           one\n",
		"ERROR 1.1-7.2 (8 cases)\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the summary does not hold\n%s", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestComparisonIsCompact: what does not fit into a line goes on below, and of many peers that agree only the number is told.
func TestComparisonIsCompact(t *testing.T) {
	peers := make(map[string]map[string]record.Verdict)
	var names []string
	for i := range 13 {
		name := fmt.Sprintf("a peer with a long name, number %d", i)
		names = append(names, name)
		peers[name] = make(map[string]record.Verdict)
		for chapter := range 30 {
			peers[name][fmt.Sprintf("%d.1", chapter)] = record.Pass
		}
	}
	peers[names[3]]["4.1"] = record.Fail
	got := renderText(t, fleetOf(peers, names...), nil, reports.Style{Width: 80})
	for line := range strings.Lines(got) {
		if !strings.Contains(line, " planned, ") && utf8.RuneCountInString(line) > 81 {
			t.Errorf("more than 80 columns: %s", line)
		}
	}
	if n := strings.Count(got, "\n  peer  "); n != 3 {
		t.Errorf("%d blocks, want 3", n)
	}
	want := "  4.1\n     fail           a peer with a long name, number 3\n     pass           the other 12\n"
	if !strings.Contains(got, want) {
		t.Errorf("not there:\n%s", want)
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestRanges(t *testing.T) {
	const all = "1.1 1.2 1.3 1.4 2.1 2.2 2.10 5.1"
	for _, test := range []struct{ ids, want string }{
		{"", ""},
		{"1.1", "1.1"},
		{"1.1 1.2", "1.1 1.2"},
		{"1.1 1.2 1.3", "1.1-1.3"},
		{"1.1 1.3 1.4 2.1", "1.1 1.3-2.1"},
		{"2.1 2.2 2.10 5.1", "2.1-5.1"},
		{"1.1 1.2 2.1 2.2", "1.1 1.2 2.1 2.2"},
	} {
		rec := fleetOf(map[string]map[string]record.Verdict{"one": verdicts(all + ": pass"), "two": verdicts(all + ": pass; " + test.ids + ": fail")}, "one", "two")
		_, got, _ := strings.Cut(renderText(t, rec, nil, reports.Style{}), " of 8 cases\n  ")
		got, _, _ = strings.Cut(got, "\n")
		if got, _, _ = strings.Cut(got, " ("); got != test.want {
			t.Errorf("%s: %s, want %s", test.ids, got, test.want)
		}
	}
}

func TestUntestedPeer(t *testing.T) {
	rec := fleetOf(map[string]map[string]record.Verdict{"dead": verdicts("1.1 1.2 1.3 1.4: error")}, "dead")
	p := &rec.Peers[0]
	p.Untested = &record.Untested{Reason: "./server ended with exit code 3", Output: []string{"no \x1b[31msuch table"}}
	p.Profile = "quick"
	p.Usage = &record.Usage{PeakMemory: 34 << 20, CPUMS: 1250}
	for i := range p.Cases {
		p.Cases[i].Notes = []string{"not asked: ./server ended"}
	}
	p.Cases[3].Notes = []string{"for another reason"}
	got := renderText(t, rec, nil, reports.Style{})
	for _, want := range []string{
		"dead   server, ws://127.0.0.1:9001/; profile quick; 34 MiB at most; 1.2 s of CPU\n" +
			"  not tested: ./server ended with exit code 3\n" +
			`  | no \x1b[31msuch table` + "\n",
		"\nERROR 1.1-1.3 (3 cases)\n     not asked: ./server ended\n",
		"\nERROR 1.4  Title of 1.4\n     for another reason\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the summary does not hold\n%s", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestOnePeerByChapter: one peer has nobody to be compared with, and a table of its own.
func TestOnePeerByChapter(t *testing.T) {
	rec := samples.Record()
	rec.Peers = rec.Peers[:1]
	got := renderText(t, rec, samples.Talk, reports.Style{Width: 120})
	want := "  chapter                            pass   non-strict   info   unimpl   fail\n"
	if !strings.Contains(got, want) || !strings.Contains(got, "    7 Closing                           6            ·      1        ·      1\n") {
		t.Error(got)
	}
	if strings.Contains(got, "differ:") || strings.Contains(got, "by chapter;") {
		t.Errorf("a comparison of one peer:\n%s", got)
	}
}

// TestContrastsOfUnlikePeers: peers that were asked different cases are compared in the order of the cases.
func TestContrastsOfUnlikePeers(t *testing.T) {
	rec := fleetOf(map[string]map[string]record.Verdict{
		"one": verdicts("2.1 2.2: pass"), "two": verdicts("1.1: fail; 2.1: fail; 10.1: pass"), "three": verdicts("1.1 10.1: pass; 9.1: fail"),
	}, "one", "two", "three")
	const want = "\nwhere the peers differ: 2 of 5 cases\n" +
		"  1.1\n     fail           two\n     pass           three\n" +
		"  2.1\n     fail           two\n     pass           one\n"
	if got := renderText(t, rec, nil, reports.Style{}); !strings.Contains(got, want) {
		t.Errorf("the summary does not hold\n%s\nbut is\n%s", want, got)
	}
}
