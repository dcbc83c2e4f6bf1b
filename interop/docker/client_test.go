package docker

import (
	"os"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// play returns the command line of a peer that this very binary plays.
func play(t *testing.T, role string, args ...string) []string {
	t.Helper()
	t.Setenv(roleVariable, role)
	return append([]string{"--", os.Args[0]}, args...)
}

func TestClientConforms(t *testing.T) {
	r := wsspec(t, standIn(t, ""), append([]string{"client", "--name", "gorilla", "--cases", "1.*"}, play(t, "client", "{url}", "{agent}")...)...)
	rec := r.ended(t, 0, "16 pass", "16 planned, 16 ran")
	if p := rec.Peers[0]; p.Role != "client" || p.JudgedBy == "" {
		t.Errorf("%+v", p)
	}
}

func TestClientFails(t *testing.T) {
	r := wsspec(t, standIn(t, ""), append([]string{"client", "--cases", "1.1.*"}, play(t, "shoutingClient", "{url}", "{agent}")...)...)
	if got := r.ended(t, 1, "8 fail").Counts()[record.Fail]; got != 8 {
		t.Errorf("%d failures", got)
	}
}
