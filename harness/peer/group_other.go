//go:build unix && !linux

package peer

import "syscall"

// attributes make the program the leader of a group of its own.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// lives tells whether there is a process in the group.
func (g group) lives() bool { return syscall.Kill(-int(g), 0) == nil }
