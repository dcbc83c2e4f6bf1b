package reports

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

func FuzzPrintable(f *testing.F) {
	for _, text := range samples.Hostile[:13] {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := printable(text); !samples.IsSafe(got, "") {
			t.Errorf("printable(%q) = %q", text, got)
		}
		if got := printableLines(text); !samples.IsSafe(got, "\n") {
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
	rec := samples.Filled[record.Record]("\x1b")
	before := samples.Filled[record.Record]("\x1b")
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
