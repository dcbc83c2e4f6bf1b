package fleet

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("fleet.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate holds a fleet file against the schema.
func validate(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

// TestSchemaKnowsEveryKey: the schema has the keys that are read, and no others.
func TestSchemaKnowsEveryKey(t *testing.T) {
	text, err := os.ReadFile("fleet.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	type object struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Defs       map[string]object          `json:"$defs"`
	}
	var doc object
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		what      string
		keys      []string
		described map[string]json.RawMessage
	}{
		{"the file", fileKeys, doc.Properties},
		{"the defaults", defaultKeys, doc.Defs["settings"].Properties},
	} {
		var described []string
		for key := range test.described {
			described = append(described, key)
		}
		slices.Sort(described)
		if diff := cmp.Diff(slices.Sorted(slices.Values(test.keys)), described); diff != "" {
			t.Errorf("%s: -read +described\n%s", test.what, diff)
		}
	}
}

// TestExamples: the fleet files of this repository, and the examples of the documentation, are read, and valid by the schema.
func TestExamples(t *testing.T) {
	s := schema(t)
	examples := fencedYAML(t, "../../docs/fleet.md")
	if len(examples) < 2 {
		t.Errorf("docs/fleet.md has %d examples", len(examples))
	}
	examples = append(examples, everyKey)
	for _, pattern := range []string{"../../interop/wsspec.yaml", "../../examples/*/wsspec.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			examples = append(examples, string(text))
		}
	}
	for _, text := range examples {
		if _, err := Parse("wsspec.yaml", []byte(text)); err != nil {
			t.Errorf("%v", err)
		}
		if err := validate(t, s, text); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
}

// fencedYAML returns the blocks of YAML in a page of Markdown.
func fencedYAML(t *testing.T, name string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1) {
		blocks = append(blocks, string(m[1]))
	}
	return blocks
}

// TestSchemaFindsMistakes: an editor underlines what would be refused.
func TestSchemaFindsMistakes(t *testing.T) {
	s := schema(t)
	const good = "peers:\n  - name: a\n    command: ./server {port}\n    "
	if err := validate(t, s, good); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"{}", "peers: []", "peers: [a]", "peers: [{url: 'ws://h/'}]", "peer: [{name: a}]",
		"defaults: {name: a}\npeers: [{name: a}]", "defaults: {colour: red}\npeers: [{name: a}]",
		"new-cases: ignore\npeers: [{name: a}]",
		good + "tiemout: 2s", good + "timeout: soon", good + "timeout: 5", good + "jobs: 0", good + "retries: -1",
		good + "insecure: 1", good + "profile: fast", good + "role: proxy", good + "cases: {a: b}", good + "env: [A]",
		good + "build: []", good + "ready-http: localhost", good + "url: [a]",
	} {
		if validate(t, s, text) == nil {
			t.Errorf("valid:\n%s", text)
		}
	}
}
