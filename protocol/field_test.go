package protocol_test

import (
	"slices"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

func exampleFields() protocol.Fields {
	return protocol.Fields{{Name: "Host", Value: "h"}, {Name: "X-Kind", Value: "1"}, {Name: "x-kinD", Value: "2"}, {Name: "Empty", Value: ""}}
}

func TestFieldsLookUp(t *testing.T) {
	f := exampleFields()
	for _, test := range []struct {
		name   string
		values []string
	}{
		{"host", []string{"h"}},
		{"X-KIND", []string{"1", "2"}},
		{"empty", []string{""}},
		{"absent", nil},
		{"ho\u017ft", nil},   // LONG S is no S
		{"X-\u212aind", nil}, // KELVIN SIGN is no K
		{"X-Kind ", nil},
		{"\x58-Kind", []string{"1", "2"}},
		{"X\x0dKind", nil}, // "-" differs from CR in the bit that makes a letter small
	} {
		if got := f.Values(test.name); !slices.Equal(got, test.values) {
			t.Errorf("Values(%q) = %q, want %q", test.name, got, test.values)
		}
		if got := f.Has(test.name); got != (test.values != nil) {
			t.Errorf("Has(%q) = %v", test.name, got)
		}
		if got, want := f.Get(test.name), append(test.values, "")[0]; got != want {
			t.Errorf("Get(%q) = %q, want %q", test.name, got, want)
		}
	}
}

func TestFieldsChange(t *testing.T) {
	for _, test := range []struct {
		what   string
		change func(f *protocol.Fields)
		want   protocol.Fields
	}{
		{"add", func(f *protocol.Fields) { f.Add("HOST", "i") },
			append(exampleFields(), protocol.Field{Name: "HOST", Value: "i"})},
		{"set one", func(f *protocol.Fields) { f.Set("HOST", "i") },
			protocol.Fields{{Name: "HOST", Value: "i"}, {Name: "X-Kind", Value: "1"}, {Name: "x-kinD", Value: "2"}, {Name: "Empty"}}},
		{"set two", func(f *protocol.Fields) { f.Set("x-kind", "3") },
			protocol.Fields{{Name: "Host", Value: "h"}, {Name: "x-kind", Value: "3"}, {Name: "Empty"}}},
		{"set none", func(f *protocol.Fields) { f.Set("New", "n") },
			append(exampleFields(), protocol.Field{Name: "New", Value: "n"})},
		{"delete two", func(f *protocol.Fields) { f.Del("X-KIND") },
			protocol.Fields{{Name: "Host", Value: "h"}, {Name: "Empty"}}},
		{"delete none", func(f *protocol.Fields) { f.Del("absent") }, exampleFields()},
	} {
		before := exampleFields()
		f := before
		test.change(&f)
		if !slices.Equal(f, test.want) {
			t.Errorf("%s: got %q, want %q", test.what, f, test.want)
		}
		if !slices.Equal(before, exampleFields()) {
			t.Errorf("%s: another slice of the fields changed to %q", test.what, before)
		}
	}
}
