package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// display is what the user sees of a run on stderr: a bar that moves on a terminal, a line now and then elsewhere.
type display struct {
	quiet   bool
	planned int
	profile harness.Profile
	part    string // which shard it is, if it is one
	suite   string // where the Autobahn testsuite is from; "" if the cases are ours alone

	mu       sync.Mutex
	done     int
	failed   int
	current  string // the case that the Autobahn testsuite has begun; "" when it is not testing
	told     int    // quarters of the run that were told of
	progress *mpb.Progress
	bar      *mpb.Bar
	paused   bool // the user is asked before each case
}

func newDisplay(o *options, planned int) *display {
	d := &display{quiet: o.quiet, planned: planned, profile: o.profile, paused: o.pause}
	if o.holds != nil {
		d.part = "   " + o.holds.String()
	}
	return d
}

// live tells whether stderr is a terminal that somebody looks at. One without a width, as programs make that run others, is none.
func live() bool {
	width, _, err := term.GetSize(int(os.Stderr.Fd()))
	return err == nil && width > 0 && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb"
}

// colourful tells whether stdout should have colours.
func colourful() bool {
	return term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb"
}

// start says what runs.
func (d *display) start(_ time.Time, seed string) {
	if d.quiet {
		return
	}
	d.head(seed)
	if d.planned == 0 {
		fmt.Fprintln(os.Stderr, "there is nothing to do in this shard: the others have all cases")
	}
	if live() && !d.paused {
		d.progress = mpb.New(mpb.WithOutput(os.Stderr), mpb.WithWidth(40), mpb.WithRefreshRate(100*time.Millisecond))
		d.bar = d.progress.New(int64(d.planned), mpb.BarStyle().Lbound("").Rbound("").Filler("█").Tip("█").Padding("░"),
			mpb.BarRemoveOnComplete(),
			mpb.AppendDecorators(decor.CountersNoUnit(" %d/%d cases"), decor.Any(func(decor.Statistics) string { return d.aside() })))
	}
}

// head says by what and how the peers are tested.
func (d *display) head(seed string) {
	line := thisBuild().String()
	if d.suite != "" {
		line += "   Autobahn testsuite: " + reports.Printable(d.suite)
	}
	if seed != "" {
		line += fmt.Sprintf("   catalogue %s   profile %s   seed %s%s", cases.Version, d.profile, seed, d.part)
	}
	fmt.Fprintln(os.Stderr, line)
}

// peer says what is tested.
func (d *display) peer(p record.Peer) {
	roundTrip := time.Duration(p.Probe.RoundTripUS) * time.Microsecond
	d.say(fmt.Sprintf("%s   %s   round trip %v, %d connections at once", p.Name, p.URL, roundTrip.Round(10*time.Microsecond), p.Probe.Connections))
	if p.Probe.Problem != "" {
		d.say("warning: " + p.Probe.Problem)
	}
}

// aside stands beside the bar.
func (d *display) aside() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return "  " + d.state()
}

// state is what there is to say beside how many cases are done. The Autobahn testsuite gives its verdicts at its end.
func (d *display) state() string {
	switch {
	case d.current != "":
		return "case " + d.current
	case d.suite != "" && d.done == 0:
		return "starting"
	}
	return fmt.Sprintf("%d failed", d.failed)
}

// result counts a case.
func (d *display) result(c record.Case) {
	d.count(func() {
		d.current = ""
		if c.Verdict == record.Fail || c.Verdict == record.Error {
			d.failed++
		}
	})
}

// asked counts a case that the Autobahn testsuite begins.
func (d *display) asked(id string) { d.count(func() { d.current = id }) }

// count counts a case of which something is noted.
func (d *display) count(note func()) {
	d.mu.Lock()
	note()
	d.done++
	quarter := 4 * d.done / max(d.planned, 1)
	tell := quarter > d.told && d.bar == nil && !d.quiet
	d.told = max(d.told, quarter)
	line := fmt.Sprintf("%3d %%  %d/%d cases  %s", 25*quarter, d.done, d.planned, d.state())
	d.mu.Unlock()
	if d.bar != nil {
		d.bar.Increment()
	}
	if tell {
		fmt.Fprintln(os.Stderr, line)
	}
}

// say tells something that happened on the way, in one line. It may hold what a peer sent.
func (d *display) say(line string) {
	if !d.quiet {
		d.warn(line)
	}
}

// warn is say for what is told in any case.
func (d *display) warn(line string) {
	line = reports.Printable(line)
	if d.progress != nil {
		fmt.Fprintln(d.progress, line)
		return
	}
	fmt.Fprintln(os.Stderr, line)
}

// stop takes the bar away.
func (d *display) stop() {
	if d.bar == nil {
		return
	}
	d.bar.Abort(true)
	d.progress.Wait()
}
