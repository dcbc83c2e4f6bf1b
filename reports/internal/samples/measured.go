package samples

import (
	"fmt"

	"github.com/wsspec/wsspec/harness/record"
)

// measuring are the 54 cases of chapter 9 of a peer, the faster the larger speed is.
func measuring(speed int64) (cases []record.Case) {
	for group, sizes := range map[int][]int64{
		1: {64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20}, 3: {4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20, 4 << 20},
		5: {1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20}, 7: {0, 16, 64, 256, 1024, 4096},
	} {
		for _, g := range []int{group, group + 1} {
			for i, size := range sizes {
				v := &record.Volume{Messages: 1, MessageBytes: size, DurationUS: size/(50*speed) + 100, MedianUS: 40, WorstUS: 900}
				if group == 7 {
					v.Messages, v.DurationUS, v.MedianUS = 1000, 50_000, 30+int64(i)*speed
				}
				cases = append(cases, record.Case{ID: fmt.Sprintf("9.%d.%d", g, i+1), Title: "Volume", Verdict: record.Pass, Volume: v, DurationUS: 1000})
			}
		}
	}
	return cases
}

// Measured is a record of peers that were measured.
func Measured(names ...string) *record.Record {
	rec := &record.Record{Tool: "wsspec 0.1.0"}
	for i, name := range names {
		rec.Peers = append(rec.Peers, record.Peer{
			Name: name, Role: "server", Cases: append(PlainCases(EveryCase), measuring(int64(i+1))...),
			Usage: &record.Usage{PeakMemory: int64(i+1) << 25, CPUMS: 1200},
		})
	}
	rec.Planned = rec.Counts().Total()
	rec.Ran = rec.Planned
	return rec
}
