package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// module is this module's path.
const module = "github.com/wsspec/wsspec"

// TestBinary: what only tests and tools need is not in the program.
func TestBinary(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "wsspec.exe")
	goTool(t, "build", "-o", name, module+"/cmd/wsspec")
	modules := goTool(t, "version", "-m", name)
	if !strings.Contains(modules, "\tdep\tgithub.com/spf13/cobra\t") {
		t.Fatalf("the modules of the program cannot be read:\n%s", modules)
	}
	for _, foreign := range []string{"ginkgo", "gomega", "testify", "jsonschema", "goleak", "rogpeppe/go-internal", "google/go-cmp", "go-fuzz"} {
		for line := range strings.Lines(modules) {
			if strings.Contains(line, foreign) {
				t.Errorf("%s is in the program: %s", foreign, line)
			}
		}
	}
}

// TestProtocolStandsAlone: the protocol core needs nothing but the standard library, so that everybody can use it.
func TestProtocolStandsAlone(t *testing.T) {
	t.Parallel()
	list := strings.Fields(goTool(t, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", module+"/protocol/..."))
	if len(list) < 2 {
		t.Fatalf("go list names %q", list)
	}
	for _, path := range list {
		if path != module+"/protocol" && !strings.HasPrefix(path, module+"/protocol/") {
			t.Errorf("protocol imports %s", path)
		}
	}
}

// goTool runs the go command and returns what it prints.
func goTool(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command")
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	return string(out)
}
