package record_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

// sharded is a shard of a run of so many, which planned the cases for the peer a, begun in that minute.
func sharded(minute, number, of, planned int, cases ...record.Case) *record.Record {
	rec := begun(minute, cases...)
	rec.Shard = &record.Shard{Numbers: []int{number}, Of: of, Plan: "5eed", Peers: []record.ShardPeer{{"a", planned}}}
	return rec
}

// watching is a case of chapter 0 that saw so many conversations, of which some broke a rule, that of first before all others.
func watching(conversations, broken int, first string, broke ...string) record.Case {
	c := result("0.1", record.Pass)
	if broken > 0 {
		c = result("0.1", record.Fail, broke...)
	}
	c.Watched = &record.Watched{conversations, broken, first}
	c.Notes = []string{c.Watched.String()}
	return c
}

// All shards are the whole, whoever began first and in whatever order they are given.
func TestMergeShards(t *testing.T) {
	whole := begun(1, watching(7, 3, "2.1", framing), result("2.1", record.Pass), result("2.10", record.Fail, framing), result("6.4.1", record.Pass))
	whole.DurationMS = 3000
	list := []*record.Record{
		sharded(2, 1, 3, 4, watching(3, 2, "2.10", text), result("2.10", record.Fail, framing)),
		sharded(1, 2, 3, 4, watching(2, 0, ""), result("6.4.1", record.Pass)),
		sharded(3, 3, 3, 4, watching(2, 1, "2.1", framing), result("2.1", record.Pass)),
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
		given := parts(list[order[0]], list[order[1]], list[order[2]])
		rec, transcripts, notes, err := record.Merge(given)
		if err != nil || len(notes) > 0 {
			t.Fatalf("error %v, notes %q", err, notes)
		}
		if diff := cmp.Diff(whole, rec); diff != "" {
			t.Errorf("%v (-want +got):\n%s", order, diff)
		}
		if got, want := transcripts("a", "0.1").Entries[0].Text, given[slices.Index(order, 2)].Name+" 0.1"; got != want {
			t.Errorf("the transcript of chapter 0 is %s, want %s", got, want)
		}
	}
}

// A shard that is missing is planned and did not run; what it was can be added later.
func TestMergeShardMissing(t *testing.T) {
	one := sharded(1, 1, 3, 4, watching(1, 0, ""), result("2.1", record.Pass))
	two := sharded(2, 2, 3, 4, watching(1, 0, ""), result("2.10", record.Pass))
	three := sharded(3, 3, 3, 4, watching(1, 0, ""), result("6.4.1", record.Pass))
	part, _, notes, err := record.Merge(parts(three, one))
	if err != nil || part.Planned != 4 || part.Ran != 3 || part.Shard.String() != "shards 1 and 3 of 3" || part.Shard.MissingWords() != "shard 2 of 3 is missing" {
		t.Fatalf("error %v, %d planned, %d ran, %v", err, part.Planned, part.Ran, part.Shard)
	}
	if want := []string{"shard 2 of 3 is missing: of 4 planned cases, 3 ran"}; !slices.Equal(notes, want) {
		t.Errorf("notes %q, want %q", notes, want)
	}
	rec, _, notes, err := record.Merge(parts(two, part))
	if err != nil || len(notes) > 0 || rec.Planned != 4 || rec.Ran != 4 || rec.Shard != nil || rec.Peers[0].Cases[0].Watched.Conversations != 3 {
		t.Errorf("error %v, notes %q, got %+v", err, notes, rec)
	}
	alone, _, _, err := record.Merge(parts(two))
	if err != nil || alone.Planned != 4 || alone.Ran != 2 || alone.Shard.MissingWords() != "shards 1 and 3 of 3 are missing" {
		t.Errorf("error %v, got %+v", err, alone)
	}
}

// A shard that ended early lacks something, though others have a verdict on each of its last cases: those of chapter 0.
func TestMergeShardCutShort(t *testing.T) {
	whole := sharded(1, 1, 2, 3, watching(1, 0, ""), result("2.1", record.Pass))
	short := sharded(2, 2, 2, 3, result("2.10", record.Pass))
	short.Planned, short.Interrupted = 2, "SIGTERM"
	rec, _, _, err := record.Merge(parts(whole, short))
	if err != nil || rec.Planned != 4 || rec.Ran != 3 || rec.Interrupted != "SIGTERM" {
		t.Errorf("error %v, got %+v", err, rec)
	}
}

// A shard that was done again, whole, takes the place of the earlier attempt: the later one counts.
func TestMergeShardAgain(t *testing.T) {
	one := sharded(1, 1, 2, 4, watching(2, 0, ""), result("2.1", record.Pass))
	attempt := sharded(2, 2, 2, 4, watching(5, 1, "2.10", framing), result("2.10", record.Fail, framing))
	attempt.Planned, attempt.Interrupted = 3, "SIGINT"
	again := sharded(3, 2, 2, 4, watching(2, 0, ""), result("2.10", record.Pass), result("6.4.1", record.Pass))
	rec, _, notes, err := record.Merge(parts(one, attempt, again))
	if want := []string{"shard 2 of 2 is in B and in C: that of C counts, since its run began later"}; err != nil || !slices.Equal(notes, want) {
		t.Errorf("error %v, notes %q, want %q", err, notes, want)
	}
	if c := rec.Peers[0].Case("0.1"); rec.Planned != 4 || rec.Ran != 4 || rec.Interrupted != "" || c.Verdict != record.Pass || c.Watched.Conversations != 4 {
		t.Errorf("got %+v", rec)
	}

	killed := sharded(4, 2, 2, 4)
	killed.Planned, killed.Peers = 3, nil
	rec, _, _, err = record.Merge(parts(one, again, killed))
	if err != nil || rec.Ran != 4 || rec.Planned <= rec.Ran {
		t.Errorf("a last attempt that came to nothing: error %v, %d planned, %d ran", err, rec.Planned, rec.Ran)
	}
}

// A peer that one shard could not reach was watched by the others.
func TestMergeShardUnreachable(t *testing.T) {
	deaf := result("0.1", record.Error)
	deaf.Notes = []string{"there was no conversation to watch"}
	for minute := range 2 {
		rec, transcripts, _, err := record.Merge(parts(sharded(minute, 1, 2, 3, deaf, result("2.1", record.Error)), sharded(1-minute, 2, 2, 3, watching(3, 0, ""), result("2.10", record.Pass))))
		if err != nil {
			t.Fatal(err)
		}
		c := rec.Peers[0].Case("0.1")
		if c.Verdict != record.Pass || !slices.Equal(c.Notes, []string{"3 conversations watched"}) || c.Watched.Conversations != 3 {
			t.Errorf("got %+v", c)
		}
		if got := transcripts("a", "0.1").Entries[0].Text; got != "B 0.1" {
			t.Errorf("the transcript is %s", got)
		}
	}
}

func TestMergeShardsOfSeveralPeers(t *testing.T) {
	peers := []record.ShardPeer{{"c", 1}, {"a", 2}, {"b", 1}}
	one, two := named(sharded(1, 1, 2, 0, result("2.1", record.Pass)), "b"), sharded(2, 2, 2, 0, result("2.1", record.Pass))
	one.Shard.Peers, two.Shard.Peers = peers, peers
	two.Peers = append(two.Peers, record.Peer{Name: "c", Cases: []record.Case{result("2.1", record.Pass)}})
	rec, _, notes, err := record.Merge(parts(one, two))
	var order []string
	for _, p := range rec.Peers {
		order = append(order, p.Name)
	}
	if err != nil || len(notes) > 0 || !slices.Equal(order, []string{"c", "a", "b"}) || rec.Planned != 4 || rec.Ran != 3 {
		t.Errorf("error %v, notes %q, peers %v, %d planned, %d ran", err, notes, order, rec.Planned, rec.Ran)
	}
}

func TestMergeShardsOfSeveralRuns(t *testing.T) {
	one, other := sharded(1, 1, 2, 2, result("2.1", record.Pass)), sharded(2, 2, 2, 2, result("2.10", record.Pass))
	other.Shard.Plan = "another"
	_, _, _, err := record.Merge(parts(one, other))
	if err == nil || !strings.HasPrefix(err.Error(), "A is shard 1 of 2 and B is shard 2 of 2 of another run: ") {
		t.Errorf("error %v", err)
	}
	other.Shard.Plan, other.Shard.Of = "5eed", 3
	if _, _, _, err := record.Merge(parts(one, other)); err == nil {
		t.Error("shards of 2 and of 3 were merged")
	}
}

// What the probes of several shards agree on is what the peer offers.
func TestMergeProbes(t *testing.T) {
	probe := func(connections int, features ...string) *record.Probe {
		return &record.Probe{RoundTripUS: int64(connections), Connections: connections, Features: features}
	}
	deflate := "permessage-deflate"
	for _, test := range []struct{ first, second, want *record.Probe }{
		{nil, nil, nil},
		{nil, probe(2, deflate), probe(2, deflate)},
		{probe(2, deflate), nil, probe(2, deflate)},
		{probe(8, deflate), probe(2, deflate), probe(2, deflate)},
		{probe(8), probe(2, deflate), probe(2, deflate)},
		{probe(8, deflate), probe(2), probe(2, deflate)},
		{probe(8, deflate), &record.Probe{RoundTripUS: 2, Connections: 2, Features: []string{}}, &record.Probe{RoundTripUS: 2, Connections: 2, Features: []string{}}},
		{&record.Probe{Connections: 1, Problem: "slow"}, probe(8), &record.Probe{RoundTripUS: 8, Connections: 1, Problem: "slow"}},
	} {
		first, second := begun(1), begun(2)
		first.Peers[0].Probe, second.Peers[0].Probe = test.first, test.second
		rec, _, _, err := record.Merge(parts(first, second))
		must(t, err)
		if diff := cmp.Diff(test.want, rec.Peers[0].Probe); diff != "" {
			t.Errorf("%+v and %+v (-want +got):\n%s", test.first, test.second, diff)
		}
	}
}

func TestShardWords(t *testing.T) {
	for _, test := range []struct {
		numbers        []int
		words, missing string
	}{
		{[]int{2}, "shard 2 of 4", "shards 1, 3 and 4 of 4 are missing"},
		{[]int{1, 4}, "shards 1 and 4 of 4", "shards 2 and 3 of 4 are missing"},
		{[]int{1, 2, 4}, "shards 1, 2 and 4 of 4", "shard 3 of 4 is missing"},
		{[]int{1, 2, 3, 4}, "shards 1, 2, 3 and 4 of 4", ""},
	} {
		s := &record.Shard{Numbers: test.numbers, Of: 4}
		if got := s.String(); got != test.words {
			t.Errorf("%v: %q, want %q", test.numbers, got, test.words)
		}
		if got := s.MissingWords(); got != test.missing {
			t.Errorf("%v: %q, want %q", test.numbers, got, test.missing)
		}
	}
}

func TestWriteShard(t *testing.T) {
	dir, want := t.TempDir(), sharded(1, 1, 3, 4).Shard
	w, err := record.Create(dir, record.Record{Tool: "wsspec 0.1.0", Shard: want})
	must(t, err)
	if got := mustRead(t, dir).Shard; !cmp.Equal(got, want) { // at once: a run may be killed
		t.Errorf("got %+v", got)
	}
	must(t, w.Close(0, ""))
}

func TestReadShard(t *testing.T) {
	head := `{"schema":1,"tool":"t","catalogue":"c","seed":"s","profile":"quick","started":"2026-11-25T10:00:00Z","duration_ms":1,"planned":0,"ran":0,"peers":[],"shard":`
	rec, err := record.Parse("x", []byte(head+`{"numbers":[1,3],"of":4,"plan":"p","peers":[{"name":"a","planned":3}]}}`))
	if want := (&record.Shard{[]int{1, 3}, 4, "p", []record.ShardPeer{{"a", 3}}}); err != nil || !cmp.Equal(rec.Shard, want) {
		t.Errorf("error %v, got %+v", err, rec)
	}
	for shard, want := range map[string]string{
		`{"numbers":[1],"of":0,"plan":"p","peers":[{"name":"a","planned":3}]}`:          "into 0 shards",
		`{"numbers":[1],"of":1000000000,"plan":"p","peers":[{"name":"a","planned":3}]}`: "into 1000000000 shards",
		`{"numbers":[],"of":2,"plan":"p","peers":[{"name":"a","planned":3}]}`:           "is empty",
		`{"numbers":[1],"of":2,"plan":"p","peers":[]}`:                                  "is empty",
		`{"numbers":[3],"of":2,"plan":"p","peers":[{"name":"a","planned":3}]}`:          "not from 1 to 2 and ascending",
		`{"numbers":[0],"of":2,"plan":"p","peers":[{"name":"a","planned":3}]}`:          "not from 1 to 2 and ascending",
		`{"numbers":[2,1],"of":2,"plan":"p","peers":[{"name":"a","planned":3}]}`:        "not from 1 to 2 and ascending",
		`{"numbers":[1,1],"of":2,"plan":"p","peers":[{"name":"a","planned":3}]}`:        "not from 1 to 2 and ascending",
	} {
		if _, err := record.Parse("x", []byte(head+shard+"}")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", shard, err, want)
		}
	}
}

// Compared with a whole run, a shard lacks nothing; what is left of a run without one of its shards does.
func TestCompareShard(t *testing.T) {
	whole := begun(1, result("2.1", record.Pass), result("2.10", record.Pass))
	shard := sharded(2, 1, 2, 2, result("2.1", record.Fail, framing))
	for _, test := range []struct {
		before, after *record.Record
		want          record.Difference
		note          string
	}{{whole, shard, record.Fails, "the new record is shard 1 of 2: "}, {shard, whole, record.Passes, "the old record is shard 1 of 2: "}} {
		d := record.Compare(test.before, test.after, false)
		if len(d.Cases) != 1 || d.Cases[0].Case != "2.1" || d.Cases[0].Difference != test.want || len(d.Notes) != 1 || !strings.HasPrefix(d.Notes[0], test.note) {
			t.Errorf("got %+v", d)
		}
	}
	part, _, _, err := record.Merge(parts(shard))
	if d := record.Compare(whole, part, false); err != nil || d.Regressions() != 2 {
		t.Errorf("error %v, got %+v", err, d)
	}
}
