package autobahn

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/wsspec/wsspec/protocol/ws"
)

// patience is what a test waits for something that must happen. It is long, for slow machines, and never used up.
const patience = 2 * time.Minute

// allPeers is a variable of the environment that makes what is missing a failure: for machines on which everything has to be.
const allPeers = "WSSPEC_ALL_PEERS"

func TestMain(m *testing.M) {
	code := m.Run()
	lab.clean()
	os.Exit(code)
}

// lab makes what many tests need, once.
var lab laboratory

type laboratory struct {
	binary, image sync.Once
	dir           string // of the stand-in's binary
	buildErr      error
	engine        *client.Client
	engineErr     error
}

// standinImage is the image of the stand-in. Each run of the tests has one of its own.
var standinImage = fmt.Sprintf("wsspec-test-standin:%d", os.Getpid())

// standin returns the path of the stand-in for wstest, which is called so.
func standin(t *testing.T) string {
	t.Helper()
	lab.binary.Do(func() {
		if lab.dir, lab.buildErr = os.MkdirTemp("", "wsspec-standin-"); lab.buildErr != nil {
			return
		}
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(lab.dir, "wstest"), "./standin")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			lab.buildErr = fmt.Errorf("go build: %w\n%s", err, out)
		}
	})
	if lab.buildErr != nil {
		t.Fatal(lab.buildErr)
	}
	return filepath.Join(lab.dir, "wstest")
}

// realEngine returns the engine of this machine, which has the image of the stand-in. The test is skipped where there is none.
func realEngine(t *testing.T) *client.Client {
	t.Helper()
	binary := standin(t)
	lab.image.Do(func() {
		if lab.engine, lab.engineErr = client.New(client.FromEnv); lab.engineErr != nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if _, lab.engineErr = lab.engine.Ping(ctx, client.PingOptions{}); lab.engineErr == nil {
			lab.engineErr = buildImage(ctx, lab.engine, standinImage, binary)
		}
	})
	if lab.engineErr != nil {
		skip(t, fmt.Sprintf("needs a container engine: %v", lab.engineErr))
	}
	return lab.engine
}

func (l *laboratory) clean() {
	if l.dir != "" {
		os.RemoveAll(l.dir)
	}
	if l.engine != nil && l.engineErr == nil {
		l.engine.ImageRemove(context.Background(), standinImage, client.ImageRemoveOptions{Force: true, PruneChildren: true})
	}
}

// skip skips the test, for what it needs is not there.
func skip(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv(allPeers) != "" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// buildImage builds an image of nothing but a binary, which is its wstest.
func buildImage(ctx context.Context, engine *client.Client, name, binary string) error {
	program, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	return buildFrom(ctx, engine, name, map[string]string{
		"wstest": string(program), "Dockerfile": "FROM scratch\nCOPY wstest /usr/local/bin/wstest\nCMD [\"wstest\"]\n",
	})
}

func buildFrom(ctx context.Context, engine *client.Client, name string, files map[string]string) error {
	answer, err := engine.ImageBuild(ctx, bytes.NewReader(archiveOf(files)), client.ImageBuildOptions{Tags: []string{name}, Remove: true})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err == nil && bytes.Contains(said, []byte(`"errorDetail"`)) {
		err = fmt.Errorf("building %s: %s", name, said)
	}
	return err
}

// buildTestImage builds an image of files for one test.
func buildTestImage(t *testing.T, files map[string]string) string {
	t.Helper()
	engine := realEngine(t)
	name := strings.ToLower(t.Name()) + ":" + strconv.Itoa(os.Getpid())
	if err := buildFrom(t.Context(), engine, name, files); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		engine.ImageRemove(context.Background(), name, client.ImageRemoveOptions{Force: true, PruneChildren: true})
	})
	return name
}

func archiveOf(files map[string]string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, content := range files {
		w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))})
		io.WriteString(w, content)
	}
	w.Close()
	return b.Bytes()
}

// echoServer is a server under test that does nothing wrong. It listens on all addresses; the URL has the local one.
func echoServer(t *testing.T) string {
	t.Helper()
	return echoServerThat(t, func() {})
}

// echoServerThat does something before it accepts a connection.
func echoServerThat(t *testing.T, does func()) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		does()
		c, err := ws.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		for {
			op, message, err := c.ReadMessage(r.Context())
			if err != nil || c.WriteMessage(r.Context(), op, message) != nil {
				return
			}
		}
	}))
	s.Listener.Close()
	s.Listener = listenEverywhere(t)
	s.Start()
	t.Cleanup(s.Close)
	_, port, _ := strings.Cut(strings.ReplaceAll(s.Listener.Addr().String(), "[::]", ""), ":")
	return "ws://localhost:" + port + "/"
}
