package main

import (
	"os"
	"syscall"
)

// peakMemory is the most physical memory that a process had, in bytes. Linux counts in KiB, and counts what the process that
// started it had at that time.
func peakMemory(state *os.ProcessState) int64 {
	return int64(state.SysUsage().(*syscall.Rusage).Maxrss) << 10
}
