package dropin

import (
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness"
)

// Options make a run more patient, never less.
func TestPatience(t *testing.T) {
	t.Parallel()
	was := harness.NewTiming(harness.DefaultProgress, 0)
	for _, test := range []struct {
		options map[string]any
		want    func(*harness.Timing)
	}{
		{map[string]any{"openHandshakeTimeout": 1.0, "closeHandshakeTimeout": 0.5, "serverConnectionDropTimeout": 0.0}, func(*harness.Timing) {}},
		{map[string]any{"openHandshakeTimeout": 20.0}, func(t *harness.Timing) { t.Head, t.Case = 20*time.Second, 23*time.Second }},
		{map[string]any{"closeHandshakeTimeout": 2.5}, func(t *harness.Timing) { t.Progress = 2500 * time.Millisecond }},
		{map[string]any{"serverConnectionDropTimeout": 1e300}, func(t *harness.Timing) { t.HangUp, t.Case = time.Hour, time.Hour+7*time.Second }},
	} {
		got, want := was, was
		want.Volume = 10 * time.Second
		(&server{options: test.options}).adjust(&got)
		test.want(&want)
		if got != want {
			t.Errorf("%v: %+v, want %+v", test.options, got, want)
		}
	}
}
