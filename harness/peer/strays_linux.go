package peer

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// strays are the processes that the program has started and that are in its group no longer: daemons, say. What the mark in
// its environment does not give away, its parent does. Not found is what has lost its parent and cleared its environment.
func (g group) strays(mark string) (list []*os.Process) {
	parents, found := make(map[int]int), make(map[int]bool)
	directories, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	outside := make(map[int]bool)
	for _, dir := range directories {
		pid, parent, pgrp, ok := identify(dir)
		if !ok {
			continue
		}
		parents[pid], outside[pid] = parent, pgrp != int(g)
		if environment, err := os.ReadFile(dir + "/environ"); err == nil {
			found[pid] = bears(environment, mark)
		}
	}
	for pid := range parents {
		if !outside[pid] || !descends(pid, parents, found) {
			continue
		}
		if p, err := os.FindProcess(pid); err == nil { // holds on to this process, whoever has the number later
			list = append(list, p)
		}
	}
	return list
}

// identify reads the number, the parent and the group of a process that is running, "pid (name) state ppid pgrp ...".
func identify(dir string) (pid, parent, pgrp int, ok bool) {
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return 0, 0, 0, false
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 3 || fields[0][0] == 'Z' || fields[0][0] == 'X' {
		return 0, 0, 0, false
	}
	var numbers [3]int
	for i, text := range []string{filepath.Base(dir), string(fields[1]), string(fields[2])} {
		if numbers[i], err = strconv.Atoi(text); err != nil {
			return 0, 0, 0, false
		}
	}
	return numbers[0], numbers[1], numbers[2], true
}

// bears tells whether an environment, as the kernel gives it, holds the mark.
func bears(environment []byte, mark string) bool {
	for variable := range bytes.SplitSeq(environment, []byte{0}) {
		if string(variable) == mark {
			return true
		}
	}
	return false
}

// descends tells whether a process or one that it comes from bears the mark.
func descends(pid int, parents map[int]int, marked map[int]bool) bool {
	for range len(parents) + 1 {
		if marked[pid] {
			return true
		}
		parent, known := parents[pid]
		if !known {
			return false
		}
		pid = parent
	}
	return false
}

func terminate(p *os.Process) { p.Signal(syscall.SIGTERM) } // fails only if it has ended
