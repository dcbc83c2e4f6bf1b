package wstest

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/wsspec/wsspec/harness/record"
)

// python writes JSON as Python's json.dumps does with sort_keys, an indent of 3 and nothing but ASCII: the form of the
// testsuite's files, which people compare as text.
type python struct {
	bytes.Buffer
	depth int
}

// encode returns a value in that form.
func encode(v any) []byte {
	var p python
	p.value(v)
	return p.Bytes()
}

// value writes a value. Its types are those that the testsuite's files are made of.
func (p *python) value(v any) {
	switch v := v.(type) {
	case nil:
		p.WriteString("null")
	case bool:
		p.WriteString(strconv.FormatBool(v))
	case int:
		p.WriteString(strconv.Itoa(v))
	case int64:
		p.WriteString(strconv.FormatInt(v, 10))
	case float64:
		p.WriteString(float(v))
	case string:
		p.string(v)
	case *int:
		p.optional(v == nil, func() { p.value(*v) })
	case *int64:
		p.optional(v == nil, func() { p.value(*v) })
	case *float64:
		p.optional(v == nil, func() { p.value(*v) })
	case *string:
		p.optional(v == nil, func() { p.value(*v) })
	case []any:
		p.list('[', ']', len(v), func(i int) { p.value(v[i]) })
	case map[string]any:
		p.object(v)
	case map[int]int:
		p.statistics(v)
	case record.LogRow:
		p.row(v)
	default:
		panic(fmt.Sprintf("wstest: a %T has no place in these files", v))
	}
}

func (p *python) optional(absent bool, write func()) {
	if absent {
		p.WriteString("null")
		return
	}
	write()
}

// list writes n elements, each on a line of its own.
func (p *python) list(open, end byte, n int, element func(i int)) {
	p.WriteByte(open)
	p.depth++
	for i := range n {
		if i > 0 {
			p.WriteByte(',')
		}
		p.line()
		element(i)
	}
	p.depth--
	if n > 0 {
		p.line()
	}
	p.WriteByte(end)
}

func (p *python) line() { p.WriteString("\n" + strings.Repeat("   ", p.depth)) }

// object writes an object with its keys in the order of their bytes, as which Python compares strings: 10.1.1 before 2.1.
func (p *python) object(members map[string]any) {
	keys := slices.Sorted(maps.Keys(members))
	p.list('{', '}', len(keys), func(i int) { p.member(keys[i], members[keys[i]]) })
}

// statistics writes an object whose keys are numbers for Python when it sorts them.
func (p *python) statistics(stats map[int]int) {
	keys := slices.Sorted(maps.Keys(stats))
	p.list('{', '}', len(keys), func(i int) { p.member(strconv.Itoa(keys[i]), stats[keys[i]]) })
}

func (p *python) member(key string, v any) {
	p.string(key)
	p.WriteString(": ")
	p.value(v)
}

// row writes a row of the wire log. A delay of whole seconds is an integer.
func (p *python) row(r record.LogRow) {
	elements := r.Array()
	for i, e := range elements {
		if f, ok := e.(float64); ok && f == math.Trunc(f) {
			elements[i] = int64(f)
		}
	}
	p.value(elements)
}

// float writes a number as Python does: with a point if it could be taken for an integer. What is no number is null.
func float(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "null"
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if size := math.Abs(f); size >= 1e-4 && size < 1e16 || f == 0 {
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

var escapes = map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\f': `\f`, '\b': `\b`}

// string writes a string in ASCII. Bytes that are no UTF-8 become U+FFFD.
func (p *python) string(s string) {
	p.WriteByte('"')
	for _, r := range s {
		switch escape := escapes[r]; {
		case escape != "":
			p.WriteString(escape)
		case r >= ' ' && r <= '~':
			p.WriteByte(byte(r))
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(p, `\u%04x`, unit)
			}
		}
	}
	p.WriteByte('"')
}
