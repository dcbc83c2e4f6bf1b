package main

import (
	"fmt"
	"log"
	"runtime"
	"time"

	"github.com/wsspec/wsspec/bench/cpu"
	"github.com/wsspec/wsspec/bench/parse"
	"github.com/wsspec/wsspec/protocol"
)

// parseTargets are the ratios to the best competitor that are aimed at, in the order of parse.Rows.
var parseTargets = []float64{0.30, 0.30, 0.65, 0.30, 0.45, 0.45, 0.45}

// compareParsers measures all parsers on all kinds of traffic.
func compareParsers(rounds int, each time.Duration) (*table, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	t := &table{
		title:   "Parse and unmask: nanoseconds of processor time a frame (x of the best other library), allocations a frame",
		unit:    "ns/frame, median",
		typical: median,
	}
	streams := []*parse.Stream{}
	for i, r := range parse.Rows {
		t.columns = append(t.columns, column{r.Name, parseTargets[i]})
		streams = append(streams, parse.NewStream(r))
	}
	for _, p := range parse.Parsers {
		t.rows = append(t.rows, row{name: p.Name, ours: p.Ours, entrant: p.Name == "wsspec protocol.Conn"})
	}
	for round := range rounds {
		log.Printf("parse, round %d of %d", round+1, rounds)
		for c, s := range streams {
			for i, p := range parse.Parsers {
				text := parse.Rows[c].Opcode == protocol.Text
				cost, ok, err := parseFor(p, s, text, each)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", p.Name, parse.Rows[c].Name, err)
				}
				if ok {
					t.add(i, c, cost)
				}
			}
		}
	}
	for i := range t.rows {
		if t.rows[i].samples == nil {
			return nil, fmt.Errorf("%s was not measured", t.rows[i].name)
		}
	}
	return t, nil
}

// tries is how often a parser starts in one measurement, of which the best counts: a neighbour rarely disturbs all of them.
const tries = 5

// parseFor lets a parser read for a while. The first frames show how many it can read in that time, and warm it up.
func parseFor(p parse.Parser, s *parse.Stream, text bool, each time.Duration) (best sample, ok bool, err error) {
	const first = 2000
	best, ok, err = parseFrames(p, s, text, first)
	frames := max(first, int(float64(each.Nanoseconds())/tries/best.cost))
	for i := range tries {
		if err != nil || !ok {
			break
		}
		var cost sample
		if cost, ok, err = parseFrames(p, s, text, frames); i == 0 || cost.cost < best.cost {
			best = cost
		}
	}
	return best, ok, err
}

// parseFrames lets a parser read n frames; ok is false if it cannot do what is asked.
func parseFrames(p parse.Parser, s *parse.Stream, text bool, n int) (cost sample, ok bool, err error) {
	read, err := p.Open(s.Conn(n), text)
	if read == nil {
		return sample{}, false, err
	}
	runtime.GC() // what was left behind by the parser before is not this one's
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := cpu.Time()
	got, err := read()
	used := cpu.Time() - start
	runtime.ReadMemStats(&after)
	if want := s.Count(n); err == nil && got.Bytes != want.Bytes {
		err = fmt.Errorf("read %d bytes of %d", got.Bytes, want.Bytes)
	}
	frames := float64(n)
	return sample{float64(used.Nanoseconds()) / frames, float64(after.Mallocs-before.Mallocs) / frames}, true, err
}
