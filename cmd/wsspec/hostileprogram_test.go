package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// TestSteering: whatever a server sends and writes, it steers no terminal, runs in no page and commands no CI system, in whatever
// form it is shown.
func TestSteering(t *testing.T) {
	t.Parallel()
	dir, github := t.TempDir(), filepath.Join(t.TempDir(), "summary.md")
	e := <-startIn(t, []string{"GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=" + github},
		"test", "--cases", "1.1.*,2.*,5.6,7.*", "--trace", "--retries", "1", "--format", "html,json,junit,markdown", "--out", dir,
		"--name", "evil"+venom, "ws://127.0.0.1:{port}/", "--", "peer", "steers", "{port}").done
	e.check(t)
	checkSchema(t, dir)
	if rec := readRecord(t, dir); e.code != exitFails || rec.Counts()[record.Fail] < 10 || rec.Ran != rec.Planned || rec.Peers[0].Ended == nil {
		t.Errorf("exit code %d, %v, %d ran\n%.3000s", e.code, rec.Counts(), rec.Ran, e.stderr)
	}
	if !strings.Contains(e.stdout, "\n::error title=wsspec ") || !strings.Contains(e.stderr, "alert(1)") {
		t.Error("no annotation, or no trace of the venom: nothing was tested")
	}
	checkHarmless(t, github)
	for _, args := range [][]string{{"report", "--format", "html,junit,markdown", dir}, {"report", "--json", dir}} {
		shown := runProgram(t, args...)
		shown.check(t)
		if shown.code != exitFails || !strings.Contains(shown.stdout, "alert(1)") {
			t.Errorf("%v: exit code %d\n%s", args, shown.code, shown.stderr)
		}
	}
	files := 0
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files++
			checkHarmless(t, name)
		}
		return err
	})
	if err != nil || files < 20 {
		t.Errorf("%d files, %v", files, err)
	}
}

// checkHarmless looks for raw venom in a file.
func checkHarmless(t *testing.T, name string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "alert(1)") && filepath.Ext(name) != ".json" {
		t.Errorf("%s: no venom was shown: nothing was tested", name)
	}
	if harmful[filepath.Ext(name)] == nil {
		t.Errorf("%s: nothing is known to be harmful there", name)
	}
	if filepath.Ext(name) == ".md" {
		text = regexp.MustCompile("(?s)```text\n.*?\n```").ReplaceAll(text, nil) // there all is shown as it stands
	}
	for _, bad := range harmful[filepath.Ext(name)] {
		if i := strings.Index(string(text), bad); i >= 0 {
			t.Errorf("%s: %q in %q", name, bad, text[max(0, i-80):min(len(text), i+80)])
		}
	}
}

// harmful is what must not be in a file, by the end of its name.
var harmful = map[string][]string{
	".json": {"\x1b", "\x07", "\u009b", "\u202e"},
	".html": {"\x1b", "\x07", "\u009b", "\u202e", "<script>alert", "<img src=x"},
	".xml":  {"\x1b", "\x07", "\u009b", "\u202e"},
	".md":   {"\x1b", "\x07", "\u009b", "\u202e", "<script>", "@everyone", "|`"},
}

// TestNoise: programs that write without end, or cannot, are tested as all others.
func TestNoise(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"shouts", "shouts-one-line", "mute"} {
		t.Run(program, func(t *testing.T) {
			e := runProgram(t, "test", "--cases", "1.*,2.*,5.*", "ws://127.0.0.1:{port}/", "--", "peer", program, "{port}")
			e.check(t)
			checkBounds(t, e)
			if e.code != exitConforms {
				t.Errorf("exit code %d\n%s%s", e.code, e.stdout, e.stderr)
			}
		})
	}
}
