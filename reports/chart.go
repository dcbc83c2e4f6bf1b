package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// An experiment is a pair of groups of cases of chapter 9, one with text and one with binary messages, in which one size grows.
type experiment struct {
	text, binary string // what the IDs begin with
	title, axis  string
	sizes        []int64 // by the last number of the ID; nil: the size of the message
	latency      bool    // what counts is the round trip, not the throughput
}

// The sizes of fragments, and of the pieces in which bytes are handed to TCP, are the same in every profile.
var experiments = []experiment{
	{text: "9.1", binary: "9.2", title: "Throughput by size of the message", axis: "Message"},
	{text: "9.3", binary: "9.4", title: "Throughput by size of the fragments", axis: "Fragment",
		sizes: []int64{64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20}},
	{text: "9.5", binary: "9.6", title: "Throughput by size of the pieces on TCP", axis: "Piece",
		sizes: []int64{64, 128, 256, 512, 1 << 10, 2 << 10}},
	{text: "9.7", binary: "9.8", title: "Round trip of a message, by its size", axis: "Message", latency: true},
}

// chart is a diagram of two lines over sizes. Sizes are evenly spaced, because they grow by factors; so is what was measured, on a
// logarithmic scale. Places from left to right are in tenths of a percent of the width, from top to bottom in CSS pixels.
type chart struct {
	Title, Axis string
	Latency     bool
	Columns     []column
	Ticks       []tick
	Lines       []line
}

// column is a size, and what was measured at it, in words.
type column struct {
	X           int
	Size        string
	Label       bool // there is room for the size below the axis
	Text        string
	Binary      string
	WorstText   string // of round trips
	WorstBinary string
}

type tick struct {
	Y    int
	Says string
}

// line is what was measured with messages of one kind.
type line struct {
	Kind     string // text or binary
	Points   []point
	Segments []segment
}

type point struct {
	X, Y int
	Says string
}

type segment struct{ X1, Y1, X2, Y2 int }

// Measures of a chart.
const (
	plotLeft, plotRight = 160, 980 // tenths of a percent
	plotTop, plotBottom = 16, 156  // CSS pixels
)

// newChart draws what a peer did in an experiment; nil if nothing was measured.
func newChart(p *record.Peer, e experiment) *chart {
	text, binary := e.measure(p, e.text), e.measure(p, e.binary)
	columns := max(len(text), len(binary))
	if columns == 0 {
		return nil
	}
	c := &chart{Title: e.title, Axis: e.axis, Latency: e.latency}
	scale := newScale(append(values(text), values(binary)...))
	for _, v := range scale.decades() {
		c.Ticks = append(c.Ticks, tick{scale.y(v), e.show(v)})
	}
	for i := range columns {
		col := column{X: plotLeft + (plotRight-plotLeft)*(2*i+1)/(2*columns)}
		col.Label = columns <= 6 || i%2 == 0
		if i < len(text) && text[i] != nil {
			col.Size, col.Text, col.WorstText = size(text[i].size), e.show(text[i].value), e.show(text[i].worst)
		}
		if i < len(binary) && binary[i] != nil {
			col.Size, col.Binary, col.WorstBinary = size(binary[i].size), e.show(binary[i].value), e.show(binary[i].worst)
		}
		c.Columns = append(c.Columns, col)
	}
	c.Lines = []line{e.line("text", text, c.Columns, scale), e.line("binary", binary, c.Columns, scale)}
	return c
}

// measurement is one point: what was measured at a size.
type measurement struct {
	size         int64
	value, worst float64 // bytes a second, or seconds
}

// measure finds the measurements of a group of cases by the last number of their IDs; nil where there is none.
func (e experiment) measure(p *record.Peer, group string) []*measurement {
	var list []*measurement
	for i := range p.Cases {
		c := &p.Cases[i]
		last, ok := strings.CutPrefix(c.ID, group+".")
		n, err := strconv.Atoi(last)
		if !ok || err != nil || n < 1 || n > 20 || c.Volume == nil {
			continue
		}
		m := &measurement{size: c.Volume.MessageBytes, value: c.Volume.Throughput()}
		if n <= len(e.sizes) {
			m.size = e.sizes[n-1]
		}
		if e.latency {
			m.value, m.worst = float64(c.Volume.MedianUS)/1e6, float64(c.Volume.WorstUS)/1e6
		}
		if m.value <= 0 {
			continue
		}
		for len(list) < n {
			list = append(list, nil)
		}
		list[n-1] = m
	}
	return list
}

func values(list []*measurement) []float64 {
	var all []float64
	for _, m := range list {
		if m != nil {
			all = append(all, m.value)
		}
	}
	return all
}

// show writes what was measured.
func (e experiment) show(v float64) string {
	switch {
	case v <= 0:
		return ""
	case e.latency:
		return shortDuration(v)
	}
	return rate(v)
}

func (e experiment) line(kind string, list []*measurement, columns []column, s scale) line {
	l := line{Kind: kind}
	for i, m := range list {
		if m == nil {
			continue
		}
		p := point{columns[i].X, s.y(m.value), fmt.Sprintf("%s, %s: %s", kind, size(m.size), e.show(m.value))}
		if n := len(l.Points); n > 0 {
			last := l.Points[n-1]
			l.Segments = append(l.Segments, segment{last.X, last.Y, p.X, p.Y})
		}
		l.Points = append(l.Points, p)
	}
	return l
}

// scale is logarithmic, from one power of ten to another.
type scale struct{ low, high int }

func newScale(values []float64) scale {
	s := scale{math.MaxInt32, math.MinInt32}
	for _, v := range values {
		s.low = min(s.low, int(math.Floor(math.Log10(v))))
		s.high = max(s.high, int(math.Ceil(math.Log10(v))))
	}
	s.high = max(s.high, s.low+1)
	return s
}

// decades are the powers of ten to draw: not more than five.
func (s scale) decades() (list []float64) {
	step := (s.high-s.low)/5 + 1
	for n := s.low; n <= s.high; n += step {
		list = append(list, math.Pow10(n))
	}
	return list
}

func (s scale) y(v float64) int {
	part := (math.Log10(v) - float64(s.low)) / float64(s.high-s.low)
	return plotBottom - int(math.Round(part*(plotBottom-plotTop)))
}

// rate writes a throughput in bytes a second.
func rate(v float64) string {
	for _, unit := range []struct {
		name string
		of   float64
	}{{"GB/s", 1e9}, {"MB/s", 1e6}, {"kB/s", 1e3}} {
		if v >= unit.of*0.9995 {
			return digits(v/unit.of) + " " + unit.name
		}
	}
	return digits(v) + " B/s"
}

// shortDuration writes seconds.
func shortDuration(s float64) string {
	switch {
	case s < 0.9995e-3:
		return digits(s*1e6) + " µs"
	case s < 0.9995:
		return digits(s*1e3) + " ms"
	}
	return digits(s) + " s"
}

// digits writes a number with the three digits that matter.
func digits(v float64) string {
	places := 0
	switch {
	case v < 9.995:
		places = 2
	case v < 99.95:
		places = 1
	}
	text := strconv.FormatFloat(v, 'f', places, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// size writes a number of bytes in the units of memory.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return digits(float64(n)/(1<<20)) + " MiB"
	case n >= 1<<10:
		return digits(float64(n)/(1<<10)) + " KiB"
	}
	return fmt.Sprintf("%d B", n)
}

// permille writes tenths of a percent as a length in a picture.
func permille(n int) string { return strconv.FormatFloat(float64(n)/10, 'f', -1, 64) + "%" }
