package harness_test

import (
	"context"
	"errors"
	"io"
	"net"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
)

// after returns a behaviour that treats the first n connections in one way, and is the reference server afterwards.
func after(n int64, first func(*wire)) func(*wire) {
	var seen atomic.Int64
	return func(c *wire) {
		if seen.Add(1) <= n {
			first(c)
			return
		}
		reference.Serve(context.Background(), c, nil)
	}
}

func TestAbsenceIsConfirmed(t *testing.T) {
	for _, test := range []struct {
		name    string
		behave  func() func(*wire)
		verdict record.Verdict
		flaky   bool
		seen    int
		tries   int
	}{
		{"once, and not again", func() func(*wire) { return after(1, after101(swallow)) }, record.Pass, true, 0, 0},
		{"twice", func() func(*wire) { return after(2, after101(swallow)) }, record.Fail, false, 2, 2},
		{"reset once", func() func(*wire) { return after(1, after101(func(*wire) {})) }, record.Pass, true, 0, 0},
		{"always", func() func(*wire) { return after101(swallow) }, record.Fail, false, 2, 2},
		{"503 once, since it has not noticed yet that the last connection is over", func() func(*wire) {
			return after(1, func(c *wire) { readHead(c); io.WriteString(c, "HTTP/1.1 503 Service Unavailable\r\n\r\n") })
		}, record.Pass, false, 0, 0},
		{"never", func() func(*wire) { return after(0, nil) }, record.Pass, false, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := ask(t, target(test.behave()), "1.1.2")[0]
				if c.Verdict != test.verdict || c.Flaky != test.flaky {
					t.Errorf("%s, flaky %v; want %s, flaky %v: %+v", c.Verdict, c.Flaky, test.verdict, test.flaky, c.Findings)
				}
				if len(c.Findings) > 0 && (c.Findings[0].Seen != test.seen || c.Findings[0].Tries != test.tries) {
					t.Errorf("seen in %d of %d tries, want %d of %d", c.Findings[0].Seen, c.Findings[0].Tries, test.seen, test.tries)
				}
			})
		})
	}
}

// A finding of wrong bytes stands at once, without another conversation.
func TestWrongBytesStandAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var conversations atomic.Int64
		c := ask(t, target(func(c *wire) {
			conversations.Add(1)
			after101(func(c *wire) { io.WriteString(c, "\x81\x03spa"); swallow(c) })(c)
		}), "1.1.2")[0]
		if c.Verdict != record.Fail || c.Findings[0].Tries != 0 || conversations.Load() != 1 {
			t.Errorf("%s after %d conversations: %+v", c.Verdict, conversations.Load(), c.Findings)
		}
	})
}

// All retries of a run share 20 s. What is left over stands, and says that it was not confirmed.
func TestRetriesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		for _, c := range cases.All() {
			if strings.HasPrefix(c.ID, "7.") {
				ids = append(ids, c.ID)
			}
		}
		unconfirmed := 0
		for _, c := range ask(t, target(after101(swallow)), ids...) {
			if c.Verdict != record.Fail {
				t.Errorf("%s: %s", c.ID, c.Verdict)
			}
			if c.Findings[0].Unconfirmed {
				unconfirmed++
			}
		}
		if unconfirmed == 0 || unconfirmed == len(ids) {
			t.Errorf("%d of %d findings are unconfirmed", unconfirmed, len(ids))
		}
	})
}

// A fault that did not come back as long as there was time for retries is no more than flaky.
func TestNotSeenAgainInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen atomic.Int64
		r := runner(target(func(c *wire) {
			if seen.Add(1) == 1 {
				after101(swallow)(c)
				return
			}
			reference.Serve(context.Background(), c, reference.Find("late-writes"))
		}), "1.1.2")
		r.Retries = 100
		r.Result = func(c record.Case, _ *record.Transcript) {
			if c.Verdict != record.Pass || !c.Flaky || seen.Load() >= 100 {
				t.Errorf("%s, flaky %v after %d conversations: %+v", c.Verdict, c.Flaky, seen.Load(), c.Findings)
			}
		}
		if err := r.Run(t.Context(), harness.Probe{Connections: 1}); err != nil {
			t.Fatal(err)
		}
	})
}

// That a peer answers no opening handshake while it is busy with what came before is no fault of the case that is tried again.
func TestBusyPeer(t *testing.T) {
	for what, test := range map[string]struct {
		took int           // bytes that it takes in one conversation before it is busy with them
		busy time.Duration // for so long
	}{"a volume": {64 << 10, time.Minute}, "anything": {0, 10 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			var idle atomic.Int64 // since when, or when it will be
			peer := target(func(c *wire) {
				<-time.After(time.Until(time.Unix(0, idle.Load())))
				counted := &counting{Conn: c}
				reference.Serve(context.Background(), counted, reference.Find("text-checked-at-end"))
				if counted.read > test.took {
					idle.CompareAndSwap(0, time.Now().Add(test.busy).UnixNano())
				}
			})
			r := runner(peer, "6.4.1", "9.1.1")
			r.Result = func(c record.Case, _ *record.Transcript) {
				if c.ID == "6.4.1" && (c.Verdict != record.NonStrict || c.Findings[0].Requirement != "RFC6455-8.1-1" || c.Findings[0].Tries != 2) {
					t.Errorf("busy with %s: %s %+v", what, c.Verdict, c.Findings)
				}
			}
			if err := r.Run(t.Context(), harness.Probe{Connections: 1}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// counting counts what is read.
type counting struct {
	net.Conn
	read int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read += n
	return n, err
}

// A peer that is gone leaves every planned case with a verdict, and none of them green.
func TestPlannedIsRan(t *testing.T) {
	for _, comesBack := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var dialled, revived atomic.Int64
			there := target(after(0, nil))
			dial := there.Dial
			there.Dial = func(ctx context.Context) (net.Conn, error) {
				if dialled.Add(1) > 3 && (revived.Load() == 0 || !comesBack) {
					return nil, errors.New("connection refused")
				}
				return dial(ctx)
			}
			r := runner(there, "1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.1.6", "1.1.7")
			r.Revive = func(context.Context, *harness.Case) bool { revived.Add(1); return comesBack }
			var verdicts []record.Verdict
			r.Result = func(c record.Case, _ *record.Transcript) { verdicts = append(verdicts, c.Verdict) }
			if err := r.Run(t.Context(), harness.Probe{Connections: 1}); err != nil {
				t.Fatal(err)
			}
			count := map[record.Verdict]int{}
			for _, v := range verdicts {
				count[v]++
			}
			want := map[record.Verdict]int{record.Pass: 3, record.Fail: 1, record.Error: 3}
			if comesBack {
				want = map[record.Verdict]int{record.Pass: 7}
			}
			if !reflect.DeepEqual(count, want) {
				t.Errorf("comes back %v: %v, want %v", comesBack, count, want)
			}
		})
	}
}

// Chapter 0 reports once what it sees in many conversations, and changes no other verdict.
func TestChapter0(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		masks := target(func(c *wire) { reference.Serve(context.Background(), c, reference.Find("masked-frames")) })
		var transcript *record.Transcript
		results := map[string]record.Case{}
		r := runner(masks, "0.1", "0.2", "1.1.2", "2.1", "5.6")
		r.Result = func(c record.Case, t *record.Transcript) {
			results[c.ID] = c
			if c.ID == "0.1" {
				transcript = t
			}
		}
		if err := r.Run(t.Context(), harness.Probe{}); err != nil {
			t.Fatal(err)
		}
		if c := results["0.1"]; c.Verdict != record.Fail || len(c.Findings) != 1 || c.Findings[0].Requirement != "RFC6455-5.1-5" {
			t.Errorf("0.1: %s %+v", c.Verdict, c.Findings)
		}
		if notes := results["0.1"].Notes; len(notes) != 1 || !strings.Contains(notes[0], "seen in 3 of 3 conversations") {
			t.Errorf("0.1 says %q", notes)
		}
		if !slices.ContainsFunc(transcript.Entries, func(e record.Entry) bool { return e.Side == record.SideGot && e.Masked }) {
			t.Error("the transcript of 0.1 does not show a masked frame of the peer")
		}
		for _, id := range []string{"0.2", "1.1.2", "2.1", "5.6"} {
			if results[id].Verdict != record.Pass {
				t.Errorf("%s: %s", id, results[id].Verdict)
			}
		}
	})
}

// Without a conversation there is nothing to watch, which is not the same as nothing found.
func TestChapter0Alone(t *testing.T) {
	refuses := func(c *wire) { readHead(c); io.WriteString(c, "HTTP/1.1 404 Not Found\r\n\r\n") }
	for what, c := range map[string]record.Case{
		"no case": ask(t, target(swallow), "0.1")[0], "no opening handshake": ask(t, target(refuses), "1.1.1", "0.1")[1],
	} {
		if c.ID != "0.1" || c.Verdict != record.Error {
			t.Errorf("with %s, %s is %s though nothing was watched", what, c.ID, c.Verdict)
		}
	}
}

// A reset may have destroyed the Close frame that is missing, so the case is tried again. The mere end of the stream is the
// peer's choice.
func TestResetMayDestroyClose(t *testing.T) {
	for _, test := range []struct {
		end     error
		verdict record.Verdict
		flaky   bool
	}{{syscall.ECONNRESET, record.Pass, true}, {io.EOF, record.NonStrict, false}} {
		synctest.Test(t, func(t *testing.T) {
			once := target(after(1, after101(func(c *wire) { c.Read(make([]byte, 100)) })))
			dial := once.Dial
			once.Dial = func(ctx context.Context) (net.Conn, error) {
				conn, err := dial(ctx)
				return ending{conn, test.end}, err
			}
			if c := ask(t, once, "3.1")[0]; c.Verdict != test.verdict || c.Flaky != test.flaky {
				t.Errorf("%v: %s, flaky %v, want %s, flaky %v: %+v", test.end, c.Verdict, c.Flaky, test.verdict, test.flaky, c.Findings)
			}
		})
	}
}

// A peer that notices a violation late and then ends the stream without a Close frame has not died of it: what it does is its
// choice, and need not be seen twice.
func TestLateEndIsNoDeath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := target(after101(func(c *wire) { go swallow(c); <-time.After(time.Second) }))
		tries := map[string]int{"3.1": 0, "6.4.1": 2}
		for _, c := range ask(t, late, "3.1", "6.4.1") {
			if c.Verdict != record.NonStrict || c.Findings[0].Tries != tries[c.ID] {
				t.Errorf("%s: %s %+v", c.ID, c.Verdict, c.Findings)
			}
		}
	})
}

// ending is a connection whose end looks as told.
type ending struct {
	net.Conn
	err error
}

func (e ending) Read(p []byte) (int, error) {
	n, err := e.Conn.Read(p)
	if err == io.EOF {
		err = e.err
	}
	return n, err
}

// Every random choice comes from the seed.
func TestSeed(t *testing.T) {
	sent := func(seed string) (wire []string) {
		synctest.Test(t, func(t *testing.T) {
			r := runner(target(after(0, nil)), "2.7")
			r.Seed = seed
			r.Result = func(_ record.Case, t *record.Transcript) {
				for _, e := range t.Entries {
					if e.Side == record.SideSent {
						wire = append(wire, e.Hex)
					}
				}
			}
			if err := r.Run(t.Context(), harness.Probe{}); err != nil {
				t.Fatal(err)
			}
		})
		return wire
	}
	one, two, other := sent("a"), sent("a"), sent("b")
	if !slices.Equal(one, two) {
		t.Errorf("the same seed gives %q and %q", one, two)
	}
	if slices.Equal(one, other) {
		t.Error("another seed gives the same bytes")
	}
}

// Cases that are mostly pauses are tried again side by side: that a peer is late in all of them costs little time.
func TestLatenessIsConfirmedSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		late := target(func(c *wire) { reference.Serve(context.Background(), c, reference.Find("text-checked-at-end")) })
		for _, c := range ask(t, late, "6.4.1", "6.4.2", "6.4.3", "6.4.4") {
			if c.Verdict != record.NonStrict || c.Findings[0].Seen != 2 || c.Findings[0].Tries != 2 {
				t.Errorf("%s: %s %+v", c.ID, c.Verdict, c.Findings)
			}
		}
		if took := time.Since(start); took > 600*time.Millisecond {
			t.Errorf("took %v, as if one after the other", took)
		}
	})
}

// However cases are tried again, never more at once than the peer serves.
func TestNoMoreThanServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var served, most atomic.Int64
		late := target(func(c *wire) {
			n := served.Add(1)
			defer served.Add(-1)
			most.Store(max(n, most.Load()))
			reference.Serve(context.Background(), c, reference.Find("text-checked-at-end"))
		})
		r := runner(late, "6.4.1", "6.4.2", "6.4.3", "6.4.4")
		if err := r.Run(t.Context(), harness.Probe{Connections: 2}); err != nil {
			t.Fatal(err)
		}
		if most.Load() != 2 {
			t.Errorf("%d connections at once, want 2", most.Load())
		}
	})
}
