package protocol_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// The examples of RFC 6455, section 9.1.
func TestExtensionExamples(t *testing.T) {
	one, err := protocol.ParseExtensions("foo, bar; baz=2")
	if err != nil {
		t.Fatal(err)
	}
	two, err := protocol.ParseExtensions("foo", "bar; baz=2")
	if err != nil || !reflect.DeepEqual(one, two) {
		t.Errorf("%v and %v (%v) are not exactly equivalent", one, two, err)
	}
	want := []protocol.Extension{{Name: "foo"}, {Name: "bar", Params: []protocol.Param{{Name: "baz", Value: "2", HasValue: true}}}}
	if !reflect.DeepEqual(one, want) {
		t.Errorf("got %+v, want %+v", one, want)
	}
	for _, value := range []string{"deflate-stream", "mux; max-channels=4; flow-control, deflate-stream", "private-extension"} {
		got, err := protocol.ParseExtensions(value)
		if err != nil || string(protocol.AppendExtensions(nil, got)) != value {
			t.Errorf("%q: got %v, %v", value, got, err)
		}
	}
}

func TestParseExtensions(t *testing.T) {
	for _, test := range []struct {
		values []string
		want   string // as AppendExtensions writes it
	}{
		{nil, ""},
		{[]string{"a"}, "a"},
		{[]string{" a ", "\tb"}, "a, b"},
		{[]string{"", ",,a,,", ""}, "a"},
		{[]string{"a;b;b"}, "a; b; b"},
		{[]string{"a ; b = 1 ;c\t=\t2"}, "a; b=1; c=2"},
		{[]string{`a;b="1"`}, `a; b="1"`},
		{[]string{`a;b= "1\0" , c`}, `a; b="10", c`},
		{[]string{`a;b="\1\2\3"`}, `a; b="123"`},
		{[]string{"Permessage-Deflate; Client_Max_Window_Bits=08"}, "Permessage-Deflate; Client_Max_Window_Bits=08"},
	} {
		got, err := protocol.ParseExtensions(test.values...)
		if err != nil || string(protocol.AppendExtensions(nil, got)) != test.want {
			t.Errorf("%q: got %v, %v, want %s", test.values, got, err, test.want)
		}
	}
}

func TestParameterForms(t *testing.T) {
	for _, test := range []struct {
		text string
		want protocol.Param
	}{
		{"n", protocol.Param{Name: "n"}},
		{"n=1", protocol.Param{Name: "n", Value: "1", HasValue: true}},
		{`n="1"`, protocol.Param{Name: "n", Value: "1", HasValue: true, Quoted: true}},
	} {
		got, err := protocol.ParseExtensions("x; " + test.text)
		if err != nil || got[0].Params[0] != test.want {
			t.Errorf("%s: got %+v, %v", test.text, got, err)
		}
		if got := test.want.String(); got != test.text {
			t.Errorf("%+v: wrote %s, want %s", test.want, got, test.text)
		}
	}
}

// A harness writes what breaks the grammar; quotes and backslashes in a quoted value are escaped.
func TestAppendIllegalExtensions(t *testing.T) {
	got := protocol.AppendExtensions([]byte("> "), []protocol.Extension{
		{Name: "", Params: []protocol.Param{{Name: "a b", HasValue: true}, {Name: "q", Value: `c"\`, HasValue: true, Quoted: true}}},
		{Name: "a,b"},
	})
	if want := `> ; a b=; q="c\"\\", a,b`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestExtensionErrorsSayWhere(t *testing.T) {
	for _, test := range []struct {
		values []string
		want   string
	}{
		{[]string{""}, "the list is empty"},
		{[]string{"a;;b"}, `byte 2 of "a;;b": expected the name of a parameter`},
		{[]string{"a", "b c"}, `byte 2 of "b c": expected "," or ";"`},
		{[]string{`a; b="c d"`}, `the quoted value "c d" is not a token`},
		{[]string{`a; b="c`}, "quoted string without an end"},
		{[]string{`a; b="c\`}, "quoted string without an end"},
		{[]string{"a; b="}, "expected the value of a parameter"},
		{[]string{"/"}, "expected the name of an extension"},
	} {
		got, err := protocol.ParseExtensions(test.values...)
		e, ok := errors.AsType[*protocol.Error](err)
		if !ok || got != nil || e.Rule != protocol.ExtensionGrammar || e.Frame != -1 || !strings.Contains(e.Detail, test.want) {
			t.Errorf("%q: got %v, %v, want %q", test.values, got, err, test.want)
		}
	}
}

// No field is not the same as an empty one: "The empty string is not the same as the null value" (RFC 6455, section 4.2.2).
func TestNoExtensions(t *testing.T) {
	if got, err := protocol.ParseExtensions(); got != nil || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func FuzzExtensions(f *testing.F) {
	for _, seed := range []string{"foo, bar; baz=2", `a; b="1\0" ,, c`, ";", `a;b="`, ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		first, err := protocol.ParseExtensions(value)
		if err != nil {
			return
		}
		again, err := protocol.ParseExtensions(string(protocol.AppendExtensions(nil, first)))
		if err != nil || !reflect.DeepEqual(first, again) {
			t.Errorf("%q: read %+v, then %+v, %v", value, first, again, err)
		}
	})
}
