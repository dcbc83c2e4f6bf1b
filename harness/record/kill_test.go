//go:build unix

package record_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// childDir names the directory of the record to a test process that is there to be killed.
const childDir = "RECORD_TEST_DIR"

// TestEndlessRun writes cases until the process is killed. It is the other half of TestKill.
func TestEndlessRun(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("runs only as a child of TestKill")
	}
	w := mustCreate(t, dir)
	fmt.Println("ready")
	for i := 0; ; i++ {
		must(t, w.Case(fmt.Sprint("peer", i/100), record.Case{ID: fmt.Sprintf("1.%d", i), Verdict: record.Pass}, talk))
		if i%10 == 9 {
			fmt.Println(i)
		}
	}
}

// A run that is killed with SIGKILL, at whatever moment it comes, leaves a record.
func TestKill(t *testing.T) {
	for progress := 1; progress <= 21; progress += 5 {
		dir := t.TempDir()
		cmd := exec.Command(os.Args[0], "-test.run=^TestEndlessRun$")
		cmd.Env = append(os.Environ(), childDir+"="+dir)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for range progress {
			lines.Scan()
		}
		must(t, cmd.Process.Kill())
		cmd.Wait()
		rec := mustRead(t, dir)
		if rec.Ran != rec.Counts().Total() || rec.Ran < 10*(progress-1) {
			t.Errorf("killed after %d cases: ran %d, holds %d", 10*(progress-1), rec.Ran, rec.Counts().Total())
		}
	}
}
