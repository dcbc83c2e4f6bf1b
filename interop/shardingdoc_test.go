package interop

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// shardingExamples returns the YAML that docs/sharding.md shows: the workflow for GitHub, and that for GitLab.
func shardingExamples(t *testing.T) (github, gitlab string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "sharding.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```yaml\n")
	if len(blocks) != 3 {
		t.Fatalf("%d examples", len(blocks)-1)
	}
	github, _, _ = strings.Cut(blocks[1], "```")
	gitlab, _, _ = strings.Cut(blocks[2], "```")
	return github, gitlab
}

// actionlint says what is wrong with a workflow, "" if nothing is.
func actionlint(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "workflow.yml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "tool", "-modfile=tools/go.mod", "actionlint", "-no-color", name)
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1 && len(out) > 0) {
		t.Fatalf("actionlint: %v\n%s", err, out)
	}
	return string(out)
}

func TestShardingWorkflowIsSound(t *testing.T) {
	github, _ := shardingExamples(t)
	if problems := actionlint(t, github); problems != "" {
		t.Error(problems)
	}
	for before, after := range map[string]string{"needs: shard\n": "needs: shards\n", "matrix.shard }}/": "matrix.shards }}/", "fail-fast:": "failfast:"} {
		if actionlint(t, strings.Replace(github, before, after, 1)) == "" {
			t.Errorf("%q instead of %q passes", after, before)
		}
	}
}

// shardingCheckout is a directory as the jobs of a CI system find it, with a fleet of two servers and a baseline.
func shardingCheckout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	fleet := "baseline: wsspec-baseline.yaml\ndefaults: {profile: quick}\npeers:\n"
	for _, name := range []string{"gorilla", "gws"} {
		if out, err := exec.Command("go", "build", "-o", dir, "./peers/"+name).CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
		fleet += fmt.Sprintf("  - name: %s\n    command: ./%s {port}\n", name, name)
	}
	baseline, err := os.ReadFile("wsspec-baseline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "wsspec.yaml"), []byte(fleet), 0o600), os.WriteFile(filepath.Join(dir, "wsspec-baseline.yaml"), baseline, 0o600)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// script runs lines of a workflow, except those that install wsspec, and returns the exit code and what they wrote.
func script(t *testing.T, binary, dir string, lines []string, env ...string) (code int, output string) {
	t.Helper()
	lines = slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return line == "" || strings.HasPrefix(line, "go install ") })
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "wsspec ") {
		t.Fatalf("%q", lines)
	}
	cmd := exec.Command("bash", "-e", "-c", lines[0])
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.Env = append(cmd.Env, "PATH="+filepath.Dir(binary)+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// TestShardingWorkflowRuns does what the jobs of the workflow for GitHub do, and passes artifacts from one to the next.
func TestShardingWorkflowRuns(t *testing.T) {
	var workflow struct {
		Jobs map[string]struct {
			Strategy struct{ Matrix struct{ Shard []int } }
			Steps    []struct{ Run string }
		}
	}
	github, _ := shardingExamples(t)
	if err := yaml.Unmarshal([]byte(github), &workflow); err != nil {
		t.Fatal(err)
	}
	lines := func(job string) (list []string) {
		for _, step := range workflow.Jobs[job].Steps {
			list = append(list, step.Run)
		}
		return list
	}
	binary, dir := build(t), shardingCheckout(t)
	shards := workflow.Jobs["shard"].Strategy.Matrix.Shard
	if err := os.Mkdir(filepath.Join(dir, "shards"), 0o700); err != nil {
		t.Fatal(err)
	}
	for i, n := range shards {
		expressions := strings.NewReplacer("${{ matrix.shard }}", fmt.Sprint(n), "${{ strategy.job-total }}", fmt.Sprint(len(shards)), "${{ github.run_id }}", "77")
		list := lines("shard")
		for k := range list {
			list[k] = expressions.Replace(list[k])
		}
		if i == len(shards)-1 {
			if code, out := script(t, binary, dir, lines("conformance")); code != 3 || !strings.Contains(out, fmt.Sprintf("shard %d of %d is missing", n, len(shards))) {
				t.Errorf("before the last shard: exit code %d\n%s", code, out)
			}
			if err := os.RemoveAll(filepath.Join(dir, "wsspec-report")); err != nil {
				t.Fatal(err)
			}
		}
		if code, out := script(t, binary, dir, list); code != 0 {
			t.Errorf("shard %d: exit code %d\n%s", n, code, out)
		}
		if err := os.Rename(filepath.Join(dir, "wsspec-report"), filepath.Join(dir, "shards", fmt.Sprint("wsspec-shard-", n))); err != nil {
			t.Fatal(err)
		}
	}
	if code, out := script(t, binary, dir, lines("conformance")); code != 0 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if rec := read(t, filepath.Join(dir, "wsspec-report")); rec.Shard != nil || rec.Ran != rec.Planned || rec.Seed != "77" || len(rec.Peers) != 2 {
		t.Errorf("%d planned, %d ran, seed %s, %v", rec.Planned, rec.Ran, rec.Seed, rec.Shard)
	}
}

// TestShardingPipelineRuns does the same with the pipeline for GitLab.
func TestShardingPipelineRuns(t *testing.T) {
	type job struct {
		Parallel int
		Script   []string
	}
	var pipeline map[string]job
	_, gitlab := shardingExamples(t)
	if err := yaml.Unmarshal([]byte(gitlab), &pipeline); err != nil {
		t.Fatal(err)
	}
	binary, dir := build(t), shardingCheckout(t)
	n := pipeline["shard"].Parallel
	for i := range n {
		if code, out := script(t, binary, dir, pipeline["shard"].Script, fmt.Sprint("CI_NODE_INDEX=", i+1), fmt.Sprint("CI_NODE_TOTAL=", n), "CI_PIPELINE_ID=78"); code != 0 {
			t.Errorf("shard %d: exit code %d\n%s", i+1, code, out)
		}
	}
	if code, out := script(t, binary, dir, pipeline["conformance"].Script); code != 0 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if rec := read(t, filepath.Join(dir, "wsspec-report")); rec.Shard != nil || rec.Ran != rec.Planned || rec.Seed != "78" || len(rec.Peers) != 2 {
		t.Errorf("%d planned, %d ran, seed %s, %v", rec.Planned, rec.Ran, rec.Seed, rec.Shard)
	}
}
