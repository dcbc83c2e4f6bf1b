package dropin

import "testing"

// Lists appear as Python 2 prints them: scripts pick the URLs out of these lines.
func TestPythonList(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		prefix string
		list   []string
		want   string
	}{
		{"", nil, "[]"},
		{"", []string{"1.1.1", "2.10"}, "['1.1.1', '2.10']"},
		{"u", []string{"ws://a/", "it's", `it's "so"`, `a\b`}, `[u'ws://a/', u"it's", u'it\'s "so"', u'a\\b']`},
		{"u", []string{"\n\r\t\x00\x7f", "é\u20ac\U0001f600"}, `[u'\n\r\t\x00\x7f', u'\xe9\u20ac\U0001f600']`},
	} {
		if got := pythonList(test.prefix, test.list); got != test.want {
			t.Errorf("%q: %s, want %s", test.list, got, test.want)
		}
	}
}
