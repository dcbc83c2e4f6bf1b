package autobahn

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// DefaultImage is the image of the Autobahn testsuite.
const DefaultImage = "crossbario/autobahn-testsuite"

// Pull says when an image is fetched from its registry.
type Pull string

const (
	PullNever   Pull = "never"   // what the engine has is used
	PullMissing Pull = "missing" // if the engine does not have it
	PullAlways  Pull = "always"  // each time, since there may be a newer one of the same name
)

// ContainerOptions are the settings of NewContainer. The zero value runs the Autobahn testsuite's own image.
type ContainerOptions struct {
	Image   string   // "" means DefaultImage
	Pull    Pull     // "" means PullMissing
	Network string   // the engine's network to attach to; "" leaves the choice to Container
	Memory  int64    // bytes that the program may use, swap included; 0 means no limit
	Hosts   []string // more hosts that the program shall know, each as "name:address"
	Engine  Engine   // nil means the one that the environment names, as it does for the docker command

	// Log is told what is done, such as the steps of a pull, by several goroutines; it may be nil. What it gets may hold words of
	// the engine: escape them for a terminal.
	Log func(line string)
}

// Container is a Program: the wstest of an image, run in an engine that speaks the Docker API, such as Docker or Podman.
// Nothing of this machine is mounted, so the engine may be on another one: files are copied in and out.
//
// It returns a *EngineError where the engine is to blame, and a *peer.BusyError if the port of a fuzzingserver is taken.
type Container struct {
	engine  Engine
	at      endpoint
	traits  traits
	options ContainerOptions
}

// NewContainer connects to the engine and has it get the image, so that Start is fast and can be called often. Close it in the
// end. An error that is no *EngineError is a mistake in the options or in what the environment says of the engine.
func NewContainer(ctx context.Context, o ContainerOptions) (*Container, error) {
	c := &Container{options: o}
	if err := c.options.complete(); err != nil {
		return nil, err
	}
	if err := c.connect(ctx); err != nil {
		return nil, err
	}
	if err := c.prepare(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// complete fills in the defaults and checks the rest.
func (o *ContainerOptions) complete() error {
	if o.Image == "" {
		o.Image = DefaultImage
	}
	if o.Pull == "" {
		o.Pull = PullMissing
	}
	if o.Log == nil {
		o.Log = func(string) {}
	}
	switch o.Pull {
	case PullNever, PullMissing, PullAlways:
	default:
		return fmt.Errorf("there is no way %q to pull an image: never, missing or always", o.Pull)
	}
	if o.Memory < 0 {
		return fmt.Errorf("a memory limit of %d bytes makes no sense", o.Memory)
	}
	for _, h := range o.Hosts {
		if name, address, ok := strings.Cut(h, ":"); !ok || name == "" || address == "" {
			return fmt.Errorf("%q is no host: write name:address", h)
		}
	}
	return nil
}

// connect finds the engine and greets it.
func (c *Container) connect(ctx context.Context) error {
	c.engine = c.options.Engine
	if c.engine == nil {
		var err error
		if c.at, err = here().endpoint(); err != nil {
			return err
		}
		if c.engine, err = dial(c.at); err != nil {
			return fmt.Errorf("%s: %w", c.at, err)
		}
	} else {
		c.at = endpoint{host: c.engine.DaemonHost()}
	}
	var err error
	if c.traits, err = greet(ctx, c.engine, c.at); err != nil {
		return errors.Join(err, c.engine.Close())
	}
	c.warn()
	return nil
}

// warn tells what this engine cannot do, as far as the run goes on without it.
func (c *Container) warn() {
	if c.options.Memory > 0 && !c.traits.memory {
		c.options.Log("this engine cannot limit memory: the limit is ignored")
	}
	if c.options.Network != "" || c.hostNetwork() {
		return
	}
	switch {
	case !c.at.onThisMachine():
		c.options.Log("the engine is on another machine: to it, localhost is that machine")
	case c.traits.rootless && !c.traits.podman:
		c.options.Log("the engine is rootless: it reaches servers of this machine by an address of its own, but not at 127.0.0.1")
	}
}

// Close ends the connection to the engine, and no program.
func (c *Container) Close() error { return c.engine.Close() }

// Start implements Program.
func (c *Container) Start(ctx context.Context, job Job) (Process, error) {
	spec, err := job.Spec(c.place(job))
	if err != nil {
		return nil, err
	}
	archive, err := pack(spec, job.Files, c.traits.user(caller()))
	if err != nil {
		return nil, err
	}
	config, host := c.configure(job)
	if err := c.wire(config, host, job); err != nil {
		return nil, err
	}
	return c.run(ctx, job, archive, client.ContainerCreateOptions{Config: config, HostConfig: host, Name: containerName()})
}

// ContainerLabel is on every container that was made for a Container. Its value is the mode of the program.
const ContainerLabel = "com.github.wsspec.autobahn"

// containerName makes a name, so that a container can be removed of which nothing else is known.
func containerName() string { return "wsspec-autobahn-" + strings.ToLower(rand.Text()[:12]) }

// configure describes the container: the program with no privileges and nothing of this machine.
func (c *Container) configure(job Job) (*container.Config, *container.HostConfig) {
	command := commandLine("wstest", job.Mode, containerSpec)
	config := &container.Config{
		Image:      c.options.Image,
		User:       c.traits.user(caller()).String(),
		Env:        append([]string{"HOME=" + containerHome}, environment...),
		Entrypoint: command[:1], // whatever entry the image has
		Cmd:        command[1:],
		WorkingDir: containerHome,
		Labels:     map[string]string{ContainerLabel: job.Mode},
	}
	host := &container.HostConfig{
		LogConfig:   container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "256m"}}, // one that can be read
		CapDrop:     []string{"ALL"},
		SecurityOpt: []string{"no-new-privileges"},
		Resources:   container.Resources{Memory: c.options.Memory, MemorySwap: c.options.Memory},
	}
	return config, host
}
