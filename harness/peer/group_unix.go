//go:build unix

package peer

import (
	"os"
	"syscall"
)

// group is a process group, by the number of its leader.
type group int

func newGroup(leader *os.Process) group { return group(leader.Pid) }

func (g group) terminate() { syscall.Kill(-int(g), syscall.SIGTERM) } // fails only if nobody is left

func (g group) kill() { syscall.Kill(-int(g), syscall.SIGKILL) }

// release gives back what the group holds on to.
func (g group) release() {}
