// Package cpu measures the processor time of a process and ties a process to a core. On a machine that does other things, too,
// processor time says what a program costs, where the time on the wall says how busy the neighbours are.
package cpu

import (
	"os"
	"os/exec"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Time is the user and system time that this process has used.
func Time() time.Duration {
	d, err := TimeOf(os.Getpid())
	if err != nil {
		panic(err) // a process has a clock while it runs
	}
	return d
}

// TimeOf is the user and system time that a process has used, all its threads together.
func TimeOf(pid int) (time.Duration, error) {
	// The number of the clock is made as clock_getcpuclockid(3) does: the kernel has no call for it.
	const schedulerClock = 2
	clock := ^int32(pid)<<3 | schedulerClock
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0, os.NewSyscallError("clock_gettime", err)
	}
	return time.Duration(t.Nano()), nil
}

// Start starts a command on one core.
func Start(cmd *exec.Cmd, core int) error {
	// A child inherits the affinity of the thread that starts it, and its Go runtime then takes GOMAXPROCS from it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return os.NewSyscallError("sched_getaffinity", err)
	}
	one.Set(core)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return os.NewSyscallError("sched_setaffinity", err)
	}
	defer unix.SchedSetaffinity(0, &before)
	return cmd.Start()
}
