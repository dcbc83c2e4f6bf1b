//go:build unix

package docker

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// maxImage is how big the image may be.
const maxImage = 25 << 20 // bytes

func TestImage(t *testing.T) {
	engine := setUp(t)
	image, err := engine.ImageInspect(t.Context(), dropIn)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f MB", float64(image.Size)/1e6)
	if image.Size > maxImage {
		t.Errorf("%d bytes, more than %d", image.Size, maxImage)
	}
	c := image.Config
	_, config := c.Volumes["/config"]
	_, reports := c.Volumes["/reports"]
	_, port := c.ExposedPorts["9001/tcp"]
	if !config || !reports || !port || c.WorkingDir != "/" || len(c.Entrypoint) > 0 {
		t.Errorf("%+v", c)
	}
	if want := []string{"wstest", "--mode", "fuzzingserver", "--spec", "/config/fuzzingserver.json"}; !slices.Equal(c.Cmd, want) {
		t.Errorf("command %q", c.Cmd)
	}
}

// TestClassicCommand is the command line that stands in years of scripts, with nothing changed but the name of the image.
func TestClassicCommand(t *testing.T) {
	setUp(t)
	dir := t.TempDir()
	config, reports := filepath.Join(dir, "config"), filepath.Join(dir, "reports")
	for _, d := range []string{config, reports} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	owner := own(t, reports)
	write(t, filepath.Join(config, "fuzzingclient.json"), map[string]any{
		"outdir": "/reports/servers", "servers": []any{map[string]any{"agent": "lxzan/gws", "url": startServer(t, "gws")}},
		"cases": []string{"1.*", "2.*", "5.*", "6.2.*", "7.*"}, "exclude-cases": []string{""}, "exclude-agent-cases": map[string]any{},
	})
	out, err := exec.Command("docker", "run", "--rm", "-v", config+":/config", "-v", reports+":/reports", "--network", "host", dropIn,
		"wstest", "-m", "fuzzingclient", "-s", "/config/fuzzingclient.json").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	noneLeft(t, dropIn)
	text, err := os.ReadFile(filepath.Join(reports, "servers", "index.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var index map[string]map[string]struct{ Behavior, BehaviorClose, Reportfile string }
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}
	if n := len(index["lxzan/gws"]); n != 16+11+20+4+37 {
		t.Errorf("%d cases", n)
	}
	for id, c := range index["lxzan/gws"] {
		if c.Behavior != "OK" && c.Behavior != "INFORMATIONAL" || c.BehaviorClose != "OK" && c.BehaviorClose != "INFORMATIONAL" {
			t.Errorf("%s: %+v", id, c)
		}
		checkOwner(t, filepath.Join(reports, "servers", c.Reportfile), owner)
	}
	for _, name := range []string{"", "index.json", "index.html"} {
		checkOwner(t, filepath.Join(reports, "servers", name), owner)
	}
}

func write(t *testing.T, file string, v any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(file, text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// stranger is a user of whom nobody has heard, to whom the directory is given if these tests may do that.
const stranger = 4321

// own gives the directory to another user, and returns to whom it belongs.
func own(t *testing.T, dir string) uint32 {
	t.Helper()
	if os.Getuid() != 0 {
		return uint32(os.Getuid())
	}
	if err := os.Chown(dir, stranger, stranger); err != nil {
		t.Fatal(err)
	}
	return stranger
}

func checkOwner(t *testing.T, file string, want uint32) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Error(err)
		return
	}
	if got := info.Sys().(*syscall.Stat_t).Uid; got != want {
		t.Errorf("%s belongs to %d, not to %d", file, got, want)
	}
}
