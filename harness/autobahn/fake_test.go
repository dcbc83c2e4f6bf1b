package autobahn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/harness/wstest"
)

// fake is a Program that lives in this process. It tells of each case that its specification selects, and fails as it is told.
type fake struct {
	hang    string        // ID of the case in which it does nothing any more
	quits   string        // ID of the case in which it ends
	exit    Exit          // how it does; the zero value stands for exit code 7
	refused string        // ID of the case for which it gets no connection
	omits   string        // ID of the case that it leaves out of its index
	cut     int           // bytes that are missing at the end of its index
	mute    bool          // it does nothing at all
	jams    bool          // it does nothing any more once it has begun to write its reports
	broken  error         // of Start
	full    error         // of Reports, which copies the index alone
	stays   error         // of Close
	pace    chan struct{} // it waits for one before each case, if not nil
	started []string      // the cases of each start, as "1.1.1 1.1.2"
	open    int           // processes that were not closed

	granted time.Duration // what it had last for its reports

	mu sync.Mutex
}

func (f *fake) Start(_ context.Context, job Job) (Process, error) {
	if f.broken != nil {
		return nil, f.broken
	}
	text, err := job.Spec(Place{Reports: "/reports", Listen: "ws://fake", File: func(s string) string { return "/" + s }, Reach: reached})
	if err != nil {
		return nil, err
	}
	spec, _, err := wstest.ParseSpec("spec", text)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.started = append(f.started, strings.Join(spec.Select(), " "))
	f.open++
	p := &fakeProcess{fake: f, spec: spec, done: make(chan struct{}), killed: make(chan struct{})}
	go p.run(job)
	return p, nil
}

func reached(url string) string { return strings.Replace(url, "localhost", "reached", 1) }

// fakeProcess is a fake under way.
type fakeProcess struct {
	*fake
	spec    *wstest.Spec
	reports map[string]string
	exit    Exit
	done    chan struct{}
	killed  chan struct{}
	once    sync.Once
}

func (p *fakeProcess) run(job Job) {
	defer close(p.done)
	if p.mute {
		<-p.killed
		return
	}
	if job.Mode == "fuzzingserver" {
		return // it cannot be one
	}
	ids, agent := p.spec.Select(), p.spec.Servers[0].Agent
	fmt.Fprintf(job.Output, "Autobahn Fuzzing WebSocket Client (Autobahn Testsuite Version 25.10.1 / Autobahn Version 0.10.9)\n")
	fmt.Fprintf(job.Output, "Ok, will run %d test cases against 1 servers\n", len(ids))
	index := map[string]map[string]any{agent: {}}
	for _, id := range ids {
		if p.pace != nil {
			select {
			case <-p.pace:
			case <-p.killed:
				return
			}
		}
		if id == p.refused {
			fmt.Fprintf(job.Output, "Connection to %s failed (Connection was refused by other side: 111: Connection refused.)\n", p.spec.Servers[0].URL)
			break
		}
		fmt.Fprintf(job.Output, "Running test case ID %s for agent %s from peer tcp4:127.0.0.1:9001\n", id, agent)
		switch id {
		case p.hang:
			<-p.killed
			return
		case p.quits:
			fmt.Fprint(job.Output, "Traceback:\n  \x1b[31mKeyError")
			if p.exit = p.fake.exit; p.exit == (Exit{}) {
				p.exit.Code = 7
			}
			return
		case p.omits:
			continue
		}
		index[agent][id] = map[string]any{"behavior": "OK"}
	}
	if p.jams {
		fmt.Fprintln(job.Output, "IOError: [Errno 28] No space left on device")
		p.reports = map[string]string{"index.html": "mas"}
		<-p.killed
		return
	}
	text, _ := json.Marshal(index)
	p.reports = map[string]string{"index.json": string(text[:len(text)-p.cut]), "index.html": "master"}
	for id := range index[agent] {
		p.reports[agent+"_case_"+strings.ReplaceAll(id, ".", "_")+".json"] = id
	}
}

func (p *fakeProcess) Done() <-chan struct{} { return p.done }

func (p *fakeProcess) Exit() Exit { return p.exit }

func (p *fakeProcess) Kill(context.Context) error {
	p.once.Do(func() { close(p.killed) })
	<-p.done
	return nil
}

func (p *fakeProcess) Reports(ctx context.Context, dir string) error {
	deadline, _ := ctx.Deadline()
	p.granted = time.Until(deadline)
	var err error
	for name, text := range p.reports {
		if p.full != nil && name != indexName {
			continue
		}
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return errors.Join(err, p.full)
}

func (p *fakeProcess) Close(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	return p.stays
}
