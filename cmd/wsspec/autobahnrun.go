package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/autobahn"
	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports/wstest"
)

// autobahnRun is the test of a peer by the Autobahn testsuite.
type autobahnRun struct {
	*autobahnOptions
	name  string
	role  string // server or client
	url   string // of a server
	fleet string // the fleet file that describes it; "" if none does
	suite suite
	dir   string // for wstest's files

	// ask has the testsuite put the cases to the peer.
	ask func(context.Context, autobahn.Test) (*autobahn.Result, error)

	begun  map[string]bool // the cases that have begun
	result *autobahn.Result
}

// judgedBy is who gives the verdicts, as long as its version is not known.
const judgedBy = "Autobahn Testsuite"

// run has the testsuite test the peer, and records what it found. The error is why that could not be done.
func (r *autobahnRun) run(ctx context.Context, j *journal) error {
	var err error
	r.result, err = r.ask(ctx, autobahn.Test{
		Agent: cmp.Or(r.agent, autobahn.AgentName(r.name)), Cases: r.suite.include, Exclude: r.suite.exclude, Options: r.peerOptions,
		Split: r.split, Timeout: r.limit, Stall: cmp.Or(r.stall, -1),
		Case: func(id string) { r.began(j, id) },
		Say:  func(line string) { j.display.say(r.name + "   " + line) },
	})
	if r.result == nil {
		return classified(err)
	}
	if r.result.Left != nil { // with --quiet, too: somebody has to remove it
		j.display.warn(r.name + "   " + r.result.Left.Error())
	}
	r.record(j, err != nil)
	return err
}

// classified tells what is wrong with the command line from what kept the testsuite from being run.
func classified(err error) error {
	if errors.As(err, new(signalError)) || errors.As(err, new(*peer.StartError)) {
		return err
	}
	return untestedError{err}
}

// began shows that the testsuite begins a case. It may do so again, if it hung.
func (r *autobahnRun) began(j *journal, id string) {
	if r.begun == nil {
		r.begun = make(map[string]bool)
		if r.role == "server" { // a client says itself what it is called
			j.wrote(j.writer.Peer(r.describe()))
		}
	}
	if !r.begun[id] {
		r.begun[id] = true
		j.display.asked(id)
	}
}

// describe is the peer as the record has it before anything is known.
func (r *autobahnRun) describe() record.Peer {
	p := record.Peer{Name: r.recorded(), Role: r.role, URL: r.url, Fleet: r.fleet, JudgedBy: judgedBy}
	if r.compare {
		p.Twin = r.name
	}
	return p
}

// recorded is the name under which the record has what the testsuite says. With --compare the other one is that of our cases.
func (r *autobahnRun) recorded() string {
	if r.compare {
		return r.name + " (Autobahn)"
	}
	return r.name
}

// record reads what wstest wrote, and adds it to the record. What was not asked before an interruption is left out.
func (r *autobahnRun) record(j *journal, interrupted bool) {
	rec, transcripts, err := r.read()
	if err != nil {
		j.display.say(r.name + "   cannot read the files of the testsuite: " + err.Error())
	}
	names := r.names(rec)
	if more := len(rec.Peers) - 1; more > 0 {
		j.writer.Plan(j.writer.Record().Planned + more*len(r.suite.cases))
	}
	for _, p := range rec.Peers {
		agent := p.Name
		known := r.describe()
		p.Name, p.Role, p.Fleet, p.Twin = names[agent], known.Role, known.Fleet, known.Twin
		p.URL = cmp.Or(known.URL, p.URL)
		if p.JudgedBy == judgedBy && r.result.Version != "" {
			p.JudgedBy += " " + r.result.Version
		}
		p.Ended = r.result.Client
		lost := r.explain(&p, agent, interrupted)
		j.wrote(j.writer.Peer(p))
		for _, c := range p.Cases {
			j.wrote(j.writer.Case(p.Name, c, transcripts(agent, c.ID)))
		}
		if lost != nil && !interrupted {
			j.wrote(j.writer.Untested(p.Name, *lost))
			j.display.say(p.Name + "   " + lost.Reason)
		}
	}
}

// read makes a record of wstest's files. Those that cannot be understood at all leave every case without a result.
func (r *autobahnRun) read() (*record.Record, func(peer, id string) *record.Transcript, error) {
	rec, transcripts, err := wstest.Read(r.dir, r.readOptions())
	if err == nil && len(rec.Peers) > 0 {
		return rec, transcripts, nil
	}
	rec, blankErr := r.blank()
	return rec, func(string, string) *record.Transcript { return nil }, cmp.Or(err, blankErr)
}

func (r *autobahnRun) readOptions() wstest.ReadOptions {
	return wstest.ReadOptions{Case: cases.Find, Role: r.role, Planned: func(string) []string { return r.suite.cases }}
}

// blank is the record of a test of which there is no result.
func (r *autobahnRun) blank() (*record.Record, error) {
	options := r.readOptions()
	options.Agents = []string{r.name}
	rec, _, err := wstest.Read("", options)
	return cmp.Or(rec, new(record.Record)), err
}

// names are those that the agents have in the record. A client may call itself as it likes.
func (r *autobahnRun) names(rec *record.Record) map[string]string {
	names := make(map[string]string)
	for _, p := range rec.Peers {
		names[p.Name] = p.Name
		if len(rec.Peers) == 1 && (r.role == "server" || r.named()) || p.Name == autobahn.AgentName(r.name) {
			names[p.Name] = r.recorded()
		}
	}
	return names
}

// named tells whether the user gave the peer its name.
func (r *autobahnRun) named() bool { return r.options.name != "" }

// explain says of each case of an agent that has no result why it has none, and of the peer why that happened, nil if each has one.
// After an interruption they are left out.
func (r *autobahnRun) explain(p *record.Peer, agent string, interrupted bool) (lost *record.Untested) {
	n := 0
	for i := range p.Cases {
		c := &p.Cases[i]
		if c.Verdict != record.Error {
			continue
		}
		n++
		why := r.result.Why(agent, c.ID)
		c.Notes = []string{why}
		if lost == nil {
			lost = &record.Untested{Reason: why, Output: r.result.Output}
		}
	}
	if interrupted {
		p.Cases = slices.DeleteFunc(p.Cases, func(c record.Case) bool { return c.Verdict == record.Error })
	}
	if lost != nil {
		if trouble := r.result.Trouble(); trouble != nil {
			lost.Reason = trouble.Error()
		}
		lost.Reason = fmt.Sprintf("%d of %d cases: %s", n, len(r.result.Planned), lost.Reason)
	}
	return lost
}
