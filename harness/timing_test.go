package harness_test

import (
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness"
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
