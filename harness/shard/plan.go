package shard

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// Work is what a run sets out to ask of one peer.
type Work struct {
	Peer  string
	Start time.Duration // that each shard spends on the peer before its first case
	Cases []Case
}

// Case is a case of a peer, and what it is expected to take.
type Case struct {
	ID      string
	Cost    time.Duration // for which it keeps the run busy
	Passive bool          // it watches the others, so it goes to every shard that has one of them
}

// cost is what the peer takes of a run that is not divided.
func (w Work) cost() time.Duration {
	sum := w.Start
	for _, c := range w.Cases {
		sum += c.Cost
	}
	return sum
}

// Plan says which shard puts which cases to which peers.
type Plan struct {
	of     int
	work   []Work
	shares [][]int // the number of the shard from 0, by peer and case; of no meaning for cases that are passive
}

func newPlan(work []Work, of int) *Plan {
	p := &Plan{of: of, work: work}
	for _, w := range work {
		p.shares = append(p.shares, make([]int, len(w.Cases)))
	}
	return p
}

// Cases deals the cases of each peer out to all shards: the most expensive first, each to the shard that has least to do.
func Cases(work []Work, of int) *Plan {
	p := newPlan(work, of)
	loads := make([]time.Duration, of)
	for i, w := range work {
		order := w.active()
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(w.Cases[b].Cost, w.Cases[a].Cost) })
		for _, k := range order {
			least := least(loads)
			p.shares[i][k] = least
			loads[least] += w.Cases[k].Cost
		}
	}
	return p
}

// least is the first of the smallest.
func least(loads []time.Duration) int { return slices.Index(loads, slices.Min(loads)) }

// active are the indexes of the cases that are not passive.
func (w Work) active() (list []int) {
	for k, c := range w.Cases {
		if !c.Passive {
			list = append(list, k)
		}
	}
	return list
}

// uneven is how much more than its share the busiest shard may have to do for the sake of peers that are not divided. To divide
// one costs its start once more, and tears apart what is measured side by side.
const uneven = 1.25

// Peers gives whole peers to the shards, the most expensive first, each to the one that has least to do. If that makes too uneven
// a plan, because there are few peers or one outweighs the others, peers are divided where one shard's part of the whole ends and
// the next one's begins.
func Peers(work []Work, of int) *Plan {
	var total time.Duration
	for _, w := range work {
		total += w.cost()
	}
	if p, busiest := whole(work, of); float64(busiest) <= uneven*float64(total)/float64(of) {
		return p
	}
	return divided(work, of, total)
}

// whole divides no peer, and returns what the busiest shard has to do.
func whole(work []Work, of int) (p *Plan, busiest time.Duration) {
	p = newPlan(work, of)
	loads := make([]time.Duration, of)
	order := make([]int, len(work))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(work[b].cost(), work[a].cost()) })
	for _, i := range order {
		least := least(loads)
		loads[least] += work[i].cost()
		for k := range p.shares[i] {
			p.shares[i][k] = least
		}
	}
	return p, slices.Max(loads)
}

// divided lets no shard do more than is needed for all to have their part: the least limit that leaves nothing over, to a
// millisecond.
func divided(work []Work, of int, total time.Duration) *Plan {
	p, orders := newPlan(work, of), make([][]int, len(work))
	for i, w := range work {
		orders[i] = w.shuffled()
	}
	low, high := total/time.Duration(of), total
	for high-low > time.Millisecond {
		if middle := (low + high) / 2; p.fill(orders, middle) {
			high = middle
		} else {
			low = middle
		}
	}
	p.fill(orders, high)
	return p
}

// fill gives the cases of each peer, in their orders, to one shard after the other, to each up to the limit. It tells whether there
// are enough shards.
func (p *Plan) fill(orders [][]int, limit time.Duration) bool {
	shard, load := 0, time.Duration(0)
	for i, w := range p.work {
		load += w.Start
		for _, k := range orders[i] {
			if load += w.Cases[k].Cost; load > limit && shard < p.of {
				shard, load = shard+1, w.Start+w.Cases[k].Cost
			}
			p.shares[i][k] = shard
		}
	}
	return shard < p.of
}

// shuffled are the indexes of the cases that are not passive, mixed up the same way each time: neighbours in the catalogue are
// alike, and what makes one of them slow makes all.
func (w Work) shuffled() []int {
	order := w.active()
	places := make(map[int][sha256.Size]byte)
	for _, k := range order {
		places[k] = sha256.Sum256([]byte(w.Cases[k].ID))
	}
	slices.SortStableFunc(order, func(a, b int) int {
		one, other := places[a], places[b]
		return bytes.Compare(one[:], other[:])
	})
	return order
}

// Asks tells whether a shard puts the k-th case to the i-th peer.
func (p *Plan) Asks(s Shard, i, k int) bool {
	if p.work[i].Cases[k].Passive {
		return slices.ContainsFunc(p.work[i].active(), func(k int) bool { return p.shares[i][k] == s.Number-1 })
	}
	return p.shares[i][k] == s.Number-1
}

// Cost is what a shard is expected to take.
func (p *Plan) Cost(s Shard) (sum time.Duration) {
	for i, w := range p.work {
		busy := false
		for _, k := range w.active() {
			if p.shares[i][k] == s.Number-1 {
				sum, busy = sum+w.Cases[k].Cost, true
			}
		}
		if busy {
			sum += w.Start
		}
	}
	return sum
}

// Record returns a shard in the form of the record.
func (p *Plan) Record(s Shard) *record.Shard {
	r := &record.Shard{Numbers: []int{s.Number}, Of: s.Of, Plan: p.fingerprint()}
	for _, w := range p.work {
		r.Peers = append(r.Peers, record.ShardPeer{Name: w.Peer, Planned: len(w.Cases)})
	}
	return r
}

// fingerprint tells this plan from others.
func (p *Plan) fingerprint() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d\n", p.of)
	for i, w := range p.work {
		fmt.Fprintf(&text, "%q\n", w.Peer)
		for k, c := range w.Cases {
			fmt.Fprintf(&text, "%q %t %d\n", c.ID, c.Passive, p.shares[i][k])
		}
	}
	sum := sha256.Sum256([]byte(text.String()))
	return hex.EncodeToString(sum[:6])
}
