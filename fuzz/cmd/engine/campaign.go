package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/wsspec/wsspec/fuzz"
	"github.com/wsspec/wsspec/fuzz/corpus"
)

// campaign fuzzes targets with one engine.
type campaign struct {
	driver
	engine corpus.Engine
	root   string // of the repository
	work   string // where the engines work
	limit  time.Duration
	out    io.Writer
}

// newCampaign builds what the engine needs.
func newCampaign(ctx context.Context, e corpus.Engine, work string, limit time.Duration, out io.Writer) (*campaign, error) {
	work, err := filepath.Abs(work)
	if err != nil {
		return nil, err
	}
	c := &campaign{driver: drivers[e], engine: e, work: work, limit: limit, out: out}
	if c.root, err = repository(ctx); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.program(""), 0o777); err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "building for %s\n", e)
	if err := c.build(ctx, c); err != nil {
		return nil, fmt.Errorf("%s cannot be built: %w", e, err)
	}
	return c, nil
}

// repository is the root of the clone in which the command runs.
func repository(ctx context.Context) (string, error) {
	dir, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/wsspec/wsspec").Output()
	root := string(bytes.TrimSpace(dir))
	if err == nil {
		_, err = os.Stat(filepath.Join(root, "tools", "go.mod")) // the module cache has none
	}
	if err != nil {
		return "", errors.New("not in a clone of github.com/wsspec/wsspec, where the tools and the seeds are")
	}
	return root, nil
}

// program is where something that was built lies.
func (c *campaign) program(name string) string { return filepath.Join(c.work, "bin", name) }

// home is the directory of the engine for a target.
func (c *campaign) home(target string) string { return c.engine.Home(c.work, target) }

// seeds is the directory of the inputs of a target that are in the repository.
func (c *campaign) seeds(target string) string {
	return filepath.Join(c.root, "fuzz", "testdata", "fuzz", target)
}

// call runs a command in the root of the repository. The error has what it said.
func (c *campaign) call(ctx context.Context, env []string, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = c.root
	cmd.Env = append(cmd.Environ(), env...)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, bytes.TrimSpace(said))
	}
	return nil
}

// run fuzzes the targets in turn. That one has something does not save the others.
func (c *campaign) run(ctx context.Context, properties []fuzz.Property) error {
	var errs []error
	for _, p := range properties {
		r, err := c.fuzz(ctx, p)
		if err != nil {
			errs = append(errs, fmt.Errorf("target Fuzz%s: %w", p.Name, err))
			continue
		}
		fmt.Fprintln(c.out, r)
		if len(r.found) > 0 {
			c.show(ctx, r)
			errs = append(errs, fmt.Errorf("%s: %w", r.target, errFound))
		}
	}
	return errors.Join(errs...)
}

// prepare gives the engine the seeds, and takes away what it said of earlier findings: they are in the repository by now, and
// go-fuzz would not report them again.
func (c *campaign) prepare(p fuzz.Property) error {
	target := "Fuzz" + p.Name
	if err := os.MkdirAll(c.home(target), 0o777); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(c.home(target), "suppressions")); err != nil {
		return err
	}
	if c.engine == corpus.GoTest {
		return nil // it knows the seeds
	}
	seeds := new(corpus.Corpus)
	for _, seed := range p.Seeds {
		seeds.Add([]byte(seed))
	}
	if _, err := os.Stat(c.seeds(target)); err == nil {
		more, err := corpus.Read(c.seeds(target), corpus.Native)
		if err != nil {
			return err
		}
		seeds.AddAll(more)
	}
	_, err := corpus.Write(c.engine.Corpus(c.work, target), c.engine.Format(), seeds)
	return err
}

// show plays what was found as a test, so that it says what it says to everybody.
func (c *campaign) show(ctx context.Context, r result) {
	for _, name := range r.found {
		fmt.Fprintf(c.out, "%s\n", filepath.Join(c.seeds(r.target), name))
		err := c.call(ctx, nil, "go", "test", "-timeout=60s", "-run", "^"+r.target+"$/^"+name+"$", "./fuzz")
		if err == nil {
			fmt.Fprintln(c.out, "As a test it passes: it depends on time, memory or what came before.")
		} else {
			fmt.Fprintln(c.out, err)
		}
	}
}
