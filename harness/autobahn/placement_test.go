package autobahn

import (
	"runtime"
	"slices"
	"testing"

	"github.com/moby/moby/api/types/container"
)

const onLinux = runtime.GOOS == "linux"

func TestReach(t *testing.T) {
	bridge := &Container{at: endpoint{host: "tcp://127.0.0.1:1"}}
	for in, want := range map[string]string{
		"ws://localhost:9001/a%20b?c=d": "ws://host.docker.internal:9001/a%20b?c=d",
		"wss://127.0.0.1:9001":          "wss://host.docker.internal:9001",
		"ws://127.8.9.1/":               "ws://host.docker.internal/",
		"ws://[::1]:9001/":              "ws://host.docker.internal:9001/",
		"ws://0.0.0.0:9001/":            "ws://host.docker.internal:9001/",
		"ws://localhost.test:9001/":     "ws://localhost.test:9001/",
		"ws://peer:9001/":               "ws://peer:9001/",
		"ws://192.168.1.2:9001/":        "ws://192.168.1.2:9001/",
		"ws://[::1":                     "ws://[::1",
	} {
		if got := bridge.reach(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
		for _, network := range []string{"host", "mine"} {
			c := &Container{at: bridge.at, options: ContainerOptions{Network: network}}
			if got := c.reach(in); got != in {
				t.Errorf("%s in network %s: %s", in, network, got)
			}
		}
	}
}

// TestGateway: a name for this machine is asked for where the engine gives none by itself.
func TestGateway(t *testing.T) {
	for _, tt := range []struct {
		t     traits
		url   string
		hosts []string
	}{
		{traits{}, "ws://host.docker.internal:9001/", []string{"a:1.2.3.4", "host.docker.internal:host-gateway"}},
		{traits{podman: true}, "ws://host.containers.internal:9001/", []string{"a:1.2.3.4"}},
	} {
		c := &Container{at: endpoint{host: "tcp://127.0.0.1:1"}, traits: tt.t, options: ContainerOptions{Hosts: []string{"a:1.2.3.4"}}}
		var host container.HostConfig
		must(t, c.wire(&container.Config{}, &host, Job{}))
		if got := c.reach("ws://localhost:9001/"); got != tt.url || !slices.Equal(host.ExtraHosts, tt.hosts) {
			t.Errorf("%+v: %s, %q", tt.t, got, host.ExtraHosts)
		}
	}
}

// TestUser: the program runs as somebody whom the engine is sure to know.
func TestUser(t *testing.T) {
	me := owner{300001, 300002}
	for engine, want := range map[traits]owner{{}: me, {rootless: true}: {}, {podman: true}: {}} {
		if got := engine.user(me); got != want {
			t.Errorf("%+v: %v", engine, got)
		}
	}
}

func TestSharesNetwork(t *testing.T) {
	local, far := endpoint{host: "unix:///var/run/docker.sock"}, endpoint{host: "tcp://127.0.0.1:2375"}
	for _, tt := range []struct {
		at   endpoint
		t    traits
		want bool
	}{
		{local, traits{}, onLinux},
		{local, traits{rootless: true, podman: true}, onLinux},
		{local, traits{rootless: true}, false},
		{local, traits{desktop: true}, false},
		{far, traits{}, false},
	} {
		if got := tt.t.sharesNetwork(tt.at); got != tt.want {
			t.Errorf("%+v at %s: %v", tt.t, tt.at, got)
		}
	}
}

// TestClientNeedsEngineHere asks a distant engine for a server that a client here is to reach.
func TestClientNeedsEngineHere(t *testing.T) {
	c := &Container{at: endpoint{host: "tcp://engine.test:2375", source: "DOCKER_HOST"}, options: ContainerOptions{Log: func(string) {}}}
	_, err := c.Start(t.Context(), serverJob(t, nil))
	troubled(t, err, Unsuitable, "tcp://engine.test:2375 (DOCKER_HOST)", "another machine")
}
