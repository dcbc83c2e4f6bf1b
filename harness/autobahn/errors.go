package autobahn

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// EngineError says that a container engine could not do what was asked of it. The peer has nothing to do with it: the command
// ends as one that could not test.
type EngineError struct {
	Trouble Trouble
	Subject string // what it is about: the address of the engine, an image, a network or a container
	Err     error  // what the engine said, if it said anything. It may hold whatever the engine passes on: escape it for a terminal
}

// Trouble is a kind of EngineError.
type Trouble int

const (
	Refused      Trouble = iota // the engine said no, for a reason of its own
	NoEngine                    // nobody answers where the engine should be
	NoPermission                // this user may not speak to it
	NoImage                     // it has no such image, and may not pull it
	PullFailed                  // it cannot get the image
	NoNetwork                   // it has no such network
	NoProgram                   // there is no wstest in the image
	NoSpace                     // its disk is full
	Unsuitable                  // it works, but cannot do this
	Lost                        // it went away in the middle
	Vanished                    // the container did, not by our doing
	NotRemoved                  // the container is still there
)

// troubles says what is wrong and what to do. %s stands for the subject.
var troubles = map[Trouble]struct{ what, advice string }{
	Refused: {"the container engine refused", ""},
	NoEngine: {"no container engine answers at %s",
		"install and start Docker or Podman, or drive a wstest that is installed on this machine: --wstest PATH"},
	NoPermission: {"no permission to use the container engine at %s",
		"join its group (`sudo usermod -aG docker $USER`, then log in again), run a rootless engine, or run wsspec with sudo"},
	NoImage: {"the container engine has no image %s, and may not pull it",
		"`docker pull` it, `docker load -i FILE` it where there is no registry, or allow it: --pull missing"},
	PullFailed: {"cannot pull the image %s",
		"check its name and the network; a private registry wants `docker login` first; where there is no registry, `docker load -i FILE` brings it and --pull never takes it as it is"},
	NoNetwork: {"the container engine has no network %s", "`docker network ls` lists them"},
	NoProgram: {"there is no program wstest in the image %s", "name another one: --image"},
	NoSpace: {"the disk of the container engine is full",
		"`docker system df` shows what takes the space, `docker system prune` frees what is unused"},
	Unsuitable: {"the container engine at %s cannot do this", ""},
	Lost:       {"the container engine was lost in the middle", "once it is back, `docker rm -f %s` removes what it may have left"},
	Vanished:   {"somebody else removed the container %s", ""},
	NotRemoved: {"a container could not be removed", "remove it: `docker rm -f %s`"},
}

func (e *EngineError) Error() string {
	t := troubles[e.Trouble]
	s := fill(t.what, e.Subject)
	if e.Err != nil {
		s += ": " + strings.TrimPrefix(strings.TrimSpace(e.Err.Error()), "Error response from daemon: ")
	}
	if t.advice != "" {
		s += "; " + fill(t.advice, e.Subject)
	}
	return s
}

func (e *EngineError) Unwrap() error { return e.Err }

// fill puts the subject where the text has a place for it.
func fill(text, subject string) string { return strings.ReplaceAll(text, "%s", subject) }

// refusal makes an EngineError of what the engine answered. The trouble is what it means where nothing else is known.
// Contexts that ended are nobody's refusal.
func refusal(err error, trouble Trouble, subject string) error {
	var known *EngineError
	switch {
	case err == nil, errors.As(err, &known), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case noSpace(err):
		trouble = NoSpace
	case client.IsErrConnectionFailed(err):
		trouble = Lost
	}
	return &EngineError{trouble, subject, err}
}

// noSpace recognises a full disk by words, since the engine sends nothing else.
func noSpace(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "no space left on device") || strings.Contains(text, "disk quota exceeded")
}

// unreachable tells apart why the engine could not be spoken to.
func unreachable(err error, at endpoint) error {
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EACCES), strings.Contains(err.Error(), "permission denied"):
		return &EngineError{NoPermission, at.String(), nil}
	case errors.Is(err, context.DeadlineExceeded), client.IsErrConnectionFailed(err) && isStock(err):
		return &EngineError{NoEngine, at.String(), nil}
	}
	return &EngineError{NoEngine, at.String(), err}
}

// isStock tells whether the words of the client say no more than that nobody is there.
func isStock(err error) bool {
	text := err.Error()
	return strings.Contains(text, "Is the docker daemon running?") || strings.Contains(text, "check if the path is correct")
}

// gone tells whether the engine does not know, or no longer, what it was asked about.
func gone(err error) bool { return cerrdefs.IsNotFound(err) }

var errWindows = errors.New("it runs Windows programs; switch it to Linux containers")
