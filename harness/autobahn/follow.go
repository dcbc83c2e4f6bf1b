package autobahn

import (
	"cmp"
	"fmt"
	"io"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"
)

// follower passes on what a program in a container writes. The engine keeps all of it, so that a reading that was cut off can be
// made again: seen is what need not be passed on then.
type follower struct {
	to   io.Writer
	seen int64 // bytes that were passed on
	skip int64 // bytes of this reading that were passed on in an earlier one
}

// Write passes on what is new of p.
func (f *follower) Write(p []byte) (int, error) {
	known := min(f.skip, int64(len(p)))
	f.skip -= known
	n, err := f.to.Write(p[known:])
	f.seen += int64(n)
	return int(known) + n, err
}

// copy passes on a reading that begins with the first line.
func (f *follower) copy(logs io.ReadCloser) error {
	defer logs.Close()
	f.skip = f.seen
	_, err := stdcopy.StdCopy(f, f, logs)
	return err
}

// logs begins a reading of what the program has written and, if it is to follow, writes.
func (p *process) logs(follow bool) (io.ReadCloser, error) {
	return p.engine.ContainerLogs(p.life, p.id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Follow: follow})
}

// follow passes on what the program writes until its end. It reads again if the connection is cut, as proxies do with one that
// is quiet: a program of which nothing is heard would be taken for one that hangs.
func (p *process) follow(logs io.ReadCloser, to io.Writer) {
	defer close(p.copied)
	f := &follower{to: cmp.Or(to, io.Discard)}
	for {
		err := f.copy(logs)
		if p.over(err == nil) {
			p.complete(f)
			return
		}
		if err != nil { // else the engine has just not noticed the end yet
			p.tell(fmt.Sprintf("the output of the container was cut off (%v), and is read again", err))
		}
		if logs = p.again(); logs == nil {
			return
		}
	}
}

// again begins another reading as soon as the engine allows it; nil if there is nothing left to read.
func (p *process) again() io.ReadCloser {
	for {
		pause(p.life, lookPause)
		if logs, err := p.logs(true); err == nil {
			return logs
		}
		if p.over(false) {
			return nil
		}
	}
}

// over tells whether the program writes nothing more; whole, that all that it wrote before was read.
func (p *process) over(whole bool) bool {
	state, err := p.state()
	return p.life.Err() != nil || gone(err) || err == nil && whole && !state.Running
}

// complete passes on what Podman left out: it stops to follow a moment after the end of the program, whether all was read or not.
func (p *process) complete(f *follower) {
	if !p.podman {
		return
	}
	logs, err := p.logs(false)
	if err == nil {
		err = f.copy(logs)
	}
	if err != nil && !gone(err) && p.life.Err() == nil {
		p.tell(fmt.Sprintf("the end of the output of the container is missing: %v", err))
	}
}
