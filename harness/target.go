package harness

import (
	"context"
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
