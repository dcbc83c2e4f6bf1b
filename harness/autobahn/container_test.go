package autobahn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/protocol/ws"
)

func listenEverywhere(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", ":0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// output gathers what a program writes, and lets a test wait for a part of it.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	written chan struct{}
}

func newOutput() *output { return &output{written: make(chan struct{}, 1)} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.written <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) await(t *testing.T, part string) {
	t.Helper()
	limit := time.After(patience)
	for !strings.Contains(o.String(), part) {
		select {
		case <-o.written:
		case <-limit:
			t.Fatalf("%q did not come, but %q", part, o)
		}
	}
}

// job is what most tests start: the stand-in as a client against one server, with faults.
func job(url, faults string, out *output, cases ...string) Job {
	return Job{Mode: "fuzzingclient", Output: out, Spec: func(p Place) ([]byte, error) {
		return json.Marshal(map[string]any{
			"outdir": p.Reports, "servers": []any{map[string]string{"agent": "A/b", "url": p.Reach(url)}}, "cases": cases, "standin": faults,
		})
	}}
}

// newContainer returns a Container of the stand-in's image.
func newContainer(t *testing.T, o ContainerOptions) *Container {
	t.Helper()
	if o.Engine == nil {
		o.Engine = realEngine(t)
	}
	if o.Image == "" {
		realEngine(t)
		o.Image, o.Pull = standinImage, PullNever
	}
	c, err := NewContainer(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// start starts a job, and makes sure in the end that its container is gone.
func start(t *testing.T, c *Container, j Job) *process {
	t.Helper()
	p, err := c.Start(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if exists(t, p.(*process).id) {
			t.Error("the container is still there")
		}
	})
	return p.(*process)
}

func exists(t *testing.T, id string) bool {
	t.Helper()
	_, err := realEngine(t).ContainerInspect(context.Background(), id, client.ContainerInspectOptions{})
	if err != nil && !gone(err) {
		t.Fatal(err)
	}
	return err == nil
}

func await(t *testing.T, p Process) Exit {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
	return p.Exit()
}

// reports returns the behaviors in index.json, by case, of the one agent that is in there.
func reports(t *testing.T, dir string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index map[string]map[string]struct{ Behavior string }
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]string{}
	for id, c := range index["A/b"] {
		verdicts[id] = c.Behavior
	}
	return verdicts
}

func TestContainerRunsClient(t *testing.T) {
	t.Parallel()
	out := newOutput()
	p := start(t, newContainer(t, ContainerOptions{}), job(echoServer(t), "", out, "1.1.1", "1.1.2"))
	if exit := await(t, p); exit != (Exit{}) {
		t.Errorf("%+v\n%s", exit, out)
	}
	if !strings.Contains(out.String(), "Running test case ID 1.1.2 for agent A/b") {
		t.Errorf("output: %q", out)
	}
	dir := filepath.Join(t.TempDir(), "new", "dir")
	if err := p.Reports(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if got := reports(t, dir); len(got) != 2 || got["1.1.1"] != "OK" || got["1.1.2"] != "OK" {
		t.Error(got)
	}
	if _, err := os.Stat(filepath.Join(dir, "a_b_case_1_1_2.html")); err != nil {
		t.Error(err)
	}
}

// TestContainerFindsEngine gives no engine, but the environment.
func TestContainerFindsEngine(t *testing.T) {
	realEngine(t)
	c, err := NewContainer(t.Context(), ContainerOptions{Image: standinImage, Pull: PullNever})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if exit := await(t, start(t, c, job(echoServer(t), "", newOutput(), "1.1.1"))); exit != (Exit{}) {
		t.Errorf("%+v", exit)
	}
}

// virtual is an engine that claims to run in a virtual machine, as on macOS and Windows, so that it is reached by a bridge.
type virtual struct{ Engine }

func (v virtual) Info(ctx context.Context, o client.InfoOptions) (client.SystemInfoResult, error) {
	r, err := v.Engine.Info(ctx, o)
	r.Info.OperatingSystem = "Docker Desktop"
	return r, err
}

func TestContainerReachesServerThroughBridge(t *testing.T) {
	t.Parallel()
	out := newOutput()
	p := start(t, newContainer(t, ContainerOptions{Engine: virtual{realEngine(t)}}), job(echoServer(t), "", out, "1.1.1"))
	await(t, p)
	dir := t.TempDir()
	if err := p.Reports(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if got := reports(t, dir); got["1.1.1"] != "OK" {
		t.Errorf("%v\n%s", got, out)
	}
}

func serverJob(t *testing.T, out *output) Job {
	port, err := peer.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return Job{Mode: "fuzzingserver", Port: port, Output: out, Spec: func(p Place) ([]byte, error) {
		return json.Marshal(map[string]any{"url": p.Listen, "outdir": p.Reports, "cases": []string{"1.*"}})
	}}
}

func TestContainerRunsServer(t *testing.T) {
	t.Parallel()
	engine := realEngine(t)
	for name, e := range map[string]Engine{"host network": engine, "bridge": virtual{engine}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := serverJob(t, newOutput())
			start(t, newContainer(t, ContainerOptions{Engine: e}), j)
			url := "ws://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(j.Port)) + "/getCaseCount"
			if got := ask(t, url); got != "16" {
				t.Errorf("%q", got)
			}
		})
	}
}

// ask returns the first message that a server sends, which is waited for to listen.
func ask(t *testing.T, url string) string {
	t.Helper()
	for limit := time.After(patience); ; {
		c, _, err := ws.Dial(t.Context(), url, nil)
		if err == nil {
			defer c.CloseNow()
			_, message, err := c.ReadMessage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return string(message)
		}
		select {
		case <-limit:
			t.Fatal(err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// drain waits until the server has closed the connection.
func drain(t *testing.T, url string) {
	t.Helper()
	c, _, err := ws.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if _, _, err := c.ReadMessage(t.Context()); err == nil {
		t.Error("a message came")
	}
}

func TestContainerRunsAsCaller(t *testing.T) {
	t.Parallel()
	out := newOutput()
	program := newContainer(t, ContainerOptions{Hosts: []string{"peer.test:127.0.0.9"}, Memory: 64 << 20})
	p := start(t, program, job(echoServer(t), "hang@1.1.1", out, "1.1.1"))
	r, err := realEngine(t).ContainerInspect(t.Context(), p.id, client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := r.Container
	if c.Config.User != program.traits.user(caller()).String() {
		t.Errorf("user %q", c.Config.User)
	}
	if len(c.HostConfig.Binds) > 0 || len(c.HostConfig.Mounts) > 0 {
		t.Error("something of this machine is mounted")
	}
	if c.HostConfig.Memory != 64<<20 || c.Config.Labels[ContainerLabel] != "fuzzingclient" {
		t.Errorf("memory %d, labels %v", c.HostConfig.Memory, c.Config.Labels)
	}
	if got := c.HostConfig.ExtraHosts; len(got) != 1 || got[0] != "peer.test:127.0.0.9" {
		t.Errorf("hosts %q", got)
	}
	out.await(t, "Running test case ID 1.1.1")
	p.Kill(t.Context())
}

func TestContainerFilesBesideSpec(t *testing.T) {
	t.Parallel()
	engine := realEngine(t)
	j := job("ws://127.0.0.1:1", "", newOutput(), "1.1.1")
	j.Files = map[string][]byte{"key.pem": []byte("secret")}
	var seen string
	spec := j.Spec
	j.Spec = func(p Place) ([]byte, error) {
		seen = p.File("key.pem")
		return spec(p)
	}
	p := start(t, newContainer(t, ContainerOptions{}), j)
	r, err := engine.CopyFromContainer(t.Context(), p.id, client.CopyFromContainerOptions{SourcePath: seen})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Content.Close()
	if r.Stat.Size != int64(len("secret")) || r.Stat.Mode.Perm() != 0o600 {
		t.Errorf("%+v", r.Stat)
	}
	await(t, p)

	j.Files = map[string][]byte{"../key.pem": nil}
	if _, err := newContainer(t, ContainerOptions{}).Start(t.Context(), j); err == nil || !strings.Contains(err.Error(), `"../key.pem"`) {
		t.Error(err)
	}
}

func TestContainerOptionsAreChecked(t *testing.T) {
	for _, tt := range []struct {
		o    ContainerOptions
		want string
	}{
		{ContainerOptions{Pull: "sometimes"}, `no way "sometimes"`},
		{ContainerOptions{Memory: -1}, "-1 bytes"},
		{ContainerOptions{Hosts: []string{"nowhere"}}, `"nowhere" is no host`},
	} {
		_, err := NewContainer(t.Context(), tt.o)
		var engine *EngineError
		if err == nil || errors.As(err, &engine) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.o, err)
		}
	}
}

func TestContainerStartIsCutShort(t *testing.T) {
	t.Parallel()
	engine := &recorder{Engine: realEngine(t)}
	c := newContainer(t, ContainerOptions{Engine: engine})
	ctx, cancel := context.WithCancel(t.Context())
	engine.created = cancel
	p, err := c.Start(ctx, job("ws://127.0.0.1:1", "", newOutput(), "1.1.1"))
	if !errors.Is(err, context.Canceled) {
		t.Error(p, err)
	}
	if engine.id == "" || exists(t, engine.id) {
		t.Errorf("container %q is still there", engine.id)
	}
}

// recorder is an engine that tells when it has created a container.
type recorder struct {
	Engine
	created func()
	id      string
}

func (r *recorder) ContainerCreate(ctx context.Context, o client.ContainerCreateOptions) (client.ContainerCreateResult, error) {
	result, err := r.Engine.ContainerCreate(ctx, o)
	if r.id = result.ID; r.created != nil {
		r.created()
	}
	return result, err
}
