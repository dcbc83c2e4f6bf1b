package peer

import (
	"time"

	"github.com/prometheus/procfs"
)

// watched tells whether this system lets a process see what others use.
const watched = true

// clockTick is the unit of times in /proc/PID/stat on every architecture that Go supports.
const clockTick = 10 * time.Millisecond

// usage adds up what the processes of the group use. The most memory that a single one has ever had is known exactly, that of
// all together only at the moments when somebody looks.
func (g group) usage() (u Usage) {
	processes, err := procfs.AllProcs()
	if err != nil {
		return u
	}
	var peak, now int64
	for _, p := range processes {
		stat, err := p.Stat()
		if err != nil || stat.PGRP != int(g) {
			continue
		}
		now += int64(stat.ResidentMemory())
		u.CPU += time.Duration(int(stat.UTime+stat.STime)+stat.CUTime+stat.CSTime) * clockTick
		if status, err := p.NewStatus(); err == nil {
			peak = max(peak, int64(status.VmHWM))
		}
	}
	u.PeakMemory = max(peak, now)
	return u
}
