package samples

import (
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/harness/record"
)

// Hostile are texts that a peer might send to whoever shows them.
var Hostile = []string{
	`</script><img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `' onmouseover='alert(1)`, "</style><style>*{display:none}</style>",
	"\x1b]0;owned\x07", "\x1b[2J\x1b[31m", "\u202egnp.exe", "\u2066\u2067\u2068\u2069\u200e\u200f", "\x00", "\xff\xfe\x80", "a\r\nb\nc", "\u0085\u2028\u2029\u00ad\ufeff",
	"::stop-commands::x", "##[group]x", "a ##vso[task.complete]x", "x " + strings.Repeat("::error::x ", 80),
	"javascript:alert(1)", "{{.}}", "<!--", "]]>", "&lt;&amp;", strings.Repeat("M", 1<<20), strings.Repeat("<b>", 1<<18),
}

// HostileRecord is a record with one text wherever a peer, a user or a damaged file could have put it.
func HostileRecord(text string) (*record.Record, func(peer, id string) *record.Transcript) {
	rec := Filled[record.Record](text)
	rec.Schema = record.SchemaVersion
	transcript := Filled[record.Transcript](text)
	cases := rec.Peers[0].Cases
	for i, v := range record.Verdicts {
		c := cases[0]
		c.ID, c.Verdict, c.Close = []string{"1.1", "2.1", "3.1", "4.1", "5.1", "6.1"}[i], v, record.CloseVerdicts[i]
		c.Findings = []record.Finding{c.Findings[0]}
		c.Findings[0].Severity = record.Fail
		rec.Peers[0].Cases = append(rec.Peers[0].Cases, c)
	}
	rec.Peers[0].Cases = rec.Peers[0].Cases[1:]
	rec.Peers = append(rec.Peers, rec.Peers[0])
	entry := transcript.Entries[0]
	for _, kind := range []string{record.KindFrame, record.KindHead, record.KindBytes, record.KindEnd, record.KindPause} {
		entry.Kind, entry.Side = kind, record.SideGot
		transcript.Entries = append(transcript.Entries, entry)
	}
	return &rec, func(string, string) *record.Transcript { return &transcript }
}

// IsSafe tells whether a text can do nothing but be read.
func IsSafe(s string, allowed string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r != utf8.RuneError && !strconv.IsPrint(r) && !strings.ContainsRune(allowed, r)
	})
}

// Filled makes a value in which every string is s, every list has one element, and every pointer leads somewhere.
func Filled[T any](s string) T {
	v := reflect.New(reflect.TypeFor[T]()).Elem()
	fill(v, s)
	return v.Interface().(T)
}

func fill(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), s)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), s)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), s)
	case reflect.Bool:
		v.SetBool(true)
	}
}
