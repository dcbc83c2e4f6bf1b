package docker

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/wsspec/wsspec/harness/record"
)

// TestFaults has the testsuite go wrong in case 1.1.5: what is known stays, what is not is an error, and no container is left.
func TestFaults(t *testing.T) {
	setUp(t)
	url := "peer=" + startServer(t, "gws")
	for name, tt := range map[string]struct {
		faults string
		args   []string
		pass   int // of the 8 cases; all others are errors
		words  string
	}{
		"memory":   {"memory@1.1.5", []string{"--memory", "48m"}, 0, "used more memory than it may in case 1.1.5"},
		"exit":     {"exit@1.1.5", nil, 0, "ended with exit code 7 in case 1.1.5"},
		"hang":     {"deaf,hang@1.1.5", []string{"--stall", "2s"}, 7, "nothing moved for 2s after case 1.1.5 had begun"},
		"too long": {"deaf,hang@1.1.5", []string{"--timeout", "3s"}, 0, "the limit of 3s was used up"},
		"half":     {"half", nil, -1, "index.json"},
	} {
		t.Run(name, func(t *testing.T) {
			r := wsspec(t, standIn(t, tt.faults), append([]string{"server", "--cases", "1.1.*", url}, tt.args...)...)
			counts := r.ended(t, 3, tt.words, "8 planned, 8 ran").Counts()
			if counts[record.Pass]+counts[record.Error] != 8 || tt.pass >= 0 && counts[record.Pass] != tt.pass {
				t.Errorf("%v\n%s", counts, r.output)
			}
		})
	}
}

// TestTerminalIsSafe has the testsuite write what a terminal would obey.
func TestTerminalIsSafe(t *testing.T) {
	r := wsspec(t, standIn(t, "escape@1.1.2,exit@1.1.3"), "server", "--cases", "1.1.*", "peer="+startServer(t, "gws"))
	r.ended(t, 3)
	if strings.ContainsAny(r.output, "\x1b\x07") {
		t.Errorf("%q", r.output)
	}
}

// TestPeerDies has the server under test die in the fifth case: wstest drops the rest in silence, but nothing is lost here.
func TestPeerDies(t *testing.T) {
	image := standIn(t, "")
	args := append([]string{"server", "--cases", "1.1.*", "peer=ws://127.0.0.1:{port}/"}, play(t, "mortalServer", "{port}")...)
	rec := wsspec(t, image, args...).ended(t, 1, "8 planned, 8 ran", "1.1.6")
	if counts := rec.Counts(); counts[record.Pass] == 0 || counts[record.Error] == 0 || counts[record.Fail] == 0 {
		t.Errorf("%v", counts)
	}
}

func TestEngineIsMissing(t *testing.T) {
	setUp(t)
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(t.TempDir(), "docker.sock"))
	cmd := command(dropIn, t.TempDir(), "server", "ws://127.0.0.1:1/")
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 3 || !strings.Contains(string(out), "install and start Docker or Podman") {
		t.Errorf("exit code %d: %s", cmd.ProcessState.ExitCode(), out)
	}
}

func TestImageIsMissing(t *testing.T) {
	setUp(t)
	cmd := command("wsspec-interop/absent", t.TempDir(), "server", "ws://127.0.0.1:1/")
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 3 || !strings.Contains(string(out), "has no image wsspec-interop/absent") {
		t.Errorf("exit code %d: %s", cmd.ProcessState.ExitCode(), out)
	}
}

// watched gathers output, and lets a test wait for a part of it.
type watched struct {
	mu      sync.Mutex
	text    bytes.Buffer
	written chan struct{}
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.written <- struct{}{}:
	default:
	}
	return w.text.Write(p)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// startHanging starts a run in which the testsuite hangs in case 1.1.5. It returns when that is so.
func startHanging(t *testing.T, image string, url string) (end func() run, interrupt func(insist bool)) {
	t.Helper()
	r := run{dir: t.TempDir()}
	cmd := command(image, r.dir, "server", "--cases", "1.1.*", "peer="+url)
	output := &watched{written: make(chan struct{}, 1)}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	awaitLog(t, image, "case ID 1.1.5")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cmd.Wait()
	}()
	end = func() run {
		<-ended
		r.output, r.code = output.String(), cmd.ProcessState.ExitCode()
		return r
	}
	interrupt = func(insist bool) {
		for again := true; again; again = insist {
			cmd.Process.Signal(os.Interrupt)
			select {
			case <-ended:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	return end, interrupt
}

// awaitLog waits until the container of the image has written something, and returns its ID.
func awaitLog(t *testing.T, image, part string) (id string) {
	t.Helper()
	for limit := time.After(patience); ; {
		list, err := lab.engine.ContainerList(t.Context(), client.ContainerListOptions{Filters: make(client.Filters).Add("ancestor", image)})
		if err != nil {
			t.Fatal(err)
		}
		if len(list.Items) == 1 {
			id = list.Items[0].ID
			if log, err := lab.engine.ContainerLogs(t.Context(), id, client.ContainerLogsOptions{ShowStdout: true}); err == nil {
				text, _ := io.ReadAll(log)
				log.Close()
				if bytes.Contains(text, []byte(part)) {
					return id
				}
			}
		}
		select {
		case <-limit:
			t.Fatalf("the container does not write %q", part)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// TestInterrupt presses Ctrl-C once, and again and again, so that the program gives up the report. The record can be read.
func TestInterrupt(t *testing.T) {
	image := standIn(t, "deaf,hang@1.1.5")
	url := startServer(t, "gws")
	for name, insist := range map[string]bool{"once": false, "again and again": true} {
		t.Run(name, func(t *testing.T) {
			end, interrupt := startHanging(t, image, url)
			interrupt(insist)
			r := end()
			if r.code != 3 && !(insist && r.code == -1) {
				t.Errorf("exit code %d\n%s", r.code, r.output)
			}
			noneLeft(t, image)
			if rec, err := record.Read(r.dir); err != nil || rec.Planned != 8 || rec.Ran == 8 {
				t.Errorf("%+v, %v", rec, err)
			}
		})
	}
}

// TestEngineDies cuts the program off from the engine in the middle.
func TestEngineDies(t *testing.T) {
	engine := setUp(t)
	network, address, _ := strings.Cut(engine.DaemonHost(), "://")
	if network != "unix" {
		t.Skip("needs an engine at a socket of this machine")
	}
	socket := filepath.Join(t.TempDir(), "docker.sock")
	cut := relay(t, socket, address)
	image := standIn(t, "hang@1.1.5")
	url := startServer(t, "gws")
	t.Setenv("DOCKER_HOST", "unix://"+socket)
	end, _ := startHanging(t, image, url)
	id := awaitLog(t, image, "case ID 1.1.5")
	defer engine.ContainerRemove(context.Background(), id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	cut()
	rec := end().ended(t, 3, "the container engine was lost in the middle", "docker rm -f "+id[:12])
	if got := rec.Counts()[record.Error]; got != 8 {
		t.Errorf("%d errors", got)
	}
}

// relay carries connections to the engine until it is cut.
func relay(t *testing.T, socket, engine string) (cut func()) {
	t.Helper()
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var conns []net.Conn
	cut = func() {
		l.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, c := range conns {
			c.Close()
		}
	}
	t.Cleanup(cut)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			e, err := net.Dial("unix", engine)
			if err != nil {
				c.Close()
				continue
			}
			mu.Lock()
			conns = append(conns, c, e)
			mu.Unlock()
			go io.Copy(e, c)
			go io.Copy(c, e)
		}
	}()
	return cut
}
