package wstest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/record"
	suite "github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/reports/wstest"
)

// report writes files into a new directory and reads it.
func report(t *testing.T, files map[string]string, o wstest.ReadOptions) (*record.Record, func(peer, id string) *record.Transcript) {
	t.Helper()
	rec, talk, err := wstest.Read(lay(t, files), o)
	if err != nil {
		t.Fatal(err)
	}
	return rec, talk
}

// lay writes files into a new directory.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sampled is a file of the sample.
func sampled(t *testing.T, name string) string {
	t.Helper()
	return read(t, filepath.Join("testdata", "sample", name))
}

// indexOf is an index with one agent and one case.
func indexOf(agent, id, behavior, behaviorClose string) string {
	return fmt.Sprintf(`{%q: {%q: {"behavior": %q, "behaviorClose": %q, "remoteCloseCode": null}}}`, agent, id, behavior, behaviorClose)
}

func TestSample(t *testing.T) {
	rec, _, err := wstest.Read("testdata/sample", wstest.ReadOptions{Case: cases.Find})
	if err != nil {
		t.Fatal(err)
	}
	p := rec.Peers[0]
	p.Cases = nil
	want := record.Peer{Name: "gws-full", Role: "server", URL: "ws://127.0.0.1:41300/", JudgedBy: "Autobahn Testsuite 25.10.1"}
	if diff := cmp.Diff(want, p); diff != "" || len(rec.Peers) != 1 {
		t.Errorf("%d peers; (-want +got):\n%s", len(rec.Peers), diff)
	}
	counts := record.Counts{record.Pass: 510, record.NonStrict: 4, record.Informational: 3}
	if diff := cmp.Diff(counts, rec.Counts()); diff != "" || rec.Planned != 517 || rec.Ran != 517 {
		t.Errorf("%d planned, %d ran (-want +got):\n%s", rec.Planned, rec.Ran, diff)
	}
	if want := time.Date(2026, 11, 23, 15, 21, 36, 290e6, time.UTC); !rec.Started.Equal(want) {
		t.Errorf("started %v", rec.Started)
	}
	if rec.DurationMS < 500_000 || rec.DurationMS > 600_000 {
		t.Errorf("took %d ms", rec.DurationMS)
	}
}

func TestCaseOfSample(t *testing.T) {
	rec, _, err := wstest.Read("testdata/sample", wstest.ReadOptions{Case: cases.Find})
	if err != nil {
		t.Fatal(err)
	}
	code := 1007
	want := record.Case{
		ID: "6.4.1", Title: cases.Find("6.4.1").Title, Verdict: record.NonStrict, Close: record.ClosePass, CloseCode: 1007, DurationUS: 2001000,
		Requirements: cases.Find("6.4.1").Checks, WSTest: &record.WSTest{Behavior: "NON-STRICT", BehaviorClose: "OK", RemoteCloseCode: &code},
		Findings: []record.Finding{{
			Requirement: "RFC6455-8.1-1", Level: "MUST", Severity: record.NonStrict,
			Expected: "the connection still open after pause A",
			Got:      "the connection still open after pause A, the connection still open after pause B",
		}},
	}
	if diff := cmp.Diff(want, *rec.Peers[0].Case("6.4.1")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for id, want := range map[string]*record.Volume{
		"1.1.1":   nil,
		"9.1.6":   {Messages: 1, MessageBytes: 16 << 20},
		"9.4.1":   {Messages: 1, MessageBytes: 4 << 20},
		"9.8.6":   {Messages: 1000, MessageBytes: 4 << 10},
		"12.1.1":  {Messages: 1000, MessageBytes: 16}, // its file has the figures
		"12.1.18": nil,                                // has no file
	} {
		got := rec.Peers[0].Case(id).Volume
		if got != nil {
			if got.DurationUS != rec.Peers[0].Case(id).DurationUS {
				t.Errorf("%s: %+v", id, got)
			}
			got.DurationUS, got.MedianUS, got.WorstUS = 0, 0, 0
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	if title := rec.Peers[0].Case("13.5.11").Title; !strings.Contains(title, "8192 bytes in fragments of 256") || !strings.Contains(title, "window of 2^9") {
		t.Error(title)
	}
}

// The worse one of behavior and behaviorClose counts, by the testsuite's own colours.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		behavior, behaviorClose string
		verdict                 record.Verdict
		close                   record.CloseVerdict
		findings                int
	}{
		{"OK", "OK", record.Pass, record.ClosePass, 0},
		{"OK", "INFORMATIONAL", record.Pass, record.CloseInformational, 0},
		{"OK", "WRONG CODE", record.NonStrict, record.CloseWrongCode, 1},
		{"OK", "FAILED BY CLIENT", record.NonStrict, record.CloseFailedByClient, 1},
		{"OK", "UNCLEAN", record.Fail, record.CloseUnclean, 1},
		{"OK", "FAILED", record.Fail, record.CloseFail, 1},
		{"NON-STRICT", "OK", record.NonStrict, record.ClosePass, 1},
		{"NON-STRICT", "WRONG CODE", record.NonStrict, record.CloseWrongCode, 2},
		{"NON-STRICT", "UNCLEAN", record.Fail, record.CloseUnclean, 2},
		{"INFORMATIONAL", "INFORMATIONAL", record.Informational, record.CloseInformational, 0},
		{"FAILED", "OK", record.Fail, record.ClosePass, 1},
		{"FAILED", "FAILED", record.Fail, record.CloseFail, 2},
		{"UNIMPLEMENTED", "OK", record.Unimplemented, record.ClosePass, 0},
		{"UNIMPLEMENTED", "FAILED", record.Unimplemented, record.CloseFail, 0},
	} {
		rec, _ := report(t, map[string]string{"index.json": indexOf("a", "7.7.1", c.behavior, c.behaviorClose)}, wstest.ReadOptions{Case: cases.Find})
		got := rec.Peers[0].Cases[0]
		if got.Verdict != c.verdict || got.Close != c.close || len(got.Findings) != c.findings {
			t.Errorf("%s, %s: %s, %s, %d findings; want %s, %s, %d", c.behavior, c.behaviorClose, got.Verdict, got.Close, len(got.Findings), c.verdict, c.close, c.findings)
		}
		worst := record.Pass
		for _, f := range got.Findings {
			if f.Severity.Worse(worst) {
				worst = f.Severity
			}
			if f.Expected == "" || f.Got == "" || f.Requirement == "" || f.Level == "" {
				t.Errorf("%s, %s: finding %+v", c.behavior, c.behaviorClose, f)
			}
		}
		if c.findings > 0 && worst != c.verdict {
			t.Errorf("%s, %s: findings %+v", c.behavior, c.behaviorClose, got.Findings)
		}
	}
}

// A finding says in words what the file of its case tells.
func TestFindings(t *testing.T) {
	index := indexOf("tornado", "7.9.1", "FAILED", "WRONG CODE")
	rec, _ := report(t, map[string]string{"index.json": index, "tornado_case_7_9_1.json": sampled(t, "tornado_case_7_9_1.json")}, wstest.ReadOptions{Case: cases.Find})
	c := rec.Peers[0].Cases[0]
	want := []record.Finding{{
		Requirement: "RFC6455-7.4.2-1", Level: "FACT", Severity: record.Fail, Expected: "close code 1002, or none",
		Got: "no close code from the peer; the testsuite failed the connection; the testsuite ended the stream",
	}}
	if diff := cmp.Diff(want, c.Findings); diff != "" || len(c.Notes) > 0 {
		t.Errorf("notes %q; findings (-want +got):\n%s", c.Notes, diff)
	}
	index = indexOf("gobwas", "12.1.1", "UNIMPLEMENTED", "OK")
	rec, _ = report(t, map[string]string{"index.json": index, "gobwas_case_12_1_1.json": sampled(t, "gobwas_case_12_1_1.json")}, wstest.ReadOptions{Case: cases.Find})
	if c := rec.Peers[0].Cases[0]; c.Verdict != record.Unimplemented || len(c.Notes) != 1 || len(c.Findings) != 0 {
		t.Errorf("%+v", c)
	}
}

// Where the reports lie may tell what the agents are, and their files do.
func TestRoles(t *testing.T) {
	index, client := indexOf("a", "1.1.1", "OK", "OK"), `{"agent": "a", "id": "1.1.1", "isServer": true, "httpRequest": "GET /runCase?case=1 HTTP/1.1\r\nHost: localhost:9001\r\n\r\n", "httpResponse": "HTTP/1.1 101 OK\r\nServer: AutobahnTestSuite/0.8.2-0.10.9\r\n\r\n"}`
	both := lay(t, map[string]string{"servers/index.json": index, "clients/index.json": index})
	for _, c := range []struct{ dir, want string }{
		{filepath.Join(both, "servers"), "a server"},
		{filepath.Join(both, "clients", "index.json"), "a client"},
		{both, "a server, a (client) client"},
		{lay(t, map[string]string{"index.json": index}), "a given"},
		{lay(t, map[string]string{"servers/index.json": index, "servers/a_case_1_1_1.json": client}), "a client"},
	} {
		rec, _, err := wstest.Read(c.dir, wstest.ReadOptions{Role: "given"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range rec.Peers {
			got = append(got, p.Name+" "+p.Role)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %q, want %s", c.dir, got, c.want)
		}
	}
	rec, _ := report(t, map[string]string{"index.json": index, "a_case_1_1_1.json": client}, wstest.ReadOptions{})
	if p := rec.Peers[0]; p.URL != "ws://localhost:9001" || p.JudgedBy != "Autobahn Testsuite 0.8.2" {
		t.Errorf("%+v", p)
	}
}

// Files of the same form that another tool wrote are not called the testsuite's.
func TestImitation(t *testing.T) {
	file := `{"agent": "a", "id": "1.1.1", "httpRequest": "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "httpResponse": "?"}`
	rec, _ := report(t, map[string]string{"index.json": indexOf("a", "1.1.1", "OK", "OK"), "a_case_1_1_1.json": file}, wstest.ReadOptions{})
	if got := rec.Peers[0].JudgedBy; !strings.HasPrefix(got, "another tool") {
		t.Error(got)
	}
}

func TestPlanned(t *testing.T) {
	files := map[string]string{"index.json": indexOf("a", "1.1.2", "OK", "OK")}
	rec, _ := report(t, files, wstest.ReadOptions{
		Case: cases.Find, Agents: []string{"a", "gone"}, Role: "server", Reason: "wstest was killed",
		Planned: func(string) []string { return []string{"1.1.1", "1.1.2", "13.1.1"} },
	})
	if rec.Planned != 6 || rec.Ran != 6 || len(rec.Peers) != 2 || rec.Peers[1].Name != "gone" || rec.Peers[1].Role != "server" {
		t.Fatalf("%+v", rec)
	}
	for _, p := range rec.Peers {
		c := p.Case("1.1.1")
		if c.Verdict != record.Error || !strings.Contains(c.Notes[0], "wstest was killed") || c.Title != cases.Find("1.1.1").Title || c.WSTest != nil {
			t.Errorf("%s: %+v", p.Name, c)
		}
	}
	if v := rec.Peers[0].Case("1.1.2").Verdict; v != record.Pass {
		t.Error(v)
	}
	none, _, err := wstest.Read("", wstest.ReadOptions{Agents: []string{"x"}, Planned: func(string) []string { return []string{"1.1.1"} }})
	if err != nil || none.Ran != 1 || none.Peers[0].JudgedBy == "" {
		t.Errorf("%+v, %v", none, err)
	}
}

// What an index may not be, and what the reader of the error learns of it.
func TestBadIndex(t *testing.T) {
	good := `"behavior": "OK", "behaviorClose": "OK"`
	for text, want := range map[string]string{
		``:                                     "is empty",
		`{`:                                    "index.json:1:2: the file ends in the middle",
		`{"a": {}}}`:                           "index.json:1:10: invalid character '}'",
		`[]`:                                   "index.json:1:2: the index is no object: that is not an index of the Autobahn Testsuite",
		`{"a": 1}`:                             "the agent is no object",
		"{\n \"a\": {\"1.1.1\": 5}}":           "index.json:2:18: case 1.1.1: number where its results should be",
		`{"a": {"x": {` + good + `}}}`:         `index.json:1:11: "x" is not the ID of a case`,
		`{"schema": 1, "peers": []}`:           "the agent is no object",
		`{"a": {"1.1.1": {}}}`:                 `case 1.1.1: "" is no behavior`,
		`{"a": {"1.1.1": {"behavior": "OK"}}}`: `case 1.1.1: "" is no behaviorClose`,
		`{"a": {"1.1.1": {"behavior": "ok", "behaviorClose": "OK"}}}`:                                 `"ok" is no behavior`,
		`{"a": {"1.1.1": {` + good + `, "remoteCloseCode": 70000}}}`:                                  "does not fit into a Close frame",
		`{"a": {"1.1.1": {` + good + `, "remoteCloseCode": "1000"}}}`:                                 "remoteCloseCode is a string",
		`{"a": {"1.1.1": {` + good + `, "duration": "long"}}}`:                                        "case 1.1.1",
		`{"a": {"1.1.1": {` + good + `}}, "a": {}}`:                                                   `"a" is there twice`,
		`{"a": {"1.1.1": {` + good + `}, "1.1.1": {` + good + `}}}`:                                   `"1.1.1" is there twice`,
		`{"a": {"1.1.1": ` + strings.Repeat(`{"a":`, 20000) + `1` + strings.Repeat(`}`, 20000) + `}}`: "exceeded max depth",
	} {
		dir := lay(t, map[string]string{"index.json": text})
		_, _, err := wstest.Read(dir, wstest.ReadOptions{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %s", text, err, want)
		}
	}
}

func TestNoIndex(t *testing.T) {
	if _, _, err := wstest.Read(filepath.Join(t.TempDir(), "nowhere"), wstest.ReadOptions{}); err == nil || !strings.Contains(err.Error(), "no such file") && !strings.Contains(err.Error(), "cannot find") {
		t.Error(err)
	}
	if _, _, err := wstest.Read(t.TempDir(), wstest.ReadOptions{}); err == nil || !strings.Contains(err.Error(), `"outdir"`) {
		t.Error(err)
	}
	dir := lay(t, map[string]string{"index.json/x": ""})
	if _, _, err := wstest.Read(dir, wstest.ReadOptions{}); err == nil {
		t.Error("a directory was read as an index")
	}
	name := filepath.Join(t.TempDir(), "index.json")
	if err := errorsOf(os.WriteFile(name, nil, 0o666), os.Truncate(name, 100<<20)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := wstest.Read(name, wstest.ReadOptions{}); err == nil || !strings.Contains(err.Error(), "100 MB") {
		t.Error(err)
	}
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// A file of a case that is not what it should be takes nothing but the evidence with it.
func TestDamagedCase(t *testing.T) {
	index := `{"a": {"1.1.1": {"behavior": "FAILED", "behaviorClose": "OK", "reportfile": %q}, "1.1.2": {"behavior": "OK", "behaviorClose": "OK"}}}`
	secret := lay(t, map[string]string{"secret.json": `{"agent": "a", "id": "1.1.1"}`})
	good := `{"agent": "a", "id": "1.1.2"}`
	for name, c := range map[string]struct{ file, text, want string }{
		"truncated":     {"f.json", `{"agent": "a", "id": "1.1.1", "wirelog": [`, "f.json:1:43: the file ends in the middle"},
		"empty":         {"f.json", ``, "f.json is empty"},
		"no object":     {"f.json", `[1]`, "f.json:1:2"},
		"other case":    {"f.json", `{"agent": "a", "id": "1.1.3"}`, `is about case "1.1.3" of "a"`},
		"other agent":   {"f.json", `{"agent": "b", "id": "1.1.1"}`, `is about case "1.1.1" of "b"`},
		"other types":   {"f.json", `{"agent": "a", "id": "1.1.1", "wirelog": 5}`, "f.json:1:"},
		"bad row":       {"f.json", `{"agent": "a", "id": "1.1.1", "wirelog": [["TF", 5]]}`, "element 2 of a row"},
		"missing":       {"none.json", `{}`, "no file beside the index"},
		"absolute":      {filepath.Join(secret, "secret.json"), `{}`, "no evidence"},
		"the directory": {".", `{}`, "not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"index.json": fmt.Sprintf(index, c.file), "a_case_1_1_2.json": good}
			if c.file == "f.json" {
				files[c.file] = c.text
			}
			rec, talk := report(t, files, wstest.ReadOptions{Case: cases.Find})
			got := rec.Peers[0].Case("1.1.1")
			if got.Verdict != record.Fail || len(got.Findings) != 1 || talk("a", "1.1.1") != nil {
				t.Errorf("%+v", got)
			}
			if notes := strings.Join(got.Notes, "\n"); !strings.Contains(notes, c.want) || strings.Contains(notes, "secret\"") {
				t.Errorf("notes %q, want %s", notes, c.want)
			}
			if talk("a", "1.1.2") == nil || len(rec.Peers[0].Case("1.1.2").Notes) > 0 {
				t.Error("the other case lost its evidence, too")
			}
		})
	}
}

// The files of cases do without an index. One that cannot be read leaves its case without a result.
func TestCasesAlone(t *testing.T) {
	file := `{"agent": %q, "id": %q, "behavior": %q, "behaviorClose": "OK", "remoteCloseCode": 1000, "duration": 7, "isServer": false}`
	dir := lay(t, map[string]string{
		"servers/a_b_case_1_1_1.json":  fmt.Sprintf(file, "A/b", "1.1.1", "FAILED"),
		"servers/a_b_case_12_1_1.json": "\ufeff" + fmt.Sprintf(file, "A/b", "12.1.1", "OK"),
		"servers/a_b_case_1_1_2.json":  fmt.Sprintf(file, "A/b", "1.1.2", "OK")[:40],
		"servers/copy_case_1_1_1.json": fmt.Sprintf(file, "A/b", "1.1.1", "OK"),
		"servers/c_case_2_1.json":      `{"agent": "c", "id": "2.1"}`,
		"servers/d_case_2_1.json":      fmt.Sprintf(file, "d", "2.1", "UNIMPLEMENTED"),
		"servers/d_case_2_1.html":      "<html>",
		"servers/package.json":         "{}",
	})
	rec, talk, err := wstest.Read(dir, wstest.ReadOptions{Case: cases.Find})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range rec.Peers {
		for _, c := range p.Cases {
			got = append(got, fmt.Sprintf("%s %s %s %s", p.Name, p.Role, c.ID, c.Verdict))
		}
	}
	want := []string{"A/b server 1.1.1 fail", "A/b server 1.1.2 error", "A/b server 12.1.1 pass", "c server 2.1 error", "d server 2.1 unimplemented"}
	if diff := cmp.Diff(want, got); diff != "" || rec.Planned != 5 {
		t.Errorf("%d planned (-want +got):\n%s", rec.Planned, diff)
	}
	if talk("A/b", "1.1.1") == nil || talk("A/b", "1.1.2") != nil {
		t.Error("not just the file that can be read is evidence")
	}
	if notes := rec.Peer("A/b").Case("1.1.2").Notes; len(notes) != 2 || !strings.Contains(notes[1], "a_b_case_1_1_2.json:1:41: the file ends in the middle") {
		t.Errorf("notes %q", notes)
	}
	files, err := wstest.Indexes(dir)
	if want := filepath.Join(dir, "servers", "index.json"); err != nil || !slices.Equal(files, []string{want}) {
		t.Fatalf("%q, %v, want %s", files, err, want)
	}
	if again, _, err := wstest.Read(files[0], wstest.ReadOptions{}); err != nil || again.Ran != 5 {
		t.Errorf("read by the name of the missing index: %v", err)
	}
	if names, err := wstest.Files(filepath.Join(dir, "servers")); err != nil || !slices.Contains(names, "d_case_2_1.html") {
		t.Errorf("files %q, %v", names, err)
	}
}

// Old versions wrote pages only.
func TestPagesAlone(t *testing.T) {
	_, _, err := wstest.Read(lay(t, map[string]string{"index.html": "<html>", "a_case_1_1_1.html": "<html>"}), wstest.ReadOptions{})
	if err == nil || !strings.Contains(err.Error(), "before version 0.5.3") {
		t.Error(err)
	}
}

// Tools that write the same files have a word for a case that they could not carry out. It says nothing about the peer.
func TestBrokenOff(t *testing.T) {
	rec, _ := report(t, map[string]string{
		"index.json":        `{"a": {"1.1.1": {"behavior": "ERROR", "behaviorClose": "FAILED", "remoteCloseCode": null}, "1.1.2": {"behavior": "OK", "behaviorClose": "OK"}}}`,
		"a_case_1_1_1.json": `{"agent": "a", "id": "1.1.1", "started": "", "expected": null, "received": null, "result": "connect: refused", "isServer": false}`,
	}, wstest.ReadOptions{Case: cases.Find})
	c := rec.Peers[0].Case("1.1.1")
	if c.Verdict != record.Error || c.WSTest != nil || len(c.Findings) > 0 || !slices.Equal(c.Notes, []string{"the case could not be carried out: connect: refused"}) {
		t.Errorf("%+v", c)
	}
	if diff := cmp.Diff(record.Counts{record.Pass: 1, record.Error: 1}, rec.Counts()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// No name in an index leads out of its directory, neither by itself nor through a link.
func TestNamesStayInside(t *testing.T) {
	file := `{"agent": "a", "id": "1.1.1"}`
	dir := lay(t, map[string]string{"secret.json": file, "reports/index.json": "", "reports/inside.json": file})
	if err := os.Symlink(filepath.Join("..", "secret.json"), filepath.Join(dir, "reports", "link.json")); err != nil {
		t.Skipf("no symbolic links: %v", err)
	}
	for name, want := range map[string]bool{"inside.json": true, "./inside.json": true, "../secret.json": false, "link.json": false, "../reports/inside.json": false} {
		index := fmt.Sprintf(`{"a": {"1.1.1": {"behavior": "OK", "behaviorClose": "OK", "reportfile": %q}}}`, name)
		if err := os.WriteFile(filepath.Join(dir, "reports", "index.json"), []byte(index), 0o666); err != nil {
			t.Fatal(err)
		}
		_, talk, err := wstest.Read(filepath.Join(dir, "reports"), wstest.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := talk("a", "1.1.1") != nil; got != want {
			t.Errorf("%s is read: %v, want %v", name, got, want)
		}
		files, err := wstest.Files(filepath.Join(dir, "reports"))
		if err != nil || !want && slices.ContainsFunc(files, func(f string) bool { return f == name }) {
			t.Errorf("%s is one of the files %q, %v", name, files, err)
		}
	}
}

// Without a connection wstest has the time of day for how long a case took.
func TestNoConnectionNoDuration(t *testing.T) {
	index := `{"a": {"1.1.1": {"behavior": "FAILED", "behaviorClose": "FAILED", "duration": 1764111111111}, "1.1.2": {"behavior": "OK", "behaviorClose": "OK", "duration": 7}}}`
	rec, _ := report(t, map[string]string{"index.json": index}, wstest.ReadOptions{Case: cases.Find})
	if p := rec.Peers[0]; p.Case("1.1.1").DurationUS != 0 || p.Case("1.1.2").DurationUS != 7000 || rec.DurationMS != 7 {
		t.Errorf("%+v, %d ms", p.Cases, rec.DurationMS)
	}
}

// What did not come back was not measured.
func TestNoVolumeOfFailure(t *testing.T) {
	index := `{"a": {"9.1.1": {"behavior": "FAILED", "behaviorClose": "OK", "duration": 5}}}`
	rec, _ := report(t, map[string]string{"index.json": index}, wstest.ReadOptions{Case: cases.Find})
	if v := rec.Peers[0].Cases[0].Volume; v != nil {
		t.Errorf("%+v", v)
	}
}

// An index that comes alone misses nothing.
func TestIndexAlone(t *testing.T) {
	rec, _ := report(t, map[string]string{"expected.json": sampled(t, "index.json"), "index.json": sampled(t, "index.json")}, wstest.ReadOptions{Case: cases.Find})
	alone, _, err := wstest.Read(filepath.Join(lay(t, map[string]string{"expected.json": sampled(t, "index.json")}), "expected.json"), wstest.ReadOptions{Case: cases.Find})
	if err != nil {
		t.Fatal(err)
	}
	rec.Started, alone.Started = time.Time{}, time.Time{}
	if diff := cmp.Diff(rec, alone); diff != "" {
		t.Errorf("(-in a directory +named):\n%s", diff)
	}
	for _, c := range alone.Peers[0].Cases {
		if c.Verdict == record.Pass && len(c.Notes) > 0 {
			t.Fatalf("%+v", c)
		}
	}
	if got := alone.Peers[0].JudgedBy; got != "Autobahn Testsuite" {
		t.Error(got)
	}
}

// Every case of the testsuite has a title of its own.
func TestTitles(t *testing.T) {
	rec, _, err := wstest.Read("", wstest.ReadOptions{Case: cases.Find, Agents: []string{"x"}, Planned: func(string) []string { return suite.IDs() }})
	if err != nil {
		t.Fatal(err)
	}
	titles := make(map[string]string)
	for _, c := range rec.Peers[0].Cases {
		if n, _ := record.Chapter(c.ID); (n == 12 || n == 13) && (titles[c.Title] != "" || strings.HasPrefix(c.Title, "Case ")) {
			t.Errorf("%s and %s: %s", titles[c.Title], c.ID, c.Title)
		}
		if c.Title == "" || len(c.Requirements) == 0 {
			t.Errorf("%+v", c)
		}
		titles[c.Title] = c.ID
	}
	rec, _ = report(t, map[string]string{
		"index.json":         indexOf("a", "14.1.1", "OK", "OK"),
		"a_case_14_1_1.json": `{"agent": "a", "id": "14.1.1", "description": "Send what is new. Then close."}`,
	}, wstest.ReadOptions{Case: cases.Find})
	if got := rec.Peers[0].Cases[0].Title; got != "Send what is new" {
		t.Error(got)
	}
}

func TestFiles(t *testing.T) {
	dir := lay(t, map[string]string{
		"index.json": indexOf("a", "1.1.1", "OK", "OK"), "index.html": "x", "a_case_1_1_1.json": "{}", "a_case_1_1_1.html": "x", "other.txt": "x",
	})
	got, err := wstest.Files(dir)
	if want := []string{"a_case_1_1_1.html", "a_case_1_1_1.json", "index.html", "index.json"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

// Whatever the files hold, nothing panics, and what comes of them is a record.
func FuzzRead(f *testing.F) {
	good, err := os.ReadFile("testdata/sample/gws_full_case_5_6.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(indexOf("gws-full", "5.6", "OK", "OK")), good)
	f.Add([]byte(`{"a": {"1.1.1": {"behavior": "FAILED", "behaviorClose": "FAILED"}}}`), []byte(logged(`["RO", [9223372036854775807, "00"]], ["TF", [-1, "0x"], -1, true, 99, "zz", -5, -1, false], ["RF", [9223372036854775807, "a"], 1, true, 4, true, "00"]`)))
	f.Add([]byte(`{"": {}}`), []byte(`null`))
	f.Add([]byte(`{"a": {"12.9.99": {"behavior": "OK", "behaviorClose": "OK", "duration": 1e300}}}`), []byte(`{"agent": "a", "id": "12.9.99", "trafficStats": {"outgoingWebSocketMessages": 1e18}, "rxFrameStats": {"1": 9223372036854775807}, "wirelog": [["WLM", false]]}`))
	f.Fuzz(func(t *testing.T, index, file []byte) {
		dir := t.TempDir()
		var agents map[string]map[string]struct{}
		if json.Unmarshal(index, &agents) == nil {
			for agent, list := range agents {
				for id := range list {
					if name := clean(agent) + "_case_" + clean(id) + ".json"; filepath.IsLocal(name) && len(name) < 200 {
						_ = os.WriteFile(filepath.Join(dir, name), file, 0o666)
					}
				}
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "index.json"), index, 0o666); err != nil {
			t.Fatal(err)
		}
		rec, talk, err := wstest.Read(dir, wstest.ReadOptions{Case: cases.Find})
		if err != nil {
			return
		}
		text, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := record.Parse("it", text); err != nil {
			t.Fatal(err)
		}
		for _, p := range rec.Peers {
			for _, c := range p.Cases {
				if tr := talk(p.Name, c.ID); tr != nil {
					if _, err := json.Marshal(tr); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	})
}

// clean is what the testsuite makes of a name for a file, where it is plain.
func clean(s string) string { return strings.ReplaceAll(strings.ToLower(s), ".", "_") }
