package ws

import (
	"cmp"
	"time"

	"github.com/wsspec/wsspec/protocol"
)

// Options are the settings that clients and servers have in common. The zero value is strict, and right for most.
type Options struct {
	// Limits bounds what the peer may make this side hold. A zero field means the default of package protocol.
	Limits protocol.Limits

	// HandshakeTimeout is how long the opening handshake may take, for a client from the first step of connecting. 0 means
	// 30 s, a negative value means as long as the context allows.
	HandshakeTimeout time.Duration

	// KeepAlive is how long the peer may be silent before it gets a Ping (RFC 6455, section 5.5.2). If then nothing at all
	// comes from it for KeepAliveTimeout, the connection ends with ErrSilent. 0 means no pings. It is the goroutine that reads
	// which looks after this: while nobody reads, nobody can tell whether the peer is silent.
	KeepAlive time.Duration

	// KeepAliveTimeout goes with KeepAlive. 0 means 10 s.
	KeepAliveTimeout time.Duration

	// CloseTimeout is how long the end of a connection may take: the rest of the closing handshake, and then the wait until
	// the peer has closed its side of the transport as well. 0 means 5 s.
	CloseTimeout time.Duration
}

// orDefault returns o with the defaults spelled out.
func (o Options) orDefault() Options {
	o.HandshakeTimeout = cmp.Or(o.HandshakeTimeout, 30*time.Second)
	o.KeepAliveTimeout = cmp.Or(o.KeepAliveTimeout, 10*time.Second)
	o.CloseTimeout = cmp.Or(o.CloseTimeout, 5*time.Second)
	return o
}
