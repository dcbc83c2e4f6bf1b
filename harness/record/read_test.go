package record_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

func TestReadErrors(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "results.json")
	for _, test := range []struct {
		what, text string
		want       []string
	}{
		{"empty", " \n", []string{name + " is empty"}},
		{"no JSON", "<html>", []string{name + ":1:1:", `"<html>"`}},
		{"cut off", "{\"schema\":1,\n\"tool\":\"é\", ", []string{name + ":2:13:", "ends in the middle"}},
		{"stray character", "{\"schema\":1,\n  \"tool\": \"é\", x}", []string{name + ":2:16:", "invalid character 'x'", `x}`}},
		{"wrong type", "{\"schema\":1,\n\"tool\":5}", []string{name + ":2:", "tool is a number"}},
		{"wrong time", "{\"schema\":1,\n\"started\":\"yesterday\"}", []string{name + ":2:12:", "2026-11-23T10:00:00Z"}},
		{"terminal codes", "{\"schema\":1, \x1b]0;x\x07 \u202e", []string{`\x1b]0;x\a`, `\u202e`}},
		{"newer", `{"schema":2,"peers":{}}`, []string{"written by a newer wsspec (schema 2, this one knows 1): update wsspec"}},
		{"other JSON", `{"peers":[]}`, []string{"not a record", "no schema number"}},
		{"list", `[1]`, []string{"not a record"}},
		{"schema of another kind", `{"schema":"draft"}`, []string{"not a record"}},
		{"unknown verdict", `{"schema":1,"peers":[{"name":"p","cases":[{"id":"1.1","verdict":"ok"}]}]}`, []string{`"1.1"`, `"p"`, `"ok"`}},
		{"unknown close", `{"schema":1,"peers":[{"name":"p","cases":[{"id":"1.1","verdict":"pass","close":"ok"}]}]}`, []string{`"1.1"`, `"p"`, `"ok"`}},
	} {
		t.Run(test.what, func(t *testing.T) {
			must(t, os.WriteFile(name, []byte(test.text), 0o644))
			rec, err := record.Read(dir)
			if err == nil {
				t.Fatalf("Read gives %v", rec)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
			if strings.ContainsAny(err.Error(), "\x1b\x07\u202e") {
				t.Errorf("raw control characters in %q", err)
			}
		})
	}
}

func TestReadMissing(t *testing.T) {
	dir := t.TempDir()
	if _, err := record.Read(filepath.Join(dir, "none.json")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none.json: ") {
		t.Errorf("missing file: %v", err)
	}
	if _, err := record.Read(dir); err == nil || !strings.Contains(err.Error(), "holds no results.json") {
		t.Errorf("directory without a record: %v", err)
	}
}

func TestReadTakesUnknownFields(t *testing.T) {
	rec, err := record.Parse("x", []byte(`{"schema":1,"tool":"wsspec 0.2.0","later":{"a":[1]}}`))
	if err != nil || rec.Tool != "wsspec 0.2.0" {
		t.Errorf("got %v, %v", rec, err)
	}
}

// The path of a transcript comes from the record, and a record may come from anywhere.
func TestReadTranscriptStaysInside(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "report")
	must(t, os.Mkdir(dir, 0o755))
	must(t, os.WriteFile(filepath.Join(base, "secret.json"), []byte(`{"entries":[]}`), 0o644))
	if err := os.Symlink(base, filepath.Join(dir, "link")); err != nil {
		t.Logf("without a symbolic link: %v", err)
	}
	for _, path := range []string{"../secret.json", "link/secret.json", filepath.Join(base, "secret.json")} {
		if got, err := record.ReadTranscript(dir, record.Case{ID: "1.1", Transcript: path}); err == nil {
			t.Errorf("%s was read: %v", path, got)
		}
	}
	must(t, os.WriteFile(filepath.Join(dir, "t.json"), []byte(`{"entries":[}`), 0o644))
	if _, err := record.ReadTranscript(dir, record.Case{ID: "1.1", Transcript: "t.json"}); err == nil || !strings.Contains(err.Error(), "t.json:1:13:") {
		t.Errorf("damaged transcript: %v", err)
	}
	if _, err := record.ReadTranscript(dir, record.Case{ID: "1.1"}); err == nil || !strings.Contains(err.Error(), "1.1 has no transcript") {
		t.Errorf("no transcript: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"schema":1,"peers":[{"cases":[{"verdict":"pass"}]}]}`))
	f.Add([]byte("{\"schema\":1,\n\"started\":\"\xff\"}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rec, err := record.Parse("x.json", data)
		if (rec == nil) == (err == nil) {
			t.Errorf("Parse gives %v and %v", rec, err)
		}
	})
}
