package record_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// TestFind finds a record by all names that it has.
func TestFind(t *testing.T) {
	dir := t.TempDir()
	w, err := record.Create(dir, record.Record{Tool: "wsspec 0.1.0", Seed: "1", Planned: 1})
	must(t, err)
	must(t, w.Peer(record.Peer{Name: "a/b", Role: "server", URL: "ws://127.0.0.1:1/"}))
	must(t, w.Case("a/b", record.Case{ID: "5.6", Verdict: record.Pass}, &record.Transcript{}))
	must(t, w.Close(time.Second, ""))
	transcript := filepath.Join(dir, filepath.FromSlash(w.Record().Peers[0].Cases[0].Transcript))
	for name, want := range map[string]record.Source{
		dir:                                {Dir: dir},
		filepath.Join(dir, "results.json"): {Dir: dir},
		transcript:                         {Dir: dir, Peer: "a/b", Case: "5.6"},
	} {
		got, err := record.Find(name)
		if err != nil || got.Dir != want.Dir || got.Peer != want.Peer || got.Case != want.Case || got.Seed != "1" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}

	stray := filepath.Join(filepath.Dir(transcript), "stray.json")
	must(t, os.WriteFile(stray, []byte(`{"entries":[]}`), 0o644))
	alone := filepath.Join(t.TempDir(), "alone.json")
	must(t, os.WriteFile(alone, []byte(`{"entries":[]}`), 0o644))
	for name, want := range map[string]string{
		stray:                         "no case of the record in " + dir + " refers to",
		alone:                         "whose it is says the record two directories above it",
		filepath.Join(dir, "nothing"): "cannot read",
	} {
		if got, err := record.Find(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
