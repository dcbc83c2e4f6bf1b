package cases

import (
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness"
)

// measured is how long cases with volumes take, in milliseconds, by family and the number within it: the median of nine servers
// on two cores.
var measured = map[string][]int{
	"9.1": {15, 5, 10, 35, 60, 95},
	"9.2": {15, 5, 10, 20, 35, 70},
	"9.3": {370, 115, 45, 35, 30, 25, 20, 20, 30},
	"9.4": {295, 100, 40, 30, 25, 20, 20, 20, 20},
	"9.5": {110, 55, 30, 20, 15, 10},
	"9.6": {120, 40, 25, 20, 10, 10},
	"9.7": {120, 140, 135, 135, 150, 170},
	"9.8": {130, 130, 130, 140, 140, 165},
}

// What other cases take of a run. Those without volumes share its time with as many others as run side by side.
const (
	plain      = 2 * time.Millisecond
	pausing    = 25 * time.Millisecond
	little     = 3 * time.Millisecond // of volume: profile quick
	unmeasured = 50 * time.Millisecond
)

// PeerCost is what each peer takes of a run before its first case and after its last: it is started, probed and ended.
const PeerCost = 400 * time.Millisecond

// Cost is how long a case is expected to keep a run busy: enough to divide a run, not to tell how long it lasts. A case of
// chapter 0 costs nothing.
func Cost(c *harness.Case, p harness.Profile) time.Duration {
	switch {
	case c.Passive():
		return 0
	case c.Pauses:
		return pausing
	case !c.Alone:
		return plain
	case p == harness.Quick:
		return little
	}
	return volumeCost(c.ID)
}

// volumeCost is the cost of a case with volumes at their full size.
func volumeCost(id string) time.Duration {
	dot := strings.LastIndexByte(id, '.')
	list := measured[id[:max(dot, 0)]]
	if n, err := strconv.Atoi(id[dot+1:]); err == nil && n >= 1 && n <= len(list) {
		return time.Duration(list[n-1]) * time.Millisecond
	}
	return unmeasured
}
