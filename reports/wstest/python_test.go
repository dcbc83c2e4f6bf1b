package wstest

import (
	"math"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// The form of Python's json.dumps with sort_keys, an indent of 3 and the separators of the testsuite.
func TestPython(t *testing.T) {
	n, absent := 1000, (*string)(nil)
	for _, test := range []struct {
		v    any
		want string
	}{
		{nil, "null"},
		{true, "true"},
		{&n, "1000"},
		{absent, "null"},
		{"", `""`},
		{"\"\\/\n\r\t\f\b\x00\x1f\x7f", `"\"\\/\n\r\t\f\b\u0000\u001f\u007f"`},
		{"é\u2028<&>😀", `"\u00e9\u2028<&>\ud83d\ude00"`},
		{"\xff", `"\ufffd"`},
		{1.0, "1.0"}, {0.0, "0.0"}, {1.375, "1.375"}, {0.09090909090909091, "0.09090909090909091"}, {1e16, "1e+16"}, {123456789012.5, "123456789012.5"}, {1e-5, "1e-05"},
		{math.NaN(), "null"}, {math.Inf(-1), "null"},
		{[]any{}, "[]"},
		{map[string]any{}, "{}"},
		{map[int]int(nil), "{}"},
		{map[int]int{129: 1, 4: 2, 10: 3}, "{\n   \"4\": 2,\n   \"10\": 3,\n   \"129\": 1\n}"},
		{map[string]any{"2.1": []any{1, int64(2)}, "10.1": false, "1.1": nil}, "{\n   \"1.1\": null,\n   \"10.1\": false,\n   \"2.1\": [\n      1,\n      2\n   ]\n}"},
		{record.LogRow{Kind: record.RowKill, Delay: 0.5}, "[\n   \"KL\",\n   0.5\n]"},
		{record.LogRow{Kind: record.RowKill, Delay: 2}, "[\n   \"KL\",\n   2\n]"},
	} {
		if got := string(encode(test.v)); got != test.want {
			t.Errorf("%#v: %s, want %s", test.v, got, test.want)
		}
	}
}
