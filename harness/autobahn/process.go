package autobahn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/wsspec/wsspec/harness/peer"
)

// How long an engine is waited for.
const (
	createLimit = 2 * time.Minute  // until there is a container
	removeLimit = 30 * time.Second // until it is gone
	lossLimit   = 4 * time.Second  // until an engine that does not answer is given up
	drainLimit  = 5 * time.Second  // for the rest of the output when the program has ended
	lookPause   = 250 * time.Millisecond
)

// process is a program in a container.
type process struct {
	engine Engine
	podman bool
	name   string // of the container
	id     string // of the container; the name as long as there is none
	tell   func(string)

	life   context.Context // ends with Close: what listens to the container
	end    context.CancelFunc
	copied chan struct{} // is closed when no more output comes
	done   chan struct{}
	exit   Exit // is written before done is closed

	removal sync.Once
	removed error
}

// run creates a container, fills and starts it. If something goes wrong, nothing is left of it.
func (c *Container) run(ctx context.Context, job Job, archive []byte, o client.ContainerCreateOptions) (Process, error) {
	p := &process{engine: c.engine, podman: c.traits.podman, name: o.Name, id: o.Name, tell: c.options.Log}
	p.copied, p.done = make(chan struct{}), make(chan struct{})
	p.life, p.end = context.WithCancel(context.WithoutCancel(ctx))
	err := p.create(ctx, o)
	if err == nil {
		err = p.fill(ctx, archive)
	}
	if err == nil {
		err = p.start(ctx, job.Output)
	}
	if err != nil {
		p.end()
		return nil, errors.Join(c.explain(err, job, p.short()), p.remove(ctx))
	}
	return p, nil
}

// create is not cut short: an engine goes on with what it was asked for, and would leave a container behind.
func (p *process) create(ctx context.Context, o client.ContainerCreateOptions) error {
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), createLimit)
	defer cancel()
	created, err := p.engine.ContainerCreate(patient, o)
	if patient.Err() != nil {
		return &EngineError{Refused, p.name, fmt.Errorf("it made no container within %v", createLimit)}
	}
	if err != nil {
		return err
	}
	p.id = created.ID
	for _, w := range created.Warnings {
		p.tell(w)
	}
	return ctx.Err()
}

func (p *process) fill(ctx context.Context, archive []byte) error {
	_, err := p.engine.CopyToContainer(ctx, p.id, client.CopyToContainerOptions{DestinationPath: "/", Content: bytes.NewReader(archive)})
	return err
}

// start waits for the end before it starts, since a program may end at once.
func (p *process) start(ctx context.Context, output io.Writer) error {
	wait := p.engine.ContainerWait(p.life, p.id, client.ContainerWaitOptions{Condition: container.WaitConditionNextExit})
	if _, err := p.engine.ContainerStart(ctx, p.id, client.ContainerStartOptions{}); err != nil {
		return err
	}
	logs, err := p.logs(true)
	if err != nil {
		return err
	}
	go p.follow(logs, output)
	go p.watch(wait)
	return nil
}

// watch sees the program end.
func (p *process) watch(wait client.ContainerWaitResult) {
	defer close(p.done)
	exit := p.await(wait)
	if exit.Err != nil {
		p.end() // there is nobody to tell more
	}
	select {
	case <-p.copied:
	case <-time.After(drainLimit):
		p.end()
		<-p.copied
	}
	p.exit = exit
}

// await returns how the program ended. The engine's own word for it lacks whether memory was the reason.
func (p *process) await(wait client.ContainerWaitResult) Exit {
	select {
	case r := <-wait.Result:
		if state, err := p.state(); err == nil && !state.Running {
			return exitOf(state)
		}
		code := int(r.StatusCode)
		return Exit{Code: code, Signal: signalOf(code)} // so much is known
	case err := <-wait.Error:
		return p.look(err)
	}
}

// look asks the engine until the program has ended or it is certain that the engine is not there any more. It is not given up
// at once: it may be restarted, or a proxy may have cut the connection.
func (p *process) look(cause error) Exit {
	answer := time.Now()
	for {
		state, err := p.state()
		switch {
		case gone(err):
			return Exit{Code: -1, Err: &EngineError{Vanished, p.short(), nil}}
		case err != nil && (time.Since(answer) > lossLimit || p.life.Err() != nil):
			return Exit{Code: -1, Err: &EngineError{Lost, p.short(), errors.Join(cause, err)}}
		case err == nil && !state.Running:
			return exitOf(state)
		case err == nil:
			answer = time.Now()
		}
		pause(p.life, lookPause)
	}
}

func exitOf(s container.State) Exit {
	return Exit{Code: s.ExitCode, Signal: signalOf(s.ExitCode), OutOfMemory: s.OOMKilled}
}

// signalOf names the signal that an exit code above 128 stands for.
func signalOf(code int) string {
	if code > 128 && code < 160 {
		return syscall.Signal(code - 128).String()
	}
	return ""
}

func (p *process) state() (container.State, error) {
	ctx, cancel := context.WithTimeout(p.life, lossLimit)
	defer cancel()
	r, err := p.engine.ContainerInspect(ctx, p.id, client.ContainerInspectOptions{})
	if err != nil {
		return container.State{}, err
	}
	return *r.Container.State, nil
}

func (p *process) Done() <-chan struct{} { return p.done }

func (p *process) Exit() Exit {
	select {
	case <-p.done:
		return p.exit
	default:
		return Exit{}
	}
}

// Kill implements Process. A program that has ended already is none to complain about.
func (p *process) Kill(ctx context.Context) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	_, err := p.engine.ContainerKill(ctx, p.id, client.ContainerKillOptions{Signal: "SIGKILL"})
	if err != nil && !gone(err) && !cerrdefs.IsConflict(err) {
		return refusal(err, Refused, p.short())
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Reports implements Process.
func (p *process) Reports(ctx context.Context, dir string) error {
	r, err := p.engine.CopyFromContainer(ctx, p.id, client.CopyFromContainerOptions{SourcePath: containerReports})
	if err != nil {
		return refusal(err, Refused, p.short())
	}
	defer r.Content.Close()
	return unpack(r.Content, dir, reportLimits, p.tell)
}

// Close implements Process. It takes its own time: it has to work when ctx has ended.
func (p *process) Close(ctx context.Context) error {
	err := p.remove(ctx)
	p.end()
	<-p.done
	return err
}

// remove removes the container with all that is in it, running or not.
func (p *process) remove(ctx context.Context) error {
	p.removal.Do(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeLimit)
		defer cancel()
		_, err := p.engine.ContainerRemove(ctx, p.id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		if err != nil && !gone(err) && !cerrdefs.IsConflict(err) {
			p.removed = &EngineError{NotRemoved, p.short(), err}
		}
	})
	return p.removed
}

// short is the ID as people write it.
func (p *process) short() string {
	if p.id == p.name {
		return p.name
	}
	return p.id[:min(12, len(p.id))]
}

// explain says what a failure to start the container means.
func (c *Container) explain(err error, job Job, container string) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "port is already allocated"), strings.Contains(text, "address already in use"):
		return &peer.BusyError{Address: fmt.Sprintf("127.0.0.1:%d", job.Port)}
	case c.options.Network != "" && noNetwork(text):
		return &EngineError{NoNetwork, c.options.Network, nil}
	case noProgram(text):
		return &EngineError{NoProgram, c.options.Image, nil}
	case gone(err) && strings.Contains(text, "image"):
		return &EngineError{NoImage, c.options.Image, nil}
	}
	return refusal(err, Refused, container)
}

// noNetwork and noProgram go by words, since Podman and the runtimes send nothing else. That a program is missing which the
// engine itself needs is put into the same words, so they must name what is meant.
func noNetwork(text string) bool {
	return strings.Contains(text, "network") && strings.Contains(text, "not found") && !strings.Contains(text, "executable")
}

func noProgram(text string) bool {
	text = strings.ToLower(text)
	missing := strings.Contains(text, "executable file") && strings.Contains(text, "not found") || strings.Contains(text, "no such file")
	return missing && strings.Contains(text, "wstest")
}
