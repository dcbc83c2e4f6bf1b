package interop

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// cited is a step or a job of an example that uses something of this project.
type cited struct {
	Uses string
	With map[string]any
}

// citations returns what the examples of docs/ci.md for GitHub use, and the examples that are whole jobs.
func citations(t *testing.T) (list []cited, jobs []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "ci.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		switch example := block[1]; {
		case strings.HasPrefix(example, "- uses:"):
			var steps []cited
			if err := yaml.Unmarshal([]byte(example), &steps); err != nil {
				t.Fatalf("%v\n%s", err, example)
			}
			list = append(list, steps...)
		case strings.HasPrefix(example, "jobs:"):
			var workflow struct {
				Jobs map[string]struct {
					Uses  string
					With  map[string]any
					Steps []cited
				}
			}
			if err := yaml.Unmarshal([]byte(example), &workflow); err != nil {
				t.Fatalf("%v\n%s", err, example)
			}
			for _, job := range workflow.Jobs {
				list = append(append(list, cited{job.Uses, job.With}), job.Steps...)
			}
			jobs = append(jobs, "on: push\n"+example)
		}
	}
	return list, jobs
}

// TestCIDocIsSound: the examples give the action and the workflow inputs that these have, and are sound as workflows.
func TestCIDocIsSound(t *testing.T) {
	var publish struct {
		On struct {
			Call struct {
				Inputs map[string]any
			} `yaml:"workflow_call"`
		}
	}
	text, err := os.ReadFile(filepath.Join("..", ".github", "workflows", "publish.yml"))
	if err == nil {
		err = yaml.Unmarshal(text, &publish)
	}
	if err != nil {
		t.Fatal(err)
	}
	inputs := map[string][]string{"wsspec/wsspec": nil, "wsspec/wsspec/.github/workflows/publish.yml": nil}
	for name := range readAction(t).Inputs {
		inputs["wsspec/wsspec"] = append(inputs["wsspec/wsspec"], name)
	}
	for name := range publish.On.Call.Inputs {
		inputs["wsspec/wsspec/.github/workflows/publish.yml"] = append(inputs["wsspec/wsspec/.github/workflows/publish.yml"], name)
	}
	list, jobs := citations(t)
	seen := make(map[string]int)
	for _, c := range list {
		what, _, _ := strings.Cut(c.Uses, "@")
		seen[what]++
		known, ours := inputs[what]
		for name := range c.With {
			if ours && !slices.Contains(known, name) {
				t.Errorf("%s has no input %q", c.Uses, name)
			}
		}
	}
	for what := range inputs {
		if seen[what] == 0 {
			t.Errorf("no example uses %s", what)
		}
	}
	if len(jobs) == 0 {
		t.Error("no example is a job")
	}
	for _, job := range jobs {
		if problems := actionlint(t, job); problems != "" {
			t.Error(problems)
		}
	}
}
