package autobahn

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"

	"github.com/wsspec/wsspec/harness/peer"
)

// Where things are in the container: in a directory of our own, which is copied in, since the image may lack any other.
const (
	containerHome    = "/wsspec"
	containerReports = containerHome + "/reports"
	containerFiles   = containerHome + "/files"
	containerSpec    = containerHome + "/spec.json"
)

// gateway is the name by which a container reaches the machine of its engine. Podman gives its containers one by itself; not
// every version of it knows how to be asked for Docker's.
func (c *Container) gateway() string {
	if c.traits.podman {
		return "host.containers.internal"
	}
	return "host.docker.internal"
}

// hostNetwork tells whether the program runs in the network of this machine, so that all addresses mean the same to it.
func (c *Container) hostNetwork() bool {
	if c.options.Network != "" {
		return c.options.Network == "host"
	}
	return c.traits.sharesNetwork(c.at)
}

// place says where things are for a job.
func (c *Container) place(job Job) Place {
	return Place{
		Reports: containerReports,
		Listen:  "ws://" + c.listenAddress(job.Port),
		File:    func(name string) string { return path.Join(containerFiles, name) },
		Reach:   c.reach,
	}
}

// listenAddress is where a fuzzingserver listens. The port is the same on both sides: wstest refuses clients that name another.
func (c *Container) listenAddress(port int) string {
	if c.hostNetwork() {
		return fmt.Sprintf("127.0.0.1:%d", port)
	}
	return fmt.Sprintf("0.0.0.0:%d", port)
}

// reach rewrites URLs of this machine where the container has another name for it.
func (c *Container) reach(s string) string {
	if c.options.Network != "" || c.hostNetwork() {
		return s
	}
	u, err := url.Parse(s)
	if err != nil || !loopback(u.Hostname()) {
		return s
	}
	u.Host = strings.TrimSuffix(net.JoinHostPort(c.gateway(), u.Port()), ":")
	return u.String()
}

// loopback tells whether a host is the machine that speaks of it.
func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (a.Unmap().IsLoopback() || a.IsUnspecified())
}

// wire puts the container where it reaches the peers, and is reached.
func (c *Container) wire(config *container.Config, host *container.HostConfig, job Job) error {
	host.ExtraHosts = append(host.ExtraHosts, c.options.Hosts...)
	if c.hostNetwork() {
		host.NetworkMode = network.NetworkHost
		return free(job.Port)
	}
	host.NetworkMode = container.NetworkMode(c.options.Network)
	if !c.traits.podman {
		host.ExtraHosts = append(host.ExtraHosts, c.gateway()+":host-gateway")
	}
	if job.Port == 0 {
		return nil
	}
	if !c.at.onThisMachine() {
		return &EngineError{Unsuitable, c.at.String(), errors.New("it is on another machine, so a client here cannot reach what it runs")}
	}
	port, ok := network.PortFrom(uint16(job.Port), network.TCP)
	if !ok {
		return fmt.Errorf("%d is no port", job.Port)
	}
	config.ExposedPorts = network.PortSet{port: {}}
	host.PortBindings = network.PortMap{port: {{HostIP: netip.AddrFrom4([4]byte{127, 0, 0, 1}), HostPort: strconv.Itoa(job.Port)}}}
	return nil
}

// free makes sure that the port is not taken, 0 being none. The program would say so only among a lot else.
func free(port int) error {
	if port == 0 {
		return nil
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	l, err := net.Listen("tcp", address)
	if err != nil {
		return &peer.BusyError{Address: address}
	}
	return l.Close()
}
