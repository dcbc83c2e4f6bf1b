//go:build unix

package wstest

import (
	"os"
	"syscall"
)

// owner is to whom root gives what it writes.
type owner struct {
	uid, gid int
	other    bool // than the process
}

// ownerOf is the owner of a directory.
func ownerOf(dir string) owner {
	info, err := os.Stat(dir)
	if err != nil || os.Geteuid() != 0 {
		return owner{}
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return owner{}
	}
	return owner{int(stat.Uid), int(stat.Gid), stat.Uid != 0 || int(stat.Gid) != os.Getegid()}
}

// take gives the owner a file or a directory that was just made. Where that is not possible, it stays root's.
func (o owner) take(name string) {
	if o.other {
		os.Lchown(name, o.uid, o.gid)
	}
}
