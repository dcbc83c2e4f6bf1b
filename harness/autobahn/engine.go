package autobahn

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/system"
	"github.com/moby/moby/client"
)

// Engine is what Container asks of an engine: the part of *client.Client that it uses.
type Engine interface {
	Ping(context.Context, client.PingOptions) (client.PingResult, error)
	Info(context.Context, client.InfoOptions) (client.SystemInfoResult, error)
	ServerVersion(context.Context, client.ServerVersionOptions) (client.ServerVersionResult, error)

	ImageInspect(ctx context.Context, image string, options ...client.ImageInspectOption) (client.ImageInspectResult, error)
	ImagePull(ctx context.Context, reference string, options client.ImagePullOptions) (client.ImagePullResponse, error)

	ContainerCreate(context.Context, client.ContainerCreateOptions) (client.ContainerCreateResult, error)
	ContainerStart(ctx context.Context, container string, options client.ContainerStartOptions) (client.ContainerStartResult, error)
	ContainerWait(ctx context.Context, container string, options client.ContainerWaitOptions) client.ContainerWaitResult
	ContainerLogs(ctx context.Context, container string, options client.ContainerLogsOptions) (client.ContainerLogsResult, error)
	ContainerInspect(ctx context.Context, container string, options client.ContainerInspectOptions) (client.ContainerInspectResult, error)
	ContainerKill(ctx context.Context, container string, options client.ContainerKillOptions) (client.ContainerKillResult, error)
	ContainerRemove(ctx context.Context, container string, options client.ContainerRemoveOptions) (client.ContainerRemoveResult, error)
	CopyToContainer(ctx context.Context, container string, options client.CopyToContainerOptions) (client.CopyToContainerResult, error)
	CopyFromContainer(ctx context.Context, container string, options client.CopyFromContainerOptions) (client.CopyFromContainerResult, error)

	DaemonHost() string
	Close() error
}

// answerLimit is how long an engine may take to say that it is there. A busy one needs seconds.
const answerLimit = 20 * time.Second

// dial connects to the engine at the endpoint. Nothing is sent yet.
func dial(at endpoint) (Engine, error) {
	options := []client.Opt{client.WithHost(at.host), client.WithAPIVersionFromEnv()}
	if at.tls != nil {
		// The client is to be given before the host, by which it is set how it connects.
		transport := &http.Transport{TLSClientConfig: at.tls}
		options = append([]client.Opt{client.WithHTTPClient(&http.Client{Transport: transport, CheckRedirect: client.CheckRedirect})}, options...)
	}
	return client.New(options...)
}

// traits are what an engine tells of itself, as far as it matters here.
type traits struct {
	desktop  bool // it runs in a virtual machine of Docker Desktop: its host network is not this machine's
	rootless bool
	podman   bool
	memory   bool // it can limit memory
}

// greet makes sure that the engine answers and runs Linux programs, and asks what it is.
func greet(ctx context.Context, engine Engine, at endpoint) (traits, error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	ping, err := engine.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true})
	if err != nil {
		return traits{}, unreachable(err, at)
	}
	if ping.OSType == "windows" {
		return traits{}, &EngineError{Unsuitable, at.String(), errWindows}
	}
	info, err := engine.Info(ctx, client.InfoOptions{})
	if err != nil {
		return traits{}, unreachable(err, at)
	}
	version, err := engine.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return traits{}, unreachable(err, at)
	}
	return traits{
		desktop:  strings.Contains(info.Info.OperatingSystem, "Docker Desktop"),
		rootless: slices.Contains(info.Info.SecurityOptions, "name=rootless"),
		podman:   isPodman(version),
		memory:   info.Info.MemoryLimit,
	}, nil
}

func isPodman(version client.ServerVersionResult) bool {
	return slices.ContainsFunc(version.Components, func(c system.ComponentVersion) bool { return strings.Contains(c.Name, "Podman") })
}

// sharesNetwork tells whether the engine's host network is that of this machine, so that 127.0.0.1 means the same to both.
// The host network of a rootless Docker is one of its own; that of a rootless Podman is the machine's.
func (t traits) sharesNetwork(at endpoint) bool {
	return runtime.GOOS == "linux" && at.local() && !t.desktop && (!t.rootless || t.podman)
}

// user is whom the program runs as: the caller. To an engine without root that is the root of its containers, and maybe the only
// user whom it knows. Podman does not always say that it is one, but those who speak to it mostly have one of their own.
func (t traits) user(caller owner) owner {
	if t.rootless || t.podman {
		return owner{}
	}
	return caller
}
