package peer

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// attributes make the program the leader of a group of its own, and end it when this process is killed.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// lives tells whether a process of the group is running. One that has ended and waits for somebody to take note does not
// count: as the first process of a container many a program never takes note of its orphans.
func (g group) lives() bool {
	if syscall.Kill(-int(g), 0) != nil {
		return false
	}
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 {
		return true
	}
	for _, file := range files {
		if stat, err := os.ReadFile(file); err == nil && g.runs(stat) {
			return true
		}
	}
	return false
}

// runs reads the state and the group of a process from its stat, "pid (name) state ppid pgrp ...", whose name may hold
// spaces and parentheses.
func (g group) runs(stat []byte) bool {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 3 || string(fields[2]) != strconv.Itoa(int(g)) {
		return false
	}
	return fields[0][0] != 'Z' && fields[0][0] != 'X'
}
