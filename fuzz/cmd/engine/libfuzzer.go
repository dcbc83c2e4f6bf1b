package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/wsspec/wsspec/fuzz/corpus"
	"github.com/wsspec/wsspec/harness/peer"
)

// libFuzzer is that of clang, or of the compiler that CC names, linked to an archive of the properties that the Go compiler has
// instrumented.
var libFuzzer = driver{
	build: func(ctx context.Context, c *campaign) error {
		compiler, archive := cmp.Or(os.Getenv("CC"), "clang"), c.program("libfuzzer.a")
		err := c.call(ctx, []string{"CGO_ENABLED=1", "CC=" + compiler},
			"go", "build", "-tags=libfuzzer", "-buildmode=c-archive", "-trimpath", "-gcflags=all=-d=libfuzzer", "-o", archive, "./fuzz/libfuzzer")
		if err == nil {
			err = c.call(ctx, nil, compiler, "-fsanitize=fuzzer", archive, "-o", c.program("libfuzzer"), "-lpthread", "-lresolv")
		}
		if err != nil {
			return fmt.Errorf("%w\nIt needs clang and its libFuzzer: Debian's packages clang and libclang-rt-14-dev", err)
		}
		return nil
	},
	command: func(c *campaign, target string) peer.Options {
		return peer.Options{
			Command: []string{
				c.program("libfuzzer"), "-print_final_stats=1", "-timeout=10",
				fmt.Sprintf("-max_total_time=%d", int(c.limit.Seconds())),
				"-artifact_prefix=" + c.home(target) + string(filepath.Separator),
				corpus.LibFuzzer.Corpus(c.work, target),
			},
			Env: []string{"WSSPEC_FUZZ_TARGET=" + target},
		}
	},
	execs:   regexp.MustCompile(`(?m)(?:^#|number_of_executed_units: )(\d+)`),
	finds:   []string{"crash-*", "oom-*", "timeout-*", "leak-*"},
	forgive: func(*peer.ExitError, bool) bool { return false },
}
