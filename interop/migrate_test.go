package interop

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestMigrateGorilla runs what a person runs there, and looks at what the person looks at.
func TestMigrateGorilla(t *testing.T) {
	m := newMigration(t, "gorilla")
	m.run(0, "drop-in.sh")
	index := m.index("reports")
	agents := []string{"ReadAllWriteMessage", "ReadAllWritePreparedMessage", "ReadAllWrite", "CopyFull", "CopyWriterOnly"}
	for _, agent := range agents {
		index.expect(t, agent, testsuiteCases)
	}
	m.page("reports", agents...)
	m.run(0, "native.sh")

	m.plant("server/main.go", "!utf8.Valid(message)", "false")
	m.plant("config/fuzzingclient.json", `"*"`, `"6.3.*"`)
	m.run(0, "drop-in.sh") // nothing gates
	m.index("reports").expect(t, "ReadAllWrite", 2, "6.3.1", "6.3.2")
	m.run(1, "native.sh", "--cases", "6.3.*").expect("NEW  *6.3.1")
}

// TestMigrateGobwas runs the reporter that fails on FAILED, UNCLEAN and NON-STRICT.
func TestMigrateGobwas(t *testing.T) {
	m := newMigration(t, "gobwas")
	m.run(0, "drop-in.sh").expect(fmt.Sprintf("helpers/low: %d cases", testsuiteCases))
	m.run(0, "native.sh", "--cases", "1.*,5.*,7.*")

	m.plant("server/main.go", "CheckUTF8: true", "CheckUTF8: false")
	m.plant("config/fuzzingclient.json", `"*"`, `"6.3.*"`)
	m.run(1, "drop-in.sh").expect("wsutil 6.3.1 FAILED", "wsutil 6.3.2 FAILED", "FAILED: 2 cases")
	m.run(1, "native.sh", "--only", "wsutil", "--cases", "6.3.*").expect("CHANGED  *6.3.1")
}

// TestMigrateWS runs what a person runs there, without a specification on the command line.
func TestMigrateWS(t *testing.T) {
	modules, err := filepath.Abs(filepath.Join("peers", "node", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	installed(t, filepath.Join("peers", "node"), "node", "-e", "require('ws')")
	m := newMigration(t, "npm-ws")
	m.env = append(m.env, "NODE_PATH="+modules)
	m.run(0, "drop-in.sh").expect("Running test case ID 7.1.1 for agent UnknownServer")
	m.index("reports/servers").expect(t, "UnknownServer", testsuiteCases, "9.3.1", "9.3.2", "9.4.1", "9.4.2")
	m.page("reports/servers", "UnknownServer")
	m.run(0, "native.sh")

	m.plant("server.js", "{ binary: isBinary }", "{ binary: true }")
	m.run(1, "native.sh", "--cases", "1.*").expect("NEW  *1.1.1")
}

// TestMigrateAiohttp runs the strict table of expected failures, which looks at behaviorClose alone. What that cannot see, the
// baseline does.
func TestMigrateAiohttp(t *testing.T) {
	installed(t, ".", python, "-c", "import aiohttp")
	m := newMigration(t, "aiohttp")
	m.run(0, "drop-in.sh").expect("OK")
	m.run(0, "native.sh")

	m.plant("server.py", "send_str(message.data)", `send_str(message.data + "!")`)
	m.plant("fuzzingclient.json", `"*"`, `"1.1.*", "7.9.*"`)
	m.run(0, "drop-in.sh").expect("OK")
	m.index("reports/servers").expect(t, "AutobahnServer", 17,
		"1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.1.6", "1.1.7", "1.1.8", "7.9.5")
	m.run(1, "native.sh", "--cases", "1.1.*").expect("NEW  *1.1.1")

	m.plant("test_autobahn.py", "1002 or empty", "1003")
	m.run(1, "drop-in.sh").expect("1003")
}

// testsuiteCases is how many of the testsuite's cases there are without those of compression.
const testsuiteCases = 301

// migration is an example of examples/migrate in a place of its own, where it can be changed. Its scripts run as they stand,
// but on ports that are free here.
type migration struct {
	t   *testing.T
	dir string
	env []string
}

func newMigration(t *testing.T, name string) *migration {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the scripts need bash")
	}
	installed(t, ".", "bash", "-c", "true")
	top := t.TempDir()
	if err := os.CopyFS(top, os.DirFS(filepath.Join("..", "examples", "migrate"))); err != nil {
		t.Fatal(err)
	}
	m := &migration{t: t, dir: filepath.Join(top, name), env: append(os.Environ(), "PATH="+programs(t)+":"+os.Getenv("PATH"))}
	m.clean()
	m.movePorts()
	return m
}

// programs makes a directory with our program under the names that scripts call, and Debian's Python.
func programs(t *testing.T) string {
	t.Helper()
	binary, dir := build(t), t.TempDir()
	for name, target := range map[string]string{"wsspec": binary, "wstest": binary, "python3": python} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// clean removes what runs by hand left behind.
func (m *migration) clean() {
	for _, name := range []string{"bin", "report", "reports", "wsspec-report"} {
		if err := os.RemoveAll(filepath.Join(m.dir, name)); err != nil {
			m.t.Fatal(err)
		}
	}
}

// movePorts replaces the port of the example, the same in all its files, by one that is free.
func (m *migration) movePorts() {
	port := freePort(m.t)
	fixed := regexp.MustCompile(`\b900[01]\b`)
	err := filepath.WalkDir(m.dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == "node_modules":
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(name, fixed.ReplaceAll(data, []byte(port)), 0o755)
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

// plant changes a file of the example.
func (m *migration) plant(name, old, new string) {
	m.t.Helper()
	name = filepath.Join(m.dir, filepath.FromSlash(name))
	data, err := os.ReadFile(name)
	if err != nil {
		m.t.Fatal(err)
	}
	if bytes.Count(data, []byte(old)) != 1 {
		m.t.Fatalf("%s: %q is not there once", name, old)
	}
	if err := os.WriteFile(name, bytes.Replace(data, []byte(old), []byte(new), 1), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

// output is what a script said.
type output struct {
	t    *testing.T
	text string
}

// run runs a script of the example, which has to end with the exit code.
func (m *migration) run(code int, script string, args ...string) output {
	m.t.Helper()
	cmd := exec.Command(filepath.Join(m.dir, script), args...)
	cmd.Env = m.env
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		m.t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		m.t.Errorf("%s %q: exit code %d, want %d\n%s", script, args, got, code, out)
	}
	return output{m.t, string(out)}
}

// expect checks that the patterns match the output.
func (o output) expect(patterns ...string) {
	o.t.Helper()
	for _, pattern := range patterns {
		if !regexp.MustCompile(pattern).MatchString(o.text) {
			o.t.Errorf("%q is not in the output:\n%s", pattern, o.text)
		}
	}
}

// index reads what the run wrote into a directory of the example.
func (m *migration) index(dir string) results {
	m.t.Helper()
	return readIndex(m.t, filepath.Join(m.dir, filepath.FromSlash(dir)))
}

// expect checks how many cases there are of an agent, and that these fail and no other does.
func (r results) expect(t *testing.T, agent string, cases int, fail ...string) {
	t.Helper()
	if len(r[agent]) != cases {
		t.Errorf("%s: %d cases in the index, want %d", agent, len(r[agent]), cases)
	}
	for id, c := range r[agent] {
		if (c.Behavior == "FAILED") != slices.Contains(fail, id) {
			t.Errorf("%s: %s is %s, %s", agent, id, c.Behavior, c.BehaviorClose)
		}
	}
}

// page checks the page that a person looks at: it names the agents, and what it links to is there.
func (m *migration) page(dir string, agents ...string) {
	m.t.Helper()
	dir = filepath.Join(m.dir, filepath.FromSlash(dir))
	page, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		m.t.Fatal(err)
	}
	for _, agent := range agents {
		if !strings.Contains(string(page), agent) {
			m.t.Errorf("index.html does not speak of %s", agent)
		}
	}
	links := regexp.MustCompile(`href="?([a-z0-9_]+\.html)`).FindAllStringSubmatch(string(page), -1)
	if len(links) < testsuiteCases*len(agents) {
		m.t.Errorf("index.html has %d links", len(links))
	}
	for _, link := range links {
		if _, err := os.Stat(filepath.Join(dir, link[1])); err != nil {
			m.t.Error(err)
		}
	}
}
