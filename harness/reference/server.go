package reference

import (
	"context"
	"net"
	"sync"
)

// Listen serves every connection that ln accepts, with the fault f, which may be nil. It closes ln and returns when ctx ends
// and the last connection is closed, with the cause of the end; or when ln fails.
func Listen(ctx context.Context, ln net.Listener, f *Fault) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	var connections sync.WaitGroup
	for {
		transport, err := ln.Accept()
		if err != nil {
			cancel(err)
			connections.Wait()
			return context.Cause(ctx)
		}
		connections.Go(func() { Serve(ctx, transport, f) })
	}
}

// Dialer returns a function that opens connections in memory to an endpoint with the fault f, which may be nil. Each is
// served until the caller closes its end; the context is for opening it only.
func Dialer(f *Fault) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		ours, theirs := net.Pipe()
		go Serve(context.WithoutCancel(ctx), theirs, f)
		return ours, nil
	}
}
