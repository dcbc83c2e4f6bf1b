package interop

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// action is what the metadata of a composite action may say, as far as this project says it.
type action struct {
	Name, Description, Author string
	Branding                  struct{ Icon, Color string }
	Inputs                    map[string]struct{ Description, Default string }
	Outputs                   map[string]struct{ Description, Value string }
	Runs                      struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	Name, ID, If, Uses, Shell, Run string
	Env                            map[string]string
	With                           map[string]string
}

func readAction(t *testing.T) *action {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	a := new(action)
	if err := yaml.UnmarshalWithOptions(text, a, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return a
}

var (
	actionName = regexp.MustCompile(`^[a-z_][a-z0-9_-]*$`)
	expression = regexp.MustCompile(`\$\{\{(.*?)\}\}`)
	context    = regexp.MustCompile(`\b(inputs|steps|github)\.([a-z_-]+)(?:\.outputs\.([a-z-]+))?`)
)

// TestActionMetadata holds action.yml against what GitHub asks of the metadata of a composite action. That nothing unknown is in
// it the reader sees.
func TestActionMetadata(t *testing.T) {
	a := readAction(t)
	for what, text := range map[string]string{"name": a.Name, "description": a.Description, "runs.using": a.Runs.Using} {
		if text == "" {
			t.Errorf("%s is missing", what)
		}
	}
	if len(a.Description) > 125 {
		t.Errorf("the description has %d characters, and the marketplace shows 125", len(a.Description))
	}
	for name, in := range a.Inputs {
		if !actionName.MatchString(name) || in.Description == "" {
			t.Errorf("input %q, described as %q", name, in.Description)
		}
	}
	ids := make(map[string]bool)
	known := func(where, text string) {
		for _, e := range expression.FindAllStringSubmatch(text, -1) {
			for _, c := range context.FindAllStringSubmatch(e[1], -1) {
				_, isInput := a.Inputs[c[2]]
				if c[1] == "inputs" && !isInput || c[1] == "steps" && (!ids[c[2]] || c[3] == "") {
					t.Errorf("%s: %s is not known there", where, c[0])
				}
			}
		}
	}
	for i, s := range a.Runs.Steps {
		where := fmt.Sprintf("step %d (%s)", i+1, s.Name)
		switch {
		case (s.Run == "") == (s.Uses == ""):
			t.Errorf("%s: wants either run or uses", where)
		case s.Run != "" && s.Shell != "bash":
			t.Errorf("%s: a composite action has to name the shell, and ours is bash", where)
		case expression.MatchString(s.Run):
			t.Errorf("%s: an expression in a script is a place to inject commands: %s", where, s.Run)
		case s.Uses != "" && !regexp.MustCompile(`^[\w-]+/[\w./-]+@v\d+$`).MatchString(s.Uses):
			t.Errorf("%s: uses %q", where, s.Uses)
		case strings.HasPrefix(s.Uses, "actions/upload-artifact@") && s.With["include-hidden-files"] != "true":
			t.Errorf("%s: a report in a directory such as .out is not kept", where)
		}
		for _, text := range slices.Concat([]string{s.If}, slices.Collect(maps.Values(s.Env)), slices.Collect(maps.Values(s.With))) {
			known(where, text)
		}
		ids[s.ID] = true
	}
	for name, out := range a.Outputs {
		if !actionName.MatchString(name) || out.Description == "" || out.Value == "" {
			t.Errorf("output %q is %+v", name, out)
		}
		known("output "+name, out.Value)
	}
}

// job is a job of GitHub Actions that calls the action.
type job struct {
	*action
	with map[string]string // inputs that are given
	ref  string            // by which the action is called
	env  []string          // of the runner
	dir  string            // the workspace

	outputs map[string]map[string]string // of the steps
	summary string
	log     string
}

// call runs the steps of the action that are scripts, as the runner does; those that use other actions are left out. It returns
// the exit code of the first step that fails, and the outputs of the action.
func call(t *testing.T, j *job) (code int, outputs map[string]string) {
	t.Helper()
	j.action, j.outputs = readAction(t), make(map[string]map[string]string)
	for _, s := range j.Runs.Steps {
		if s.Run == "" || code != 0 {
			continue
		}
		code = j.step(t, s)
	}
	outputs = make(map[string]string)
	for name, out := range j.Outputs {
		outputs[name] = j.evaluate(t, out.Value)
	}
	return code, outputs
}

func (j *job) step(t *testing.T, s actionStep) int {
	t.Helper()
	temp := t.TempDir()
	cmd := exec.Command("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", s.Run)
	cmd.Dir = j.dir
	cmd.Env = append(os.Environ(), j.env...)
	for name, value := range map[string]string{"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary", "GITHUB_ENV": "env", "GITHUB_PATH": "path"} {
		cmd.Env = append(cmd.Env, name+"="+filepath.Join(temp, value))
	}
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+j.evaluate(t, value))
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	j.log += string(out)
	summary, _ := os.ReadFile(filepath.Join(temp, "summary"))
	j.summary += string(summary)
	set, _ := os.ReadFile(filepath.Join(temp, "output"))
	j.outputs[s.ID] = make(map[string]string)
	for line := range strings.Lines(string(set)) {
		name, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !found {
			t.Errorf("step %s sets the output %q", s.ID, line)
		}
		j.outputs[s.ID][name] = value
	}
	return cmd.ProcessState.ExitCode()
}

// evaluate replaces expressions of the kinds that action.yml has outside of conditions.
func (j *job) evaluate(t *testing.T, text string) string {
	t.Helper()
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		c := context.FindStringSubmatch(e)
		switch {
		case c != nil && c[1] == "inputs":
			if value, given := j.with[c[2]]; given {
				return value
			}
			return j.Inputs[c[2]].Default
		case c != nil && c[1] == "steps":
			_, otherwise, _ := strings.Cut(strings.Trim(e, "${} "), " || ")
			return cmp.Or(j.outputs[c[2]][c[3]], strings.Trim(otherwise, "'"))
		case c != nil && c[2] == "action_path":
			root, err := filepath.Abs("..")
			if err != nil {
				t.Fatal(err)
			}
			return root
		case c != nil && c[2] == "action_ref":
			return j.ref
		}
		t.Fatalf("cannot evaluate %s", e)
		return ""
	})
}

// newJob is a job on this machine. The program is the release v9.8.7, so that only one test has to build it as the action does.
func newJob(t *testing.T, releases string, with map[string]string) *job {
	t.Helper()
	system := map[string]string{"linux": "Linux", "darwin": "macOS", "windows": "Windows"}[runtime.GOOS]
	arch := map[string]string{"amd64": "X64", "arm64": "ARM64"}[runtime.GOARCH]
	return &job{with: with, ref: "v9.8.7", dir: t.TempDir(), env: []string{
		"GITHUB_ACTIONS=true", "CI=true", "RUNNER_TEMP=" + t.TempDir(), "RUNNER_OS=" + system, "RUNNER_ARCH=" + arch,
		"WSSPEC_RELEASES=file://" + releases,
	}}
}

// release makes the release v9.8.7 for this machine, with the program that binary is.
func release(t *testing.T, binary string) (dir string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the archive for Windows is made where there is zip")
	}
	dir = t.TempDir()
	name := fmt.Sprintf("wsspec_9.8.7_%s_%s", runtime.GOOS, runtime.GOARCH)
	script := `mkdir -p v9.8.7 "$0" && cp "$1" "$0/wsspec" && tar -czf "v9.8.7/$0.tar.gz" "$0"`
	cmd := exec.Command("bash", "-c", script, name, binary)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	archive, err := os.ReadFile(filepath.Join(dir, "v9.8.7", name+".tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	sums := fmt.Sprintf("%064x  other.tar.gz\n%x  %s.tar.gz\n", 0, sha256.Sum256(archive), name)
	if err := os.WriteFile(filepath.Join(dir, "v9.8.7", "SHA256SUMS"), []byte(sums), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// want is what a call of the action has to come to.
type want struct {
	code    int
	outputs map[string]string // some of them
	log     string            // a regular expression
}

func (w want) check(t *testing.T, j *job, code int, outputs map[string]string) {
	t.Helper()
	if code != w.code || outputs["exit-code"] != fmt.Sprint(w.code) {
		t.Errorf("exit code %d, the output says %q, want %d\n%s", code, outputs["exit-code"], w.code, j.log)
	}
	for name, value := range w.outputs {
		if !regexp.MustCompile("^(?:" + value + ")$").MatchString(outputs[name]) {
			t.Errorf("output %s is %q, want %q", name, outputs[name], value)
		}
	}
	if !regexp.MustCompile(w.log).MatchString(j.log) {
		t.Errorf("the log has no %q:\n%s", w.log, j.log)
	}
}

// TestAction runs the action against the server that is built in.
func TestAction(t *testing.T) {
	binary := build(t)
	t.Run("inputs", func(t *testing.T) { testInputs(t, binary) })
	t.Run("gates", func(t *testing.T) { testGates(t, binary) })
	t.Run("is not injected", func(t *testing.T) { testInjection(t, binary) })
	t.Run("installs", func(t *testing.T) { testInstallation(t, binary) })
}

func testInputs(t *testing.T, binary string) {
	releases := release(t, binary)
	good, bad := "ws://127.0.0.1:{port}/", fmt.Sprintf("%s serve --fault surrogates-taken {port}", binary)
	for name, test := range map[string]struct {
		with map[string]string
		want
	}{
		"conforms": {
			map[string]string{"url": good, "command": binary + " serve {port}", "cases": "1.*\n2.*\n", "name": "a=b (ws://x)", "report": ".hidden dir"},
			want{0, map[string]string{"planned": "29", "ran": "29", "fail": "0", "badge": "29 cases: conforms", "report": ".+/.hidden dir"}, ""},
		},
		"fails": {
			map[string]string{"url": good, "command": "exec " + bad, "name": "theirs", "cases": "6.*", "exclude": "6.4.*", "sarif": "true", "args": "--seed 'a b'\n\t--jobs=2"},
			want{1, map[string]string{"fail": "[1-9].*", "badge": ".+ of .+ cases fail"}, `::error title=wsspec 6\.\S+ \(theirs\)::`},
		},
		"no such server": {
			map[string]string{"url": "ws://127.0.0.1:1/", "cases": "1.*"},
			want{3, nil, "127.0.0.1:1"},
		},
		"nothing to test":        {nil, want{2, nil, "what is to be tested"}},
		"both":                   {map[string]string{"url": good, "fleet": "wsspec.yaml"}, want{2, nil, "not both"}},
		"no such fleet":          {map[string]string{"fleet": "nowhere.yaml"}, want{2, map[string]string{"report": ""}, "nowhere.yaml"}},
		"no such directory":      {map[string]string{"url": good, "working-directory": "nowhere"}, want{2, nil, "nowhere"}},
		"no such flag":           {map[string]string{"url": good, "args": "--nonsense"}, want{2, nil, "--nonsense"}},
		"a quotation mark alone": {map[string]string{"url": good, "args": `--seed "x`}, want{2, nil, "args: a quotation mark"}},
		"no such profile":        {map[string]string{"url": good, "profile": "x"}, want{2, nil, "--profile"}},
	} {
		t.Run(name, func(t *testing.T) {
			j := newJob(t, releases, test.with)
			code, outputs := call(t, j)
			test.check(t, j, code, outputs)
			if test.code > 1 {
				return
			}
			for _, file := range []string{"index.html", "results.json", "junit.xml", "badge.svg", "badge.json"} {
				if _, err := os.Stat(filepath.Join(outputs["report"], file)); err != nil {
					t.Error(err)
				}
			}
			if _, err := os.Stat(filepath.Join(outputs["report"], "results.sarif")); (err == nil) != (test.with["sarif"] == "true") {
				t.Errorf("sarif is %q, and the file: %v", test.with["sarif"], err)
			}
			if !strings.Contains(j.summary, "## wsspec: ") {
				t.Errorf("the summary of the job is %q", j.summary)
			}
		})
	}
}

// With a baseline of what a server does, a fleet passes.
func testGates(t *testing.T, binary string) {
	j := newJob(t, release(t, binary), map[string]string{"fleet": "servers.yaml", "cases": "6.*", "working-directory": "sub dir"})
	j.dir = t.TempDir()
	dir := filepath.Join(j.dir, "sub dir")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	file := fmt.Sprintf("peers:\n  - name: good\n    command: [%q, serve, \"{port}\"]\n  - name: bad\n    command: [%[1]q, serve, --fault, surrogates-taken, \"{port}\"]\n", binary)
	if err := os.WriteFile(filepath.Join(dir, "servers.yaml"), []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	code, outputs := call(t, j)
	want{1, map[string]string{"badge": ".* of .* cases fail"}, `::error title=wsspec 6\.\S+ \(bad\)`}.check(t, j, code, outputs)
	j.with["args"], j.with["baseline"] = "--update-baseline", "known.yaml"
	call(t, j)
	j.with["args"] = ""
	code, outputs = call(t, j)
	want{0, map[string]string{"badge": "nothing new, .* known"}, ""}.check(t, j, code, outputs)
}

// What an input says is never a command, but for the one that is.
func testInjection(t *testing.T, binary string) {
	attack := "$(touch pwned)`touch pwned`';touch pwned;'\"&& touch pwned\""
	j := newJob(t, release(t, binary), map[string]string{
		"name": attack, "url": "ws://127.0.0.1:{port}/", "command": binary + " serve {port}", "cases": "1.1.1", "args": `--seed "$(touch pwned)"`,
		"report": "out $(touch pwned)",
	})
	code, outputs := call(t, j)
	want{0, nil, ""}.check(t, j, code, outputs)
	for _, key := range []string{"cases", "exclude", "profile", "baseline", "fleet", "working-directory", "version"} {
		other := newJob(t, filepath.Dir(j.dir), maps.Clone(j.with))
		other.dir, other.with[key] = j.dir, attack
		if key == "fleet" {
			other.with["url"], other.with["command"] = "", ""
		}
		if code, _ := call(t, other); code != 2 {
			t.Errorf("%s: exit code %d\n%s", key, code, other.log)
		}
	}
	filepath.WalkDir(j.dir, func(path string, _ fs.DirEntry, _ error) error {
		if filepath.Base(path) == "pwned" {
			t.Errorf("a command ran: there is %s", path)
		}
		return nil
	})
}

// The program comes from the source of the action or from a release, and is never something that is not what its checksum says.
func testInstallation(t *testing.T, binary string) {
	releases := release(t, binary)
	damaged := release(t, binary)
	sums := filepath.Join(damaged, "v9.8.7", "SHA256SUMS")
	if err := os.WriteFile(sums, regexp.MustCompile(`(?m)^\w+(  wsspec_)`).ReplaceAll(contents(t, sums), fmt.Appendf(nil, "%x$1", sha256.Sum256(nil))), 0o644); err != nil {
		t.Fatal(err)
	}
	unnamed := release(t, binary)
	if err := os.WriteFile(filepath.Join(unnamed, "v9.8.7", "SHA256SUMS"), []byte(strings.Repeat("0", 64)+"  x.tar.gz\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		releases, ref, version, arch string
		code                         int
		log                          string
	}{
		"the release of the tag":        {releases, "v9.8.7", "", "", 0, "wsspec "},
		"a release by name":             {releases, "main", "v9.8.7", "", 0, "wsspec "},
		"the source":                    {t.TempDir(), "main", "", "", 0, "wsspec "},
		"another sum":                   {damaged, "v9.8.7", "", "", 2, "is not what SHA256SUMS says"},
		"no sum":                        {unnamed, "v9.8.7", "", "", 2, "does not name"},
		"no such release":               {t.TempDir(), "v9.8.7", "", "", 2, "is there such a release"},
		"no version":                    {releases, "main", "latest; touch pwned", "", 2, "is no release"},
		"no release for such a machine": {releases, "v9.8.7", "", "S390X", 2, "no release for S390X"},
	} {
		t.Run(name, func(t *testing.T) {
			j := newJob(t, test.releases, map[string]string{"version": test.version, "url": "ws://127.0.0.1:{port}/", "command": "exec \"$WSSPEC\" serve {port}", "cases": "1.1.1"})
			j.ref = test.ref
			if test.arch != "" {
				j.env = append(j.env, "RUNNER_ARCH="+test.arch)
			}
			code, outputs := call(t, j)
			if code != test.code || outputs["exit-code"] != fmt.Sprint(test.code) || !strings.Contains(j.log, test.log) {
				t.Errorf("exit code %d, the output says %q, want %d and %q\n%s", code, outputs["exit-code"], test.code, test.log, j.log)
			}
			if goes := j.outputs["choose"]["go"]; test.code == 0 && goes != fmt.Sprint(cmp.Or(test.version, test.ref) != "v9.8.7") {
				t.Errorf("Go is asked for: %q", goes)
			}
		})
	}
}

func contents(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
