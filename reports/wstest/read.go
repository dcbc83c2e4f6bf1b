package wstest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

// ReadOptions say what the files do not tell.
type ReadOptions struct {
	// Case finds a case of our catalogue, nil if it has none of that ID: titles, requirements and what passes are from
	// there. It may be nil.
	Case func(id string) *harness.Case

	// Agents are the names of those that were to be tested, whether or not there are results of them. Nil: those of the
	// index.
	Agents []string

	// Planned are the IDs of the cases that were to be put to an agent. Nil: those that there are results of.
	Planned func(agent string) []string

	// Reason says why a planned case has no result: "wstest was killed". If it is empty, it is not known.
	Reason string

	// Role is server or client: what the agents are whose files do not tell it.
	Role string
}

// The Autobahn testsuite by name, and the files that it writes.
const (
	testsuite = "Autobahn Testsuite"
	indexName = "index.json"
	htmlName  = "index.html"
)

// outdirs are the directories into which the testsuite writes if it is not told otherwise, by the role of the agents.
var outdirs = map[string]string{"server": "servers", "client": "clients"}

// Read reads the reports that the Autobahn testsuite wrote: the directory that holds its index.json, or only files of cases, the
// directory above its servers and clients, or an index.json alone. Each agent becomes a peer, which is judged by the testsuite: its verdicts are
// the testsuite's, a case's worse one of behavior and behaviorClose. What its files tell of a conversation is read again each
// time that its transcript is asked for, so they must stay as long as transcripts are needed.
//
// An empty name stands for no report at all: then there are only the agents that the options name.
//
// An index that cannot be understood is an error, which says where it goes wrong. A file of a case that is damaged, missing
// or not what the index says loses only the evidence, and the case has a note of that.
//
// The record has no tool, no catalogue, no seed and no profile: nobody knows them, or they are the caller's.
func Read(name string, o ReadOptions) (*record.Record, func(peer, id string) *record.Transcript, error) {
	files, err := indexes(name)
	if err != nil {
		return nil, nil, err
	}
	r := &reader{ReadOptions: o, files: make(map[fileKey]caseFile)}
	r.rec.Schema = record.SchemaVersion
	for _, f := range files {
		if err := r.index(f); err != nil {
			return nil, nil, err
		}
	}
	r.absent()
	r.count(files)
	r.rec.Sort()
	return &r.rec, r.transcript, nil
}

// Indexes are the files from which Read would read what name stands for: an index.json, or one for each role.
func Indexes(name string) ([]string, error) {
	files, err := indexes(name)
	var names []string
	for _, f := range files {
		names = append(names, f.name)
	}
	return names, err
}

// indexFile is an index.json.
type indexFile struct {
	name string
	role string // of its agents, "" if where it lies does not tell it
}

// indexes finds the index, or one for each role.
func indexes(name string) ([]indexFile, error) {
	if name == "" {
		return nil, nil
	}
	info, err := os.Stat(name)
	switch {
	case filepath.Base(name) == indexName && isReport(filepath.Dir(name)), err == nil && !info.IsDir():
		return []indexFile{{name, roleOf(filepath.Dir(name))}}, nil
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %w", name, reason(err))
	case isReport(name):
		return []indexFile{{filepath.Join(name, indexName), roleOf(name)}}, nil
	}
	var found []indexFile
	for _, role := range []string{"server", "client"} {
		if dir := filepath.Join(name, outdirs[role]); isReport(dir) {
			found = append(found, indexFile{filepath.Join(dir, indexName), role})
		}
	}
	switch {
	case len(found) > 0:
		return found, nil
	case isFile(filepath.Join(name, htmlName)):
		return nil, fmt.Errorf("the directory %s holds pages for people, and no %s: before version 0.5.3 the %s wrote nothing else, "+
			"and pages cannot be read", name, indexName, testsuite)
	}
	return nil, fmt.Errorf("the directory %s holds no %s of the %s, nor do its servers and clients: name the directory that is "+
		"\"outdir\" in wstest's specification, or the index itself", name, indexName, testsuite)
}

// isReport tells whether a directory holds an index, or the files of cases from which one can be made.
func isReport(dir string) bool {
	return isFile(filepath.Join(dir, indexName)) || len(looseFiles(dir)) > 0
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

// roleOf is the role of the agents whose index lies in a directory, "" if its name does not tell it.
func roleOf(dir string) string {
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	for role, name := range outdirs {
		if filepath.Base(dir) == name {
			return role
		}
	}
	return ""
}

// reason strips the path from an error of package os, which the caller names.
func reason(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// reader is a Read under way.
type reader struct {
	ReadOptions
	rec   record.Record
	files map[fileKey]caseFile
	last  time.Time // when the last case ended
}

// fileKey is a case of a peer of the record.
type fileKey struct{ peer, id string }

// caseFile is where the evidence of a case is.
type caseFile struct {
	dir, name string // the name as the index has it
	agent, id string
}

// index reads an index and the files that it names.
func (r *reader) index(f indexFile) error {
	agents, err := agentsIn(f.name)
	if err != nil {
		return err
	}
	for _, a := range agents {
		p := record.Peer{Name: r.free(a.name, f.role), JudgedBy: testsuite}
		r.peer(&p, a, filepath.Dir(f.name))
		if p.Role == "" {
			p.Role = f.role
		}
		if p.Role == "" {
			p.Role = r.Role
		}
		r.rec.Peers = append(r.rec.Peers, p)
	}
	return nil
}

// free is a name that no peer has yet: an agent may have been tested in both roles.
func (r *reader) free(agent, role string) string {
	if agent == "" {
		agent = "unnamed"
	}
	name := agent
	for n := 2; r.rec.Peer(name) != nil; n++ {
		name = agent + " (" + role + ")"
		if n > 2 {
			name = fmt.Sprintf("%s (%s %d)", agent, role, n)
		}
	}
	return name
}

// peer fills in a peer, whose files lie in a directory.
func (r *reader) peer(p *record.Peer, a agent, dir string) {
	var missing []int
	found := false
	for _, e := range a.entries {
		file := caseFile{dir, e.file(a.name), a.name, e.id}
		account, err := file.read()
		c := r.judge(e, account)
		switch {
		case err == nil:
			found = true
			r.files[fileKey{p.Name, e.id}] = file
			r.adopt(p, account)
		case errors.Is(err, os.ErrNotExist):
			missing = append(missing, len(p.Cases))
		default:
			found = true
			c.Notes = append(c.Notes, "no evidence: "+err.Error())
		}
		p.Cases = append(p.Cases, c)
	}
	if found { // else the index came alone, and nobody misses anything
		for _, i := range missing {
			p.Cases[i].Notes = append(p.Cases[i].Notes, "no evidence: the case has no file beside the index")
		}
	}
	r.plan(p, a.name)
}

// adopt learns about the peer and the run from a case.
func (r *reader) adopt(p *record.Peer, a *record.Account) {
	if p.Role == "" {
		p.Role = "server"
		if a.IsServer {
			p.Role = "client"
		}
	}
	if p.URL == "" {
		p.URL = urlOf(a)
	}
	if p.JudgedBy == testsuite {
		p.JudgedBy = judgedBy(a)
	}
	if a.Started.IsZero() {
		return
	}
	if r.rec.Started.IsZero() || a.Started.Before(r.rec.Started) {
		r.rec.Started = a.Started.UTC()
	}
	if end := a.Started.Add(time.Duration(plausible(float64(a.Duration))) * time.Millisecond); end.After(r.last) {
		r.last = end
	}
}

// plan adds the cases that were planned and have no result.
func (r *reader) plan(p *record.Peer, agent string) {
	if r.Planned == nil {
		return
	}
	for _, id := range r.Planned(agent) {
		if p.Case(id) == nil {
			p.Cases = append(p.Cases, r.unanswered(id))
		}
	}
}

// unanswered is a case without a result.
func (r *reader) unanswered(id string) record.Case {
	why := "the " + testsuite + " has no result of this case"
	if r.Reason != "" {
		why += ": " + r.Reason
	}
	return record.Case{ID: id, Title: r.title(id, ""), Verdict: record.Error, Requirements: r.requirements(id), Notes: []string{why}}
}

// brokenOff is a case that could not be carried out.
func (r *reader) brokenOff(id string, a *record.Account) record.Case {
	c := r.unanswered(id)
	c.Notes = []string{"the case could not be carried out"}
	if a != nil && a.Result != "" {
		c.Notes[0] += ": " + a.Result
	}
	return c
}

// absent adds the agents of which there is no result at all.
func (r *reader) absent() {
	for _, name := range r.Agents {
		if slices.ContainsFunc(r.rec.Peers, func(p record.Peer) bool { return p.Name == name }) {
			continue
		}
		p := record.Peer{Name: name, Role: r.Role, JudgedBy: testsuite}
		r.plan(&p, name)
		r.rec.Peers = append(r.rec.Peers, p)
	}
}

// count sums up the run, which asked one case after the other. Without a case that says when it was, the index is as old as
// its file.
func (r *reader) count(files []indexFile) {
	for _, p := range r.rec.Peers {
		r.rec.Ran += len(p.Cases)
		for _, c := range p.Cases {
			r.rec.DurationMS += c.DurationUS / 1000
		}
	}
	r.rec.Planned = r.rec.Ran
	if !r.last.IsZero() {
		r.rec.DurationMS = max(r.rec.DurationMS, r.last.Sub(r.rec.Started).Milliseconds())
		return
	}
	for _, f := range files {
		if info, err := os.Stat(f.name); err == nil {
			r.rec.Started = info.ModTime().UTC().Truncate(time.Second)
		}
	}
}

// transcript reads the evidence of a case again; nil if there is none.
func (r *reader) transcript(peer, id string) *record.Transcript {
	file, ok := r.files[fileKey{peer, id}]
	if !ok {
		return nil
	}
	account, err := file.read()
	if err != nil {
		return nil
	}
	return talk(account)
}

// Files are the files that the testsuite wrote into a directory beside its index, as far as they are there: pages for people
// if there are any, and what the index names. Their names are relative to the directory; none leads out of it.
func Files(dir string) ([]string, error) {
	name := filepath.Join(dir, indexName)
	agents, err := agentsIn(name)
	if err != nil {
		return nil, err
	}
	names := []string{htmlName, indexName}
	for _, a := range agents {
		for _, e := range a.entries {
			file := e.file(a.name)
			names = append(names, file, strings.TrimSuffix(file, ".json")+".html")
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(file string) bool {
		info, err := root.Stat(file)
		return err != nil || acceptable(info, caseLimit) != nil
	}), nil
}
