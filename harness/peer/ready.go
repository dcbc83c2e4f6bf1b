package peer

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"time"
)

// condition is something that a program does when it is ready.
type condition struct {
	holds   func(context.Context) bool
	failure func(waited time.Duration) error // that it did not come to hold
}

// conditions are what the options ask for, in the order in which they are looked at.
func (l *life) conditions(o Options, a address) (list []condition) {
	if a != (address{}) {
		list = append(list, condition{a.listens, func(waited time.Duration) error {
			return &NotListeningError{l.command, a.String(), waited, l.stdout.lines(), l.stderr.lines()}
		}})
	}
	notReady := func(format string, args ...any) func(time.Duration) error {
		return func(waited time.Duration) error {
			return &NotReadyError{l.command, fmt.Sprintf(format, args...), waited, l.stdout.lines(), l.stderr.lines()}
		}
	}
	if o.ReadyOutput != nil {
		matched := func(context.Context) bool { return l.stdout.matched() || l.stderr.matched() }
		list = append(list, condition{matched, notReady("no line that it wrote matches %q", o.ReadyOutput)})
	}
	if o.ReadyHTTP != "" {
		answers := func(ctx context.Context) bool { return answers(ctx, o.ReadyHTTP) }
		list = append(list, condition{answers, notReady("%s does not answer with a status below 500", o.ReadyHTTP)})
	}
	return list
}

// awaitReady waits until everything holds that makes the program ready.
func (l *life) awaitReady(ctx context.Context, o Options, a address) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // no look outlasts the program
		select {
		case <-l.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	limit := time.NewTimer(o.ReadyTimeout)
	defer limit.Stop()
	for _, c := range l.conditions(o, a) {
		if err := l.await(ctx, c, a, limit.C, o.ReadyTimeout); err != nil {
			return err
		}
	}
	if exit := l.ended(); exit != nil && a != (address{}) { // then it is not the program that listens
		return exit.awaiting(a)
	}
	return nil
}

// await waits until a condition holds.
func (l *life) await(ctx context.Context, c condition, a address, limit <-chan time.Time, timeout time.Duration) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for !c.holds(ctx) {
		select {
		case <-tick.C:
		case <-l.done:
			return l.exit.awaiting(a)
		case <-limit:
			return c.failure(timeout)
		case <-ctx.Done():
			if exit := l.ended(); exit != nil {
				return exit.awaiting(a)
			}
			return context.Cause(ctx)
		}
	}
	return nil
}

// answerTimeout bounds one request for a sign of life.
const answerTimeout = 5 * time.Second

// answers tells whether an HTTP server is there and does not say that something is wrong with it. Who it is does not matter: it
// was started here.
func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode < http.StatusInternalServerError
}
