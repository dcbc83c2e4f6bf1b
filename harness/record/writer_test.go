package record_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

var header = record.Record{
	Tool: "wsspec 0.1.0", Catalogue: "2026.1", Seed: "7f3a19c2", Profile: "standard",
	Started: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), Planned: 3,
}

var (
	passed = record.Case{ID: "5.6", Title: "A ping between two fragments", Verdict: record.Pass, Close: record.ClosePass, CloseCode: 1000, DurationUS: 813}
	failed = record.Case{
		ID: "24.1", Title: "A server closes on an unmasked frame", Verdict: record.Fail, Requirements: []string{"RFC6455-5.1-3"},
		Findings: []record.Finding{{
			Requirement: "RFC6455-5.1-3", Level: "MUST", Expected: "the connection ends", Got: "an echo <b>", Severity: record.Fail,
			Seen: 2, Tries: 4, Entries: []int{1},
		}},
	}
	talk = &record.Transcript{Entries: []record.Entry{
		{Side: record.SideSent, Kind: record.KindFrame, FIN: true, Opcode: 1, OpcodeName: "Text", Length: 2, Hex: "81026869", Text: `"hi"`, Mark: record.MarkFault},
		{AtUS: 300, Side: record.SideGot, Kind: record.KindFrame, FIN: true, Opcode: 1, OpcodeName: "Text", Length: 2, Hex: "81026869", Text: `"hi"`},
	}}
)

func mustCreate(t *testing.T, dir string) *record.Writer {
	t.Helper()
	w, err := record.Create(dir, header)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(0, "") })
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, name string) *record.Record {
	t.Helper()
	rec, err := record.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// ids lists the cases of each peer in the order of the record.
func ids(rec *record.Record) map[string][]string {
	list := make(map[string][]string)
	for _, p := range rec.Peers {
		list[p.Name] = []string{}
		for _, c := range p.Cases {
			list[p.Name] = append(list[p.Name], c.ID)
		}
	}
	return list
}

func TestRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "report")
	w := mustCreate(t, dir)
	must(t, w.Peer(record.Peer{Name: "gorilla", Role: "server", URL: "ws://h/", Fleet: "wsspec.yaml", Profile: "quick", Probe: &record.Probe{RoundTripUS: 200, Connections: 8}}))
	must(t, w.Case("gorilla", failed, talk))
	must(t, w.Case("gorilla", passed, nil))
	must(t, w.Ended("gorilla", record.Ended{ExitCode: -1, Signal: "SIGSEGV", During: "5.6"}))
	must(t, w.Usage("gorilla", record.Usage{PeakMemory: 34 << 20, CPUMS: 1200}))
	must(t, w.Untested("gorilla", record.Untested{Reason: "it is gone", Output: []string{"panic"}}))
	must(t, w.Close(1500*time.Millisecond, "SIGINT"))

	want := header
	want.Schema, want.Ran, want.DurationMS, want.Interrupted = 1, 2, 1500, "SIGINT"
	withTranscript := failed
	withTranscript.Transcript = "transcripts/gorilla/24.1.json"
	want.Peers = []record.Peer{{
		Name: "gorilla", Role: "server", URL: "ws://h/", Fleet: "wsspec.yaml", Profile: "quick", Probe: &record.Probe{RoundTripUS: 200, Connections: 8},
		Cases:    []record.Case{passed, withTranscript},
		Ended:    &record.Ended{ExitCode: -1, Signal: "SIGSEGV", During: "5.6"},
		Usage:    &record.Usage{PeakMemory: 34 << 20, CPUMS: 1200},
		Untested: &record.Untested{Reason: "it is gone", Output: []string{"panic"}},
	}}
	if diff := cmp.Diff(&want, w.Record()); diff != "" {
		t.Errorf("Record (-want +got):\n%s", diff)
	}
	rec := mustRead(t, dir)
	if diff := cmp.Diff(mustJSON(t, want), mustJSON(t, rec)); diff != "" {
		t.Errorf("Read (-want +got):\n%s", diff)
	}
	got, err := record.ReadTranscript(dir, *rec.Peer("gorilla").Case("24.1"))
	must(t, err)
	if diff := cmp.Diff(talk, got); diff != "" {
		t.Errorf("ReadTranscript (-want +got):\n%s", diff)
	}
	if got := rec.Transcripts(dir)("gorilla", "24.1"); got == nil || len(got.Entries) != 2 {
		t.Errorf("Transcripts gives %v", got)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return string(text)
}

func TestListsAreNeverNull(t *testing.T) {
	text := mustJSON(t, record.Record{Peers: []record.Peer{{Ended: &record.Ended{}, Untested: &record.Untested{}, Cases: []record.Case{{}}}}}) +
		mustJSON(t, record.Record{}) + mustJSON(t, record.Transcript{})
	if strings.Contains(text, "null") {
		t.Errorf("null in %s", text)
	}
}

// Cases of a peer that is not the last one wait, and are in the file when there are enough of them or the run ends.
func TestInterleavedPeers(t *testing.T) {
	const backlog = 32
	dir := t.TempDir()
	w := mustCreate(t, dir)
	must(t, w.Peer(record.Peer{Name: "a"}))
	must(t, w.Peer(record.Peer{Name: "b"}))
	for i := range backlog - 1 {
		must(t, w.Case("a", record.Case{ID: fmt.Sprintf("1.%d", i), Verdict: record.Pass}, nil))
	}
	must(t, w.Case("b", record.Case{ID: "2.1", Verdict: record.Pass}, nil))
	if rec := mustRead(t, dir); len(rec.Peers[0].Cases) != 0 || len(rec.Peers[1].Cases) != 1 || rec.Ran != 1 {
		t.Errorf("with %d cases waiting, the file has %v and ran %d", backlog-1, ids(rec), rec.Ran)
	}
	must(t, w.Case("a", record.Case{ID: "1.99", Verdict: record.Pass}, nil))
	if rec := mustRead(t, dir); len(rec.Peers[0].Cases) != backlog || rec.Ran != backlog+1 {
		t.Errorf("with a full backlog, the file has %v and ran %d", ids(rec), rec.Ran)
	}
	must(t, w.Case("a", record.Case{ID: "1.100", Verdict: record.Pass}, nil))
	must(t, w.Case("b", record.Case{ID: "2.2", Verdict: record.Pass}, nil))
	must(t, w.Close(0, ""))
	if rec := mustRead(t, dir); len(rec.Peers[0].Cases) != backlog+1 || len(rec.Peers[1].Cases) != 2 || rec.Ran != backlog+3 {
		t.Errorf("at the end, the file has %v and ran %d", ids(rec), rec.Ran)
	}
}

func TestCaseAgainReplaces(t *testing.T) {
	dir := t.TempDir()
	w := mustCreate(t, dir)
	must(t, w.Case("a", record.Case{ID: "1.1", Verdict: record.Fail}, nil))
	must(t, w.Case("a", record.Case{ID: "1.1", Verdict: record.Pass}, nil))
	must(t, w.Close(0, ""))
	rec := mustRead(t, dir)
	if len(rec.Peers) != 1 || len(rec.Peers[0].Cases) != 1 || rec.Peers[0].Cases[0].Verdict != record.Pass || rec.Ran != 1 {
		t.Errorf("got %s", mustJSON(t, rec))
	}
}

func TestPeerAgainKeepsCases(t *testing.T) {
	dir := t.TempDir()
	w := mustCreate(t, dir)
	must(t, w.Peer(record.Peer{Name: "a"}))
	must(t, w.Case("a", passed, nil))
	must(t, w.Peer(record.Peer{Name: "a", URL: "ws://h/"}))
	rec := mustRead(t, dir)
	if len(rec.Peers) != 1 || len(rec.Peers[0].Cases) != 1 || rec.Peers[0].URL != "ws://h/" {
		t.Errorf("got %s", mustJSON(t, rec))
	}
}

func TestPlan(t *testing.T) {
	dir := t.TempDir()
	w := mustCreate(t, dir)
	w.Plan(517)
	must(t, w.Case("a", passed, nil))
	if rec := mustRead(t, dir); rec.Planned != 517 {
		t.Errorf("planned %d, want 517", rec.Planned)
	}
}

func TestMemoryOnly(t *testing.T) {
	w := mustCreate(t, "")
	must(t, w.Case("a", failed, talk))
	must(t, w.Close(time.Second, ""))
	rec := w.Record()
	if rec.Ran != 1 || rec.DurationMS != 1000 || rec.Peers[0].Cases[0].Transcript != "" {
		t.Errorf("got %s", mustJSON(t, rec))
	}
	if w.Transcript("a", "24.1") != talk {
		t.Error("the transcript is lost")
	}
	if w.Transcript("a", "9.9") != nil || w.Transcript("b", "24.1") != nil {
		t.Error("a transcript where there is none")
	}
}

func TestTranscriptFromDisk(t *testing.T) {
	w := mustCreate(t, t.TempDir())
	must(t, w.Case("a", passed, nil))
	must(t, w.Case("a", failed, talk))
	if diff := cmp.Diff(talk, w.Transcript("a", "24.1")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := w.Transcript("a", "5.6"); got != nil {
		t.Errorf("got %v for a case without a transcript", got)
	}
}

func TestClosedWriter(t *testing.T) {
	w := mustCreate(t, t.TempDir())
	must(t, w.Close(0, ""))
	for _, err := range []error{w.Case("a", passed, nil), w.Peer(record.Peer{Name: "a"}), w.Ended("a", record.Ended{})} {
		if err == nil || err.Error() != "record: the writer is closed" {
			t.Errorf("after Close: %v", err)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	dir := t.TempDir()
	w := mustCreate(t, dir)
	peers, cases := 3, 40
	var all sync.WaitGroup
	for p := range peers {
		for i := range cases {
			all.Go(func() {
				c := record.Case{ID: fmt.Sprintf("1.%d", i), Verdict: record.Pass}
				if err := w.Case(fmt.Sprint("peer", p), c, talk); err != nil {
					t.Error(err)
				}
				w.Record()
			})
		}
	}
	all.Wait()
	must(t, w.Close(0, ""))
	rec := mustRead(t, dir)
	if rec.Ran != peers*cases || rec.Counts().Total() != peers*cases {
		t.Errorf("ran %d, holds %d, want %d", rec.Ran, rec.Counts().Total(), peers*cases)
	}
}

// What a run leaves behind of an earlier one, and what it must not touch.
func TestEarlierReport(t *testing.T) {
	dir := t.TempDir()
	w := mustCreate(t, dir)
	must(t, w.Case("old", failed, talk))
	must(t, w.Case("shared", failed, talk))
	must(t, w.Close(0, ""))
	foreign := filepath.Join(dir, "transcripts", "shared", "notes.txt")
	must(t, os.WriteFile(foreign, nil, 0o644))

	mustCreate(t, dir)
	if rec := mustRead(t, dir); len(rec.Peers) != 0 {
		t.Errorf("the earlier record is still there: %v", ids(rec))
	}
	left, err := filepath.Glob(filepath.Join(dir, "*", "*", "*"))
	must(t, err)
	if !slices.Equal(left, []string{foreign}) {
		t.Errorf("left over: %q, want only %q", left, foreign)
	}
	if _, err := os.Stat(filepath.Join(dir, "transcripts", "old")); err == nil {
		t.Error("the empty directory of an old peer is still there")
	}
}

// A record that lies about its transcripts must not make us delete anything else.
func TestEarlierReportLies(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "report")
	must(t, os.MkdirAll(filepath.Join(dir, "transcripts", "p"), 0o755))
	victims := []string{
		filepath.Join(base, "victim.json"), filepath.Join(dir, "keep.json"), filepath.Join(dir, "transcripts", "p", "keep.txt"),
	}
	for _, v := range victims {
		must(t, os.WriteFile(v, nil, 0o644))
	}
	lies := []string{"../victim.json", "transcripts/../../victim.json", "transcripts/p/../../keep.json", "keep.json", "transcripts/p/keep.txt", victims[0]}
	old := record.Record{Schema: 1, Peers: []record.Peer{{}}}
	for i, lie := range lies {
		old.Peers[0].Cases = append(old.Peers[0].Cases, record.Case{ID: fmt.Sprint(i), Verdict: record.Pass, Transcript: lie})
	}
	must(t, os.WriteFile(filepath.Join(dir, "results.json"), []byte(mustJSON(t, old)), 0o644))

	mustCreate(t, dir)
	for _, v := range victims {
		if _, err := os.Stat(v); err != nil {
			t.Errorf("%s is gone", v)
		}
	}
}

func TestForeignResults(t *testing.T) {
	for _, text := range []string{`{"tests": 5}`, `[]`, `hello`, `{"schema": "https://example.org/x", "tool": 1}`} {
		dir := t.TempDir()
		name := filepath.Join(dir, "results.json")
		must(t, os.WriteFile(name, []byte(text), 0o644))
		if _, err := record.Create(dir, header); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Create over %s: %v", text, err)
		}
		if kept, _ := os.ReadFile(name); string(kept) != text {
			t.Errorf("the foreign file became %s", kept)
		}
	}
}

func TestDamagedEarlierRecord(t *testing.T) {
	for _, text := range []string{"", `{"schema":1,"tool":"wsspec 0.1.0","peers":[`, `{"schema":99,"tool":"wsspec 9"}`} {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, "results.json"), []byte(text), 0o644))
		mustCreate(t, dir)
		mustRead(t, dir)
	}
}

func TestUnusableDirectory(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(name, nil, 0o644))
	for _, dir := range []string{name, filepath.Join(name, "below")} {
		_, err := record.Create(dir, header)
		if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "name another") {
			t.Errorf("Create(%q): %v", dir, err)
		}
	}
}

// Whoever looks at a record with the means of his terminal is not steered by what a peer sent.
func TestRecordSteersNoTerminal(t *testing.T) {
	name := "a\x1b[31m\u009b2J\u202e\U000e0041\x7f é 語 ##[group]"
	text, err := json.Marshal(record.Record{Schema: record.SchemaVersion, Peers: []record.Peer{{Name: name}}})
	if err != nil {
		t.Fatal(err)
	}
	if want := `"name":"a\u001b[31m\u009b2J\u202e\udb40\udc41\u007f é 語 #\u0023[group]"`; !strings.Contains(string(text), want) {
		t.Errorf("%s, want %s", text, want)
	}
	rec, err := record.Parse("it", text)
	if err != nil || rec.Peers[0].Name != name {
		t.Errorf("%v, %+v", err, rec)
	}
}
