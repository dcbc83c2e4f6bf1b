package autobahn

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/moby/moby/client"
)

// ownEngine starts an engine that a test may fill and kill. Its disk has 64 MB; it has no network.
func ownEngine(t *testing.T) (*client.Client, *os.Process) {
	t.Helper()
	binary, err := exec.LookPath("dockerd")
	if err != nil || os.Getuid() != 0 {
		skip(t, "needs dockerd and the rights of root")
	}
	dir, err := os.MkdirTemp("", "wsspec-dockerd-")
	if err != nil {
		t.Fatal(err)
	}
	disk := filepath.Join(dir, "disk")
	must(t, os.Mkdir(disk, 0o755))
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64m"); err != nil {
		skip(t, "needs to mount a small disk: "+err.Error())
	}
	t.Cleanup(func() { must(t, syscall.Unmount(disk, syscall.MNT_DETACH), os.RemoveAll(dir)) })

	socket := "unix://" + filepath.Join(dir, "docker.sock")
	log := newOutput()
	cmd := exec.Command(binary, "--host", socket, "--data-root", disk, "--exec-root", filepath.Join(dir, "run"), "--pidfile", filepath.Join(dir, "pid"),
		"--storage-driver", "vfs", "--bridge", "none", "--iptables=false", "--ip6tables=false")
	cmd.Stdout, cmd.Stderr = log, log
	// Its mounts go with it, and it cannot touch the network of another engine.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Unshareflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET}
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	log.await(t, "API listen on")
	engine, err := client.New(client.WithHost(socket))
	if err != nil {
		t.Fatal(err)
	}
	must(t, buildImage(t.Context(), engine, standinImage, standin(t)))
	return engine, cmd.Process
}

// nowhere is a URL at which nobody listens.
const nowhere = "ws://127.0.0.1:1/"

// TestEngineDiesWithFullDisk first fills the disk of an engine, and then kills the engine.
func TestEngineDiesWithFullDisk(t *testing.T) {
	t.Parallel()
	engine, daemon := ownEngine(t)
	c := newContainer(t, ContainerOptions{Engine: engine, Image: standinImage, Pull: PullNever})
	out := newOutput()
	hanging, err := c.Start(t.Context(), job(nowhere, "hang@start", out, "1.1.1"))
	if err != nil {
		t.Fatal(err)
	}
	defer endProgram(t, engine, hanging.(*process).id)()
	out.await(t, "Loading spec")

	said := newOutput()
	filling, err := c.Start(t.Context(), job(nowhere, "fill@start", said, "1.1.1"))
	if err != nil {
		t.Fatal(err)
	}
	if exit := await(t, filling); exit.Code != 1 {
		t.Errorf("%+v\n%s", exit, said)
	}
	_, err = c.Start(t.Context(), job(nowhere, "", nil, "1.1.1"))
	troubled(t, err, NoSpace, "disk of the container engine is full", "docker system prune")
	must(t, filling.Close(t.Context()))
	again, err := c.Start(t.Context(), job(nowhere, "", newOutput(), "1.1.1"))
	if err != nil {
		t.Fatal(err)
	}
	await(t, again)
	must(t, again.Close(t.Context()))

	must(t, daemon.Kill())
	exit := await(t, hanging)
	troubled(t, exit.Err, Lost, "docker rm -f")
	troubled(t, hanging.Close(context.Background()), NotRemoved, "docker rm -f")
	_, err = c.Start(t.Context(), job(nowhere, "", nil, "1.1.1"))
	troubled(t, err, Lost)
}

// endProgram returns what ends a program, and what looks after it, when its engine cannot do that any more.
func endProgram(t *testing.T, engine *client.Client, id string) func() {
	t.Helper()
	r, err := engine.ContainerInspect(t.Context(), id, client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	program := r.Container.State.Pid
	keeper := parent(t, program)
	return func() {
		for _, pid := range []int{program, keeper} {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				t.Error(err)
			}
		}
	}
}

// parent reads the parent of a process from its stat, "pid (name) state ppid ...".
func parent(t *testing.T, pid int) int {
	t.Helper()
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		t.Fatal(err)
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	ppid, err := strconv.Atoi(string(fields[1]))
	if err != nil || ppid <= 1 {
		t.Fatalf("%s: %v", stat, err)
	}
	return ppid
}
