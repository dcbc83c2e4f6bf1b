package autobahn

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/wsspec/wsspec/harness/peer"
)

// Local is a Program: a wstest that is installed on this machine. It runs in a temporary directory, and ends with everything
// that it started.
//
// Start returns a *peer.StartError if there is no such program.
type Local struct {
	Path string // of wstest; a name without a slash is looked up in PATH
}

// Start implements Program.
func (l Local) Start(ctx context.Context, job Job) (Process, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	path, err := l.find()
	if err != nil {
		return nil, &peer.StartError{Command: []string{l.Path}, Err: err}
	}
	dir, err := os.MkdirTemp("", "wsspec-wstest-")
	if err != nil {
		return nil, err
	}
	program, err := startIn(ctx, dir, path, job)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &localProcess{program, dir}, nil
}

// find makes the path one that does not depend on the directory in which the program runs.
func (l Local) find() (string, error) {
	path, err := exec.LookPath(l.Path)
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return "", err
	}
	return filepath.Abs(path)
}

// reportsDir is where the program puts its reports, below its directory.
const reportsDir = "reports"

// startIn starts the program in dir.
func startIn(ctx context.Context, dir, path string, job Job) (*peer.Process, error) {
	spec, err := job.Spec(Place{
		Reports: filepath.Join(dir, reportsDir),
		Listen:  "ws://127.0.0.1:" + strconv.Itoa(job.Port),
		File:    func(name string) string { return filepath.Join(dir, name) },
		Reach:   func(url string) string { return url },
	})
	if err != nil {
		return nil, err
	}
	name := job.Mode + ".json"
	for file, text := range job.Files {
		if err := os.WriteFile(filepath.Join(dir, file), text, 0o600); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, name), spec, 0o600); err != nil {
		return nil, err
	}
	return peer.Start(ctx, peer.Options{Command: commandLine(path, job.Mode, name), Dir: dir, Env: environment, Output: job.Output})
}

// commandLine starts wstest. It would also open a web server, always on the same port, if that were not switched off.
func commandLine(path, mode, spec string) []string {
	return []string{path, "--mode", mode, "--spec", spec, "--webport", "0"}
}

// environment makes Python write each line when it comes, and any character.
var environment = []string{"PYTHONUNBUFFERED=1", "PYTHONIOENCODING=utf-8"}

// localProcess is a Local that was started.
type localProcess struct {
	program *peer.Process
	dir     string
}

func (p *localProcess) Done() <-chan struct{} { return p.program.Done() }

func (p *localProcess) Exit() Exit {
	exit := p.program.Exit()
	if exit == nil {
		return Exit{}
	}
	return Exit{Code: exit.Code, Signal: exit.Signal}
}

// Kill does not ask first: wstest writes nothing when it is asked to end.
func (p *localProcess) Kill(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	p.program.Stop(ctx)
	return nil
}

func (p *localProcess) Reports(_ context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	from := filepath.Join(p.dir, reportsDir)
	entries, err := os.ReadDir(from)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	slices.SortStableFunc(entries, indexFirst)
	var failed error
	for _, entry := range entries {
		if entry.Type().IsRegular() {
			failed = cmp.Or(failed, copyFile(filepath.Join(from, entry.Name()), filepath.Join(dir, entry.Name())))
		}
	}
	return failed
}

// indexFirst puts the verdicts before the evidence, for which there may not be enough space.
func indexFirst(a, b fs.DirEntry) int {
	switch indexName {
	case a.Name():
		return -1
	case b.Name():
		return 1
	}
	return 0
}

func (p *localProcess) Close(ctx context.Context) error {
	p.Kill(ctx)
	return os.RemoveAll(p.dir)
}
