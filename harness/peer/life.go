package peer

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// drainTimeout bounds the wait for the end of the output once the process group has ended. Only a child that left the group
// can still hold the other end of the pipe.
const drainTimeout = 500 * time.Millisecond

// life is one run of a program, from its start to its end.
type life struct {
	command        []string
	mark           string // in the environment of all that it starts
	stdout, stderr tail
	output         listener

	mu     sync.Mutex
	group  group
	strays []*os.Process // that were asked to end
	over   bool          // the group has ended: its number may be someone else's

	ask, kill func() // end asks the group to end, and then kills it; each does it once
	asked     chan struct{}
	killed    chan struct{}

	meter meter

	exit *ExitError    // how it ended; may be read once done is closed
	done chan struct{} // closed at the end
}

// start starts the program. When it returns without an error, the program is running.
func start(o Options) (*life, error) {
	if o.Dir != "" { // a missing directory would be reported as a missing program
		if info, err := os.Stat(o.Dir); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("there is no directory %q to run it in", o.Dir)
		}
	}
	l := &life{
		command: o.Command,
		mark:    newMark(),
		asked:   make(chan struct{}),
		killed:  make(chan struct{}),
		done:    make(chan struct{}),
	}
	l.stdout.wanted, l.stderr.wanted = o.ReadyOutput, o.ReadyOutput
	l.output.to = o.Output
	l.ask = sync.OnceFunc(func() { close(l.asked); l.terminate() })
	l.kill = sync.OnceFunc(func() { close(l.killed); l.signal(group.kill) })

	cmd := exec.Command(o.Command[0], o.Command[1:]...)
	cmd.Dir = o.Dir
	cmd.Env = append(append(cmd.Environ(), o.Env...), l.mark)
	cmd.SysProcAttr = attributes()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		stdout.Close()
		return nil, err
	}
	started := make(chan error)
	go l.run(cmd, stdout, stderr, started)
	return l, <-started
}

// run starts the command and stays until its end. On Linux the program is killed when the thread that started it ends, so
// the thread must not return to the pool before.
func (l *life) run(cmd *exec.Cmd, stdout, stderr io.ReadCloser, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	if err := cmd.Start(); err != nil { // closes the pipes
		started <- err
		return
	}
	l.group = newGroup(cmd.Process)
	started <- nil

	copied := make(chan struct{})
	go l.copyOutput(stdout, stderr, copied)
	var watching sync.WaitGroup
	waited := make(chan struct{})
	watching.Go(func() { l.watch(waited) })
	state, err := cmd.Process.Wait()
	close(waited)
	watching.Wait()
	l.meter.atLeast(state)
	l.endGroup()
	select {
	case <-copied:
	case <-time.After(drainTimeout):
	}
	stdout.Close()
	stderr.Close()
	l.output.end()
	l.exit = l.exitError(state, err)
	close(l.done)
}

func (l *life) copyOutput(stdout, stderr io.Reader, copied chan<- struct{}) {
	var both sync.WaitGroup
	both.Go(func() { io.Copy(io.MultiWriter(&l.stdout, &l.output), stdout) }) // ends with the pipe; there is nobody to tell about an error
	both.Go(func() { io.Copy(io.MultiWriter(&l.stderr, &l.output), stderr) })
	both.Wait()
	close(copied)
}

// endGroup ends what the leader of the group has left behind. If the end was asked for, the rest has the same time to obey
// as the leader had; after a crash it has none.
func (l *life) endGroup() {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for l.obeying() && l.lives() {
		select {
		case <-tick.C:
		case <-l.killed:
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.group.kill()
	l.killStrays()
	l.group.release()
	l.over = true
}

// obeying tells whether the group was asked to end and not yet killed.
func (l *life) obeying() bool {
	select {
	case <-l.killed:
		return false
	default:
	}
	select {
	case <-l.asked:
		return true
	default:
		return false
	}
}

func (l *life) exitError(state *os.ProcessState, err error) *ExitError {
	e := &ExitError{Command: l.command, Code: -1, Stdout: l.stdout.lines(), Stderr: l.stderr.lines()}
	if err != nil {
		return e // somebody else has waited for our child, and knows its exit code
	}
	e.Code = state.ExitCode()
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.Signal = status.Signal().String()
	}
	return e
}

func (l *life) signal(how func(group)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over {
		how(l.group)
	}
}

// ended tells how the program ended, or nil while it runs.
func (l *life) ended() *ExitError {
	select {
	case <-l.done:
		return l.exit
	default:
		return nil
	}
}

// end asks the group to end, kills it after the timeout or when the context ends, and waits for its end.
func (l *life) end(ctx context.Context, timeout time.Duration) {
	l.ask()
	limit := time.NewTimer(timeout)
	defer limit.Stop()
	select {
	case <-l.done:
		return
	case <-limit.C:
	case <-ctx.Done():
	}
	l.kill()
	<-l.done
}
