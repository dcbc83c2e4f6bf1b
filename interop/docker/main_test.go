// Package docker holds tests that run the real program with a real container engine. No image is pulled: those of the tests
// are built from nothing.
package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/wsspec/wsspec/harness/record"
)

// patience is what a test waits for something that must happen. It is long, for slow machines, and never used up.
const patience = 2 * time.Minute

// allPeers is a variable of the environment that makes what is missing a failure: for machines on which everything has to be.
const allPeers = "WSSPEC_ALL_PEERS"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		roles[role](os.Args[1:])
		return
	}
	code := m.Run()
	lab.clean()
	os.Exit(code)
}

// lab has what all tests need: programs and images. It is made once.
var lab laboratory

type laboratory struct {
	once   sync.Once
	err    error
	dir    string
	engine *client.Client

	mu     sync.Mutex
	images []string
}

// dropIn is the image of the tree's own program.
var dropIn = fmt.Sprintf("wsspec-interop-dropin:%d", os.Getpid())

// setUp returns the engine. The test is skipped where there is none.
func setUp(t *testing.T) *client.Client {
	t.Helper()
	lab.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if lab.engine, lab.err = client.New(client.FromEnv); lab.err == nil {
			_, lab.err = lab.engine.Ping(ctx, client.PingOptions{})
		}
		if lab.err == nil {
			_, lab.err = exec.LookPath("docker") // which makes the image of a release
		}
		if lab.err != nil {
			lab.err = missingError{lab.err}
			return
		}
		if lab.dir, lab.err = os.MkdirTemp("", "wsspec-interop-"); lab.err == nil {
			lab.err = lab.build()
		}
	})
	if missing := (missingError{}); errors.As(lab.err, &missing) && os.Getenv(allPeers) == "" {
		t.Skip(lab.err)
	}
	if lab.err != nil {
		t.Fatal(lab.err)
	}
	return lab.engine
}

type missingError struct{ error }

func (e missingError) Error() string { return "needs a container engine: " + e.error.Error() }

// build builds the programs, and the image as a release does.
func (l *laboratory) build() error {
	for name, in := range map[string]string{
		"wsspec": "../../cmd/wsspec", "standin": "../../harness/autobahn/standin", "gws": "../peers/gws", "gorilla": "../peers/gorilla",
	} {
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", l.program(name), ".")
		cmd.Dir, cmd.Env = in, append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build in %s: %w\n%s", in, err, out)
		}
	}
	cmd := exec.Command("../../.github/image.sh", dropIn)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("image.sh: %w\n%s", err, out)
	}
	l.images = append(l.images, dropIn)
	return nil
}

func (l *laboratory) program(name string) string { return filepath.Join(l.dir, name) }

func (l *laboratory) clean() {
	for _, image := range l.images {
		l.engine.ImageRemove(context.Background(), image, client.ImageRemoveOptions{Force: true, PruneChildren: true})
	}
	if l.dir != "" {
		os.RemoveAll(l.dir)
	}
}

// standIn builds the image of the stand-in for wstest, with faults, and returns its name.
func standIn(t *testing.T, faults string) string {
	t.Helper()
	engine := setUp(t)
	name := fmt.Sprintf("wsspec-interop-%s:%d", strings.NewReplacer("@", "-at-", ",", "-").Replace("standin"+faults), os.Getpid())
	program, err := os.ReadFile(lab.program("standin"))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	recipe := "FROM scratch\nCOPY wstest /usr/local/bin/wstest\nENV STANDIN=" + faults + "\n"
	for file, content := range map[string]string{"wstest": string(program), "Dockerfile": recipe} {
		w.WriteHeader(&tar.Header{Name: file, Mode: 0o755, Size: int64(len(content))})
		io.WriteString(w, content)
	}
	w.Close()
	answer, err := engine.ImageBuild(t.Context(), &b, client.ImageBuildOptions{Tags: []string{name}, Remove: true})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if said, err := io.ReadAll(answer.Body); err != nil || bytes.Contains(said, []byte(`"errorDetail"`)) {
		t.Fatalf("%v\n%s", err, said)
	}
	lab.mu.Lock()
	defer lab.mu.Unlock()
	lab.images = append(lab.images, name)
	return name
}

// noneLeft makes sure that no container of the image is left.
func noneLeft(t *testing.T, image string) {
	t.Helper()
	list, err := lab.engine.ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: make(client.Filters).Add("ancestor", image)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list.Items {
		t.Errorf("container %v is left", c.Names)
	}
}

// run is a run of the program.
type run struct {
	dir    string // of the report
	output string // both outputs
	code   int
}

// wsspec runs the program with an image that the engine has, and makes sure that no container is left.
func wsspec(t *testing.T, image string, args ...string) run {
	t.Helper()
	r := run{dir: t.TempDir()}
	cmd := command(image, r.dir, args...)
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	r.output, r.code = string(out), cmd.ProcessState.ExitCode()
	noneLeft(t, image)
	return r
}

// command is `wsspec autobahn` with the first of the arguments as what it is to do.
func command(image, out string, args ...string) *exec.Cmd {
	head := []string{"autobahn", args[0], "--image", image, "--pull", "never", "--out", out}
	return exec.Command(lab.program("wsspec"), append(head, args[1:]...)...)
}

// ended makes sure how a run ended and that it said each of the words, and returns the record.
func (r run) ended(t *testing.T, code int, words ...string) *record.Record {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d\n%s", r.code, code, r.output)
	}
	for _, w := range words {
		if !strings.Contains(r.output, w) {
			t.Errorf("%q is not in\n%s", w, r.output)
		}
	}
	rec, err := record.Read(r.dir)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.output)
	}
	if rec.Ran != rec.Planned {
		t.Errorf("%d planned, %d ran", rec.Planned, rec.Ran)
	}
	return rec
}

// startServer starts one of the servers that nobody here wrote, and returns its URL.
func startServer(t *testing.T, name string) string {
	t.Helper()
	setUp(t)
	port := freePort(t)
	cmd := exec.Command(lab.program(name), port)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	awaitPort(t, port)
	return "ws://127.0.0.1:" + port + "/"
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func awaitPort(t *testing.T, port string) {
	t.Helper()
	for limit := time.After(patience); ; {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			c.Close()
			return
		}
		select {
		case <-limit:
			t.Fatal(err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
