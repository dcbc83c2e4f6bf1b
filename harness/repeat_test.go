package harness_test

import (
	"context"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

// A case that is repeated is as good as its worst run.
func TestRepeat(t *testing.T) {
	const pass, fail = record.Pass, record.Fail
	for _, test := range []struct {
		name    string
		good    int64 // connections that are served as they should be
		first   bool  // the bad ones come before, not behind them
		verdict record.Verdict
		flaky   bool
		runs    []record.Verdict
		note    string
	}{
		{"always right", 99, false, pass, false, []record.Verdict{pass, pass, pass, pass}, "passed in 4 of 4 runs"},
		{"wrong in the end", 3, false, fail, true, []record.Verdict{pass, pass, pass, fail}, "failed in 1 of 4 runs"},
		{"wrong at first", 2, true, fail, true, []record.Verdict{fail, fail, pass, pass}, "failed in 2 of 4 runs"},
		{"always wrong", 0, false, fail, false, []record.Verdict{fail, fail, fail, fail}, "failed in 4 of 4 runs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wrong := after101(func(c *wire) { c.Write([]byte("\x81\x03spa")); swallow(c) })
				right := after(0, nil)
				var seen atomic.Int64
				there := target(func(c *wire) {
					if (seen.Add(1) <= test.good) != test.first {
						right(c)
						return
					}
					wrong(c)
				})
				r := runner(there, "1.1.2")
				r.Repeat = 4
				var results []record.Case
				r.Result = func(c record.Case, _ *record.Transcript) { results = append(results, c) }
				if err := r.Run(t.Context(), harness.Probe{Connections: 4}); err != nil || len(results) != 1 {
					t.Fatalf("%d results, %v", len(results), err)
				}
				c := results[0]
				if c.Verdict != test.verdict || c.Flaky != test.flaky || !reflect.DeepEqual(c.Runs, test.runs) {
					t.Errorf("%s, flaky %v, runs %v; want %s, flaky %v, runs %v", c.Verdict, c.Flaky, c.Runs, test.verdict, test.flaky, test.runs)
				}
				if !slices.Contains(c.Notes, test.note) {
					t.Errorf("it says %q, not %q", c.Notes, test.note)
				}
				if (c.Verdict == fail) != (len(c.Findings) > 0) {
					t.Errorf("%s with findings %+v", c.Verdict, c.Findings)
				}
			})
		})
	}
}

// What was measured before a run is interrupted is not lost.
func TestRepeatInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := runner(target(after(0, nil)), "1.1.2", "1.1.3")
		r.Repeat, r.Jobs = 10, 1
		asked := 0
		r.Before = func(_ context.Context, c *harness.Case) {
			if asked++; asked == 4 {
				cancel()
			}
		}
		var results []record.Case
		r.Result = func(c record.Case, _ *record.Transcript) { results = append(results, c) }
		if err := r.Run(ctx, harness.Probe{}); err != context.Canceled {
			t.Fatal(err)
		}
		if len(results) != 1 || len(results[0].Runs) != 3 || !slices.Contains(results[0].Notes, "the run was interrupted: 7 of 10 runs are missing") {
			t.Errorf("%+v", results)
		}
	})
}

// Each time a case is asked the user is asked first, and what he waits for costs no time of the case.
func TestBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runner(target(after(0, nil)), "0.1", "1.1.2", "5.6")
		r.Repeat, r.Jobs = 2, 1
		var asked []string
		r.Before = func(_ context.Context, c *harness.Case) {
			asked = append(asked, c.ID)
			<-time.After(time.Minute)
		}
		r.Result = func(c record.Case, _ *record.Transcript) {
			if c.Verdict != record.Pass || c.DurationUS > 1e6 {
				t.Errorf("%s: %s after %d us", c.ID, c.Verdict, c.DurationUS)
			}
		}
		if err := r.Run(t.Context(), harness.Probe{}); err != nil {
			t.Fatal(err)
		}
		if want := []string{"1.1.2", "1.1.2", "5.6", "5.6"}; !slices.Equal(asked, want) {
			t.Errorf("asked before %v, want %v", asked, want)
		}
	})
}
