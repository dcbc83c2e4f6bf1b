package peer

import (
	"crypto/rand"
	"time"
)

// newMark is a variable for the environment of a program. It goes on to whatever the program starts, so that this is known
// again wherever it went: a process can leave the group, the session and its parent, but seldom sheds its environment. The
// name is new each time, since a program may be another wsspec that starts programs of its own.
func newMark() string { return "WSSPEC_PEER_" + rand.Text() + "=1" }

// strayLimit bounds the hunt for processes that multiply as fast as they are killed.
const strayLimit = time.Second

// killStrays kills what left the group, and what that has started meanwhile. The caller holds mu.
func (l *life) killStrays() {
	for _, p := range l.strays {
		p.Kill() // its parent may be gone by now
		p.Release()
	}
	l.strays = nil
	for limit := time.Now().Add(strayLimit); time.Now().Before(limit); {
		strays := l.group.strays(l.mark)
		if len(strays) == 0 {
			return
		}
		for _, p := range strays {
			p.Kill()
			p.Release()
		}
	}
}

// terminate asks the group to end, and what left it. They are told apart before, as long as parents live. What is in the group
// is asked as a whole: many a program takes a second request for an order to drop everything.
func (l *life) terminate() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return
	}
	l.strays = l.group.strays(l.mark)
	l.group.terminate()
	for _, p := range l.strays {
		terminate(p)
	}
}

// lives tells whether anything of the program runs.
func (l *life) lives() bool {
	if l.group.lives() {
		return true
	}
	strays := l.group.strays(l.mark)
	for _, p := range strays {
		p.Release()
	}
	return len(strays) > 0
}
