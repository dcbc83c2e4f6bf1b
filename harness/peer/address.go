package peer

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// dialTimeout bounds one look at an address. On the same machine the answer comes at once.
const dialTimeout = time.Second

// address is where a program listens. The zero value is nowhere.
type address struct{ network, name string }

// defaultPorts are the ports of URLs that name none (RFC 6455, section 3).
var defaultPorts = map[string]string{"ws": "80", "http": "80", "wss": "443", "https": "443"}

func parseAddress(s string) (address, error) {
	if s == "" {
		return address{}, nil
	}
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		if path == "" {
			return address{}, fmt.Errorf("%q names no socket: write unix:/path", s)
		}
		return address{"unix", path}, nil
	}
	if strings.Contains(s, "://") {
		return parseURL(s)
	}
	if _, port, err := net.SplitHostPort(s); err != nil || port == "" {
		return address{}, fmt.Errorf("%q is no address: write a URL, host:port or unix:/path", s)
	}
	return address{"tcp", s}, nil
}

func parseURL(s string) (address, error) {
	u, err := url.Parse(s)
	if err != nil {
		return address{}, err
	}
	port := u.Port()
	if port == "" {
		port = defaultPorts[strings.ToLower(u.Scheme)]
	}
	if u.Hostname() == "" || port == "" {
		return address{}, fmt.Errorf("%q needs a host and a port, such as ws://127.0.0.1:9001/", s)
	}
	return address{"tcp", net.JoinHostPort(u.Hostname(), port)}, nil
}

// String gives the form in which a person would write it: 127.0.0.1:9001 or unix:/path.
func (a address) String() string {
	if a.network == "unix" {
		return "unix:" + a.name
	}
	return a.name
}

// listens tells whether a connection to the address succeeds. Nobody listens nowhere.
func (a address) listens(ctx context.Context) bool {
	if a == (address{}) {
		return false
	}
	d := net.Dialer{Timeout: dialTimeout}
	c, err := d.DialContext(ctx, a.network, a.name)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// FreePort returns a TCP port of 127.0.0.1 on which nothing listens at the moment. It is not reserved: use it soon.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// portMark stands for a free port in what the user writes.
const portMark = "{port}"

// ReplacePort replaces every "{port}" in s.
func ReplacePort(s string, port int) string {
	return strings.ReplaceAll(s, portMark, strconv.Itoa(port))
}
