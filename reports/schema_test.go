package reports_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol/requirement"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

const schemaID = "https://github.com/wsspec/wsspec/reports/results.schema.json"

// compiled returns the schema of a record, or the part of it that a fragment names.
func compiled(t *testing.T, fragment string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(reports.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(schemaID, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(schemaID + fragment)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(schema *jsonschema.Schema, text []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(doc)
}

// A record meets the schema at every moment of a run, also of one that ends early, and so do its transcripts.
func TestWrittenRecordsMeetSchema(t *testing.T) {
	schema, transcript := compiled(t, ""), compiled(t, "#/$defs/transcript")
	dir := t.TempDir()
	rec := samples.Record()
	w, err := record.Create(dir, *rec)
	if err != nil {
		t.Fatal(err)
	}
	states := 0
	check := func(err error) {
		t.Helper()
		text, readErr := os.ReadFile(filepath.Join(dir, "results.json"))
		states++
		if err := errors.Join(err, readErr, validate(schema, text)); err != nil {
			t.Fatalf("state %d: %v", states, err)
		}
	}
	check(nil)
	for _, p := range rec.Peers {
		check(w.Peer(p))
		for _, c := range p.Cases {
			check(w.Case(p.Name, c, samples.Talk(p.Name, c.ID)))
		}
		check(w.Case("never announced", p.Cases[0], nil))
		if p.Ended != nil {
			check(w.Ended(p.Name, *p.Ended))
		}
	}
	check(w.Close(8412, "SIGINT"))
	if states < 80 {
		t.Errorf("only %d states", states)
	}
	for _, name := range transcriptFiles(t, dir) {
		text, err := os.ReadFile(name)
		if err := errors.Join(err, validate(transcript, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func transcriptFiles(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "transcripts", "*", "*.json"))
	if err != nil || len(names) < 40 {
		t.Fatalf("%d transcripts, %v", len(names), err)
	}
	return names
}

func TestJSON(t *testing.T) {
	rec := samples.Record()
	var out bytes.Buffer
	if err := reports.JSON(&out, rec); err != nil {
		t.Fatal(err)
	}
	if err := validate(compiled(t, ""), out.Bytes()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "\n  \"schema\": 1,") || strings.Contains(out.String(), `\u003c`) || !strings.Contains(out.String(), "Größe & Söhne") {
		t.Error("not made for reading")
	}
	again, err := record.Parse("out", out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var second bytes.Buffer
	if err := reports.JSON(&second, again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(out.String(), second.String()); diff != "" {
		t.Errorf("written, read and written again (-first +second):\n%s", diff)
	}
}

// The schema is strict: what this version would not write, it refuses.
func TestSchemaRefuses(t *testing.T) {
	schema := compiled(t, "")
	for what, change := range map[string]func(rec, peer, oneCase, finding map[string]any){
		"newer schema":          func(r, p, c, f map[string]any) { r["schema"] = 2 },
		"unknown property":      func(r, p, c, f map[string]any) { r["later"] = 1 },
		"of a peer":             func(r, p, c, f map[string]any) { p["later"] = 1 },
		"of a case":             func(r, p, c, f map[string]any) { c["later"] = 1 },
		"of a finding":          func(r, p, c, f map[string]any) { f["later"] = 1 },
		"missing property":      func(r, p, c, f map[string]any) { delete(r, "planned") },
		"null list":             func(r, p, c, f map[string]any) { c["findings"] = nil },
		"unknown verdict":       func(r, p, c, f map[string]any) { c["verdict"] = "ok" },
		"unknown close verdict": func(r, p, c, f map[string]any) { c["close"] = "ok" },
		"severity of a verdict": func(r, p, c, f map[string]any) { f["severity"] = "error" },
		"unknown role":          func(r, p, c, f map[string]any) { p["role"] = "proxy" },
		"path that leads out":   func(r, p, c, f map[string]any) { c["transcript"] = "transcripts/../x.json" },
		"no time":               func(r, p, c, f map[string]any) { r["started"] = "yesterday" },
		"no requirement":        func(r, p, c, f map[string]any) { f["requirement"] = "5.1" },
		"no ID":                 func(r, p, c, f map[string]any) { c["id"] = "a b" },
		"negative number":       func(r, p, c, f map[string]any) { r["ran"] = -1 },
	} {
		rec := samples.Record()
		rec.Peers[0].Cases = []record.Case{samples.Unmasked}
		text, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		peer := doc["peers"].([]any)[0].(map[string]any)
		oneCase := peer["cases"].([]any)[0].(map[string]any)
		finding := oneCase["findings"].([]any)[0].(map[string]any)
		change(doc, peer, oneCase, finding)
		if text, err = json.Marshal(doc); err != nil {
			t.Fatal(err)
		}
		if err := validate(schema, text); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}

// The words of the schema are those of the program.
func TestSchemaKnowsAllWords(t *testing.T) {
	var doc struct {
		Defs map[string]struct {
			Pattern    string
			Enum       []string
			Properties map[string]struct {
				Enum []string
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(reports.Schema, &doc); err != nil {
		t.Fatal(err)
	}
	var verdicts []string
	for _, v := range record.Verdicts {
		verdicts = append(verdicts, string(v))
	}
	if got := doc.Defs["verdict"].Enum; !slices.Equal(got, verdicts) {
		t.Errorf("verdicts: %q, want %q", got, verdicts)
	}
	for _, v := range record.CloseVerdicts {
		if !slices.Contains(doc.Defs["case"].Properties["close"].Enum, string(v)) {
			t.Errorf("no close verdict %q", v)
		}
		if !slices.Contains(doc.Defs["wstest"].Properties["behaviorClose"].Enum, v.WSTest()) {
			t.Errorf("no word %q for the closing", v.WSTest())
		}
	}
	ids := compiled(t, "#/$defs/requirementID")
	for r := range requirement.All() {
		if err := ids.Validate(r.ID); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
		if !slices.Contains(doc.Defs["finding"].Properties["level"].Enum, r.Level.String()) {
			t.Errorf("no level %s", r.Level)
		}
	}
}
