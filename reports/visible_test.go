package reports

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/harness/record"
)

// hostile are texts that a peer might send to whoever shows them.
var hostile = []string{
	`</script><img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `' onmouseover='alert(1)`, "</style><style>*{display:none}</style>",
	"\x1b]0;owned\x07", "\x1b[2J\x1b[31m", "\u202egnp.exe", "\u2066\u2067\u2068\u2069\u200e\u200f", "\x00", "\xff\xfe\x80", "a\r\nb\nc", "\u0085\u2028\u2029\u00ad\ufeff",
	"::stop-commands::x", "##[group]x", "a ##vso[task.complete]x", "x " + strings.Repeat("::error::x ", 80),
	"javascript:alert(1)", "{{.}}", "<!--", "]]>", "&lt;&amp;", strings.Repeat("M", 1<<20), strings.Repeat("<b>", 1<<18),
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain é 語 😀":     "plain é 語 😀",
		"\x1b]0;x\x07":    `\x1b]0;x\a`,
		"a\nb\r\tc\x00":   `a\nb\r\tc\x00`,
		"\u202egnp":       `\u202egnp`,
		"\xff\xc3":        `\xff\xc3`,
		"\ufffd":          "\ufffd",
		"\u2028\u200b":    `\u2028\u200b`,
		`back\slash "q"`:  `back\slash "q"`,
		"\x7f\u0080":      `\x7f\u0080`,
		"\U000e0041 tags": `\U000e0041 tags`,
		"##[x]###":        `#\x23[x]#\x23#`,
	} {
		if got := printable(text); got != want {
			t.Errorf("printable(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestPrintableIsClipped(t *testing.T) {
	got := printable(strings.Repeat("é", 1<<20))
	if len(got) > clipLength+40 || !strings.HasSuffix(got, "é… (2097152 bytes in all)") {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-40:])
	}
}

// isSafe tells whether a text can do nothing but be read.
func isSafe(s string, allowed string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r != utf8.RuneError && !strconv.IsPrint(r) && !strings.ContainsRune(allowed, r)
	})
}

func FuzzPrintable(f *testing.F) {
	for _, text := range hostile[:13] {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := printable(text); !isSafe(got, "") {
			t.Errorf("printable(%q) = %q", text, got)
		}
		if got := printableLines(text); !isSafe(got, "\n") {
			t.Errorf("printableLines(%q) = %q", text, got)
		}
	})
}

func TestPrintableLines(t *testing.T) {
	if got, want := printableLines("GET / HTTP/1.1\r\nX: \x1b\r\n\r\n"), "GET / HTTP/1.1\nX: \\x1b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := printableLines(strings.Repeat("x\n", 1<<20)); !strings.HasSuffix(got, "x\n… (2097152 bytes in all)") {
		t.Errorf("ends in %q", got[len(got)-40:])
	}
}

// Every string of a record is made visible, and the record itself stays as it is.
func TestVisibleReachesEverything(t *testing.T) {
	rec := filled[record.Record]("\x1b")
	before := filled[record.Record]("\x1b")
	clean := visible(rec)
	count := 0
	eachString(reflect.ValueOf(clean), func(s string) {
		count++
		if s != `\x1b` {
			t.Errorf("%q is left", s)
		}
	})
	if count < 25 {
		t.Errorf("only %d strings in the copy", count)
	}
	if !reflect.DeepEqual(rec, before) {
		t.Error("the original has changed")
	}
	if !clean.Started.Equal(rec.Started) {
		t.Error("the time has changed")
	}
}

// filled makes a value in which every string is s, every list has one element, and every pointer leads somewhere.
func filled[T any](s string) T {
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

func eachString(v reflect.Value, visit func(string)) {
	switch v.Kind() {
	case reflect.String:
		visit(v.String())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			eachString(v.Field(i), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachString(v.Index(i), visit)
		}
	case reflect.Pointer:
		eachString(v.Elem(), visit)
	}
}

// hostileRecord is a record with one text wherever a peer, a user or a damaged file could have put it.
func hostileRecord(text string) (*record.Record, Transcripts) {
	rec := filled[record.Record](text)
	rec.Schema = record.SchemaVersion
	transcript := filled[record.Transcript](text)
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
