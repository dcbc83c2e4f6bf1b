package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
)

// TestSnippets: the programs that send a case's bytes are programs, and do what they say. One sends frame by frame, one byte by
// byte, one in writes of different sizes, one much.
func TestSnippets(t *testing.T) {
	t.Parallel()
	languages := map[string]struct {
		file    string
		command []string
	}{
		"go":     {"main.go", []string{"go", "run"}},
		"js":     {"case.js", []string{"node"}},
		"python": {"case.py", []string{"python3"}},
	}
	url := listen(t, faulty(""))
	address := strings.Trim(strings.TrimPrefix(url, "ws://"), "/")
	for form, language := range languages {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(language.command[0]); err != nil {
				t.Skip("needs " + language.command[0])
			}
			for id, answer := range map[string]string{"5.6": "70 69 6e 67 20 70 61 79 6c 6f 61 64", "5.8": "88 02 03 e8", "6.4.3": "88 1b 03 ef", "9.1.1": "88 02 03 e8"} {
				file := filepath.Join(t.TempDir(), language.file)
				os.WriteFile(file, program(t, form, id), 0o644)
				cmd := exec.CommandContext(t.Context(), language.command[0], append(language.command[1:], file, address)...)
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Errorf("%s: %v\n%s", id, err, out)
				}
				if got := digits(string(out)); !strings.Contains(got, digits(answer)) || !strings.Contains(string(out), "that is all") {
					t.Errorf("%s: no %s in\n%.2000s", id, answer, out)
				}
			}
		})
	}
}

// TestGoSnippet: the program in Go is as tidy as one that was written by hand.
func TestGoSnippet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module snippet\n\ngo 1.21\n"), 0o644)
	os.WriteFile(filepath.Join(dir, "main.go"), program(t, "go", "5.8"), 0o644)
	for _, args := range [][]string{{"vet", "."}, {"fmt", "."}} {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("go %v: %v\n%s", args, err, out)
		}
	}
}

// program is what a case sends, as a program.
func program(t *testing.T, form, id string) []byte {
	t.Helper()
	s, err := dryRun(t.Context(), cases.Find(id), drySeed, harness.Quick)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := forms[form](&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// digits are the hexadecimal digits of a dump.
func digits(dump string) string {
	var b strings.Builder
	for line := range strings.Lines(dump) {
		if len(line) > 60 && strings.HasPrefix(line, "000") {
			line = line[8:60]
		}
		b.WriteString(strings.Join(strings.Fields(line), ""))
	}
	return b.String()
}

// TestDryRun: what a case sends is the same each time, to the last byte.
func TestDryRun(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"2.5", "5.1", "5.19", "6.4.1", "7.3.1"} {
		once, again := program(t, "hex", id), program(t, "hex", id)
		if !bytes.Equal(once, again) || len(once) == 0 {
			t.Errorf("%s:\n%s\nand then\n%s", id, once, again)
		}
	}
}
