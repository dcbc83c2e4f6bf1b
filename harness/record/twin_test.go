package record_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

// tested is a record of a run with one peer and one case, begun at an hour.
func tested(catalogue, seed, peer, judgedBy string, hour int, v record.Verdict) *record.Record {
	return &record.Record{
		Schema: record.SchemaVersion, Tool: "wsspec", Catalogue: catalogue, Seed: seed, Started: time.Date(2026, 1, 1, hour, 0, 0, 0, time.UTC), Planned: 1, Ran: 1,
		Peers: []record.Peer{{Name: peer, Role: "server", JudgedBy: judgedBy, Original: "x.html", Cases: []record.Case{{ID: "1.1.1", Verdict: v}}}},
	}
}

// An endpoint that this tool and others judged is two peers, whichever came first.
func TestMergeKeepsJudgesApart(t *testing.T) {
	for name, hours := range map[string][2]int{"ours first": {1, 2}, "theirs first": {2, 1}} {
		t.Run(name, func(t *testing.T) {
			talk := func(who string) func(peer, id string) *record.Transcript {
				return func(peer, _ string) *record.Transcript {
					return &record.Transcript{Entries: []record.Entry{{Text: who + " " + peer}}}
				}
			}
			ours, theirs := tested("2026.1", "7f", "a", "", hours[0], record.Pass), tested("", "", "a", "Other 1", hours[1], record.Fail)
			rec, transcripts, notes, err := record.Merge([]record.Part{{"one", ours, talk("ours")}, {"two", theirs, talk("theirs")}})
			if err != nil || len(notes) > 0 {
				t.Fatal(notes, err)
			}
			if rec.Catalogue != "2026.1" || rec.Seed != "7f" || rec.Ran != 2 || rec.Planned != 2 {
				t.Errorf("%+v", rec)
			}
			if p := rec.Peer("a"); p == nil || p.JudgedBy != "" || p.Twin != "" || p.Cases[0].Verdict != record.Pass {
				t.Errorf("%+v", p)
			}
			if p := rec.Peer("a (Other)"); p == nil || p.JudgedBy != "Other 1" || p.Twin != "a" || p.Cases[0].Verdict != record.Fail || p.Original != "" {
				t.Errorf("%+v", p)
			}
			for peer, want := range map[string]string{"a": "ours a", "a (Other)": "theirs a"} {
				if got := transcripts(peer, "1.1.1").Entries[0].Text; got != want {
					t.Errorf("transcript of %s: %s, want %s", peer, got, want)
				}
			}
			if theirs.Peers[0].Name != "a" || theirs.Peers[0].Twin != "" {
				t.Error("the record that was merged changed")
			}
			pairs := rec.Twins()
			if len(pairs) != 1 || rec.Peers[pairs[0][0]].Name != "a" || rec.Peers[pairs[0][1]].Name != "a (Other)" {
				t.Errorf("pairs %v", pairs)
			}
		})
	}
}

// Reports of others become one peer, as several records of ours do.
func TestMergeOfOthers(t *testing.T) {
	first, second := tested("", "", "a", "Other 1", 1, record.Fail), tested("", "", "a", "Other 1", 2, record.Pass)
	rec, _, notes, err := record.Merge([]record.Part{{"one", first, nil}, {"two", second, nil}})
	if err != nil || len(rec.Peers) != 1 || rec.Peers[0].Name != "a" || rec.Peers[0].JudgedBy != "Other 1" || rec.Peers[0].Cases[0].Verdict != record.Pass || len(notes) != 1 {
		t.Errorf("%+v, %q, %v", rec, notes, err)
	}
	if len(rec.Twins()) > 0 {
		t.Error("twins")
	}
}

// A twin of nobody, or of somebody whom others judged, is none.
func TestTwins(t *testing.T) {
	rec := &record.Record{Peers: []record.Peer{{Name: "a"}, {Name: "b", JudgedBy: "x", Twin: "c"}, {Name: "c", JudgedBy: "x", Twin: "a"}, {Name: "d", Twin: "a"}}}
	if diff := cmp.Diff([][2]int{{0, 2}}, rec.Twins()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRenamed(t *testing.T) {
	part := record.Part{"x", &record.Record{Peers: []record.Peer{{Name: "a"}, {Name: "b"}}}, func(peer, _ string) *record.Transcript {
		return &record.Transcript{Entries: []record.Entry{{Text: peer}}}
	}}
	swapped := part.Renamed(func(p *record.Peer) { p.Name = map[string]string{"a": "b", "b": "a"}[p.Name] })
	var names []string
	for _, p := range swapped.Record.Peers {
		names = append(names, p.Name+" "+swapped.Transcripts(p.Name, "").Entries[0].Text)
	}
	if !slices.Equal(names, []string{"b a", "a b"}) || part.Record.Peers[0].Name != "a" {
		t.Errorf("%q", names)
	}
}

func TestTwinsTogether(t *testing.T) {
	peers := []record.Peer{
		{Name: "a (X)", JudgedBy: "X", Twin: "a"}, {Name: "b (X)", JudgedBy: "X", Twin: "b"}, {Name: "b"}, {Name: "a"}, {Name: "c", JudgedBy: "X", Twin: "gone"},
		{Name: "a (Y)", JudgedBy: "Y", Twin: "a"}, {Name: "d", Twin: "d"}, {Name: "e", JudgedBy: "X", Twin: "e"},
	}
	rec, _, _, err := record.Merge([]record.Part{{"x", &record.Record{Peers: peers}, nil}})
	must(t, err)
	var names []string
	for _, p := range rec.Peers {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{"b", "b (X)", "a", "a (X)", "a (Y)", "c", "d", "e"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
