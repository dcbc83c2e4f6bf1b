package ws

import (
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"

	"github.com/wsspec/wsspec/protocol"
)

// checkOrigin refuses requests that the page of another site has made in a browser, with the user's cookies (RFC 6455, section
// 10.2). Clients that are no browsers send no Origin.
func (o *AcceptOptions) checkOrigin(r *protocol.Request) error {
	if o.CheckOrigin != nil {
		if !o.CheckOrigin(r) {
			return forbidden("origin %q is not welcome here", r.Origin())
		}
		return nil
	}
	origin := r.Origin()
	if origin == "" || sameHost(origin, r.Host()) {
		return nil
	}
	for _, pattern := range o.Origins {
		if matchOrigin(pattern, origin) {
			return nil
		}
	}
	return forbidden("origin %q is neither that of this server nor listed in AcceptOptions.Origins", origin)
}

func forbidden(format string, args ...any) error {
	return &Refusal{Status: 403, Message: fmt.Sprintf(format, args...)}
}

// sameHost compares the host and the port of an origin with those of a Host field. A proxy that ends TLS hides the scheme of
// our own URL, so that of the origin only decides which port is the default.
func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	return withPort(u.Host, u.Scheme) == withPort(host, u.Scheme)
}

// withPort adds the default port of a scheme to a host that has none.
func withPort(host, scheme string) string {
	host = strings.ToLower(host)
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	port := "80"
	if scheme == "https" || scheme == "wss" {
		port = "443"
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}

// matchOrigin compares an origin with a pattern, which may be without the scheme.
func matchOrigin(pattern, origin string) bool {
	pattern, origin = strings.ToLower(pattern), strings.ToLower(origin)
	wantScheme, wantHost, ok := strings.Cut(pattern, "://")
	scheme, host, _ := strings.Cut(origin, "://")
	if !ok {
		return pattern == "*" || pattern == origin || matchHost(pattern, host)
	}
	return wantScheme == scheme && matchHost(wantHost, host)
}

// matchHost matches a host and a port. A pattern that is malformed matches nothing.
func matchHost(pattern, host string) bool {
	ok, err := path.Match(pattern, host)
	return ok && err == nil || pattern == host // an IPv6 address, whose brackets mean something else to Match
}
