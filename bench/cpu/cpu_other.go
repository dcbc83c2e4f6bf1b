//go:build !linux

package cpu

import (
	"errors"
	"os/exec"
	"time"
)

var start = time.Now()

// Time is the time on the wall, where processor time is not to be had.
func Time() time.Duration { return time.Since(start) }

// TimeOf needs Linux.
func TimeOf(pid int) (time.Duration, error) { return 0, errors.ErrUnsupported }

// Start needs Linux.
func Start(cmd *exec.Cmd, core int) error { return errors.ErrUnsupported }
