package harness_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
)

// A slow peer is waited for longer, but not for as long as it likes.
func TestTimingGrowsWithTheRoundTrip(t *testing.T) {
	near, far := harness.NewTiming(harness.DefaultProgress, 0), harness.NewTiming(harness.DefaultProgress, 100*time.Millisecond)
	if near.Progress != 2*time.Second || far.Progress != 4*time.Second {
		t.Errorf("without progress: %v, and %v for a round trip of 100 ms", near.Progress, far.Progress)
	}
	if slow := harness.NewTiming(harness.DefaultProgress, time.Minute); slow.Progress > 30*time.Second || slow.Head > 30*time.Second {
		t.Errorf("a round trip of a minute: %+v", slow)
	}
}

// A run can be asked for more patience, with volumes or with everything.
func TestAdjust(t *testing.T) {
	thinker := target(func(c *wire) {
		reference.Serve(context.Background(), &hesitant{Conn: c, pause: 5 * time.Second}, nil)
	})
	for _, test := range []struct {
		name    string
		adjust  func(*harness.Timing)
		verdict record.Verdict
	}{
		{"as it is", func(*harness.Timing) {}, record.Fail},
		{"volumes", func(t *harness.Timing) { t.Volume = 10 * time.Second }, record.Pass},
		{"less than ever", func(t *harness.Timing) { t.Volume = time.Millisecond }, record.Fail},
		{"everything", func(t *harness.Timing) { t.Progress = 10 * time.Second }, record.Pass},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := runner(thinker, "9.1.1")
				r.Retries, r.Adjust = 0, test.adjust
				r.Result = func(c record.Case, _ *record.Transcript) {
					if c.Verdict != test.verdict {
						t.Errorf("%s %+v", c.Verdict, c.Findings)
					}
				}
				if err := r.Run(t.Context(), harness.Probe{Connections: 1}); err != nil {
					t.Error(err)
				}
				<-time.After(time.Minute) // the peer comes to its end, too
			})
		})
	}
}
