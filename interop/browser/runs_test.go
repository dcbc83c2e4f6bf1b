package browser

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/reports"
)

// run is a record of the reference and of some of its faults, with a gate that knows some of the failures.
type run struct {
	record      *record.Record
	transcripts reports.Transcripts
	gate        *record.Gate
	err         error
}

// patterns are cases of many kinds: not all, so that every rule of accessibility can be tried on every one of them.
var patterns = []string{"0.*", "2.2", "3.1", "3.4", "5.6", "5.19", "6.4.1", "6.4.2", "7.5.1", "7.13.1"}

// fleetRun is a run with three peers, oneRun is the same with the second of them.
var (
	fleetRun = sync.OnceValue(func() run { return tested("reference", "text-unchecked", "rsv-ignored") })
	oneRun   = sync.OnceValue(func() run { return tested("text-unchecked") })
)

func (r run) use(t *testing.T) run {
	t.Helper()
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r
}

func tested(names ...string) (r run) {
	w, err := record.Create("", record.Record{Tool: "wsspec", Catalogue: cases.Version, Seed: "browser", Profile: "standard", Started: time.Now()})
	if err != nil {
		return run{err: err}
	}
	for _, name := range names {
		if err := ask(w, name); err != nil {
			return run{err: fmt.Errorf("%s: %w", name, err)}
		}
	}
	rec := w.Record()
	for i := range rec.Peers {
		measure(&rec.Peers[i])
	}
	rec.Ran = rec.Counts().Total()
	rec.Planned = rec.Ran + 1
	return run{record: rec, transcripts: w.Transcript, gate: gate(rec)}
}

// ask puts cases to the reference server with the fault of that name, if there is one.
func ask(w *record.Writer, name string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go reference.Listen(ctx, ln, reference.Find(name))
	url := "ws://" + ln.Addr().String() + "/"
	target, err := harness.NewTarget(url, nil)
	if err != nil {
		return err
	}
	if err := w.Peer(record.Peer{Name: name, Role: "server", URL: url}); err != nil {
		return err
	}
	r := &harness.Runner{Target: target, Timeout: harness.DefaultProgress, Seed: "browser",
		Result: func(c record.Case, t *record.Transcript) { err = w.Case(name, c, t) }}
	for _, c := range cases.All() {
		if slices.ContainsFunc(patterns, func(p string) bool { return cases.Match(p, c) }) {
			r.Cases = append(r.Cases, c)
		}
	}
	probe, probeErr := r.Probe(ctx)
	if probeErr != nil {
		return probeErr
	}
	if runErr := r.Run(ctx, probe); runErr != nil {
		return runErr
	}
	return err
}

// measure adds what cases of chapter 9 and a watched program give to the charts.
func measure(p *record.Peer) {
	for _, group := range []string{"9.1", "9.2", "9.3", "9.4", "9.5", "9.6", "9.7", "9.8"} {
		for i := range 3 {
			v := &record.Volume{Messages: 10, MessageBytes: 64 << (2 * i), DurationUS: int64(500 << i), MedianUS: int64(30 << i), WorstUS: int64(90 << i)}
			id := fmt.Sprintf("%s.%d", group, i+1)
			p.Cases = append(p.Cases, record.Case{ID: id, Title: "A large message is echoed", Verdict: record.Pass, DurationUS: 800, Volume: v})
		}
	}
	p.Usage = &record.Usage{PeakMemory: 40 << 20, CPUMS: 900}
	p.Ended = &record.Ended{ExitCode: 1, Stderr: []string{"panic"}, During: "5.6"}
}

// gate knows all failures but the first, and one that is none.
func gate(rec *record.Record) *record.Gate {
	g := &record.Gate{Baseline: "wsspec-baseline.yaml", Catalogue: rec.Catalogue, Entries: 2}
	change := record.New
	for _, p := range rec.Peers {
		for _, c := range p.Cases {
			if c.Verdict == record.Fail {
				g.Judgements = append(g.Judgements, record.Judgement{Change: change, Peer: p.Name, Case: c.ID, Verdict: c.Verdict, Text: "fails", Reason: "known", Where: "wsspec-baseline.yaml:3"})
				change = record.Known
			}
		}
	}
	stale := record.Judgement{Change: record.Stale, Peer: rec.Peers[0].Name, Case: "1.*", Verdict: record.Pass, Text: "delete wsspec-baseline.yaml:4"}
	g.Judgements = append(g.Judgements, stale)
	return g
}
