package docker

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/wsspec/wsspec/harness/record"
)

// quick are the cases that take no time.
const quick = "1.*,2.*,3.*,4.*,5.*,6.*,7.*,10.*"

func TestServerConforms(t *testing.T) {
	setUp(t)
	r := wsspec(t, dropIn, "server", "--cases", quick, "gws="+startServer(t, "gws"))
	rec := r.ended(t, 0, "247 planned, 247 ran")
	p := rec.Peers[0]
	if len(rec.Peers) != 1 || !strings.HasPrefix(p.Name, "gws") || p.JudgedBy == "" || len(p.Cases) != 247 {
		t.Errorf("peer %q, judged by %q: %d cases", p.Name, p.JudgedBy, len(p.Cases))
	}
	for _, name := range []string{"index.html", "wstest/index.html", "wstest/index.json", "wstest/gws_case_5_6.json", "wstest/gws_case_5_6.html"} {
		if info, err := os.Stat(filepath.Join(r.dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestServerFails(t *testing.T) {
	setUp(t)
	url := "gorilla=" + startServer(t, "gorilla")
	baseline := filepath.Join(t.TempDir(), "baseline.yaml")
	r := wsspec(t, dropIn, "server", "--cases", "6.4.*", url)
	rec := r.ended(t, 1, "FAIL 6.4.1")
	if got := rec.Counts()[record.Fail]; got != 4 {
		t.Errorf("%d failures", got)
	}
	wsspec(t, dropIn, "server", "--cases", "6.4.*", "--baseline", baseline, "--update-baseline", url).ended(t, 0)
	wsspec(t, dropIn, "server", "--cases", "6.4.*", "--baseline", baseline, url).ended(t, 0)
}

// TestServerInNetwork tests a server that only a network of the engine reaches.
func TestServerInNetwork(t *testing.T) {
	engine := setUp(t)
	name := "wsspec-interop-" + freePort(t)
	if _, err := engine.NetworkCreate(t.Context(), name, client.NetworkCreateOptions{}); err != nil {
		t.Fatal(err)
	}
	defer engine.NetworkRemove(t.Context(), name, client.NetworkRemoveOptions{})
	created, err := engine.ContainerCreate(t.Context(), client.ContainerCreateOptions{
		Name:       name,
		Config:     &container.Config{Image: dropIn, Entrypoint: []string{"wsspec"}, Cmd: []string{"serve", "0.0.0.0:9001"}},
		HostConfig: &container.HostConfig{NetworkMode: container.NetworkMode(name)},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.ContainerRemove(t.Context(), created.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if _, err := engine.ContainerStart(t.Context(), created.ID, client.ContainerStartOptions{}); err != nil {
		t.Fatal(err)
	}
	image := standIn(t, "")
	wsspec(t, image, "server", "--network", name, "--cases", "1.*", "inside=ws://"+name+":9001/").ended(t, 0, "16 pass")
	wsspec(t, image, "server", "--cases", "1.*", "outside=ws://"+name+":9001/").ended(t, 3, "16 error")
}

// TestSeveralServers tests two in one run, each of which gets files of its own.
func TestSeveralServers(t *testing.T) {
	image := standIn(t, "")
	r := wsspec(t, image, "server", "--cases", "1.1.*", "a/b="+startServer(t, "gws"), "..="+startServer(t, "gorilla"))
	if rec := r.ended(t, 0, "16 planned, 16 ran"); len(rec.Peers) != 2 {
		t.Errorf("%d peers", len(rec.Peers))
	}
	entries, err := os.ReadDir(filepath.Join(r.dir, "wstest"))
	if err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
}
