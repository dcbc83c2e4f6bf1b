package fleet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wsspec/wsspec/harness/yamlfile"
)

func parse(t *testing.T, text string) *Fleet {
	t.Helper()
	f, err := Parse("dir/wsspec.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// exported leaves out where things are.
var exported = cmpopts.IgnoreUnexported(Fleet{}, Peer{})

// everyKey is a file with all keys but defaults.
const everyKey = `
out: report
format: html, json
baseline: known.yaml
new-cases: fail
strict: true
peers:
  - name: mine
    role: server
    url: ws://127.0.0.1:{port}/echo
    command: [./server, --port, "{port}"]
    dir: server
    env: {A: b=c, PORT: "{port}", EMPTY: }
    build: make 'a b'
    build-limit: 1m
    ready-http: http://127.0.0.1:{port}/health
    ready-output: listening on \d+
    ready-limit: 5s
    cases: [1.*, 6.10, 2.10]
    exclude: 1.1.1, 1.1.2
    requires: [permessage-deflate]
    profile: quick
    timeout: 500ms
    limit: 2m
    retries: 0
    jobs: 1
    headers: {Authorization: Bearer abc, X-A: 1}
    subprotocols: [chat, superchat]
    origin: http://example.org
    ca: ca.pem
    insecure: true
`

func TestEveryKey(t *testing.T) {
	got := parse(t, everyKey)
	timeout, retries := 500*time.Millisecond, 0
	want := &Fleet{
		File: "dir/wsspec.yaml", Out: "dir/report", Format: []string{"html", "json"}, Baseline: "dir/known.yaml", NewCases: "fail", Strict: true,
		Peers: []*Peer{{
			Name: "mine", Role: "server", URL: "ws://127.0.0.1:{port}/echo",
			Command: []string{"./server", "--port", "{port}"}, Dir: "dir/server", Env: []string{"A=b=c", "PORT={port}", "EMPTY="},
			Build: []string{"make", "a b"}, BuildLimit: time.Minute,
			ReadyHTTP: "http://127.0.0.1:{port}/health", ReadyLimit: 5 * time.Second,
			Cases: []string{"1.*", "6.10", "2.10"}, Exclude: []string{"1.1.1", "1.1.2"}, Requires: []string{"permessage-deflate"},
			Profile: "quick", Timeout: &timeout, Limit: 2 * time.Minute, Retries: &retries, Jobs: 1,
			Headers:      []string{"Authorization: Bearer abc", "X-A: 1"},
			Subprotocols: []string{"chat", "superchat"}, Origin: "http://example.org", CA: "dir/ca.pem", Insecure: true,
		}},
	}
	if re := got.Peers[0].ReadyOutput; re == nil || !re.MatchString("listening on 8080") {
		t.Errorf("ready-output is %v", re)
	}
	got.Peers[0].ReadyOutput = nil
	if diff := cmp.Diff(want, got, exported); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestWindowsText: a file as editors on Windows write it says the same.
func TestWindowsText(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(strings.TrimPrefix(everyKey, "\n"), "\n", "\r\n")
	if diff := cmp.Diff(parse(t, everyKey), parse(t, text), exported, cmp.Comparer(func(a, b *regexp.Regexp) bool { return a.String() == b.String() })); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestWhatGoesWithoutSaying: a peer that says next to nothing, and one that is there already.
func TestWhatGoesWithoutSaying(t *testing.T) {
	got := parse(t, "peers: [{name: a, command: './server {port}'}, {name: b, url: 'wss://example.org/'}]")
	want := []*Peer{
		{Name: "a", Role: "server", URL: "ws://127.0.0.1:{port}/", Command: []string{"./server", "{port}"}, Dir: "dir", BuildLimit: DefaultBuildLimit},
		{Name: "b", Role: "server", URL: "wss://example.org/", Dir: "dir", BuildLimit: DefaultBuildLimit},
	}
	if diff := cmp.Diff(want, got.Peers, exported); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestDefaults(t *testing.T) {
	f := parse(t, `
defaults:
  command: ./server {port}
  cases: [1.*]
  env: {A: "1", B: "1"}
  timeout: 1s
  insecure: true
peers:
  - name: one
  - name: two
    cases: [2.*]
    env: {B: "2", C: "2"}
    timeout: 0
    insecure: false
`)
	one, two := f.Peers[0], f.Peers[1]
	if one.Command[0] != "./server" || one.Cases[0] != "1.*" || *one.Timeout != time.Second || !one.Insecure {
		t.Errorf("%+v", one)
	}
	if two.Command[0] != "./server" || two.Cases[0] != "2.*" || *two.Timeout != 0 || two.Insecure {
		t.Errorf("%+v", two)
	}
	if diff := cmp.Diff([]string{"A=1", "B=2", "C=2"}, two.Env); diff != "" {
		t.Errorf("env: %s", diff)
	}
}

// TestYAMLOfItsOwn: anchors, aliases and merge keys work, though there are defaults.
func TestYAMLOfItsOwn(t *testing.T) {
	f := parse(t, `
defaults: &common
  cases: &some [1.*]
peers:
  - &first
    name: one
    command: ./server {port}
    exclude: *some
    cases: 2.*
  - <<: *first
    name: two
  - name: three
    <<: [*first, *common]
    exclude: !!str 2.1
`)
	if got := f.Peers[1]; got.Name != "two" || got.Command[1] != "{port}" || got.Exclude[0] != "1.*" {
		t.Errorf("%+v", got)
	}
	if got := f.Peers[2]; got.Name != "three" || got.Cases[0] != "2.*" || got.Exclude[0] != "2.1" {
		t.Errorf("%+v", got)
	}
}

// TestMistakes: whatever is wrong is told in a line, with the place.
func TestMistakes(t *testing.T) {
	peer := func(line string) string { return "peers:\n  - name: a\n    command: ./server {port}\n    " + line }
	for _, test := range []struct{ text, want string }{
		{"", ": the file is empty: it lists no peers"},
		{"# nothing\n", ": the file is empty: it lists no peers"},
		{"---\n", ": the file is empty: it lists no peers"},
		{"\x00\x01", ": this is no text: it holds zero bytes"},
		{"out: x\n", ":1:1: there are no peers: list them under the key peers"},
		{"peers:\n", ":1:1: there are no peers: list them under the key peers"},
		{"peers: []\n", ":1:8: here belongs a list of peers, each with \"- name: ...\", not an empty list"},
		{"peers: yes please\n", ":1:8: here belongs a list of peers, each with \"- name: ...\", not a text"},
		{"- name: a\n", ":1:1: here belong keys and values, such as \"peers: ...\", not a list"},
		{"peers:\n  - a\n", ":2:5: here belong keys and values, such as \"name: ...\", not a text"},
		{"peers:\n  -\n", ":2:5: this peer is empty"},
		{"peers:\n  - url: ws://h/\n", ":2:5: this peer has no name"},
		{"peers:\n  - name: a\n", ":2:5: this peer has neither a url nor a command: where is it?"},
		{"peers:\n  - name: a\n    command: ./server\n", ":3:14: where does it listen? put {port} into the command or env, or give the url"},
		{"peers:\n  - name: a\n    url: ws://127.0.0.1:{port}/\n", ":3:10: {port} is the port that a command is told to listen on, and this peer has no command"},
		{"peers:\n  - name: \"a\\e[31m\"\n    url: ws://h/\n", ":2:11: a name is made of characters that can be printed"},
		{"peers:\n  - name: a\n    url: ws://h/\n  - name: b\n    url: ws://h/\n  - name: a\n    url: ws://h/\n",
			":6:11: two peers are named \"a\", this one and that of line 2: give each a name of its own"},
		{peer("tiemout: 3s"), ":4:5: there is no key \"tiemout\" here: is timeout meant?"},
		{peer("colour: red"), ":4:5: there is no key \"colour\" here: there are name, role, url, "},
		{"defaults: {name: a}\npeers: []", ":1:12: there is no key \"name\" here: there are role, url, "},
		{peer("command: ./other"), ":4:5: mapping key \"command\" already defined at [3:5]"},
		{peer("cases: {a: b}"), ":4:12: here belongs a text, not keys and values"},
		{peer("cases: [1.*, [2.*]]"), ":4:18: here belongs a text, not a list"},
		{peer("cases:\n      - 1.*\n      -\n"), ":6:9: this element of the list is empty; write \"\" if that is meant"},
		{peer("url: [ws://h/]"), ":4:10: here belongs a text, not a list"},
		{peer("url: http://127.0.0.1/"), ":4:10: URL \"http://127.0.0.1/\": "},
		{peer("role: client"), ":4:11: clients cannot be tested yet: they come with `wsspec listen`, which this version does not have"},
		{peer("role: proxy"), ":4:11: \"proxy\" is unknown: choose from server, client"},
		{peer("profile: fast"), ":4:14: \"fast\" is no profile: choose quick, standard, full"},
		{peer("timeout: soon"), ":4:14: \"soon\" is no duration: write a number with its unit, such as 500ms, 2s or 5m"},
		{peer("timeout: 5"), ":4:14: \"5\" is no duration: write a number with its unit"},
		{peer("timeout: -5s"), ":4:14: a duration cannot be negative"},
		{peer("limit: 0"), ":4:12: a limit of 0 leaves no time: leave the key out, or give more"},
		{peer("retries: many"), ":4:14: \"many\" is no number of 0 or more"},
		{peer("jobs: 0"), ":4:11: \"0\" is no number of 1 or more"},
		{peer("insecure: 1"), ":4:15: here belongs true or false, not a number"},
		{peer("insecure: maybe"), ":4:15: here belongs true or false, not a text"},
		{peer("env: [A, B]"), ":4:10: here belong keys and values, such as \"NAME: ...\", not a list"},
		{peer("headers: {A: [b]}"), ":4:18: here belongs a text, not a list"},
		{peer("build: ''"), ":4:12: the command is empty"},
		{peer("build: []"), ":4:12: the command is empty"},
		{peer("build: make | tee log"), ":4:12: no shell reads the command, so | means nothing: write [sh, -c, \"...\"] for one, or '|' for the word"},
		{peer("build: make 'all"), ":4:12: the quote ' in the command has no end"},
		{peer("ready-http: 127.0.0.1/"), ":4:17: \"127.0.0.1/\" is no URL of HTTP, such as http://127.0.0.1:{port}/"},
		{peer("ready-output: '('"), ":4:19: error parsing regexp: missing closing ): `(`"},
		{peer("requires: [permessage-deflate, magic]"), ":4:36: the feature \"magic\" is unknown: choose from permessage-deflate"},
		{peer("requires:\n      - permessage-deflate\n      - magic"), ":6:9: the feature \"magic\" is unknown: choose from permessage-deflate"},
		{peer("dir: *here"), ":4:10: there is no anchor &here for this alias"},
		{"peers:\n  - &a\n    name: a\n    <<: *a\n", ":4:9: a mapping cannot be merged into itself"},
		{"peers: &p\n  - *p\n", ":2:3: here belong keys and values"},
		{peer("<<: text"), ":4:9: only keys and values can be merged, not a text"},
		{"peers:\n  - name: a\n  url: b\n", ":3:"},
		{"peers: [\n", ":1:8: "},
		{"peers:\n\t- name: a\n", ":2:1: "},
		{"peers: [{name: a, url: 'ws://h/'}]\n---\npeers: []\n", ":3:1: here begins a second document: take out the line --- before it"},
	} {
		_, err := Parse("wsspec.yaml", []byte(test.text))
		var m *yamlfile.Mistake
		if !errors.As(err, &m) {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		first, excerpt, _ := strings.Cut(err.Error(), "\n")
		if !strings.HasPrefix(first, "wsspec.yaml"+test.want) {
			t.Errorf("%q\ngot  %s\nwant wsspec.yaml%s", test.text, first, test.want)
		}
		checkExcerpt(t, test.text, m, excerpt)
	}
}

// checkExcerpt: the last lines are the line of the mistake and a caret below the place.
func checkExcerpt(t *testing.T, text string, m *yamlfile.Mistake, excerpt string) {
	t.Helper()
	if m.Line == 0 {
		if excerpt != "" {
			t.Errorf("%q: a mistake without a place has the excerpt %q", text, excerpt)
		}
		return
	}
	lines := strings.Split(excerpt, "\n")
	if len(lines) < 2 {
		t.Fatalf("%q: excerpt %q", text, excerpt)
	}
	shown, caret := lines[len(lines)-2], lines[len(lines)-1]
	source := strings.ReplaceAll(strings.Split(text, "\n")[m.Line-1], "\t", " ")
	if shown != fmt.Sprintf("%5d | %s", m.Line, source) {
		t.Errorf("%q: shows %q", text, shown)
	}
	if want := "      | " + strings.Repeat(" ", m.Column-1) + "^"; caret != want {
		t.Errorf("%q: the caret is at %q, want %q", text, caret, want)
	}
}

// TestExcerptIsSafe: what a file holds cannot steer the terminal.
func TestExcerptIsSafe(t *testing.T) {
	_, err := Parse("wsspec.yaml", []byte("peers:\n  - name: a # \x1b[31m\u202e\n    tiemout: 1\n"))
	if err == nil || strings.ContainsAny(err.Error(), "\x1b\u202e") || !strings.Contains(err.Error(), "2 |   - name: a # \uFFFD[31m\uFFFD\n") {
		t.Errorf("%q", err)
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for name, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "there is no fleet file ",
		dir:                             "cannot read the fleet file ",
	} {
		if _, err := Read(name); err == nil || !strings.HasPrefix(err.Error(), want+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	name := filepath.Join(dir, "wsspec.yaml")
	if err := os.WriteFile(name, []byte("peers: [{name: a, command: 'x {port}', dir: sub, ca: /abs/ca.pem}]"), 0o666); err != nil {
		t.Fatal(err)
	}
	f, err := Read(name)
	if err != nil {
		t.Fatal(err)
	}
	if p := f.Peers[0]; p.Dir != filepath.Join(dir, "sub") || p.CA != "/abs/ca.pem" {
		t.Errorf("%+v", p)
	}
}

// TestMistakeOfACaller: what only the caller can check has a place, too, be it in the peer or in the defaults.
func TestMistakeOfACaller(t *testing.T) {
	f := parse(t, "out: x\ndefaults:\n  cases: [1.*, 99.*]\npeers:\n  - name: a\n    url: ws://h/\n    exclude: 98.*, 97.*\n")
	p, wrong := f.Peers[0], errors.New("no case matches")
	for _, test := range []struct {
		err   error
		where string
	}{
		{p.Mistake("cases", 1, wrong), "dir/wsspec.yaml:3:16"},
		{p.Mistake("cases", -1, wrong), "dir/wsspec.yaml:3:10"},
		{p.Mistake("exclude", 1, wrong), "dir/wsspec.yaml:7:14"},
		{p.Mistake("headers", -1, wrong), "dir/wsspec.yaml:5:5"},
		{f.Mistake("out", -1, wrong), "dir/wsspec.yaml:1:6"},
	} {
		if !errors.Is(test.err, wrong) || !strings.HasPrefix(test.err.Error(), test.where+": no case matches\n") {
			t.Errorf("want %s: %v", test.where, test.err)
		}
	}
	if got := p.Where("cases", 1); got != "dir/wsspec.yaml:3" {
		t.Errorf("Where gives %s", got)
	}
}
