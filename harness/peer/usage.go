package peer

import (
	"os"
	"sync"
	"time"
)

// Usage is what a program has taken of the machine, with everything in its process group.
type Usage struct {
	PeakMemory int64         // resident, the most that was seen at once, in bytes; what processes share counts for each
	CPU        time.Duration // user and system time of all cores
}

// plus is the usage of two lives, one after the other.
func (u Usage) plus(v Usage) Usage { return Usage{max(u.PeakMemory, v.PeakMemory), u.CPU + v.CPU} }

// Usage tells what the program has taken so far, all its starts together. On systems where that cannot be seen it is zero.
func (p *Process) Usage() Usage {
	p.mu.Lock()
	l, spent := p.life, p.spent
	p.mu.Unlock()
	l.measure()
	return spent.plus(l.meter.read())
}

// meter is what was seen of one life. It never goes back: what has ended is no longer seen.
type meter struct {
	mu sync.Mutex
	Usage
}

func (m *meter) read() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.Usage
}

func (m *meter) add(u Usage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.PeakMemory, m.CPU = max(m.PeakMemory, u.PeakMemory), max(m.CPU, u.CPU)
}

// atLeast takes note of what the system says at the end about the leader and the children that it waited for. It knows
// nothing of memory that could be used: that of the program counts there from before it was started.
func (m *meter) atLeast(state *os.ProcessState) {
	if state != nil && watched {
		m.add(Usage{CPU: state.UserTime() + state.SystemTime()})
	}
}

// sampleInterval lies between two looks at what the group uses. Each takes a millisecond or two.
const sampleInterval = 200 * time.Millisecond

// watch measures until the leader has ended.
func (l *life) watch(ended <-chan struct{}) {
	if !watched {
		return
	}
	tick := time.NewTicker(sampleInterval)
	defer tick.Stop()
	for {
		l.measure()
		select {
		case <-tick.C:
		case <-ended:
			return
		}
	}
}

// measure looks at what the group uses now.
func (l *life) measure() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over {
		l.meter.add(l.group.usage())
	}
}
