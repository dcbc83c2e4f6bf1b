package shard_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/shard"
)

// catalogue is the work that peers of these names make with all cases.
func catalogue(names ...string) (work []shard.Work) {
	for _, name := range names {
		w := shard.Work{Peer: name, Start: cases.PeerCost}
		for _, c := range cases.All() {
			w.Cases = append(w.Cases, shard.Case{ID: c.ID, Cost: cases.Cost(c, harness.Standard), Passive: c.Passive()})
		}
		work = append(work, w)
	}
	return work
}

func names(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprint("peer", i))
	}
	return list
}

// asks lists the shards that put a case to a peer.
func asks(p *shard.Plan, of, i, k int) (numbers []int) {
	for n := range of {
		if p.Asks(shard.Shard{Number: n + 1, Of: of}, i, k) {
			numbers = append(numbers, n+1)
		}
	}
	return numbers
}

// Each case is in just one shard, except those of chapter 0, which come along wherever there is a case of the peer.
func TestEachCaseOnce(t *testing.T) {
	for name, plan := range map[string]func([]shard.Work, int) *shard.Plan{"cases": shard.Cases, "peers": shard.Peers} {
		for _, peers := range []int{1, 2, 3, 13} {
			for _, of := range []int{1, 2, 3, 4, 7, 13, 40, 400} {
				work := catalogue(names(peers)...)
				p := plan(work, of)
				for i, w := range work {
					busy := make(map[int]bool)
					for k, c := range w.Cases {
						if numbers := asks(p, of, i, k); !c.Passive && len(numbers) != 1 {
							t.Fatalf("%s, %d peers in %d shards: case %s of %s is in the shards %v", name, peers, of, c.ID, w.Peer, numbers)
						} else if !c.Passive {
							busy[numbers[0]] = true
						}
					}
					for k, c := range w.Cases {
						for n := range of {
							if c.Passive && p.Asks(shard.Shard{Number: n + 1, Of: of}, i, k) != busy[n+1] {
								t.Errorf("%s, %d peers in %d shards: case %s of %s in shard %d", name, peers, of, c.ID, w.Peer, n+1)
							}
						}
					}
				}
			}
		}
	}
}

// No shard takes longer than its part of the whole, by more than the costliest case, the start of each peer that it shares with
// others, and, where peers stay whole, a quarter.
func TestEven(t *testing.T) {
	for name, plan := range map[string]func([]shard.Work, int) *shard.Plan{"cases": shard.Cases, "peers": shard.Peers} {
		for _, peers := range []int{1, 2, 5, 13} {
			for _, of := range []int{1, 2, 4, 8, 13} {
				work := catalogue(names(peers)...)
				var total, costliest time.Duration
				for _, w := range work {
					total += w.Start
					for _, c := range w.Cases {
						total += c.Cost
						costliest = max(costliest, c.Cost)
					}
				}
				part, slack := total/time.Duration(of), costliest
				if name == "cases" {
					slack += time.Duration(peers) * cases.PeerCost
				} else {
					slack = max(slack+2*cases.PeerCost, part/4)
				}
				p := plan(work, of)
				for n := range of {
					if cost := p.Cost(shard.Shard{Number: n + 1, Of: of}); cost > part+slack {
						t.Errorf("%s, %d peers: shard %d of %d costs %v; its part is %v", name, peers, n+1, of, cost, part)
					}
				}
			}
		}
	}
}

// plain is the work of one peer that takes a second to start, with cases that cost so many milliseconds.
func plain(costs ...int) []shard.Work {
	w := shard.Work{Peer: "a", Start: time.Second}
	for i, ms := range costs {
		w.Cases = append(w.Cases, shard.Case{ID: fmt.Sprint("1.", i), Cost: time.Duration(ms) * time.Millisecond})
	}
	return []shard.Work{w}
}

func busiest(p *shard.Plan, of int) (most time.Duration) {
	for n := range of {
		most = max(most, p.Cost(shard.Shard{Number: n + 1, Of: of}))
	}
	return most
}

// The costliest cases come first, so that there is something small to even out.
func TestCostliestFirst(t *testing.T) {
	if got := busiest(shard.Cases(plain(10, 10, 10, 10, 40), 2), 2); got != 1040*time.Millisecond {
		t.Errorf("the busiest shard takes %v", got)
	}
}

// Who starts a peer again has to have time for it.
func TestStartsCount(t *testing.T) {
	if got := busiest(shard.Peers(plain(slices.Repeat([]int{10}, 100)...), 4), 4); got > 1260*time.Millisecond {
		t.Errorf("the busiest shard takes %v", got)
	}
}

// spread counts in how many shards each peer is.
func spread(p *shard.Plan, work []shard.Work, of int) (counts []int) {
	for i, w := range work {
		numbers := make(map[int]bool)
		for k, c := range w.Cases {
			if !c.Passive {
				numbers[asks(p, of, i, k)[0]] = true
			}
		}
		counts = append(counts, len(numbers))
	}
	return counts
}

// Peers stay whole where that is even; otherwise no more of them are divided than there are borders between shards.
func TestPeersStayWhole(t *testing.T) {
	for _, test := range []struct{ peers, of, divided int }{{13, 4, 0}, {4, 4, 0}, {8, 4, 0}, {13, 1, 0}, {5, 4, 3}, {3, 4, 3}, {1, 4, 1}} {
		work := catalogue(names(test.peers)...)
		divided := 0
		for _, n := range spread(shard.Peers(work, test.of), work, test.of) {
			if n > 1 {
				divided++
			}
		}
		if divided > test.divided || test.divided > 0 && divided == 0 {
			t.Errorf("%d peers in %d shards: %d are divided, want at most %d", test.peers, test.of, divided, test.divided)
		}
	}
}

// A peer that outweighs the others is divided, and they are not.
func TestUnequalPeers(t *testing.T) {
	work := catalogue(names(4)...)
	for k := range work[2].Cases {
		work[2].Cases[k].Cost *= 9
	}
	if got := spread(shard.Peers(work, 3), work, 3); got[2] < 2 {
		t.Errorf("the peers are in %v shards", got)
	}
}

// The plan hangs on nothing but what is to be done, and its name tells it from all others.
func TestFingerprint(t *testing.T) {
	seen := make(map[string]string)
	for name, p := range map[string]*shard.Plan{
		"one":              shard.Cases(catalogue("a"), 4),
		"fewer shards":     shard.Cases(catalogue("a"), 3),
		"another peer":     shard.Cases(catalogue("b"), 4),
		"peers and cases":  shard.Cases(catalogue("a", "b"), 4),
		"order":            shard.Cases(catalogue("b", "a"), 4),
		"another division": shard.Peers(catalogue("a"), 4),
	} {
		plan := p.Record(shard.Shard{Number: 1, Of: 4}).Plan
		if other, known := seen[plan]; known {
			t.Errorf("%q and %q are both %s", name, other, plan)
		}
		seen[plan] = name
	}
	for n := range 4 {
		r := shard.Cases(catalogue("a"), 4).Record(shard.Shard{Number: n + 1, Of: 4})
		if seen[r.Plan] != "one" || !slices.Equal(r.Numbers, []int{n + 1}) || r.Of != 4 || len(r.Peers) != 1 || r.Peers[0].Planned != len(cases.All()) {
			t.Errorf("shard %d: %+v", n+1, r)
		}
	}
}

// Cases that come new into the catalogue leave the others where they were, but for the borders between shards.
func TestStable(t *testing.T) {
	before, after := catalogue("a"), catalogue("a")
	after[0].Cases = append(after[0].Cases, shard.Case{ID: "20.1", Cost: 2 * time.Millisecond}, shard.Case{ID: "20.2", Cost: 2 * time.Millisecond})
	old, now := shard.Peers(before, 4), shard.Peers(after, 4)
	moved := 0
	for k, c := range before[0].Cases {
		if !c.Passive && !slices.Equal(asks(old, 4, 0, k), asks(now, 4, 0, k)) {
			moved++
		}
	}
	if moved > 5 {
		t.Errorf("%d of %d cases are in another shard", moved, len(before[0].Cases))
	}
}

func TestNothing(t *testing.T) {
	one := []shard.Work{{Peer: "a", Cases: []shard.Case{{ID: "0.1", Passive: true}, {ID: "1.1.1"}}}}
	for name, p := range map[string]*shard.Plan{"cases": shard.Cases(one, 3), "peers": shard.Peers(one, 3)} {
		if got := len(asks(p, 3, 0, 0)) + len(asks(p, 3, 0, 1)); got != 2 {
			t.Errorf("%s: one case and chapter 0 are in %d places", name, got)
		}
	}
}
