package main

import (
	"context"
	"path/filepath"
	"regexp"

	"github.com/wsspec/wsspec/harness/peer"
)

// goFuzz is github.com/dvyukov/go-fuzz. It never ends by itself, and says only in files that it has found something.
var goFuzz = driver{
	build: func(ctx context.Context, c *campaign) error {
		const module = "github.com/dvyukov/go-fuzz/"
		tools := "-modfile=" + filepath.Join(c.root, "tools", "go.mod")
		err := c.call(ctx, nil, "go", "build", tools, "-o", c.program("")+string(filepath.Separator), module+"go-fuzz", module+"go-fuzz-build")
		if err != nil {
			return err
		}
		return c.call(ctx, nil, c.program("go-fuzz-build"), "-o", c.program("gofuzz.zip"), "./fuzz")
	},
	command: func(c *campaign, target string) peer.Options {
		return peer.Options{
			Command: []string{
				c.program("go-fuzz"), "-bin", c.program("gofuzz.zip"), "-func", target, "-workdir", c.home(target),
				"-procs", "1", "-minimize", "5s",
			},
		}
	},
	endless: true,
	execs:   regexp.MustCompile(`execs: (\d+)`),
	finds:   []string{"crashers/*"},
}
