package reports

import (
	"github.com/wsspec/wsspec/harness/record"
)

// expenses compare the peers: how fast they were, and what they took of the machine.
type expenses struct {
	Heads []string
	Rows  []expenseRow
}

type expenseRow struct {
	Peer  string
	Cells []expense
}

// expense is one number, beside a bar of up to 1000 units.
type expense struct {
	Says  string // empty if it was not measured
	Width int
}

// quantity is something that can be compared between peers.
type quantity struct {
	head    string
	measure func(*record.Peer) float64 // 0: not measured
	show    func(float64) string
}

var quantities = []quantity{
	{"Largest messages", func(p *record.Peer) float64 { return last(experiments[0].measure(p, "9.2")) }, rate},
	{"Fragments of 64 B", func(p *record.Peer) float64 { return first(experiments[1].measure(p, "9.4")) }, rate},
	{"Median round trip", func(p *record.Peer) float64 { return last(experiments[3].measure(p, "9.8")) }, shortDuration},
	{"Peak memory", func(p *record.Peer) float64 {
		if p.Usage == nil {
			return 0
		}
		return float64(p.Usage.PeakMemory)
	}, func(v float64) string { return size(int64(v)) }},
	{"CPU time", func(p *record.Peer) float64 {
		if p.Usage == nil {
			return 0
		}
		return float64(p.Usage.CPUMS) / 1000
	}, shortDuration},
}

func first(list []*measurement) float64 {
	if len(list) == 0 || list[0] == nil {
		return 0
	}
	return list[0].value
}

func last(list []*measurement) float64 {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1].value
}

// compareExpenses returns nil if nothing was measured.
func compareExpenses(peers []record.Peer) *expenses {
	var e expenses
	e.Rows = make([]expenseRow, len(peers))
	for _, q := range quantities {
		values, most := make([]float64, len(peers)), 0.0
		for i := range peers {
			values[i] = q.measure(&peers[i])
			most = max(most, values[i])
		}
		if most <= 0 {
			continue
		}
		e.Heads = append(e.Heads, q.head)
		for i, v := range values {
			cell := expense{}
			if v > 0 {
				cell = expense{q.show(v), max(1, int(barWidth*v/most))}
			}
			e.Rows[i].Peer = peers[i].Name
			e.Rows[i].Cells = append(e.Rows[i].Cells, cell)
		}
	}
	if len(e.Heads) == 0 {
		return nil
	}
	return &e
}
