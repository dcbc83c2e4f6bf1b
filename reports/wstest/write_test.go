package wstest_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports/wstest"
)

const sampleDir = "testdata/sample"

// What the testsuite wrote, read and written again, is the same byte for byte.
func TestWrittenAgain(t *testing.T) {
	names, err := filepath.Glob(sampleDir + "/*_case_*.json")
	if err != nil || len(names) < 10 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		dir := t.TempDir()
		talk, p := written(t, name)
		rec := &record.Record{Peers: []record.Peer{p}}
		o := wstest.Options{Transcripts: func(string, string) *record.Transcript { return talk }, Case: cases.Find}
		if err := wstest.Write(dir, rec, o); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(read(t, name), read(t, filepath.Join(dir, filepath.Base(name)))); diff != "" {
			t.Errorf("%s (-theirs +ours):\n%s", name, diff)
		}
	}
}

// written is the case of which the testsuite wrote a file.
func written(t *testing.T, name string) (*record.Transcript, record.Peer) {
	t.Helper()
	var told struct {
		Agent string `json:"agent"`
		ID    string `json:"id"`
		record.WSTest
	}
	talk := &record.Transcript{Autobahn: new(record.Account)}
	text := []byte(read(t, name))
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, talk.Autobahn); err != nil {
		t.Fatal(err)
	}
	return talk, record.Peer{Name: told.Agent, Cases: []record.Case{{ID: told.ID, WSTest: &told.WSTest}}}
}

// The index that the testsuite wrote of all its cases, read and written again, is the same byte for byte.
func TestIndexWrittenAgain(t *testing.T) {
	var index map[string]map[string]struct {
		record.WSTest
		Duration int64 `json:"duration"`
	}
	if err := json.Unmarshal([]byte(read(t, sampleDir+"/index.json")), &index); err != nil {
		t.Fatal(err)
	}
	rec := new(record.Record)
	for agent, byID := range index {
		p := record.Peer{Name: agent}
		for id, c := range byID {
			p.Cases = append(p.Cases, record.Case{ID: id, WSTest: &c.WSTest, DurationUS: 1000 * c.Duration})
		}
		rec.Peers = append(rec.Peers, p)
	}
	dir := t.TempDir()
	if err := wstest.Write(dir, rec, wstest.Options{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read(t, sampleDir+"/index.json"), read(t, filepath.Join(dir, "index.json"))); diff != "" {
		t.Errorf("-theirs +ours:\n%s", diff)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A record in which each agent has the same cases: a pass, one for each other word, one that could not be carried out, and two
// that the testsuite lacks.
func several(agents ...string) *record.Record {
	code := 1000
	verdict := func(id, behavior, closing string, v record.Verdict) record.Case {
		return record.Case{ID: id, Title: "The <title> of " + id, Verdict: v, WSTest: &record.WSTest{Behavior: behavior, BehaviorClose: closing, RemoteCloseCode: &code}}
	}
	rec := &record.Record{Tool: "wsspec test", Started: time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)}
	for _, agent := range agents {
		rec.Peers = append(rec.Peers, record.Peer{Name: agent, Role: "server", Cases: []record.Case{
			{ID: "0.1", Verdict: record.Fail},
			verdict("1.1.1", "OK", "OK", record.Pass),
			verdict("2.1", "NON-STRICT", "FAILED BY CLIENT", record.NonStrict),
			verdict("7.1.6", "INFORMATIONAL", "INFORMATIONAL", record.Informational),
			verdict("10.1.1", "OK", "WRONG CODE", record.Pass),
			verdict("12.1.1", "UNIMPLEMENTED", "OK", record.Unimplemented),
			{ID: "20.1", Verdict: record.Fail},
		}})
	}
	return rec
}

// The form of the index: agents and cases in the order of strings, three spaces, ASCII, no end of line.
func TestIndexForm(t *testing.T) {
	dir := t.TempDir()
	rec := several("zoë", "a")
	rec.Peers[0].Cases = rec.Peers[0].Cases[:1]
	rec.Peers[1].Cases = rec.Peers[1].Cases[1:5]
	if err := wstest.Write(dir, rec, wstest.Options{}); err != nil {
		t.Fatal(err)
	}
	entry := func(behavior, closing, file string) string {
		return `{
         "behavior": "` + behavior + `",
         "behaviorClose": "` + closing + `",
         "duration": 0,
         "remoteCloseCode": 1000,
         "reportfile": "` + file + `"
      }`
	}
	want := `{
   "a": {
      "1.1.1": ` + entry("OK", "OK", "a_case_1_1_1.json") + `,
      "10.1.1": ` + entry("OK", "WRONG CODE", "a_case_10_1_1.json") + `,
      "2.1": ` + entry("NON-STRICT", "FAILED BY CLIENT", "a_case_2_1.json") + `,
      "7.1.6": ` + entry("INFORMATIONAL", "INFORMATIONAL", "a_case_7_1_6.json") + `
   },
   "zo\u00eb": {}
}`
	if diff := cmp.Diff(want, read(t, filepath.Join(dir, "index.json"))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A case that could not be carried out has failed, and is not left out. Cases that the testsuite lacks are.
func TestErrorHasFailed(t *testing.T) {
	rec := several("a")
	rec.Peers[0].Cases[1].Verdict = record.Error // whatever else is known of it
	rec.Peers[0].Cases = append(rec.Peers[0].Cases,
		record.Case{ID: "5.6", Verdict: record.Error, Notes: []string{"not asked: the peer takes no connections any more"}},
		record.Case{ID: "33.1", Verdict: record.Error})
	dir := t.TempDir()
	if err := wstest.Write(dir, rec, wstest.Options{Case: cases.Find}); err != nil {
		t.Fatal(err)
	}
	var index map[string]map[string]map[string]any
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "index.json"))), &index); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"behavior": "FAILED", "behaviorClose": "FAILED", "remoteCloseCode": nil, "duration": 0.0, "reportfile": "a_case_5_6.json"}
	if diff := cmp.Diff(want, index["a"]["5.6"]); diff != "" {
		t.Error(diff)
	}
	if c := index["a"]["1.1.1"]; c["behavior"] != "FAILED" || c["behaviorClose"] != "FAILED" || c["remoteCloseCode"] != nil {
		t.Errorf("1.1.1: %v", c)
	}
	if len(index["a"]) != 6 {
		t.Errorf("%d cases: %v", len(index["a"]), index["a"])
	}
	file := read(t, filepath.Join(dir, "a_case_5_6.json"))
	for _, part := range []string{
		`"result": "not asked: the peer takes no connections any more"`, `"createWirelog": false`, `"createStats": false`, `"wirelog": []`,
		`"rxOctetStats": {}`, `"case": 50`, `"httpRequest": "?"`, `"remoteCloseCode": null`,
	} {
		if !strings.Contains(file, part) {
			t.Errorf("no %s in %s", part, file)
		}
	}
	if page := read(t, filepath.Join(dir, "a_case_5_6.html")); !strings.Contains(page, "No log was kept.") || !strings.Contains(page, "No statistics were kept.") {
		t.Error("the page does not say what is missing")
	}
}
