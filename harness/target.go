package harness

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/wsspec/wsspec/protocol"
)

// Target is a server under test: where it is, and what its opening handshake needs.
type Target struct {
	URL *protocol.URL
	// Dial opens the transport, TLS included.
	Dial func(ctx context.Context) (net.Conn, error)

	Fields       protocol.Fields // added to the request of every opening handshake
	Subprotocols []string
	Origin       string
}

// NewTarget returns the target that a ws or wss URL names, over TCP. The settings are for wss; nil means the defaults. The
// error is that of protocol.ParseURL.
func NewTarget(rawURL string, settings *tls.Config) (Target, error) {
	u, err := protocol.ParseURL(rawURL)
	if err != nil {
		return Target{}, err
	}
	t := Target{URL: u, Dial: func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", u.Address())
	}}
	if !u.Secure {
		return t, nil
	}
	if settings == nil {
		settings = new(tls.Config)
	}
	settings = settings.Clone()
	if settings.ServerName == "" {
		settings.ServerName = u.Host
	}
	settings.NextProtos = []string{"http/1.1"} // the opening handshake of RFC 6455 is that of HTTP/1.1
	t.Dial = func(ctx context.Context) (net.Conn, error) {
		return (&tls.Dialer{Config: settings}).DialContext(ctx, "tcp", u.Address())
	}
	return t, nil
}
