package reports

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/harness/record"
)

// clipLength is how much of a text is shown, in bytes, headLength how much of the head of a handshake. No honest peer needs
// more for a name, and no reader for a payload.
const clipLength, headLength = 1000, 4000

// printable makes a text safe to show on one line of a terminal or a page. Control characters, those that change the
// direction of writing, invisible ones, and bytes that are no UTF-8 appear as Go would escape them; what is too long is cut.
func printable(s string) string {
	clipped := s[:min(len(s), clipLength)]
	for len(clipped) < len(s) && len(clipped) > clipLength-utf8.UTFMax && !utf8.RuneStart(s[len(clipped)]) {
		clipped = clipped[:len(clipped)-1]
	}
	shown := escape(clipped)
	if len(clipped) < len(s) {
		shown += fmt.Sprintf("… (%d bytes in all)", len(s))
	}
	return shown
}

// escape also spells out what the runners of CI systems take for a command anywhere in a line: ##[group], ##vso[...].
func escape(s string) string {
	s = strings.ReplaceAll(s, "##", `#\x23`)
	if !strings.ContainsFunc(s, isUnprintable) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if isUnprintable(r) {
			quoted := strconv.Quote(s[:size])
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

// isUnprintable also holds for U+FFFD, which may be a byte that is no UTF-8.
func isUnprintable(r rune) bool { return r == utf8.RuneError || !strconv.IsPrint(r) }

// visible returns a deep copy of v, a plain value, in which every string is printable.
func visible[T any](v T) T { return Rewritten(v, printable) }

// Rewritten returns a deep copy of v, a plain value such as a record or a transcript, in which change was made to every string;
// keys of maps stay as they are.
func Rewritten[T any](v T, change func(string) string) T {
	clean := reflect.New(reflect.TypeFor[T]()).Elem()
	rewrite(clean, reflect.ValueOf(v), change)
	return clean.Interface().(T)
}

func rewrite(dst, src reflect.Value, change func(string) string) {
	switch {
	case src.Type() == reflect.TypeFor[time.Time]():
		dst.Set(src)
	case src.Kind() == reflect.String:
		dst.SetString(change(src.String()))
	case src.Kind() == reflect.Struct:
		for i := range src.NumField() {
			rewrite(dst.Field(i), src.Field(i), change)
		}
	case src.Kind() == reflect.Slice && !src.IsNil():
		dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			rewrite(dst.Index(i), src.Index(i), change)
		}
	case src.Kind() == reflect.Map && !src.IsNil():
		dst.Set(reflect.MakeMapWithSize(src.Type(), src.Len()))
		for entries := src.MapRange(); entries.Next(); {
			value := reflect.New(src.Type().Elem()).Elem()
			rewrite(value, entries.Value(), change)
			dst.SetMapIndex(entries.Key(), value)
		}
	case src.Kind() == reflect.Pointer && !src.IsNil():
		dst.Set(reflect.New(src.Type().Elem()))
		rewrite(dst.Elem(), src.Elem(), change)
	default:
		dst.Set(src)
	}
}

// subject is what a report is about: the record, sorted and made visible, and the way to its transcripts.
type subject struct {
	record.Record
	names       [][]string // the true names, by peer: its own, then those of its cases
	agreements  []*Agreement
	transcripts Transcripts
}

// prepare leaves the record itself as it is.
func prepare(rec *record.Record, transcripts Transcripts) *subject {
	sorted := *rec
	sorted.Peers = slices.Clone(rec.Peers)
	s := &subject{transcripts: transcripts, agreements: visible(Agreements(rec))}
	for i := range sorted.Peers {
		p := &sorted.Peers[i]
		p.Cases = slices.Clone(p.Cases)
		if p.JudgedBy != "" {
			leaveOutWSTest(p.Cases)
		}
	}
	sorted.Sort()
	for _, p := range sorted.Peers {
		names := []string{p.Name}
		for _, c := range p.Cases {
			names = append(names, c.ID)
		}
		s.names = append(s.names, names)
	}
	s.Record = visible(sorted)
	return s
}

// transcript returns the transcript of the k-th case of the i-th peer, made visible; without entries if there is none.
func (s *subject) transcript(i, k int) record.Transcript {
	if s.transcripts == nil {
		return record.Transcript{}
	}
	t := s.transcripts(s.names[i][0], s.names[i][k+1])
	if t == nil {
		return record.Transcript{}
	}
	clean := visible(*t)
	if !timed(t) {
		for n := range clean.Entries {
			clean.Entries[n].AtUS = -1
		}
	}
	for n, e := range t.Entries {
		if e.Kind == record.KindHead {
			clean.Entries[n].Text = printableLines(e.Text)
		}
	}
	return clean
}

// printableLines is printable for a text of several lines, such as the head of a handshake. The lines stay apart.
func printableLines(s string) string {
	lines := strings.Split(strings.TrimRight(s[:min(len(s), headLength)], "\r\n"), "\n")
	for i, line := range lines {
		lines[i] = escape(strings.TrimSuffix(line, "\r"))
	}
	if len(s) > headLength {
		lines = append(lines, fmt.Sprintf("… (%d bytes in all)", len(s)))
	}
	return strings.Join(lines, "\n")
}
