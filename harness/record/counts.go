package record

import (
	"cmp"
	"slices"
)

// Counts is how many cases got each verdict.
type Counts map[Verdict]int

// Total is the number of cases counted.
func (c Counts) Total() (n int) {
	for _, k := range c {
		n += k
	}
	return n
}

// Worst is the most alarming verdict that was given at least once, Pass if there was none.
func (c Counts) Worst() Verdict {
	worst := Pass
	for v, k := range c {
		if k > 0 && v.Worse(worst) {
			worst = v
		}
	}
	return worst
}

// Counts counts the verdicts of all peers.
func (r *Record) Counts() Counts {
	sum := make(Counts)
	for _, p := range r.Peers {
		for v, k := range p.Counts() {
			sum[v] += k
		}
	}
	return sum
}

// Counts counts the verdicts of the peer.
func (p *Peer) Counts() Counts {
	counts := make(Counts)
	for _, c := range p.Cases {
		counts[c.Verdict]++
	}
	return counts
}

// ChapterCounts is how many cases of one chapter got each verdict.
type ChapterCounts struct {
	Number int
	Title  string
	Counts
}

// Chapters counts the verdicts of the peer chapter by chapter, in the order of their numbers.
func (p *Peer) Chapters() []ChapterCounts {
	byNumber := make(map[int]*ChapterCounts)
	for _, c := range p.Cases {
		n, title := Chapter(c.ID)
		if byNumber[n] == nil {
			byNumber[n] = &ChapterCounts{n, title, make(Counts)}
		}
		byNumber[n].Counts[c.Verdict]++
	}
	list := make([]ChapterCounts, 0, len(byNumber))
	for _, ch := range byNumber {
		list = append(list, *ch)
	}
	slices.SortFunc(list, func(a, b ChapterCounts) int { return cmp.Compare(a.Number, b.Number) })
	return list
}
