package ws

import (
	"context"
	"net"
)

// handshakeContext adds HandshakeTimeout to a context.
func (o *Options) handshakeContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if o.HandshakeTimeout < 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, o.HandshakeTimeout)
}

// during calls f, and interrupts what it does with the transport when ctx ends. Then the error is that of ctx.
func during(ctx context.Context, transport net.Conn, f func() error) error {
	w := watcher{setDeadline: transport.SetDeadline}
	defer w.close()
	if err := w.watch(ctx); err != nil {
		return err
	}
	err := f()
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
