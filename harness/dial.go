package harness

import (
	"context"
	"net"
	"time"
)

// Open opens the transport within a limit. The error is an *UnreachableError, whose words tell the user what to do, or the
// cause of the end of ctx.
func (t Target) Open(ctx context.Context, limit time.Duration) (net.Conn, error) {
	dialling, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := t.Dial(dialling)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	v := conversation{target: t, timing: Timing{Head: limit}}
	return nil, &UnreachableError{t.URL.String(), v.dialProblem(err)}
}
