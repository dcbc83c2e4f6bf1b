package interop

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// TestPythonFleet runs the commands of examples/python-fleet: the first run fails, for ws4py and Tornado send close codes that
// must not be sent; with a baseline of what they do, the next one passes.
func TestPythonFleet(t *testing.T) {
	for _, name := range []string{"ws4py-wsgiref", "ws4py-gevent", "ws4py-cherrypy", "autobahn-py", "tornado"} {
		if reason := missing(name); reason != "" {
			skip(t, reason)
		}
	}
	file := filepath.Join("..", "examples", "python-fleet", "wsspec.yaml")
	baseline := filepath.Join(t.TempDir(), "baseline.yaml")
	rec := runFleet(t, 1, file, "--cases", "7.*")
	for _, name := range []string{"ws4py-wsgiref", "ws4py-gevent", "ws4py-cherrypy", "tornado"} {
		if c := rec.Peer(name).Case("7.9.4"); c.Verdict != record.Fail {
			t.Errorf("%s: 7.9.4 is %s", name, c.Verdict)
		}
	}
	if fails := rec.Peer("autobahn").Counts()[record.Fail]; fails > 0 {
		t.Errorf("autobahn fails %d cases", fails)
	}
	runFleet(t, 0, file, "--cases", "7.*", "--baseline", baseline, "--update-baseline")
	if _, err := os.Stat(baseline); err != nil {
		t.Fatal(err)
	}
	runFleet(t, 0, file, "--cases", "7.*", "--baseline", baseline)
}
