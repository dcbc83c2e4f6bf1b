package autobahn

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/wsspec/wsspec/harness/peer"
)

// troubled makes sure that an error is an EngineError of the kind, and says each of the words.
func troubled(t *testing.T, err error, want Trouble, words ...string) {
	t.Helper()
	var e *EngineError
	if !errors.As(err, &e) || e.Trouble != want {
		t.Fatalf("%T %v", err, err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q is not in %q", w, err)
		}
	}
}

func TestNoEngine(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refusing := l.Addr().String()
	l.Close()
	for _, host := range []string{"unix://" + filepath.Join(t.TempDir(), "docker.sock"), "tcp://" + refusing} {
		t.Setenv("DOCKER_HOST", host)
		_, err := NewContainer(t.Context(), ContainerOptions{})
		troubled(t, err, NoEngine, host, "DOCKER_HOST", "install and start", "--wstest PATH")
	}
}

func TestNoEngineBehindAddress(t *testing.T) {
	s := echoServer(t)
	t.Setenv("DOCKER_HOST", "tcp"+strings.TrimSuffix(strings.TrimPrefix(s, "ws"), "/"))
	_, err := NewContainer(t.Context(), ContainerOptions{})
	troubled(t, err, NoEngine, "no container engine answers")
}

// nameless is an engine that is too busy to say what it is.
type nameless struct{ Engine }

func (nameless) ServerVersion(context.Context, client.ServerVersionOptions) (client.ServerVersionResult, error) {
	return client.ServerVersionResult{}, errors.New("too busy")
}

// TestEngineWithoutName: nothing is guessed, since Podman is used in other ways than Docker.
func TestEngineWithoutName(t *testing.T) {
	t.Parallel()
	_, err := NewContainer(t.Context(), ContainerOptions{Engine: nameless{realEngine(t)}, Image: standinImage, Pull: PullNever})
	troubled(t, err, NoEngine, "too busy")
}

// permissionVariable names the socket that the test binary, run as another user, is to try.
const permissionVariable = "AUTOBAHN_TEST_SOCKET"

func TestNoPermission(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs the permissions of a Unix file")
	}
	if socket := os.Getenv(permissionVariable); socket != "" {
		t.Setenv("DOCKER_HOST", "unix://"+socket)
		_, err := NewContainer(t.Context(), ContainerOptions{})
		troubled(t, err, NoPermission, socket, "usermod -aG docker", "rootless", "sudo")
		t.Setenv("DOCKER_HOST", "")
		t.Setenv("DOCKER_CONFIG", filepath.Join(filepath.Dir(socket), "private"))
		if at, err := here().endpoint(); err != nil {
			t.Errorf("%v, %v", at, err)
		}
		return
	}
	dir, err := os.MkdirTemp("", "wsspec-socket-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "docker.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	private := filepath.Join(dir, "private")
	must(t, os.Chmod(dir, 0o755), os.Chmod(socket, 0), os.Mkdir(private, 0o700))
	write(t, filepath.Join(private, "config.json"), "{}")
	must(t, os.Chmod(private, 0))
	defer os.Chmod(private, 0o700)
	asNobody(t, dir, permissionVariable+"="+socket)
}

// asNobody runs this test again, as a user without rights.
func asNobody(t *testing.T, dir, variable string) {
	t.Helper()
	binary := filepath.Join(dir, "tests")
	if out, err := exec.Command("cp", os.Args[0], binary).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(binary, "-test.run=^"+t.Name()+"$")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), variable)
	if os.Getuid() == 0 {
		cmd.SysProcAttr = nobody()
	}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// TestEngineWords: what Docker, Podman and their runtimes say if a container cannot be started.
func TestEngineWords(t *testing.T) {
	inNetwork := &Container{options: ContainerOptions{Image: "image", Network: "mine"}}
	for text, want := range map[string]Trouble{
		`runc create failed: unable to start container process: exec: "wstest": executable file not found in $PATH: unknown`:                         NoProgram,
		"crun: executable file `wstest` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found": NoProgram,
		"container create: unable to find network with name or ID mine: network not found":                                                           NoNetwork,
		"failed to set up container networking: network mine not found":                                                                              NoNetwork,
		`could not find slirp4netns, the network namespace can't be configured: exec: "slirp4netns": executable file not found in $PATH`:             Refused,
		"write /var/lib/mine: no space left on device":                                                                                               NoSpace,
	} {
		troubled(t, inNetwork.explain(errors.New(text), Job{}, "c"), want)
	}
}

func TestImageIsMissing(t *testing.T) {
	t.Parallel()
	engine := realEngine(t)
	_, err := NewContainer(t.Context(), ContainerOptions{Engine: engine, Image: "wsspec-test/absent", Pull: PullNever})
	troubled(t, err, NoImage, "wsspec-test/absent", "docker load -i", "--pull missing")
	_, err = NewContainer(t.Context(), ContainerOptions{Engine: engine, Image: "No Image", Pull: PullNever})
	var e *EngineError
	if err == nil || errors.As(err, &e) || !strings.Contains(err.Error(), `"No Image" is no name of an image`) {
		t.Errorf("%T %v", err, err)
	}
}

func TestImageHoldsNoProgram(t *testing.T) {
	t.Parallel()
	engine := realEngine(t)
	files := map[string]string{"file": "x", "Dockerfile": "FROM scratch\nCOPY file /file\nCMD [\"/file\"]\n"}
	image := buildTestImage(t, files)
	c := newContainer(t, ContainerOptions{Engine: engine, Image: image, Pull: PullNever})
	_, err := c.Start(t.Context(), job("ws://127.0.0.1:1", "", nil, "1.1.1"))
	troubled(t, err, NoProgram, image, "--image")
	noneOf(t, image)
}

// noneOf makes sure that no container of the image is left.
func noneOf(t *testing.T, image string) {
	t.Helper()
	list, err := realEngine(t).ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: make(client.Filters).Add("ancestor", image)})
	if err != nil || len(list.Items) > 0 {
		t.Errorf("%v, %v", list.Items, err)
	}
}

func TestNetworkIsMissing(t *testing.T) {
	t.Parallel()
	image := buildTestImage(t, map[string]string{"wstest": "x", "Dockerfile": "FROM scratch\nCOPY wstest /bin/wstest\nCMD [\"wstest\"]\n"})
	c := newContainer(t, ContainerOptions{Image: image, Pull: PullNever, Network: "wsspec-test-absent"})
	_, err := c.Start(t.Context(), job("ws://127.0.0.1:1", "", nil, "1.1.1"))
	troubled(t, err, NoNetwork, "wsspec-test-absent", "docker network ls")
	noneOf(t, image)
}

func TestPortIsTaken(t *testing.T) {
	t.Parallel()
	engine := realEngine(t)
	for name, e := range map[string]Engine{"host network": engine, "bridge": virtual{engine}} {
		t.Run(name, func(t *testing.T) {
			l := listenEverywhere(t)
			defer l.Close()
			j := serverJob(t, newOutput())
			j.Port = l.Addr().(*net.TCPAddr).Port
			recorded := &recorder{Engine: e}
			_, err := newContainer(t, ContainerOptions{Engine: recorded}).Start(t.Context(), j)
			var busy *peer.BusyError
			if !errors.As(err, &busy) || !strings.Contains(err.Error(), "choose another port") {
				t.Errorf("%T %v", err, err)
			}
			if recorded.id != "" && exists(t, recorded.id) {
				t.Error("the container is still there")
			}
		})
	}
}

func TestContainerKilledForMemory(t *testing.T) {
	t.Parallel()
	out := newOutput()
	p := start(t, newContainer(t, ContainerOptions{Memory: 48 << 20}), job(echoServer(t), "memory@1.1.2", out, "1.1.1", "1.1.2"))
	podman := p.podman // which does not always know of the memory
	if exit := await(t, p); !exit.OutOfMemory && !podman || exit.Code != 137 || exit.Signal != "killed" || exit.Err != nil {
		t.Errorf("%+v\n%s", exit, out)
	}
}

func TestContainerEndsByItself(t *testing.T) {
	t.Parallel()
	out := newOutput()
	p := start(t, newContainer(t, ContainerOptions{}), job(echoServer(t), "exit@1.1.2", out, "1.1.1", "1.1.2"))
	if exit := await(t, p); exit != (Exit{Code: 7}) {
		t.Errorf("%+v", exit)
	}
	if !strings.Contains(out.String(), "no attribute 'onOpen'\n") {
		t.Errorf("output: %q", out)
	}
}

func TestContainerFloods(t *testing.T) {
	t.Parallel()
	counted := make(chan int, 1)
	r, w := io.Pipe()
	go func() {
		n, _ := io.Copy(io.Discard, r)
		counted <- int(n)
	}()
	j := job(echoServer(t), "flood@1.1.1", nil, "1.1.1")
	j.Output = w
	await(t, start(t, newContainer(t, ContainerOptions{}), j))
	w.Close()
	if n := <-counted; n < 64<<20 {
		t.Errorf("%d bytes of output", n)
	}
}

func TestReportsAfterKill(t *testing.T) {
	t.Parallel()
	out := newOutput()
	p := start(t, newContainer(t, ContainerOptions{}), job(echoServer(t), "deaf,hang@1.1.2,link", out, "1.1.1", "1.1.2"))
	out.await(t, "Running test case ID 1.1.2")
	if exit := p.Exit(); exit != (Exit{}) {
		t.Errorf("%+v before the end", exit)
	}
	must(t, p.Kill(t.Context()), p.Kill(t.Context()))
	if exit := await(t, p); exit != (Exit{Code: 137, Signal: "killed"}) {
		t.Errorf("%+v", exit)
	}
	dir := t.TempDir()
	if err := p.Reports(t.Context(), dir); err != nil {
		t.Error(err)
	}
}

// TestReportsWhileItRuns takes what a fuzzingserver wrote, and looks at what else lies there.
func TestReportsWhileItRuns(t *testing.T) {
	t.Parallel()
	var told []string
	c := newContainer(t, ContainerOptions{Log: func(line string) { told = append(told, line) }})
	j := serverJob(t, newOutput())
	plain := j.Spec
	j.Spec = func(p Place) ([]byte, error) {
		text, err := plain(p)
		return []byte(strings.Replace(string(text), "{", `{"standin":"link",`, 1)), err
	}
	p := start(t, c, j)
	url := strings.TrimSuffix(c.listenAddress(j.Port), "/")
	ask(t, "ws://"+url+"/getCaseCount")
	drain(t, "ws://"+url+"/updateReports?agent=A/b")
	dir := t.TempDir()
	for range 2 {
		must(t, p.Reports(t.Context(), dir))
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
	if text := strings.Join(told, "\n"); !strings.Contains(text, `"reports/passwd", which is no file`) {
		t.Error(text)
	}
}

// TestDiskIsFull has the program fill a disk that is small: there the reports stay away, but everybody hears of it.
func TestDiskIsFull(t *testing.T) {
	t.Parallel()
	out := newOutput()
	c := newContainer(t, ContainerOptions{Engine: small{realEngine(t)}})
	p := start(t, c, job(echoServer(t), "fill@1.1.1", out, "1.1.1"))
	if exit := await(t, p); exit.Code != 1 || exit.Err != nil {
		t.Errorf("%+v", exit)
	}
	out.await(t, "no space left on device")
}

// small is an engine whose containers have 1 MiB of disk for their reports.
type small struct{ Engine }

func (s small) ContainerCreate(ctx context.Context, o client.ContainerCreateOptions) (client.ContainerCreateResult, error) {
	o.HostConfig.Tmpfs = map[string]string{containerReports: "size=1m,mode=777"}
	return s.Engine.ContainerCreate(ctx, o)
}

// TestEngineIsLost cuts the connection to the engine while a program runs, and lets nobody connect again.
func TestEngineIsLost(t *testing.T) {
	t.Parallel()
	proxy := newProxy(t)
	engine, err := client.New(client.WithHost("unix://" + proxy.socket))
	if err != nil {
		t.Fatal(err)
	}
	out := newOutput()
	p, err := newContainer(t, ContainerOptions{Engine: engine}).Start(t.Context(), job(echoServer(t), "hang@1.1.2", out, "1.1.1", "1.1.2"))
	if err != nil {
		t.Fatal(err)
	}
	id := p.(*process).id
	defer realEngine(t).ContainerRemove(context.Background(), id, client.ContainerRemoveOptions{Force: true})
	out.await(t, "Running test case ID 1.1.2")
	cut := time.Now()
	proxy.cut()
	exit := await(t, p)
	troubled(t, exit.Err, Lost, "lost in the middle", id[:12])
	if exit.Code != -1 || time.Since(cut) > patience/2 {
		t.Errorf("%+v after %v", exit, time.Since(cut))
	}
	if !strings.Contains(out.String(), "Running test case ID 1.1.1") {
		t.Errorf("output: %q", out)
	}
	troubled(t, p.Close(context.Background()), NotRemoved, "docker rm -f "+id[:12])
}

// TestConnectionIsCut cuts the connection to the engine, which goes on. What happens to the container is seen all the same.
func TestConnectionIsCut(t *testing.T) {
	t.Parallel()
	for _, removed := range []bool{false, true} {
		proxy := newProxy(t)
		engine, err := client.New(client.WithHost("unix://" + proxy.socket))
		must(t, err)
		gate := make(chan struct{})
		out := newOutput()
		p := start(t, newContainer(t, ContainerOptions{Engine: gated{engine, gate}}), job(echoServer(t), "hang@1.1.1", out, "1.1.1"))
		out.await(t, "Running test case ID 1.1.1")
		proxy.drop()
		if removed {
			_, err = realEngine(t).ContainerRemove(t.Context(), p.id, client.ContainerRemoveOptions{Force: true})
		} else {
			_, err = realEngine(t).ContainerKill(t.Context(), p.id, client.ContainerKillOptions{})
		}
		must(t, err)
		close(gate)
		exit := await(t, p)
		if !removed && exit != (Exit{Code: 137, Signal: "killed"}) {
			t.Errorf("%+v", exit)
		}
		if removed {
			troubled(t, exit.Err, Vanished, "somebody else removed", p.id[:12])
			if err := p.Reports(t.Context(), t.TempDir()); err == nil {
				t.Error("reports of a container that is not there")
			}
		}
	}
}

// gated is an engine that tells nothing of containers before the gate opens.
type gated struct {
	Engine
	gate chan struct{}
}

func (g gated) ContainerInspect(ctx context.Context, id string, o client.ContainerInspectOptions) (client.ContainerInspectResult, error) {
	<-g.gate
	return g.Engine.ContainerInspect(context.WithoutCancel(ctx), id, o)
}

// TestCloseAfterInterrupt closes with a context that has ended already, while the program runs.
func TestCloseAfterInterrupt(t *testing.T) {
	t.Parallel()
	out := newOutput()
	p := start(t, newContainer(t, ContainerOptions{}), job(echoServer(t), "deaf,hang@1.1.1", out, "1.1.1"))
	out.await(t, "Running test case ID 1.1.1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	must(t, p.Close(ctx))
	if exists(t, p.id) {
		t.Error("the container is still there")
	}
	select {
	case <-p.Done():
	default:
		t.Error("it is closed, but not done")
	}
}
