package reports

import (
	"cmp"
	"slices"

	"github.com/wsspec/wsspec/harness/record"
)

// contrast is some cases in which the peers differ, and in all of them in the same way.
type contrast struct {
	verdicts []record.Verdict // by peer; "" where there is none that says something
	ids      []string
	ranges   []string // the same, with neighbours as a range: "6.3.1-6.4.4"
}

// contrasts returns the cases in which the peers of a record differ, in how many that is, and how many cases there are.
func contrasts(rec *record.Record) (list []contrast, differ, asked int) {
	order, verdicts := verdictsByCase(rec)
	for _, id := range order {
		if !mixed(verdicts[id]) {
			continue
		}
		differ++
		i := slices.IndexFunc(list, func(c contrast) bool { return slices.Equal(c.verdicts, verdicts[id]) })
		if i < 0 {
			i, list = len(list), append(list, contrast{verdicts: verdicts[id]})
		}
		list[i].ids = append(list[i].ids, id)
	}
	for i := range list {
		list[i].ranges = ranges(list[i].ids, order)
	}
	return list, differ, len(order)
}

// verdictsByCase returns the IDs of all cases, in natural order, and the verdicts on each by peer. An error is none: it says
// nothing about the peer.
func verdictsByCase(rec *record.Record) (order []string, verdicts map[string][]record.Verdict) {
	verdicts = make(map[string][]record.Verdict)
	for i, p := range rec.Peers {
		for _, c := range p.Cases {
			if verdicts[c.ID] == nil {
				verdicts[c.ID] = make([]record.Verdict, len(rec.Peers))
				order = append(order, c.ID)
			}
			if c.Verdict != record.Error {
				verdicts[c.ID][i] = c.Verdict
			}
		}
	}
	record.SortIDs(order)
	return order, verdicts
}

// mixed tells whether there are two different verdicts.
func mixed(verdicts []record.Verdict) bool {
	first := cmp.Or(verdicts...)
	return slices.ContainsFunc(verdicts, func(v record.Verdict) bool { return v != "" && v != first })
}

// ranges writes IDs shorter, where three or more of them follow each other in the given order.
func ranges(ids, order []string) (short []string) {
	place := make(map[string]int, len(order))
	for i, id := range order {
		place[id] = i
	}
	for from := 0; from < len(ids); {
		to := from + 1
		for to < len(ids) && place[ids[to]] == place[ids[to-1]]+1 {
			to++
		}
		if to-from < 3 {
			short = append(short, ids[from:to]...)
		} else {
			short = append(short, ids[from]+"-"+ids[to-1])
		}
		from = to
	}
	return short
}

// names are the peers that got a verdict.
func (c *contrast) names(rec *record.Record, v record.Verdict) (names []string) {
	for i, p := range rec.Peers {
		if c.verdicts[i] == v {
			names = append(names, p.Name)
		}
	}
	return names
}

// most is the verdict that most peers got; of two as frequent, the less alarming.
func (c *contrast) most() (most record.Verdict) {
	counts := make(record.Counts)
	for _, v := range c.verdicts {
		counts[v]++
	}
	for _, v := range record.Verdicts {
		if counts[v] > counts[most] || most == "" {
			most = v
		}
	}
	return most
}
