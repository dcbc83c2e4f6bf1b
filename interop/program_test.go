package interop

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// build builds the real program.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "wsspec")
	cmd := exec.Command("go", "build", "-o", binary, "./cmd/wsspec")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// runFleet runs `wsspec fleet`, which has to end with the exit code, and returns the record.
func runFleet(t *testing.T, code int, args ...string) *record.Record {
	t.Helper()
	return runFleetInto(t, t.TempDir(), code, args...)
}

// runFleetInto is runFleet with a directory for what the run writes.
func runFleetInto(t *testing.T, out string, code int, args ...string) *record.Record {
	t.Helper()
	cmd := exec.Command(build(t), slices.Concat([]string{"fleet", "--out", out}, args)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("wsspec %q: exit code %d, want %d\n%s\n%s", cmd.Args[1:], got, code, &stdout, &stderr)
	}
	rec, err := record.Read(out)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// python is Debian's, which has the modules that Debian packages.
const python = "/usr/bin/python3"

// allPeers is a variable of the environment that makes a peer that is missing a failure: for machines on which everything has
// to be there.
const allPeers = "WSSPEC_ALL_PEERS"

// installed skips the test if a command fails.
func installed(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	if reason := attempt(dir, name, args...); reason != "" {
		skip(t, reason)
	}
}

// skip skips the test, for what it needs is not there.
func skip(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv(allPeers) != "" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// attempt says why a command fails, "" if it does not.
func attempt(dir, name string, args ...string) string {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Sprintf("needs `%s %q` to work in %s: %v\n%s", name, args, dir, err, out)
	}
	return ""
}
