package record_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

// begun is a record of so many cases of the peer a, begun in that minute.
func begun(minute int, cases ...record.Case) *record.Record {
	rec := &record.Record{
		Schema: 1, Tool: "wsspec 0.1.0", Catalogue: "2026.1", Seed: "7f3a19c2", Profile: "standard", DurationMS: 1000,
		Started: time.Date(2026, 11, 25, 15, minute, 0, 0, time.UTC), Planned: len(cases), Ran: len(cases),
		Peers: []record.Peer{{Name: "a", Role: "server", URL: "ws://h/", Cases: slices.Clone(cases)}},
	}
	rec.Sort()
	return rec
}

func parts(records ...*record.Record) (list []record.Part) {
	for i, rec := range records {
		name := string(rune('A' + i))
		list = append(list, record.Part{Name: name, Record: rec, Transcripts: func(_, id string) *record.Transcript {
			return &record.Transcript{Entries: []record.Entry{{Text: name + " " + id}}}
		}})
	}
	return list
}

// Two halves become the whole, in whatever order they are given.
func TestMergeHalves(t *testing.T) {
	whole := begun(0, result("0.1", record.Fail, framing, text), result("2.1", record.Pass), result("2.10", record.Fail, framing),
		result("6.4.1", record.Fail, text), result("31.7", record.Pass))
	whole.DurationMS = 2000
	first := begun(0, result("0.1", record.Pass), result("2.1", record.Pass), result("31.7", record.Pass))
	second := begun(1, result("0.1", record.Fail, framing, text), result("2.10", record.Fail, framing), result("6.4.1", record.Fail, text))
	for _, order := range [][]*record.Record{{first, second}, {second, first}} {
		rec, _, notes, err := record.Merge(parts(order...))
		if err != nil || len(notes) > 0 {
			t.Fatalf("error %v, notes %q", err, notes)
		}
		if diff := cmp.Diff(whole, rec); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// What chapter 0 saw in either half it has seen.
func TestMergePassive(t *testing.T) {
	one, other := result("0.1", record.Fail, framing), result("0.1", record.Fail, text, framing)
	one.DurationUS, other.DurationUS, one.Notes, other.Flaky = 5, 7, []string{"x"}, true
	one.Findings[0].Entries, other.Findings[0].Entries = []int{1}, []int{2}
	rec, transcripts, _, err := record.Merge(parts(begun(0, one), begun(1, other), begun(2, result("0.1", record.Pass))))
	if err != nil {
		t.Fatal(err)
	}
	c := rec.Peers[0].Cases[0]
	if c.Verdict != record.Fail || !slices.Equal(c.Broken(), []string{framing, text}) || c.DurationUS != 12 || !c.Flaky || !slices.Equal(c.Notes, []string{"x"}) {
		t.Errorf("got %+v", c)
	}
	if c.Findings[0].Entries == nil || c.Findings[1].Entries != nil {
		t.Error("findings point into another half's transcript")
	}
	if got := transcripts("a", "0.1").Entries[0].Text; got != "A 0.1" {
		t.Errorf("the transcript is that of %s", got)
	}
}

func TestMergeLaterWins(t *testing.T) {
	early, late := begun(1, result("2.1", record.Fail, framing), result("2.10", record.Pass)), begun(2, result("2.1", record.Pass), result("6.4.1", record.Pass))
	early.Peers[0].URL, early.Peers[0].Usage = "ws://old/", &record.Usage{PeakMemory: 9, CPUMS: 1}
	late.Peers[0].Usage, late.Peers[0].Probe = &record.Usage{PeakMemory: 5, CPUMS: 2}, &record.Probe{Connections: 3}
	for _, order := range [][]*record.Record{{early, late}, {late, early}} {
		list := parts(order...)
		rec, transcripts, notes, err := record.Merge(list)
		if err != nil || len(notes) != 1 || !strings.Contains(notes[0], `"a": 1 of its cases are in`) {
			t.Fatalf("error %v, notes %q", err, notes)
		}
		p := rec.Peers[0]
		if p.Case("2.1").Verdict != record.Pass || rec.Ran != 3 || rec.Planned != 3 || p.URL != "ws://h/" || p.Probe.Connections != 3 {
			t.Errorf("got %+v", rec)
		}
		if want := (record.Usage{PeakMemory: 9, CPUMS: 3}); *p.Usage != want {
			t.Errorf("usage %+v, want %+v", *p.Usage, want)
		}
		from := list[slices.Index(order, late)].Name
		if got := transcripts("a", "2.1").Entries[0].Text; got != from+" 2.1" {
			t.Errorf("transcript of %s, want that of %s", got, from)
		}
		if transcripts("a", "9.9") != nil || transcripts("b", "2.1") != nil {
			t.Error("a transcript of nothing")
		}
	}
}

func TestMergePeers(t *testing.T) {
	other := named(begun(3, result("2.1", record.Fail, framing)), "b")
	other.Tool, other.Catalogue, other.Profile, other.Seed = "wsspec 0.2.0", "2026.2", "quick", "1"
	rec, _, notes, err := record.Merge(parts(begun(1, result("2.1", record.Pass)), other))
	if err != nil || len(rec.Peers) != 2 || rec.Ran != 2 || rec.Planned != 2 || rec.DurationMS != 2000 || rec.Catalogue != "2026.2" {
		t.Errorf("error %v, got %+v", err, rec)
	}
	want := []string{
		`the tools differ: A has "wsspec 0.1.0", B has "wsspec 0.2.0"; the merged record says "wsspec 0.2.0"`,
		`the catalogues differ: A has "2026.1", B has "2026.2"; the merged record says "2026.2"`,
		`the profiles differ: A has "standard", B has "quick"; the merged record says "quick"`,
		`the seeds differ: A has "7f3a19c2", B has "1"; the merged record says "7f3a19c2"`,
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is missing in one part is missing, unless another part was a new attempt at the same.
func TestMergeIncomplete(t *testing.T) {
	killed := begun(1, result("2.1", record.Pass))
	killed.Planned, killed.Interrupted = 3, "SIGINT"
	rest := begun(2, result("6.4.1", record.Pass))
	if rec, _, _, err := record.Merge(parts(killed, rest)); err != nil || rec.Planned != 4 || rec.Ran != 2 || rec.Interrupted != "SIGINT" {
		t.Errorf("error %v, got %+v", err, rec)
	}
	again := begun(2, result("2.1", record.Pass), result("2.10", record.Pass), result("6.4.1", record.Pass))
	if rec, _, _, err := record.Merge(parts(killed, again)); err != nil || rec.Planned != 3 || rec.Ran != 3 || rec.Interrupted != "" {
		t.Errorf("error %v, got %+v", err, rec)
	}
	if _, _, _, err := record.Merge(nil); err == nil {
		t.Error("nothing was merged")
	}
}
