package wstest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// option is one of the options of autobahn-python, which specifications set for the conversations with a peer.
type option struct {
	kind    string           // "a number", "true or false" or "": any
	neutral func(v any) bool // whether a value is one that is honoured; nil: all are
}

// options are those that autobahn-python 0.10.9 has for its clients and servers.
var options = map[string]option{
	// What a run honours.
	"version":                     {"a number", func(v any) bool { return Version(v) != 0 }},
	"openHandshakeTimeout":        {"a number", nil},
	"closeHandshakeTimeout":       {"a number", nil},
	"serverConnectionDropTimeout": {"a number", nil},

	// What makes no difference to a verdict.
	"allowHixie76":           {"true or false", nil},
	"tcpNoDelay":             {"true or false", nil},
	"webStatus":              {"true or false", nil},
	"versions":               {"", nil},
	"serveFlashSocketPolicy": {"true or false", nil},
	"flashSocketPolicy":      {"", nil},
	"allowedOrigins":         {"", nil},
	"maxConnections":         {"a number", nil},

	// What a run does in one way only, which is the testsuite's default.
	"utf8validateIncoming":        {"true or false", isTrue},
	"acceptMaskedServerFrames":    {"true or false", isFalse},
	"requireMaskedClientFrames":   {"true or false", isTrue},
	"maskClientFrames":            {"true or false", isTrue},
	"maskServerFrames":            {"true or false", isFalse},
	"applyMask":                   {"true or false", isTrue},
	"failByDrop":                  {"true or false", isFalse},
	"echoCloseCodeReason":         {"true or false", isFalse},
	"maxFramePayloadSize":         {"a number", isZero},
	"maxMessagePayloadSize":       {"a number", isZero},
	"autoFragmentSize":            {"a number", isZero},
	"autoPingInterval":            {"a number", isZero},
	"autoPingTimeout":             {"a number", isZero},
	"autoPingSize":                {"a number", nil},
	"perMessageCompressionOffers": {"", never},
	"perMessageCompressionAccept": {"", never},
}

func isTrue(v any) bool  { return v == true }
func isFalse(v any) bool { return v == false }
func isZero(v any) bool  { return v == 0.0 }
func never(any) bool     { return false }

// options reads options, and warns of those that are not honoured.
func (r *specReader) options(n node) (map[string]any, error) {
	members, ok := n.value.(object)
	if !ok {
		return nil, r.mistake(n.at, `"options" is an object, in braces { }, not %s`, kind(n))
	}
	values := make(map[string]any)
	for _, m := range members {
		known, err := r.option(m)
		if err != nil {
			return nil, err
		}
		if known && m.value.value != nil {
			values[m.key] = plain(m.value)
		}
	}
	return values, nil
}

// option checks an option.
func (r *specReader) option(m member) (known bool, err error) {
	o, known := options[m.key]
	v := plain(m.value)
	switch {
	case !known:
		r.warn(m.at, "autobahn-python has no option %q: it is ignored%s", m.key, suggestion(m.key, slices.Sorted(maps.Keys(options))))
	case v == nil:
	case o.kind != "" && kind(m.value) != o.kind:
		return true, r.mistake(m.value.at, "%q is %s, not %s", m.key, o.kind, kind(m.value))
	case m.key == "version" && Version(v) == 0:
		return true, r.mistake(m.value.at, `"version" is a draft's number from 10 to 18: 13 and more mean RFC 6455`)
	case o.neutral != nil && !o.neutral(v):
		text, _ := json.Marshal(v)
		r.warn(m.at, "%q: %.40s is not honoured: the cases run without it", m.key, text)
	}
	return known, nil
}

// Version returns what Sec-WebSocket-Version says for a value of the option "version", which is the number of a draft of RFC
// 6455: 8, 13, or 0 if autobahn-python has no such version.
func Version(v any) int {
	switch draft, _ := v.(float64); draft {
	case 10, 11, 12:
		return 8
	case 13, 14, 15, 16, 17, 18:
		return 13
	}
	return 0
}

// suggestion ends a message about an unknown word.
func suggestion(word string, known []string) string {
	for _, k := range known {
		if fold(k) == fold(word) {
			return fmt.Sprintf("; is %q meant?", k)
		}
	}
	return ""
}

// fold returns what is left of a word without what is easily mistaken: capitals, the signs between its parts, the end of a plural.
func fold(word string) string {
	return strings.TrimSuffix(strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(word)), "s")
}
