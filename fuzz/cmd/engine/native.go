package main

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/fuzz/corpus"
	"github.com/wsspec/wsspec/harness/peer"
)

// goTest is the native engine, run without the go command: so there is one program less to end, and one build for all targets.
var goTest = driver{
	build: func(ctx context.Context, c *campaign) error {
		return c.call(ctx, nil, "go", "test", "-c", "-fuzz=.", "-o", c.program("native.test"), "./fuzz")
	},
	command: func(c *campaign, target string) peer.Options {
		return peer.Options{
			Command: []string{
				c.program("native.test"), "-test.run=^$", "-test.fuzz=^" + target + "$", "-test.parallel=1",
				"-test.fuzztime=" + c.limit.String(), "-test.fuzzminimizetime=100x",
				"-test.fuzzcachedir=" + filepath.Join(c.work, string(corpus.GoTest)),
			},
			Dir: filepath.Join(c.root, "fuzz"), // it writes what it finds to testdata
		}
	},
	execs:   regexp.MustCompile(`execs: (\d+)`),
	failing: regexp.MustCompile(`failure while testing seed corpus entry: \w+/(\S+)`),
	forgive: endOfTime,
}

// endOfTime tells whether the engine failed for no other reason than that its time was up: up to Go 1.26 a busy machine makes it
// do so now and then (https://go.dev/issue/75804).
func endOfTime(exit *peer.ExitError, after bool) bool {
	return after && slices.ContainsFunc(exit.Stdout, func(line string) bool {
		return strings.TrimSpace(line) == "context deadline exceeded"
	})
}
