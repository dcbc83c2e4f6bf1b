package peer

import (
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

func init() {
	// Leaves a daemon behind, in a session of its own and without a parent, and then serves.
	roles["daemonizer"] = func(args []string) {
		nurse := exec.Command(os.Args[0], args[1:]...)
		nurse.Env = append(os.Environ(), roleVariable+"=nurse")
		must(nurse.Run())
		serve(args[0])
	}
	roles["nurse"] = func(args []string) {
		daemon := exec.Command(os.Args[0], args[1:]...)
		daemon.Env = append(os.Environ(), roleVariable+"="+args[0])
		daemon.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		must(daemon.Start())
	}
	// Has a child that has left the group and bears no mark, and serves.
	roles["outlaw's parent"] = func(args []string) {
		outlaw := exec.Command(os.Args[0], "127.0.0.1:0")
		outlaw.Env = []string{roleVariable + "=stubborn", lifelineVariable + "=" + os.Getenv(lifelineVariable)}
		outlaw.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		must(outlaw.Start())
		serve(args[0])
	}
}

// startDaemonizer starts a program with a daemon that plays the role.
func startDaemonizer(t *testing.T, role string) (p *Process, daemon net.Conn) {
	t.Helper()
	l := newLifeline(t)
	o := l.server("daemonizer", role, "127.0.0.1:0")
	o.StopTimeout = 50 * time.Millisecond
	p = startServer(t, o)
	l.await("daemonizer")
	l.await("nurse")
	return p, l.await(role)
}

func TestDaemonEndsWithTheProgram(t *testing.T) {
	for _, role := range []string{"server", "stubborn"} {
		p, daemon := startDaemonizer(t, role)
		p.Stop(t.Context())
		awaitEnd(t, role, daemon)
	}
}

func TestDaemonEndsWithACrash(t *testing.T) {
	p, daemon := startDaemonizer(t, "stubborn")
	ask(t, p, "exit 3")
	await(t, "the end", p.Done())
	awaitEnd(t, "the daemon", daemon)
	if exit := p.Exit(); exit.Code != 3 {
		t.Errorf("%+v", exit)
	}
}

// What bears no mark is known by its parent, as long as that lives.
func TestChildWithoutMarkEndsWithTheProgram(t *testing.T) {
	l := newLifeline(t)
	o := l.server("outlaw's parent")
	o.StopTimeout = 50 * time.Millisecond
	p := startServer(t, o)
	l.await("outlaw's parent")
	outlaw := l.await("stubborn")
	p.Stop(t.Context())
	awaitEnd(t, "the child", outlaw)
}

// Somebody else's processes are left alone.
func TestStrangersAreNoStrays(t *testing.T) {
	l := newLifeline(t)
	one := startServer(t, l.server("server"))
	stranger := startServer(t, l.server("server"))
	one.Stop(t.Context())
	if got := ask(t, stranger, "still there?"); got != "still there?" {
		t.Errorf("answer %q, %v", got, stranger.Exit())
	}
}

func TestBears(t *testing.T) {
	mark := newMark()
	for environment, want := range map[string]bool{
		"A=b\x00" + mark + "\x00C=d\x00": true,
		mark:                             true,
		"X" + mark + "\x00":              false,
		mark + "1\x00":                   false,
		"A=" + mark + "\x00":             false,
		"":                               false,
	} {
		if got := bears([]byte(environment), mark); got != want {
			t.Errorf("%q: %v, want %v", environment, got, want)
		}
	}
	if mark == newMark() {
		t.Error("two marks are alike")
	}
}

func TestDescends(t *testing.T) {
	parents, marked := map[int]int{2: 1, 3: 2, 4: 3, 5: 6, 6: 5}, map[int]bool{3: true}
	for pid, want := range map[int]bool{1: false, 2: false, 3: true, 4: true, 5: false, 7: false} {
		if got := descends(pid, parents, marked); got != want {
			t.Errorf("%d: %v, want %v", pid, got, want)
		}
	}
}
