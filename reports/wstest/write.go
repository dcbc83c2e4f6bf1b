package wstest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

// Options say what the record does not tell.
type Options struct {
	// Transcripts finds the transcript of a case, nil if there is none. What a case file tells beside the verdict is in the
	// Account of it, which the harness collects when it is asked to; without it that part is empty, and says so.
	Transcripts func(peer, id string) *record.Transcript

	// Case finds a case of the catalogue, nil if it has none of that ID.
	Case func(id string) *harness.Case

	// Index is the name of the index for people; "" means index.html.
	Index string
}

// Write writes the testsuite's files into a directory, which is made if it is not there. Cases that the testsuite does not have
// are left out; one of its cases that could not be carried out is FAILED.
//
// Each file is written as a whole or not at all, an earlier one is replaced, and the index comes last: whoever waits for it
// finds all others. Agents whose files would have the same names get different ones.
//
// If the process is root's, what it writes belongs to the owner of the directory, or of the nearest one above that was there
// already: in a container, the user whose directory it is.
//
// The error is the first that the file system gave. It says what to do.
func Write(dir string, rec *record.Record, o Options) error {
	if err := write(dir, rec, o); err != nil {
		return fmt.Errorf("cannot write the Autobahn testsuite's files: %w; make room or name another directory", err)
	}
	return nil
}

func write(dir string, rec *record.Record, o Options) error {
	out, err := openOutput(dir)
	if err != nil {
		return err
	}
	if o.Index == "" {
		o.Index = htmlName
	}
	w := &writing{Options: o, out: out, record: rec, clean: cleanNames(agentsOf(rec))}
	for _, i := range w.order() {
		if err := w.agent(&rec.Peers[i]); err != nil {
			return err
		}
	}
	text, err := w.page()
	if err != nil {
		return err
	}
	if err := out.put(o.Index, text); err != nil {
		return err
	}
	return out.put(indexName, w.index())
}

// writing is one Write under way.
type writing struct {
	Options
	out    *output
	record *record.Record
	clean  map[string]string // the clean names of the agents
	agents []agentRow        // written so far
}

// agentRow is an agent in the index.
type agentRow struct {
	Name  string
	cases []caseRow
}

// caseRow is a case of an agent in the index.
type caseRow struct {
	id         string
	verdict    record.WSTest
	duration   int // ms
	reportTime bool
	traffic    *record.TrafficStats
	json, html string
}

func agentsOf(rec *record.Record) []string {
	var names []string
	for _, p := range rec.Peers {
		names = append(names, p.Name)
	}
	return names
}

// order is that of the agents' names.
func (w *writing) order() []int {
	var order []int
	for i := range w.record.Peers {
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(w.record.Peers[a].Name, w.record.Peers[b].Name) })
	return order
}

// agent writes the files of an agent's cases.
func (w *writing) agent(p *record.Peer) error {
	row := agentRow{Name: p.Name}
	for i := range p.Cases {
		if !has(&p.Cases[i]) {
			continue
		}
		t := w.told(p, &p.Cases[i])
		text, err := w.casePage(t)
		if err != nil {
			return err
		}
		if err := w.out.put(t.json, t.file()); err != nil {
			return err
		}
		if err := w.out.put(t.html, text); err != nil {
			return err
		}
		row.cases = append(row.cases, caseRow{
			id: t.record.ID, verdict: t.verdict, duration: t.account.Duration,
			reportTime: t.account.ReportTime, traffic: t.account.TrafficStats, json: t.json, html: t.html,
		})
	}
	slices.SortFunc(row.cases, func(a, b caseRow) int { return record.CompareIDs(a.id, b.id) })
	w.agents = append(w.agents, row)
	return nil
}

// told gathers what is known of a case.
func (w *writing) told(p *record.Peer, c *record.Case) *told {
	t := &told{
		agent: p.Name, json: fileOf(w.clean[p.Name], c.ID, "json"), html: fileOf(w.clean[p.Name], c.ID, "html"),
		record: c, verdict: verdictOf(c), ours: p.JudgedBy == "",
	}
	var talk *record.Transcript
	if w.Transcripts != nil {
		talk = w.Transcripts(p.Name, c.ID)
	}
	t.account = accountOf(c, talk, p.Role)
	if w.Case != nil {
		t.of = w.Case(c.ID)
	}
	return t
}

// index is the index for programs.
func (w *writing) index() []byte {
	agents := make(map[string]any, len(w.agents))
	for _, a := range w.agents {
		cases := make(map[string]any, len(a.cases))
		for _, c := range a.cases {
			cases[c.id] = map[string]any{
				"behavior": c.verdict.Behavior, "behaviorClose": c.verdict.BehaviorClose, "remoteCloseCode": c.verdict.RemoteCloseCode,
				"duration": c.duration, "reportfile": c.json,
			}
		}
		agents[a.Name] = cases
	}
	return encode(agents)
}
