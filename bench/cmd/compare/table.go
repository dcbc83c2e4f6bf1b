package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// table holds the measurements of one comparison: a row for each contender, a column for each kind of traffic.
type table struct {
	title   string
	unit    string // of the costs
	columns []column
	rows    []row
	typical func(sorted []float64) float64 // of the costs of all rounds
}

// column is a kind of traffic, and what is aimed at there.
type column struct {
	name   string
	target float64 // the ratio that our entrants are to reach
}

// row is a contender.
type row struct {
	name    string
	ours    bool
	entrant bool // one of ours for which the targets are set
	measure bool // the ratios are to this one, not to the best that is not ours
	samples [][]sample
}

// sample is one measurement.
type sample struct{ cost, extra float64 }

// add adds the measurement of a round.
func (t *table) add(row, column int, s sample) {
	r := &t.rows[row]
	if r.samples == nil {
		r.samples = make([][]sample, len(t.columns))
	}
	r.samples[column] = append(r.samples[column], s)
}

// costs are the costs in a cell, in order.
func (r *row) costs(column int) []float64 {
	costs := []float64{}
	for _, s := range r.samples[column] {
		costs = append(costs, s.cost)
	}
	slices.Sort(costs)
	return costs
}

// extra is the typical second figure in a cell.
func (r *row) extra(column int) float64 {
	extras := []float64{}
	for _, s := range r.samples[column] {
		extras = append(extras, s.extra)
	}
	slices.Sort(extras)
	return median(extras)
}

// competitor is who the ratios in a column are relative to: the measure, or the best that is not ours.
func (t *table) competitor(column int) *row {
	var best *row
	for i := range t.rows {
		r := &t.rows[i]
		switch {
		case r.measure:
			return r
		case r.ours || len(r.samples[column]) == 0:
		case best == nil || t.typical(r.costs(column)) < t.typical(best.costs(column)):
			best = r
		}
	}
	return best
}

// ratios are a contender's cost relative to a competitor's: the median of the ratios of each round, in which both met the same
// machine, and the ratio of the lowest costs of all rounds.
func (t *table) ratios(r, competitor *row, column int) (typical, lowest float64) {
	rounds := []float64{}
	for i, s := range r.samples[column] {
		rounds = append(rounds, s.cost/competitor.samples[column][i].cost)
	}
	slices.Sort(rounds)
	return median(rounds), r.costs(column)[0] / competitor.costs(column)[0]
}

// String is the table in Markdown, and below it the targets.
func (t *table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n| %s |", t.title, t.unit)
	for _, c := range t.columns {
		fmt.Fprintf(&b, " %s |", c.name)
	}
	b.WriteString("\n|---" + strings.Repeat("|---", len(t.columns)) + "|\n")
	for i := range t.rows {
		r := &t.rows[i]
		fmt.Fprintf(&b, "| %s |", r.name)
		for c := range t.columns {
			b.WriteString(t.cell(r, c))
		}
		b.WriteString("\n")
	}
	b.WriteString(t.targets())
	return b.String()
}

// cell shows the typical cost, the ratio to the best competitor, and the second figure.
func (t *table) cell(r *row, column int) string {
	if len(r.samples[column]) == 0 {
		return " |"
	}
	typical, _ := t.ratios(r, t.competitor(column), column)
	text := fmt.Sprintf("%.3g (%.2f), %s", t.typical(r.costs(column)), typical, figure(r.extra(column)))
	if r.ours {
		text = "**" + text + "**"
	}
	return " " + text + " |"
}

// figure writes a number of allocations or of messages a second.
func figure(x float64) string {
	if x >= 1e3 {
		return fmt.Sprintf("%.0f k", x/1e3)
	}
	return strconv.FormatFloat(math.Round(x*100)/100, 'g', 3, 64)
}

func (t *table) targets() string {
	var b strings.Builder
	b.WriteString("\n| target | | relative to | reached (by the lowest) | aimed at | met |\n|---|---|---|---|---|---|\n")
	for c, column := range t.columns {
		competitor := t.competitor(c)
		for i := range t.rows {
			r := &t.rows[i]
			if !r.entrant {
				continue
			}
			typical, lowest := t.ratios(r, competitor, c)
			met := "yes"
			if math.Round(typical*100) > column.target*100 {
				met = "no"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %.2f (%.2f) | <= %.2f | %s |\n", column.name, r.name, competitor.name, typical, lowest, column.target, met)
		}
	}
	return b.String()
}

func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// quartile is the first quartile: what a measurement gives when the neighbours are quiet.
func quartile(sorted []float64) float64 { return sorted[(len(sorted)-1)/4] }
