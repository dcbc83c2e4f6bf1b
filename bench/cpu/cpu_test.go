//go:build linux

package cpu

import (
	"os/exec"
	"strings"
	"testing"
)

func TestTimeGrowsWithWork(t *testing.T) {
	before := Time()
	text := strings.Repeat("work", 1<<20)
	if strings.Count(text, "k") != 1<<20 {
		t.Error("the work was not done")
	}
	if after := Time(); after <= before {
		t.Errorf("%v before the work, %v after it", before, after)
	}
}

func TestTimeOfNobody(t *testing.T) {
	if d, err := TimeOf(1 << 28); err == nil {
		t.Errorf("a process that does not exist has used %v", d)
	}
}

func TestStartTiesToACore(t *testing.T) {
	cmd := exec.Command("nproc")
	var out strings.Builder
	cmd.Stdout = &out
	if err := Start(cmd, 0); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(out.String()); got != "1" {
		t.Errorf("the child sees %s cores, want 1", got)
	}
}
