package ws

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/wsspec/wsspec/protocol"
)

// target is where to connect to, and what to ask for there.
type target struct {
	network, address string // for a dialer
	url              *protocol.URL
}

// parseTarget reads a WebSocket URI, or one of the forms for unix sockets:
//
//	ws+unix:///path/of/socket
//	ws+unix:///path/of/socket:/resource?query
//
// and the same with wss+unix for TLS.
func parseTarget(s string) (target, error) {
	scheme, rest, _ := strings.Cut(s, "://")
	switch strings.ToLower(scheme) {
	case "ws+unix":
		return parseUnix(s, "ws", rest)
	case "wss+unix":
		return parseUnix(s, "wss", rest)
	}
	u, err := protocol.ParseURL(s)
	if err != nil {
		return target{}, err
	}
	return target{"tcp", u.Address(), u}, nil
}

// parseUnix reads what follows "://". There is no host in it: the Host field says "localhost".
func parseUnix(s, scheme, rest string) (target, error) {
	path, resource, _ := strings.Cut(rest, ":")
	address, err := url.PathUnescape(path)
	if err != nil || !strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "@") {
		return target{}, fmt.Errorf("ws: URL %q: a unix socket has an absolute path: write %s+unix:///path/of/socket:/resource", s, scheme)
	}
	if resource != "" && resource[0] != '/' {
		return target{}, fmt.Errorf("ws: URL %q: after the colon comes a resource name, which begins with \"/\"", s)
	}
	u, err := protocol.ParseURL(scheme + "://localhost" + resource)
	if err != nil {
		return target{}, fmt.Errorf("ws: URL %q: %w", s, err)
	}
	return target{"unix", address, u}, nil
}
