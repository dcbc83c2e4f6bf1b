package wstest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/wstest"
)

// asked are cases that were put to a server, and the transcripts.
type asked struct {
	record *record.Record
	talks  map[string]*record.Transcript
}

// ask puts cases to the reference server, with a fault or without.
func ask(t *testing.T, f *reference.Fault, fields protocol.Fields, ids ...string) asked {
	t.Helper()
	u, err := protocol.ParseURL("ws://127.0.0.1:9001/")
	if err != nil {
		t.Fatal(err)
	}
	peer := record.Peer{Name: "gws-full", Role: "server"}
	a := asked{talks: make(map[string]*record.Transcript)}
	r := &harness.Runner{
		Target:  harness.Target{URL: u, Dial: reference.Dialer(f), Fields: fields},
		Timeout: harness.DefaultProgress, Seed: "1", Account: true,
		Result: func(c record.Case, talk *record.Transcript) {
			peer.Cases = append(peer.Cases, c)
			a.talks[c.ID] = talk
		},
	}
	for _, id := range ids {
		r.Cases = append(r.Cases, cases.Find(id))
	}
	if err := r.Run(context.Background(), harness.Probe{Connections: 4}); err != nil {
		t.Fatal(err)
	}
	a.record = &record.Record{Tool: "wsspec test", Peers: []record.Peer{peer}}
	return a
}

// write writes the files into a new directory.
func (a asked) write(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	o := wstest.Options{Transcripts: func(_, id string) *record.Transcript { return a.talks[id] }, Case: cases.Find}
	if err := wstest.Write(dir, a.record, o); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A server that behaves as the one that the testsuite was recorded with gets the same files: the same names, in the same order,
// with values of the same types at every depth; and the same values, but for times, texts of ours, and how the bytes came.
func TestSameFile(t *testing.T) {
	atEnd := reference.Find("text-checked-at-end")
	free := []string{"description", "expectation", "started", "duration", "httpRequest", "httpResponse", "wirelog", "rxOctetStats", "txOctetStats", "rxFrameStats"}
	for id, also := range map[string][]string{
		"1.1.1": nil, "2.10": nil, "5.6": nil, "7.5.1": {"remoteCloseReason"}, "9.7.1": nil,
		"6.4.1": {"remoteCloseReason", "localCloseCode"}, // the testsuite answers by 1000 whatever the peer's code is
	} {
		t.Run(id, func(t *testing.T) {
			name := "gws_full_case_" + strings.ReplaceAll(id, ".", "_") + ".json"
			ours := parse(t, filepath.Join(ask(t, atEnd, nil, id).write(t), name))
			theirs := parse(t, filepath.Join(sampleDir, name))
			if diff := cmp.Diff(keys(t, theirs.text), keys(t, ours.text)); diff != "" {
				t.Errorf("names (-theirs +ours):\n%s", diff)
			}
			for key, value := range theirs.members {
				if !slices.Contains(free, key) && !slices.Contains(also, key) && !cmp.Equal(value, ours.members[key]) {
					t.Errorf("%s: %v, theirs %v", key, ours.members[key], value)
				}
				if got, want := form(ours.members[key]), form(value); !slices.Contains(append(also, "wirelog", "received"), key) && got != want {
					t.Errorf("%s has the form %s, theirs %s", key, got, want)
				}
			}
			sameRows(t, ours.members["wirelog"].([]any))
		})
	}
}

// A log has rows of the forms of the testsuite's, for each kind.
func sameRows(t *testing.T, ours []any) {
	t.Helper()
	known := make(map[string]bool)
	names, _ := filepath.Glob(sampleDir + "/*_case_*.json")
	for _, name := range names {
		for _, row := range parse(t, name).members["wirelog"].([]any) {
			known[rowForm(row)] = true
		}
	}
	for _, row := range ours {
		if !known[rowForm(row)] {
			t.Errorf("a row of the form %s: %v", rowForm(row), row)
		}
	}
	if len(ours) < 5 || len(known) < 8 {
		t.Errorf("%d rows, %d forms", len(ours), len(known))
	}
}

func rowForm(row any) string { return fmt.Sprintf("%v %s", row.([]any)[0], form(row)) }

// caseFile is a file as text and as what it says.
type caseFile struct {
	text    string
	members map[string]any
}

func parse(t *testing.T, name string) caseFile {
	t.Helper()
	f := caseFile{text: read(t, name)}
	if err := json.Unmarshal([]byte(f.text), &f.members); err != nil {
		t.Fatal(err)
	}
	return f
}

// form is a value's type, at every depth; the keys of statistics are free.
func form(v any) string {
	switch v := v.(type) {
	case []any:
		var forms []string
		for _, e := range v {
			forms = append(forms, form(e))
		}
		return "[" + strings.Join(forms, " ") + "]"
	case map[string]any:
		forms := make(map[string]bool)
		for key, e := range v {
			if strings.Trim(key, "0123456789") == "" {
				key = "n"
			}
			forms[key+":"+form(e)] = true
		}
		return fmt.Sprint(forms)
	}
	return fmt.Sprintf("%T", v)
}

// keys are the members of an object in the order in which they are written.
func keys(t *testing.T, text string) (list []string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		key, err := d.Token()
		var value json.RawMessage
		if err := errors.Join(err, d.Decode(&value)); err != nil {
			t.Fatal(err)
		}
		list = append(list, key.(string))
	}
	return list
}

// What the user keeps secret is in no file.
func TestSecretsStaySecret(t *testing.T) {
	const secret = "hunter2hunter2"
	a := ask(t, nil, protocol.Fields{{Name: "Cookie", Value: secret}}, "1.1.1")
	dir := a.write(t)
	file := read(t, filepath.Join(dir, "gws_full_case_1_1_1.json"))
	if !strings.Contains(file, `Cookie: (redacted)\r\n`) || !strings.Contains(file, `Sec-WebSocket-Version: 13\r\n`) {
		t.Errorf("not the request: %s", file)
	}
	inHex := fmt.Sprintf("%x", secret)
	transcript, err := json.Marshal(a.talks["1.1.1"])
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{file, read(t, filepath.Join(dir, "gws_full_case_1_1_1.html")), string(transcript)} {
		if strings.Contains(text, secret) || strings.Contains(text, inHex) {
			t.Errorf("there it is: %s", text)
		}
	}
}

// The transcripts in which the files' contents are kept meet the schema, and give the same files when they are read again.
func TestTranscriptsMeetSchema(t *testing.T) {
	a := ask(t, nil, nil, "1.1.1", "5.6", "6.4.1", "7.3.2", "9.7.1")
	dir := a.write(t)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(reports.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("https://example.com/schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("https://example.com/schema.json#/$defs/transcript")
	if err != nil {
		t.Fatal(err)
	}
	for id, talk := range a.talks {
		text, err := json.Marshal(talk)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err := errors.Join(err, schema.Validate(value)); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		again := new(record.Transcript)
		if err := json.Unmarshal(text, again); err != nil {
			t.Fatal(err)
		}
		a.talks[id] = again
	}
	for _, name := range files(t, dir) {
		if read(t, filepath.Join(dir, name)) != read(t, filepath.Join(a.write(t), name)) {
			t.Errorf("%s is another one", name)
		}
	}
}
