package interop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/record"
)

// command runs the program, which has to end with the exit code, and returns what it says on stdout.
func command(t *testing.T, binary string, code int, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("wsspec %q: exit code %d, want %d\n%s\n%s", args, got, code, &stdout, &stderr)
	}
	return stdout.String()
}

// divided runs a command in four shards, each of which has to end with the exit code, and returns where their records are.
func divided(t *testing.T, binary string, code int, args ...string) (dirs []string) {
	t.Helper()
	top := t.TempDir()
	for n := 1; n <= 4; n++ {
		dir := filepath.Join(top, fmt.Sprint("shard", n))
		command(t, binary, code, slices.Insert(slices.Clone(args), 1, "--quiet", "--format", "json", "--out", dir, "--shard", fmt.Sprintf("%d/4", n))...)
		dirs = append(dirs, dir)
	}
	return dirs
}

// merged puts the records of shards together, which has to end with the exit code.
func merged(t *testing.T, binary string, code int, dirs []string, flags ...string) *record.Record {
	t.Helper()
	out := filepath.Join(t.TempDir(), "merged")
	command(t, binary, code, slices.Concat([]string{"report", "--out", out}, flags, dirs)...)
	return read(t, out)
}

func read(t *testing.T, dir string) *record.Record {
	t.Helper()
	rec, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// TestFleetInShards divides a fleet of three servers among four jobs, so that servers are divided, too, and holds what they become
// together against the same run in one piece.
func TestFleetInShards(t *testing.T) {
	names, absent := muster(t)
	fleet := []string{"gorilla", "gws", "websockets-py"}
	for _, name := range fleet {
		if !slices.Contains(names, name) {
			skip(t, absent[name])
		}
	}
	binary, out := build(t), t.TempDir()
	args := []string{"fleet", "--seed", "4", "--only", strings.Join(fleet, ",")}
	command(t, binary, 0, slices.Concat(args, []string{"--out", out})...)
	dirs := divided(t, binary, 0, args...)
	whole, all := read(t, out), merged(t, binary, 0, dirs, "--baseline", "wsspec-baseline.yaml")
	alike(t, whole, all)
	pieces := 0
	for _, dir := range dirs {
		shard := read(t, dir)
		if shard.Ran == 0 || shard.Ran == whole.Ran {
			t.Errorf("%s has %d cases", dir, shard.Ran)
		}
		pieces += len(shard.Peers)
	}
	if pieces <= len(fleet) {
		t.Errorf("four shards have %d peers, so that none was divided", pieces)
	}

	lacking := merged(t, binary, 3, slices.Delete(slices.Clone(dirs), 1, 2), "--baseline", "wsspec-baseline.yaml")
	if lacking.Planned != whole.Planned || own(lacking) != own(whole)-own(read(t, dirs[1])) || lacking.Shard == nil || !slices.Equal(lacking.Shard.Missing(), []int{2}) {
		t.Errorf("without the second shard: %d planned, %d ran, %v", lacking.Planned, lacking.Ran, lacking.Shard)
	}
}

// TestServerInShards does the same with the cases of one server, with little volume and without a baseline.
func TestServerInShards(t *testing.T) {
	binary := build(t)
	for _, server := range []struct {
		name string
		code int
	}{{"gorilla", 1}, {"gws", 0}} {
		t.Run(server.name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), server.name)
			if out, err := exec.Command("go", "build", "-o", program, "./peers/"+server.name).CombinedOutput(); err != nil {
				t.Fatalf("go build: %v\n%s", err, out)
			}
			out := t.TempDir()
			args := []string{"test", "--seed", "4", "--timeout", "10s", "--profile", "quick", server.name + "=ws://127.0.0.1:{port}/", "--", program, "{port}"}
			command(t, binary, server.code, slices.Insert(slices.Clone(args), 1, "--out", out)...)
			dirs := divided(t, binary, server.code, args...)
			all := merged(t, binary, server.code, dirs)
			alike(t, read(t, out), all)

			// A job that was done again takes the place of the first attempt.
			again := filepath.Join(t.TempDir(), "again")
			command(t, binary, server.code, slices.Insert(slices.Clone(args), 1, "--quiet", "--format", "json", "--shard", "3/4", "--out", again)...)
			alike(t, all, merged(t, binary, server.code, append(dirs, again)))
		})
	}
}

// own counts the cases of a record that are not of chapter 0.
func own(rec *record.Record) (n int) {
	for _, p := range rec.Peers {
		for _, c := range p.Cases {
			if !cases.Find(c.ID).Passive() {
				n++
			}
		}
	}
	return n
}

// alike holds two records against each other: everything that one peer gives each time.
func alike(t *testing.T, want, got *record.Record) {
	t.Helper()
	steady := steady(want) && steady(got)
	differ(t, "the record", lasting(t, want, steady), lasting(t, got, steady))
	baseline, err := record.ReadBaseline("wsspec-baseline.yaml", cases.Catalogue())
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]*record.Baseline{"with the baseline": baseline, "without": nil} {
		rules := record.GateRules{Now: time.Now(), Required: func(string) []record.Demand {
			return []record.Demand{{Feature: "permessage-deflate", By: "--require"}}
		}}
		differ(t, "the gate "+name, words(record.Judge(want, b, rules)), words(record.Judge(got, b, rules)))
	}
}

// differ tells in which lines two texts are not the same.
func differ(t *testing.T, what string, want, got []string) {
	t.Helper()
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("%s has only in one piece: %s", what, line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("%s has only in shards: %s", what, line)
		}
	}
	if !t.Failed() && !slices.Equal(want, got) {
		t.Errorf("%s has its lines in another order:\n%s\n\n%s", what, strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
}

// words are what a gate says, without what the peer said of it, in which there may be times.
func words(g *record.Gate) (list []string) {
	for _, j := range g.Judgements {
		list = append(list, fmt.Sprint(j.Change, j.Peer, j.Case, j.Verdict, j.Requirement, j.Where))
	}
	return list
}

// steady tells whether nothing was tried again: each try is a conversation more that chapter 0 watches.
func steady(rec *record.Record) bool {
	for _, p := range rec.Peers {
		for _, c := range p.Cases {
			if c.Flaky || slices.ContainsFunc(c.Findings, func(f record.Finding) bool { return f.Tries > 0 }) {
				return false
			}
		}
	}
	return true
}

// lasting are the lines of a record, one for each peer and case, without what is different in each run: times, and what hangs on
// them. That is how many conversations were watched, too, unless the run was steady.
func lasting(t *testing.T, rec *record.Record, steady bool) (lines []string) {
	head := *rec
	head.Started, head.DurationMS, head.Peers = time.Time{}, 0, nil
	lines = append(lines, text(t, head))
	for _, p := range rec.Peers {
		list := p.Cases
		p.Usage, p.URL, p.Cases, p.Probe = nil, "", nil, &record.Probe{Features: p.Probe.Features}
		lines = append(lines, text(t, p))
		for _, c := range list {
			if c.Watched != nil && !steady {
				c.Watched = &record.Watched{First: c.Watched.First}
			}
			lines = append(lines, p.Name+" "+text(t, lastingCase(c)))
		}
	}
	return lines
}

func text(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func lastingCase(c record.Case) record.Case {
	c.DurationUS, c.Volume, c.Notes, c.Transcript, c.Flaky = 0, nil, nil, "", false // the notes tell which of several legal outcomes it was
	if slices.Contains(racing, c.ID) {
		c.WSTest, c.Close, c.CloseCode = nil, "", 0
	}
	var findings []record.Finding
	for _, f := range c.Findings {
		findings = append(findings, record.Finding{Requirement: f.Requirement, Level: f.Level, Severity: f.Severity})
	}
	c.Findings = findings
	return c
}
