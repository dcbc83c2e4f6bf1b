package interop

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// sarifSchema is the schema of SARIF 2.1.0, as a package of npm has it.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	name := filepath.Join("browser", "node_modules", "@microsoft", "jest-sarif", "lib", "schemas", "sarif-2.1.0-rtm.5.json")
	text, err := os.ReadFile(name)
	if err != nil {
		skip(t, "needs `npm install` in interop/browser: "+err.Error())
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestSARIFMeetsSchema: of a run with everything in it, of one with nothing, and of one whose peers send what they should not.
func TestSARIFMeetsSchema(t *testing.T) {
	schema := sarifSchema(t)
	finding := func(requirement, text string) []record.Finding {
		return []record.Finding{{Requirement: requirement, Level: "MUST", Expected: text, Got: text, Severity: record.Fail}}
	}
	full := func(text string) (*record.Record, *record.Gate) {
		rec := &record.Record{Tool: "wsspec 0.1.0", Catalogue: "2026.1", Planned: 9, Ran: 5, Interrupted: "SIGINT", Peers: []record.Peer{
			{Name: text, Role: "server", URL: "ws://127.0.0.1/", Fleet: "wsspec.yaml", Cases: []record.Case{
				{ID: "5.6", Title: text, Verdict: record.Fail, Findings: finding("RFC6455-5.4-10", text)},
				{ID: "6.1", Title: text, Verdict: record.Fail, Findings: finding(text, text)},
				{ID: text, Title: text, Verdict: record.NonStrict, Notes: []string{text}},
				{ID: "7.1", Title: text, Verdict: record.Error, Notes: []string{text}},
			}},
			{Name: "gone", Untested: &record.Untested{Reason: text}},
		}}
		return rec, &record.Gate{Baseline: "b.yaml", Judgements: []record.Judgement{
			{Change: record.Known, Peer: text, Case: "5.6", Verdict: record.Fail, Reason: text, Ticket: text, Where: "b.yaml:3"},
			{Change: record.Stale, Peer: text, Case: text, Text: text, Where: text + ":7"},
			{Change: record.Lost, Peer: "gone", Text: text},
		}}
	}
	places := reports.SARIFPlaces{Peer: func(name string) reports.Place { return reports.Place{File: "dir/" + name, Line: 3} }, File: func(name string) string { return name }}
	for name, text := range map[string]string{
		"plain": "words", "markup": `<img src=x>[a](javascript:b){0}@everybody`, "control": "\x1b[31m\x00\u202e\xff", "path": "../../a b/%00?x#y", "none": "",
	} {
		rec, gate := full(text)
		for what, g := range map[string]*record.Gate{"gated": gate, "not gated": nil} {
			var out strings.Builder
			if err := reports.SARIF(&out, rec, g, places); err != nil {
				t.Fatal(err)
			}
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(out.String()))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Errorf("%s, %s: %v\n%s", name, what, err, out.String())
			}
		}
	}
	if err := schema.Validate(map[string]any{"version": "2.1.0", "runs": []any{map[string]any{"results": []any{}}}}); err == nil {
		t.Error("the schema takes a run without a tool")
	}
}
