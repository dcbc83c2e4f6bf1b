package interop

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// siteBranch is a repository with a remote, into which reports are published by the script of the workflow.
type siteBranch struct {
	t              *testing.T
	binary, remote string
}

func newSiteBranch(t *testing.T) *siteBranch {
	t.Helper()
	s := &siteBranch{t, build(t), filepath.Join(t.TempDir(), "remote.git")}
	s.git("", "init", "--quiet", "--bare", s.remote)
	return s
}

func (s *siteBranch) git(dir string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// checkout is what the workflow checks out.
func (s *siteBranch) checkout() string {
	s.t.Helper()
	dir := filepath.Join(s.t.TempDir(), "work")
	s.git("", "init", "--quiet", dir)
	s.git(dir, "remote", "add", "origin", s.remote)
	return dir
}

// record writes a record of a run that began on a day.
func (s *siteBranch) record(day int) string {
	s.t.Helper()
	dir := s.t.TempDir()
	w, err := record.Create(dir, record.Record{Tool: "wsspec 0.1.0", Catalogue: "2026.1", Seed: "1", Profile: "standard", Planned: 1,
		Started: time.Date(2026, 6, day, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		s.t.Fatal(err)
	}
	w.Peer(record.Peer{Name: "libfoo", Role: "server", URL: "ws://127.0.0.1/"})
	w.Case("libfoo", record.Case{ID: "1.1.1", Verdict: record.Pass}, nil)
	if err := w.Close(time.Second, ""); err != nil {
		s.t.Fatal(err)
	}
	return dir
}

// publish runs the script. Env is added to its environment.
func (s *siteBranch) publish(dir, rec string, env ...string) (log string, err error) {
	script, err := filepath.Abs(filepath.Join("..", ".github", "publish.sh"))
	if err != nil {
		return "", err
	}
	cmd := exec.Command("bash", script, rec, "wsspec-site", filepath.Join(filepath.Dir(dir), "site"))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "WSSPEC="+s.binary, "WSSPEC_COMMIT=0123456789abcdef", "WSSPEC_LINK=https://example.org/0123456789abcdef", "WSSPEC_KEEP=50", "WSSPEC_LABEL=", "WSSPEC_BASELINE=")
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// history is what the branch holds.
func (s *siteBranch) history() (h reports.History) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(s.git(s.remote, "show", "wsspec-site:history.json")), &h); err != nil {
		s.t.Fatal(err)
	}
	return h
}

// TestPublishOnBranch: the first run makes the branch, later ones join it, one that is published again changes nothing, and the
// branch stays one commit.
func TestPublishOnBranch(t *testing.T) {
	s := newSiteBranch(t)
	for day := 1; day <= 3; day++ {
		if log, err := s.publish(s.checkout(), s.record(day)); err != nil {
			t.Fatalf("%v\n%s", err, log)
		}
	}
	if n := len(s.history().Runs); n != 3 {
		t.Errorf("the history has %d runs, want 3", n)
	}
	for _, file := range []string{"index.html", "trend.html", "badge.svg", "badge.json", "badges/libfoo.svg", "results.json", ".nojekyll"} {
		s.git(s.remote, "cat-file", "-e", "wsspec-site:"+file)
	}
	before := s.git(s.remote, "rev-parse", "wsspec-site")
	log, err := s.publish(s.checkout(), s.record(3))
	if after := s.git(s.remote, "rev-parse", "wsspec-site"); err != nil || after != before || !strings.Contains(log, "holds this run already") {
		t.Errorf("published again: %s became %s, %v\n%s", before, after, err, log)
	}
	if n := s.git(s.remote, "rev-list", "--count", "wsspec-site"); n != "1" {
		t.Errorf("the branch has %s commits", n)
	}
}

// TestPublishSideBySide: of jobs that publish at the same time none loses its run.
func TestPublishSideBySide(t *testing.T) {
	s := newSiteBranch(t)
	const jobs = 4
	dirs, records := make([]string, jobs), make([]string, jobs)
	for i := range jobs {
		dirs[i], records[i] = s.checkout(), s.record(1+i)
	}
	var all sync.WaitGroup
	for i := range jobs {
		all.Go(func() {
			if log, err := s.publish(dirs[i], records[i]); err != nil {
				t.Errorf("job %d: %v\n%s", i, err, log)
			}
		})
	}
	all.Wait()
	if n := len(s.history().Runs); n != jobs {
		t.Errorf("the history has %d runs, want %d", n, jobs)
	}
}

// TestPublishLosesNothing: a history that is damaged, or a remote that does not answer, ends the job, and the branch is as it was.
func TestPublishLosesNothing(t *testing.T) {
	s := newSiteBranch(t)
	if log, err := s.publish(s.checkout(), s.record(1)); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	dir := s.checkout()
	s.git(dir, "fetch", "--quiet", "origin", "wsspec-site")
	s.git(dir, "checkout", "--quiet", "FETCH_HEAD")
	if err := os.WriteFile(filepath.Join(dir, "history.json"), []byte(`{"schema":1,"runs":[{"started":`), 0o644); err != nil {
		t.Fatal(err)
	}
	s.git(dir, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "-a", "-m", "damaged")
	s.git(dir, "push", "--quiet", "origin", "HEAD:refs/heads/wsspec-site")
	before := s.git(s.remote, "rev-parse", "wsspec-site")
	log, err := s.publish(s.checkout(), s.record(2))
	if after := s.git(s.remote, "rev-parse", "wsspec-site"); err == nil || after != before || !strings.Contains(log, "history.json:1:32") {
		t.Errorf("a damaged history: %s became %s, %v\n%s", before, after, err, log)
	}
	lost := s.checkout()
	s.git(lost, "remote", "set-url", "origin", filepath.Join(t.TempDir(), "nowhere"))
	if log, err := s.publish(lost, s.record(2)); err == nil || !strings.Contains(log, "cannot read the branch") {
		t.Errorf("no remote: %v\n%s", err, log)
	}
	if log, err := s.publish(s.checkout(), filepath.Join(t.TempDir(), "nothing")); err == nil || !strings.Contains(log, "cannot read the record") {
		t.Errorf("no record: %v\n%s", err, log)
	}
}

// TestPublishHalfDone: whatever of git fails, the branch stays as it is; to push an empty commit would be to delete it.
func TestPublishHalfDone(t *testing.T) {
	s := newSiteBranch(t)
	if log, err := s.publish(s.checkout(), s.record(1)); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	before := s.git(s.remote, "rev-parse", "wsspec-site")
	real, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range []string{"add", "write-tree", "commit-tree", "fetch", "archive", "push"} {
		dir := t.TempDir()
		script := fmt.Sprintf("#!/bin/sh\nfor word; do case $word in %s) echo no space left >&2; exit 1;; esac; done\nexec %q \"$@\"\n", broken, real)
		if err := os.WriteFile(filepath.Join(dir, "git"), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		log, err := s.publish(s.checkout(), s.record(2), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		if err == nil {
			t.Errorf("git %s fails, and the script does not:\n%s", broken, log)
		}
		if after := s.git(s.remote, "for-each-ref", "--format=%(objectname)", "refs/heads/wsspec-site"); after != before {
			t.Fatalf("git %s fails, and the branch is %q, was %s\n%s", broken, after, before, log)
		}
	}
}

// TestPublishWorkflow: no run is cancelled before it has published, no two deploy at once, each deploys the newest site, and a job
// that is run again does not stumble over the artifact of the earlier attempt.
func TestPublishWorkflow(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", ".github", "workflows", "publish.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Jobs map[string]struct {
			Needs       string
			Permissions map[string]string
			Concurrency struct{ Group string }
			Steps       []cited
		}
	}
	if err := yaml.Unmarshal(text, &workflow); err != nil {
		t.Fatal(err)
	}
	if group := workflow.Jobs["publish"].Concurrency.Group; group != "" {
		t.Errorf("GitHub cancels jobs that wait in the group %s", group)
	}
	deploy := workflow.Jobs["deploy"]
	if deploy.Concurrency.Group == "" || deploy.Needs != "publish" || deploy.Permissions["contents"] != "read" {
		t.Errorf("the deployment is %+v", deploy)
	}
	with := make(map[string]map[string]any)
	for _, step := range deploy.Steps {
		what, _, _ := strings.Cut(step.Uses, "@")
		with[what] = step.With
	}
	if ref := with["actions/checkout"]["ref"]; ref != "${{ inputs.branch }}" {
		t.Errorf("it takes %v", ref)
	}
	name, deployed := with["actions/upload-pages-artifact"]["name"], with["actions/deploy-pages"]["artifact_name"]
	if name != deployed || !strings.Contains(fmt.Sprint(name), "github.run_attempt") {
		t.Errorf("it uploads %v and deploys %v", name, deployed)
	}
}
