//go:build unix

package autobahn

import "syscall"

// nobody runs a program as a user who owns nothing.
func nobody() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}
