package autobahn

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// proxy stands between a client and the engine of this machine, and can cut what it carries.
type proxy struct {
	socket   string
	listener net.Listener
	mu       sync.Mutex
	conns    []net.Conn
}

func newProxy(t *testing.T) *proxy {
	t.Helper()
	at, err := here().endpoint()
	if err != nil {
		t.Fatal(err)
	}
	network, address, _ := strings.Cut(at.host, "://")
	p := &proxy{socket: filepath.Join(t.TempDir(), "docker.sock")}
	if p.listener, err = net.Listen("unix", p.socket); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.cut)
	go p.serve(network, address)
	return p
}

func (p *proxy) serve(network, address string) {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		engine, err := net.Dial(network, address)
		if err != nil {
			c.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, c, engine)
		p.mu.Unlock()
		go io.Copy(engine, c)
		go io.Copy(c, engine)
	}
}

// drop ends the connections; new ones are carried.
func (p *proxy) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}

// cut ends all.
func (p *proxy) cut() {
	p.listener.Close()
	p.drop()
}
