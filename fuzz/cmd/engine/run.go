package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/fuzz"
	"github.com/wsspec/wsspec/fuzz/corpus"
	"github.com/wsspec/wsspec/harness/peer"
)

const (
	// grace is what an engine that ends by itself may take on top of its time: it compares, shortens and starts late on a busy
	// machine.
	grace = time.Minute
	// look is how often a running engine is looked at, report how often it is reported.
	look   = 500 * time.Millisecond
	report = 15 * time.Second
)

// result is what became of one target.
type result struct {
	target string
	engine corpus.Engine
	took   time.Duration
	execs  int64
	inputs int      // in the corpus of the engine
	found  []string // names of files among the seeds
}

func (r result) String() string {
	said := "nothing found"
	if len(r.found) > 0 {
		said = "FOUND " + strings.Join(r.found, ", ")
	}
	rate := float64(r.execs) / max(r.took.Seconds(), 1)
	return fmt.Sprintf("%-16s %-9s %5s %10d execs %7.0f/s %6d inputs  %s",
		r.target, r.engine, r.took.Round(time.Second), r.execs, rate, r.inputs, said)
}

// fuzz runs the engine on the target of a property.
func (c *campaign) fuzz(ctx context.Context, p fuzz.Property) (result, error) {
	r := result{target: "Fuzz" + p.Name, engine: c.engine}
	if err := c.prepare(p); err != nil {
		return r, err
	}
	before := names(c.seeds(r.target))
	exit, err := c.attack(ctx, &r)
	if err != nil {
		return r, err
	}
	if r.found, err = c.discoveries(r.target, before, exit); err != nil {
		return r, err
	}
	r.inputs = len(names(c.engine.Corpus(c.work, r.target)))
	if len(r.found) > 0 {
		return r, nil
	}
	if ctx.Err() != nil {
		return r, errors.New("interrupted")
	}
	return r, c.judge(exit, r.took)
}

// discoveries are the names of the seeds that violate the property: what the engine found, what it made a seed itself, or the
// seed that it failed with.
func (c *campaign) discoveries(target string, before map[string]bool, exit *peer.ExitError) ([]string, error) {
	found, err := c.keep(target)
	for name := range names(c.seeds(target)) {
		if !before[name] && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	if exit == nil || c.failing == nil {
		return found, err
	}
	for _, line := range exit.Stdout {
		if m := c.failing.FindStringSubmatch(line); m != nil {
			found = append(found, m[1])
		}
	}
	return found, err
}

// attack starts the engine, and waits until it ends or is ended. It returns how it ended by itself, nil if it did not.
func (c *campaign) attack(ctx context.Context, r *result) (*peer.ExitError, error) {
	scratch, err := os.MkdirTemp("", "wsspec-fuzz-") // go-fuzz leaves programs behind when it is ended
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	options := c.command(c, r.target)
	options.Env = append(options.Env, "TMPDIR="+scratch)

	started := time.Now()
	process, err := peer.Start(ctx, options)
	if err != nil {
		return nil, err
	}
	exit := c.watch(ctx, process, r)
	r.took = time.Since(started)
	r.execs = cmp.Or(c.count(process), r.execs)
	return exit, nil
}

// watch waits until the engine ends or is ended: by the time, by the user, or because it has found something.
func (c *campaign) watch(ctx context.Context, p *peer.Process, r *result) *peer.ExitError {
	defer p.Stop(context.WithoutCancel(ctx))
	limit := c.limit
	if !c.endless {
		limit += grace
	}
	over := time.NewTimer(limit)
	defer over.Stop()
	ticks := time.NewTicker(look)
	defer ticks.Stop()
	found := false
	for n := 1; ; n++ {
		select {
		case <-p.Done():
			return p.Exit()
		case <-ctx.Done():
			return nil
		case <-over.C:
			return nil
		case <-ticks.C:
		}
		r.execs = max(r.execs, c.count(p))
		if found && c.endless { // since the last look: what it found is written by now
			return nil
		}
		found = len(c.findings(r.target)) > 0
		if n%int(report/look) == 0 {
			fmt.Fprintf(os.Stderr, "%s in %s: %d execs\n", r.target, c.engine, r.execs)
		}
	}
}

// count finds the newest number of inputs in what the engine said.
func (c *campaign) count(p *peer.Process) int64 {
	said := strings.Join(slices.Concat(p.Stdout(), p.Stderr()), "\n")
	matches := c.execs.FindAllStringSubmatch(said, -1)
	if matches == nil {
		return 0
	}
	n, _ := strconv.ParseInt(matches[len(matches)-1][1], 10, 64)
	return n
}

// judge returns the error of an engine that found nothing.
func (c *campaign) judge(exit *peer.ExitError, took time.Duration) error {
	switch {
	case exit == nil && c.endless:
		return nil
	case exit == nil:
		return fmt.Errorf("%s did not end in time, and was ended after %v", c.engine, took.Round(time.Second))
	case c.endless, exit.Code != 0 && !c.forgive(exit, took >= c.limit):
		return exit
	}
	return nil
}

// findings are the files in which the engine has written what it found.
func (c *campaign) findings(target string) (files []string) {
	for _, pattern := range c.finds {
		matches, err := filepath.Glob(filepath.Join(c.home(target), pattern))
		if err != nil {
			panic(err) // the pattern is ours
		}
		for _, file := range matches {
			if ext := filepath.Ext(file); ext != ".output" && ext != ".quoted" { // what go-fuzz says about it
				files = append(files, file)
			}
		}
	}
	return files
}

// keep moves what was found to the seeds of the repository, and returns the names that it has there.
func (c *campaign) keep(target string) (kept []string, err error) {
	for _, file := range c.findings(target) {
		input, err := os.ReadFile(file)
		if err != nil {
			return kept, err
		}
		found := new(corpus.Corpus)
		found.Add(input)
		if _, err := corpus.Write(c.seeds(target), corpus.Native, found); err != nil {
			return kept, err
		}
		if err := os.Remove(file); err != nil {
			return kept, err
		}
		kept = append(kept, corpus.Name(input, corpus.Native))
	}
	return kept, nil
}

// names lists a directory, which may not be there.
func names(dir string) map[string]bool {
	entries, _ := os.ReadDir(dir)
	return maps.Collect(func(yield func(string, bool) bool) {
		for _, e := range entries {
			if !yield(e.Name(), true) {
				return
			}
		}
	})
}
