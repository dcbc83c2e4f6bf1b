package peer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
)

func init() {
	runtime.LockOSThread() // the first thread of a process never ends: no test runs on it

	// Starts a server as this package does, and waits to be killed.
	roles["owner"] = func([]string) {
		_, err := Start(context.Background(), Options{
			Command: []string{os.Args[0], "127.0.0.1:0"},
			Env:     []string{roleVariable + "=server"},
		})
		must(err)
		serve("127.0.0.1:0")
	}
}

func TestProgramEndsWithItsOwner(t *testing.T) {
	l := newLifeline(t)
	o := l.options("owner")
	owner := exec.Command(o.Command[0])
	owner.Env = append(os.Environ(), o.Env...)
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	l.await("owner")
	server := l.await("server")
	owner.Process.Kill()
	owner.Wait()
	awaitEnd(t, "the server", server)
}

// The end of the thread that called Start is not the end of the program.
func TestProgramOutlivesTheCallersThread(t *testing.T) {
	o := newLifeline(t).server("server")
	var p *Process
	var err error
	thread := make(chan int)
	go func() {
		runtime.LockOSThread() // and never unlock: the thread ends with the goroutine
		p, err = Start(t.Context(), o)
		thread <- syscall.Gettid()
	}()
	task := fmt.Sprintf("/proc/self/task/%d", <-thread)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop(t.Context())
	until(t, "the thread is gone", func() bool {
		_, err := os.Stat(task)
		return errors.Is(err, fs.ErrNotExist)
	})
	if got := ask(t, p, "still there?"); got != "still there?" {
		t.Errorf("answer %q, %v", got, p.Exit())
	}
}

func TestGroupRuns(t *testing.T) {
	for stat, want := range map[string]bool{
		"812 (server) S 1 700 700 0 -1":       true,
		"812 (a b) Z 1) R 1 700 700 0 -1":     true, // the name is "a b) Z 1"
		"812 (server) Z 1 700 700 0 -1":       false,
		"812 (server) X 1 700 700 0 -1":       false,
		"812 (server) S 700 1700 700 0 -1":    false,
		"812 (700 700 700) S 1 812 812 0 700": false,
		"":                                    false,
	} {
		if got := group(700).runs([]byte(stat)); got != want {
			t.Errorf("%q: %v, want %v", stat, got, want)
		}
	}
}

// A zombie in the group is no reason to wait.
func TestZombieDoesNotLive(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"=talker")
	cmd.SysProcAttr = attributes()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	g := newGroup(cmd.Process)
	until(t, "only a zombie is left", func() bool { return !g.lives() })
	if syscall.Kill(cmd.Process.Pid, 0) != nil {
		t.Error("it was no zombie")
	}
	cmd.Wait()
}
