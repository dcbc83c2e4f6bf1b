package harness_test

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
)

// hostileToVolume are peers that are slow, or silent, or send what nobody asked for. Floods are not among them: on a virtual clock
// they take no time, so that no limit ends them.
var hostileToVolume = map[string]func(*wire){
	"reads nothing":                    after101(func(c *wire) { <-c.gone }),
	"answers nothing":                  after101(swallow),
	"pings, and does not read":         after101(func(c *wire) { everySecond(c, "\x89\x04ping") }),
	"pings, and answers not":           after101(func(c *wire) { go swallow(c); everySecond(c, "\x89\x04ping") }),
	"an endless message":               hostile["an endless message"],
	"a right echo, byte by byte":       func(c *wire) { reference.Serve(context.Background(), &trickle{Conn: c, wire: c}, nil) },
	"half of a right echo":             func(c *wire) { reference.Serve(context.Background(), &trickle{Conn: c, wire: c, free: 32 << 10}, nil) },
	"16 MiB of garbage":                hostile["16 MiB of garbage for an echo"],
	"an echo a thousand times as long": hostile["an echo a thousand times as long"],
	"the end inside an answer":         after101(func(c *wire) { c.Write([]byte("\x82\x7f\x00\x00\x00\x00\x00\x10\x00\x00half")) }),
	"reads a byte a second":            hostile["reads a byte a second"],
}

// trickle is a connection that takes a byte a second, after some that it takes at once.
type trickle struct {
	net.Conn
	wire *wire
	free int
}

func (c *trickle) Write(p []byte) (int, error) {
	n := min(c.free, len(p))
	c.free -= n
	if _, err := c.Conn.Write(p[:n]); err != nil {
		return n, err
	}
	for ; n < len(p); n++ {
		if !afterASecond(c.wire, string(p[n:n+1])) {
			return n, net.ErrClosed
		}
	}
	return n, nil
}

// volumeLimit is what a whole chapter of cases that measure may take with any of them.
const volumeLimit = 3 * time.Minute

// TestHostileToVolume: no peer holds up the cases that measure for long, though they run one after the other and each of them
// may take a minute.
func TestHostileToVolume(t *testing.T) {
	for name, behave := range hostileToVolume {
		t.Run(name, func(t *testing.T) {
			if raced && (strings.Contains(name, "thousand") || strings.Contains(name, "endless")) {
				t.Skip("that much takes minutes with the race detector")
			}
			synctest.Test(t, func(t *testing.T) { checkVolume(t, target(behave)) })
		})
	}
}

// TestEverySecondVolume: nor does one that is well and ill by turns.
func TestEverySecondVolume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		checkVolume(t, target(func(c *wire) {
			if n.Add(1)%2 == 0 {
				reference.Serve(context.Background(), c, nil)
				return
			}
			after101(swallow)(c)
		}))
	})
}

// checkVolume puts the cases that measure to a target.
func checkVolume(t *testing.T, to harness.Target) {
	t.Helper()
	start, counts := time.Now(), make(record.Counts)
	r := runner(to)
	for _, c := range cases.All() {
		if c.Alone {
			r.Cases = append(r.Cases, c)
		}
	}
	r.Result = func(c record.Case, _ *record.Transcript) { counts[c.Verdict]++ }
	if err := r.Run(t.Context(), harness.Probe{Connections: 8}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%v: %v", time.Since(start), counts)
	if took := time.Since(start); took > volumeLimit {
		t.Errorf("took %v", took)
	}
	if counts.Total() != len(r.Cases) || len(r.Cases) < 54 {
		t.Errorf("%d verdicts for %d cases", counts.Total(), len(r.Cases))
	}
}
