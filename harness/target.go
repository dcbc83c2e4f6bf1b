package harness

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"

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
	Version      int // of the protocol: 8, that of the last drafts of RFC 6455, or 13; 0 means 13
}

// start puts the request of the opening handshake into h.Out.
func (t Target) start(h *protocol.ClientHandshake) error {
	r, err := h.Request()
	if err != nil {
		return err
	}
	if t.Version == draftVersion {
		r.Fields.Set("Sec-WebSocket-Version", strconv.Itoa(draftVersion))
		if t.Origin != "" {
			r.Fields.Del("Origin")
			r.Fields.Set("Sec-WebSocket-Origin", t.Origin)
		}
	}
	return h.Send(r)
}

// draftVersion is what Sec-WebSocket-Version said in the drafts 8 to 12 of RFC 6455. Their frames are those of the RFC.
const draftVersion = 8

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
