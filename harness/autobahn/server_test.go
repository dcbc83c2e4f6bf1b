package autobahn

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/harness/peer"
)

// trial is a test of a server that runs with a fake, on a virtual clock.
type trial struct {
	*testing.T
	Test
	fake  *fake
	dir   string
	began []string
	said  []string
}

func newTrial(t *testing.T, f *fake, cases ...string) *trial {
	tr := &trial{T: t, fake: f, dir: t.TempDir()}
	tr.Test = Test{
		Agent: "libfoo", Cases: cases, Stall: time.Minute,
		Case: func(id string) { tr.began = append(tr.began, id) },
		Say:  func(line string) { tr.said = append(tr.said, line) },
	}
	return tr
}

func (tr *trial) run(ctx context.Context) (*Result, error) {
	tr.Helper()
	r, err := TestServer(ctx, tr.fake, tr.Test, Server{URL: "ws://localhost:9001/"}, tr.dir)
	if tr.fake.open != 0 {
		tr.Errorf("%d programs were not closed", tr.fake.open)
	}
	return r, err
}

// result runs a test that has to have one.
func (tr *trial) result() *Result {
	tr.Helper()
	r, err := tr.run(tr.Context())
	if err != nil {
		tr.Fatal(err)
	}
	return r
}

// index are the cases in the index.json of the directory.
func (tr *trial) index() (ids []string) {
	tr.Helper()
	text, err := os.ReadFile(filepath.Join(tr.dir, indexName))
	if err != nil {
		tr.Fatal(err)
	}
	var index map[string]map[string]any
	if err := json.Unmarshal(text, &index); err != nil {
		tr.Fatalf("%v in %s", err, text)
	}
	for id := range index["libfoo"] {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (tr *trial) expectIndex(ids string) {
	tr.Helper()
	if got := strings.Join(tr.index(), " "); got != ids {
		tr.Errorf("the index has %q, want %q", got, ids)
	}
}

func (tr *trial) expectWhy(r *Result, id, why string) {
	tr.Helper()
	if got := r.Why("libfoo", id); !strings.Contains(got, why) {
		tr.Errorf("case %s: %q, want %q", id, got, why)
	}
}

func (tr *trial) expectStarts(starts ...string) {
	tr.Helper()
	if !slices.Equal(tr.fake.started, starts) {
		tr.Errorf("started for %q, want %q", tr.fake.started, starts)
	}
}

// TestServerTest: what a test gives, and what is in its directory.
func TestServerTest(t *testing.T) {
	tr := newTrial(t, &fake{}, "2.1", "2.2", "2.3")
	tr.Exclude = []string{"2.2"}
	for _, name := range []string{"index.json", "other_case_1_1_1.html", "index-chapter2.html", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(tr.dir, name), []byte("of an earlier test"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := tr.result()
	if r.Version != "25.10.1" || !slices.Equal(r.Planned, []string{"2.1", "2.3"}) || r.Trouble() != nil || r.Output != nil {
		t.Errorf("%+v", r)
	}
	if !slices.Equal(tr.began, r.Planned) || tr.said != nil {
		t.Errorf("began %q, said %q", tr.began, tr.said)
	}
	tr.expectIndex("2.1 2.3")
	entries, _ := os.ReadDir(tr.dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{"index.html", "index.json", "libfoo_case_2_1.json", "libfoo_case_2_3.json", "notes.txt"}
	if !slices.Equal(names, want) {
		t.Errorf("the directory has %q, want %q", names, want)
	}
}

// TestHang: of a wstest that hangs only the case is lost in which it does.
func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(t, &fake{hang: "2.2"}, "2.1", "2.2", "2.3")
		began := time.Now()
		r := tr.result()
		if took := time.Since(began); took != time.Minute {
			t.Errorf("took %v", took)
		}
		tr.expectStarts("2.1 2.2 2.3", "2.1 2.3")
		tr.expectIndex("2.1 2.3")
		tr.expectWhy(r, "2.2", "nothing moved for 1m0s after case 2.2 had begun, and wstest was ended")
		if len(tr.said) != 2 || len(r.Output) == 0 {
			t.Errorf("said %q, output %q", tr.said, r.Output)
		}
	})
}

// TestJammed: one that hangs while it writes its reports is not started again. That would last as long, and end in the same way.
func TestJammed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(t, &fake{jams: true}, "2.1", "2.2", "2.3")
		r := tr.result()
		tr.expectStarts("2.1 2.2 2.3")
		tr.expectWhy(r, "2.3", "nothing moved for 1m0s while wstest wrote its reports, and it was ended")
		if n := len(r.Output); n == 0 || r.Output[n-1] != "IOError: [Errno 28] No space left on device" {
			t.Errorf("output %q", r.Output)
		}
	})
}

// TestHangingAlways: one that hangs again and again is given up.
func TestHangingAlways(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(t, nil, "2.1", "2.2", "2.3", "2.4", "2.5")
		hanging := &hangsFirst{}
		r, err := TestServer(t.Context(), hanging, tr.Test, Server{URL: "ws://a/"}, tr.dir)
		if err != nil || hanging.starts != 1+maxAgain {
			t.Fatalf("%v, %d starts", err, hanging.starts)
		}
		tr.expectIndex("")
		for _, id := range []string{"2.1", "2.2", "2.3"} {
			tr.expectWhy(r, id, "after case "+id+" had begun")
		}
		tr.expectWhy(r, "2.4", "not asked: nothing moved for 1m0s after case 2.3 had begun")
	})
}

// hangsFirst is a Program that hangs in the first case, whatever that is.
type hangsFirst struct{ starts int }

func (h *hangsFirst) Start(ctx context.Context, job Job) (Process, error) {
	h.starts++
	return (&fake{hang: "2." + string(rune('0'+h.starts))}).Start(ctx, job)
}

// TestSilence: a program that does not even begin is not started again.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(t, &fake{mute: true}, "2.1", "2.2")
		r := tr.result()
		tr.expectStarts("2.1 2.2")
		tr.expectWhy(r, "2.1", "not asked: no case began for 1m0s, and wstest was ended")
		tr.expectIndex("")
	})
}

// TestProgressIsNoHang: as long as cases begin, nothing is ended.
func TestProgressIsNoHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(t, &fake{pace: make(chan struct{})}, "2.*")
		go func() {
			for range 11 {
				time.Sleep(59 * time.Second)
				tr.fake.pace <- struct{}{}
			}
		}()
		if r := tr.result(); r.Trouble() != nil || len(tr.index()) != 11 {
			t.Errorf("%v, %d cases", r.Trouble(), len(tr.index()))
		}
	})
}

// TestSplit: what happens in one chapter is nothing to the others.
func TestSplit(t *testing.T) {
	tr := newTrial(t, &fake{quits: "2.1"}, "1.1.1", "1.1.2", "2.1", "3.1")
	tr.Split = true
	r := tr.result()
	tr.expectStarts("1.1.1 1.1.2", "2.1", "3.1")
	tr.expectIndex("1.1.1 1.1.2 3.1")
	tr.expectWhy(r, "2.1", "wstest ended with exit code 7 in case 2.1")
	for _, name := range []string{"index-chapter1.html", "index-chapter3.html", "libfoo_case_3_1.json"} {
		if _, err := os.Stat(filepath.Join(tr.dir, name)); err != nil {
			t.Error(err)
		}
	}
	if last := r.Output[len(r.Output)-1]; last != `  \x1b[31mKeyError` {
		t.Errorf("the output ends with %q", last)
	}
}

// TestLimit: the limit is one for all parts.
func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(t, &fake{pace: make(chan struct{})}, "1.1.1", "2.1", "2.2", "3.1")
		tr.Split, tr.Timeout, tr.Stall = true, 10*time.Second, -1
		go func() {
			for range 2 {
				tr.fake.pace <- struct{}{}
			}
		}()
		began := time.Now()
		r := tr.result()
		if took := time.Since(began); took != tr.Timeout {
			t.Errorf("took %v", took)
		}
		tr.expectStarts("1.1.1", "2.1 2.2")
		tr.expectIndex("1.1.1")
		tr.expectWhy(r, "2.1", "the limit of 10s was used up")
		tr.expectWhy(r, "2.2", "not asked: the limit of 10s was used up")
		tr.expectWhy(r, "3.1", "not asked: the limit of 10s was used up")
		if tr.fake.granted != endLimit { // nobody waits in front of a screen
			t.Errorf("%v for the reports", tr.fake.granted)
		}
	})
}

// TestInterruption: the cause is returned, and what there was before.
func TestInterruption(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	tr := newTrial(t, &fake{pace: make(chan struct{})}, "1.1.1", "2.1", "2.2")
	tr.Split = true
	why := errors.New("the user has no time")
	go func() {
		for range 2 {
			tr.fake.pace <- struct{}{}
		}
		cancel(why)
	}()
	r, err := tr.run(ctx)
	if err != why || r == nil || len(tr.said) > 0 {
		t.Errorf("%v, %v, said %q", err, r, tr.said)
	}
	if tr.fake.granted > hurryLimit {
		t.Errorf("%v for the reports", tr.fake.granted)
	}
	tr.expectIndex("1.1.1")
}

// TestKilled: whoever is killed gets to know what can be done against it.
func TestKilled(t *testing.T) {
	for said, exit := range map[string]Exit{
		"used more memory than it may":        {Code: 137, Signal: "killed", OutOfMemory: true},
		"mostly that is a lack of memory":     {Code: 137, Signal: "killed"},
		"was ended by a signal: segmentation": {Code: 139, Signal: "segmentation fault"},
	} {
		tr := newTrial(t, &fake{quits: "2.1", exit: exit}, "2.1")
		tr.expectWhy(tr.result(), "2.1", "in case 2.1")
		text := strings.Join(tr.said, "\n")
		if advised := strings.Contains(text, "--memory"); !strings.Contains(text, said) || advised != (exit.Signal == "killed") {
			t.Errorf("%+v: %q", exit, tr.said)
		}
	}
}

// TestLosses: each way in which a result can be missing is told apart.
func TestLosses(t *testing.T) {
	for name, test := range map[string]struct {
		fake  *fake
		index string
		why   map[string]string
	}{
		"ended": {&fake{quits: "2.2"}, "", map[string]string{
			"2.1": "asked, but the result is lost: wstest keeps results to its end; wstest ended with exit code 7 in case 2.2",
			"2.2": "wstest ended with exit code 7 in case 2.2",
			"2.3": "not asked: wstest ended with exit code 7 in case 2.2",
		}},
		"refused": {&fake{refused: "2.2"}, "2.1", map[string]string{
			"2.2": "not asked: wstest gives up what is left after a connection that failed: Connection was refused by other side: 111: Connection refused",
			"2.3": "not asked: wstest gives up what is left",
		}},
		"omitted": {&fake{omits: "2.2"}, "2.1 2.3", map[string]string{"2.2": "wstest began this case and gave no result"}},
		"cut": {&fake{cut: 10}, "2.1 2.2", map[string]string{
			"2.3": "the index.json that wstest wrote cannot be read to its end: unexpected",
		}},
		"empty": {&fake{cut: 80}, "", map[string]string{"2.3": "cannot be read to its end"}},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, test.fake, "2.1", "2.2", "2.3")
			r := tr.result()
			tr.expectIndex(test.index)
			for id, why := range test.why {
				tr.expectWhy(r, id, why)
			}
		})
	}
}

// TestFullDisk: what could be copied counts, and the user learns why there is no more; what could not be removed is told, too.
func TestFullDisk(t *testing.T) {
	tr := newTrial(t, &fake{full: errors.New("no space left on device"), stays: errors.New("container x is still there")}, "2.1", "2.2")
	r := tr.result()
	tr.expectIndex("2.1 2.2")
	if r.Trouble() == nil || r.Trouble().Error() != "no space left on device" || len(tr.said) != 1 {
		t.Errorf("trouble %v, said %q", r.Trouble(), tr.said)
	}
	if r.Left == nil || r.Left.Error() != "container x is still there" {
		t.Errorf("left %v", r.Left)
	}
}

// TestOtherVersion: an older testsuite has not all the cases.
func TestOtherVersion(t *testing.T) {
	tr := newTrial(t, nil, "2.1", "2.2")
	r, err := TestServer(t.Context(), older{&fake{}}, tr.Test, Server{URL: "ws://a/"}, tr.dir)
	if err != nil {
		t.Fatal(err)
	}
	tr.expectIndex("2.1")
	tr.expectWhy(r, "2.2", "wstest is of another version, it runs 1 cases where 2 were meant")
}

// older is a Program that does not know case 2.2.
type older struct{ *fake }

func (o older) Start(ctx context.Context, job Job) (Process, error) {
	spec := job.Spec
	job.Spec = func(p Place) ([]byte, error) {
		text, err := spec(p)
		return []byte(strings.Replace(string(text), `"2.2"`, `"2.1"`, 1)), err
	}
	return o.fake.Start(ctx, job)
}

// TestNothingToDo: a wstest that has no case to run does not end by itself. Nobody waits for that.
func TestNothingToDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(t, nil, "2.1")
		r, err := TestServer(t.Context(), idle{}, tr.Test, Server{URL: "ws://a/"}, tr.dir)
		if err != nil {
			t.Fatal(err)
		}
		tr.expectWhy(r, "2.1", "it runs 0 cases where 1 were meant")
	})
}

// idle is a Program that has nothing to do, and does not end.
type idle struct{}

func (idle) Start(_ context.Context, job Job) (Process, error) {
	p := &fakeProcess{fake: new(fake), done: make(chan struct{}), killed: make(chan struct{})}
	go func() {
		defer close(p.done)
		job.Output.Write([]byte("Ok, will run 0 test cases against 1 servers\n"))
		<-p.killed
	}()
	return p, nil
}

// TestNoStart: what keeps the program from starting is the error, as it is.
func TestNoStart(t *testing.T) {
	why := &peer.StartError{Command: []string{"wstest"}, Err: os.ErrNotExist}
	if r, err := newTrial(t, &fake{broken: why}, "2.1").run(t.Context()); r != nil || err != error(why) {
		t.Errorf("%v, %v", r, err)
	}
	tr := newTrial(t, &fake{}, "8.*")
	if _, err := tr.run(t.Context()); err == nil || len(tr.fake.started) > 0 {
		t.Error("started for no case")
	}
	tr = newTrial(t, &fake{}, "2.1")
	tr.dir = filepath.Join(tr.dir, "file", "below")
	if err := os.WriteFile(filepath.Dir(tr.dir), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.run(t.Context()); err == nil || len(tr.fake.started) > 0 {
		t.Error("started without a place for its files")
	}
}

// TestAgentName: a name of an agent goes through URLs as it is.
func TestAgentName(t *testing.T) {
	for name, want := range map[string]string{
		"libfoo-1.2_x": "libfoo-1.2_x", "a/b c": "a-b-c", "Größe": "Gr--e", "": "peer", "../..": "peer", "日本": "peer",
		"<script>": "-script-", "127.0.0.1:9001/x": "127.0.0.1-9001-x", strings.Repeat("x", 200): strings.Repeat("x", 100),
	} {
		if got := AgentName(name); got != want {
			t.Errorf("AgentName(%q) = %q, want %q", name, got, want)
		}
	}
}
