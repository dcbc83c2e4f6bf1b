package wstest

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/yamlfile"
)

// everyKey has every key that the testsuite knows.
const everyKey = `{
   // for both modes
   "outdir": "./reports/servers", /* below the
                                     working directory */
   "cases": ["*", "1.1.1"],
   "exclude-cases": ["9.*", ""],
   "exclude-agent-cases": {"libfoo*": ["6.*"], "b": []},
   "options": {"failByDrop": false, "openHandshakeTimeout": 7.5},
   "servers": [
      {"agent": "lib/foo\u00e9", "url": "wss://[::1]:9001/chat?x=//1", "hostname": "example.org", "origin": "http://example.org",
       "protocols": ["chat", "mqtt"], "options": {"version": 18}},
      {"url": "ws://127.0.0.1:9002", "agent": null},
   ],
   "url": "wss://127.0.0.1:9001",
   "protocols": ["chat"],
   "key": "server.key",
   "cert": "server.crt",
}
`

func TestParseSpec(t *testing.T) {
	want := &Spec{
		OutDir: "./reports/servers", Cases: []string{"*", "1.1.1"}, ExcludeCases: []string{"9.*", ""},
		ExcludeAgentCases: map[string][]string{"libfoo*": {"6.*"}, "b": {}},
		Options:           map[string]any{"failByDrop": false, "openHandshakeTimeout": 7.5},
		Servers: []Server{
			{Agent: "lib/fooé", URL: "wss://[::1]:9001/chat?x=//1", Hostname: "example.org", Origin: "http://example.org",
				Protocols: []string{"chat", "mqtt"}, Options: map[string]any{"version": 18.0}},
			{URL: "ws://127.0.0.1:9002"},
		},
		URL: "wss://127.0.0.1:9001", Protocols: []string{"chat"}, Key: "server.key", Cert: "server.crt",
	}
	for what, text := range map[string]string{
		"LF": everyKey, "CRLF": strings.ReplaceAll(everyKey, "\n", "\r\n"), "a byte order mark": "\ufeff" + everyKey,
	} {
		got, warnings, err := ParseSpec("x.json", []byte(text))
		if err != nil || len(warnings) > 0 {
			t.Errorf("%s: %v, warnings %q", what, err, warnings)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", what, diff)
		}
		again, warnings, err := ParseSpec("x.json", got.Encode())
		if err != nil || len(warnings) > 0 || !reflect.DeepEqual(again, got) {
			t.Errorf("%s: encoded and read again: %v, warnings %q\n%s", what, err, warnings, got.Encode())
		}
	}
	if got := want.OptionsOf(want.Servers[0]); !reflect.DeepEqual(got, map[string]any{"failByDrop": false, "openHandshakeTimeout": 7.5, "version": 18.0}) {
		t.Errorf("options of the first server: %v", got)
	}
}

// A specification without a key that the testsuite needs is encoded with it.
func TestEncode(t *testing.T) {
	const want = `{
    "servers": [
        {
            "agent": "a<b",
            "url": "ws://127.0.0.1:9001"
        }
    ],
    "cases": [
        "*"
    ],
    "exclude-cases": [],
    "exclude-agent-cases": {}
}
`
	s := &Spec{Servers: []Server{{Agent: "a<b", URL: "ws://127.0.0.1:9001"}}}
	if got := string(s.Encode()); got != want {
		t.Error(cmp.Diff(want, got))
	}
}

// What is wrong has a place and a way out of it.
func TestSpecMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "x.json: there is nothing in it",
		" // a\n":                      "x.json: there is nothing in it",
		"\xff\xfe{\x00":                "x.json: this is UTF-16: save it as UTF-8",
		"{\n\"outdir\": \"\xe9\"}":     "x.json:2:12: this is not UTF-8: save the file as UTF-8\n    1 | {\n    2 | \"outdir\": \"\uFFFD\"}\n      |            ^",
		"{\n/* \"cases\": [] }":        "x.json:2:1: this comment has no end: close it with */\n",
		"[]":                           "x.json:1:1: a specification is an object, in braces { }, not a list\n    1 | []\n      | ^",
		`{"cases": ["*"]`:              "x.json:1:16: the file ends in the middle: a closing bracket or quote is missing\n",
		"{\"cases\": [\"*\"}\n":        "x.json:1:15: invalid character '}' after array element\n",
		`{"cases": [,]}`:               "x.json:1:12: invalid character ','",
		`{"cases": ["*",,]}`:           "x.json:1:16: invalid character ','",
		`{cases: ["*"]}`:               "x.json:1:2: invalid character 'c' looking for beginning of object key string\n",
		`{} x`:                         "x.json:1:4: invalid character 'x' after top-level value\n",
		`{"outdir": "C:\reports"}`:     "", // \r is an escape
		`{"outdir": "C:\users"}`:       "x.json:1:17: invalid character 's' in \\u hexadecimal character escape\n",
		"{\"é\": 1,\t\"outdir\": 5}":   "x.json:1:20: \"outdir\" is a string, in quotes, not a number\n    1 | {\"é\": 1, \"outdir\": 5}\n      |                    ^",
		`{"cases": {}}`:                `x.json:1:11: "cases" is a list, in brackets [ ], not an object`,
		`{"cases": ["*", 2.1]}`:        `x.json:1:17: "cases[...]" is a string, in quotes, not a number`,
		`{"cases": ["[*"]}`:            "x.json:1:12: \"[*\" is no pattern: missing closing ]: `[.*)`; beside \"*\", ",
		`{"cases": ["(?!9)*"]}`:        "x.json:1:12: \"(?!9)*\" is no pattern: invalid or unsupported Perl syntax: `(?!`; ",
		`{"exclude-agent-cases": [5]}`: `x.json:1:25: "exclude-agent-cases" is an object, in braces { }, from agents to lists of cases, not a list`,
		`{"exclude-agent-cases": {"C++": ["*"]}}`:               "x.json:1:26: \"C++\" is no pattern: invalid nested repetition operator: `++`; ",
		`{"exclude-agent-cases": {"a": true}}`:                  `x.json:1:31: "exclude-agent-cases" is a list, in brackets [ ], not true or false`,
		`{"servers": {"url": "ws://a"}}`:                        `x.json:1:13: "servers" is a list, in brackets [ ], not an object`,
		`{"servers": ["ws://a"]}`:                               `x.json:1:14: a server is an object, in braces { }, not a string`,
		`{"servers": [{"agent": "a"}]}`:                         `x.json:1:14: this server has no "url": give one, such as "url": "ws://127.0.0.1:9001"`,
		`{"servers": [{"agent": "a", "url": "127.0.0.1:9"}]}`:   `x.json:1:36: URL "127.0.0.1:9": no scheme: write ws://127.0.0.1:9, or wss:// for TLS`,
		`{"servers": [{"url": "ws://a:b@c:0"}]}`:                `x.json:1:22: URL "ws://c:0": bad port "0": `,
		`{"servers": [{"url": "ws://a", "protocols": "chat"}]}`: `x.json:1:45: "protocols" is a list, in brackets [ ], not a string`,
		`{"options": []}`:                                       `x.json:1:13: "options" is an object, in braces { }, not a list`,
		`{"options": {"version": "18"}}`:                        `x.json:1:25: "version" is a number, not a string`,
		`{"options": {"version": 9}}`:                           `x.json:1:25: "version" is a draft's number from 10 to 18: 13 and more mean RFC 6455`,
		`{"options": {"failByDrop": 0}}`:                        `x.json:1:28: "failByDrop" is true or false, not a number`,
	} {
		s, _, err := ParseSpec("x.json", []byte(text))
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		m, ok := errors.AsType[*yamlfile.Mistake](err)
		if !ok || s != nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
			continue
		}
		if lines := strings.Split(m.Excerpt, "\n"); m.Line > 0 && !strings.HasSuffix(lines[len(lines)-1], "^") {
			t.Errorf("%q: no caret:\n%s", text, m.Excerpt)
		}
	}
}

func TestSpecWarnings(t *testing.T) {
	for text, want := range map[string]string{
		"{\n  \"exclude_cases\": [],\n  \"outdir\": null}": `x.json:2:3: "exclude_cases" is no key of a specification, and is ignored; is "exclude-cases" meant?`,
		`{"webport": 8080}`: `x.json:1:2: "webport" is no key of a specification, and is ignored`,
		`{"servers": [{"url": "ws://a", "headers": {}}]}`:                                         `x.json:1:32: "headers" is no key of a server, and is ignored`,
		`{"cases": ["1.1.1", "8.1", "8.*"]}`:                                                      `x.json:1:21: there is no case "8.1": nothing is run for it`,
		`{"options": {"FailByDrop": false}}`:                                                      `x.json:1:14: autobahn-python has no option "FailByDrop": it is ignored; is "failByDrop" meant?`,
		`{"options": {"failByDrop": true}}`:                                                       `x.json:1:14: "failByDrop": true is not honoured: the cases run without it`,
		`{"options": {"autoPingInterval": 2, "version": 10}}`:                                     `x.json:1:14: "autoPingInterval": 2 is not honoured: the cases run without it`,
		`{"options": {"perMessageCompressionOffers": [{"a":1}]}}`:                                 `x.json:1:14: "perMessageCompressionOffers": [{"a":1}] is not honoured: the cases run without it`,
		`{"exclude-cases": ["9"]}`:                                                                `x.json:1:20: there is no case "9": nothing is excluded by it`,
		`{"outdir": "a", "outdir": "b", "exclude-cases": ["", "8.*"], "exclude-agent-cases": []}`: "",
		`{"options": {"failByDrop": false, "autoPingInterval": 0, "tcpNoDelay": false, "maxFramePayloadSize": null, "allowHixie76": true}}`: "",
	} {
		_, warnings, err := ParseSpec("x.json", []byte(text))
		if got := strings.Join(warnings, "\n"); err != nil || got != want {
			t.Errorf("%s: %v\n got %s\nwant %s", text, err, got, want)
		}
	}
}

// Of several members with the same key the last one counts.
func TestSpecDuplicates(t *testing.T) {
	s, _, err := ParseSpec("x.json", []byte(`{"outdir": 1, "cases": ["1.1.1"], "outdir": "b", "cases": ["1.1.2"]}`))
	if err != nil || s.OutDir != "b" || len(s.Cases) != 1 || s.Cases[0] != "1.1.2" {
		t.Errorf("%+v, %v", s, err)
	}
}

// The testsuite reads the IDs under "cases" as numbers. What is excluded has to be written as the ID is.
func TestSpecIDs(t *testing.T) {
	for text, want := range map[string][]string{
		`{"cases": ["1.1.01", " 2. 10 ", "+3.1"]}`:                         {"1.1.1", "2.10", "3.1"},
		`{"cases": "2.10 "}`:                                               {"2.10"},
		`{"cases": ["1.1.1", "1.1.1 ", "2.1"], "exclude-cases": [" 2.1"]}`: {"1.1.1", "2.1"},
		`{"cases": ["1.1.*"], "exclude-cases": ["1.1.[2-8]*"]}`:            {"1.1.1"},
		`{"cases": ["1", "1.1", "1.x.1", "1..1", "", "."]}`:                {},
	} {
		s, _, err := ParseSpec("x.json", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := s.Select(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// What looks like a comment or a superfluous comma in a string is none.
func TestSpecStrings(t *testing.T) {
	for text, want := range map[string]string{
		`{"outdir": "a//b"} // c`:       "a//b",
		`{"outdir": "a/*b", /*c*/}`:     "a/*b",
		`{"outdir": "a\"//b"}`:          `a"//b`,
		`{"outdir": "a\\"/*"b"*/}`:      `a\`,
		`{"outdir": ",]", "cases":[],}`: ",]",
	} {
		s, _, err := ParseSpec("x.json", []byte(text))
		if err != nil || s.OutDir != want {
			t.Errorf("%s: %+v, %v", text, s, err)
		}
	}
}

func TestWithoutUser(t *testing.T) {
	for url, want := range map[string]string{
		"ws://a:1/x@y": "ws://a:1/x@y", "ws://u:p@a:1/": "ws://a:1/", "ws://u@b@a?q=@": "ws://a?q=@", "wss://u@[::1]:9": "wss://[::1]:9", "a@b": "a@b",
	} {
		if got := WithoutUser(url); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}

func TestVersion(t *testing.T) {
	for draft, want := range map[any]int{10.0: 8, 12.0: 8, 13.0: 13, 18.0: 13, 9.0: 0, 19.0: 0, 10.5: 0, "18": 0, nil: 0} {
		if got := Version(draft); got != want {
			t.Errorf("Version(%v) = %d, want %d", draft, got, want)
		}
	}
}

// Whatever a file holds, reading it comes to an end, and what was read can be written and read again.
func FuzzParseSpec(f *testing.F) {
	for _, text := range []string{everyKey, `{"cases":[,]}`, `{"a":"`, "//", "/*", `{"a":[{},"\u0000"],}`, "[[[[", `{"cases":["*"]}//`, "\"\\"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, _, err := ParseSpec("x.json", text)
		if err != nil {
			return
		}
		again, _, err := ParseSpec("x.json", s.Encode())
		if err != nil || !reflect.DeepEqual(again.Select(), s.Select()) {
			t.Errorf("%v\n%s", err, s.Encode())
		}
	})
}
