package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports/wstest"
)

func newAutobahnImport() *cobra.Command {
	o := new(importOptions)
	cmd := &cobra.Command{
		Use:   "import DIR...",
		Short: "Make a record of reports that the Autobahn testsuite wrote",
		Long: `import reads the reports of the Autobahn testsuite from version 0.5.3 on: DIR is its "outdir", which holds an
index.json, or files of cases, or that index alone. It makes a record and a report of them, and gates, as after a run. The verdicts
are the testsuite's own: a case's worse one of behavior and behaviorClose.

With --compare, a record of wsspec's own test of the same endpoints comes beside it, with a table of the cases in
which the two say something else, whose verdict stands, and why.`,
		Example: `  wsspec autobahn import reports/servers
  wsspec autobahn import --name MyServer/1.0=echo --compare wsspec-report --out both reports/servers
  wsspec autobahn import --baseline wsspec-baseline.yaml reports/clients/index.json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return importReports(o, args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringArrayVar(&o.names, "name", nil, "name of an agent in the record, as AGENT=NAME; NAME alone if there is one agent")
	f.StringVar(&o.role, "role", "", "server or client: what the agents are, if the reports do not tell it")
	f.StringVar(&o.compare, "compare", "", "record of wsspec's own test of agents of the same names")
	f.StringVar(&o.out, "out", "wsspec-report", "directory for the record and the report; the testsuite's own pages are copied into wstest/ in it")
	f.StringSliceVar(&o.format, "format", []string{"html", "json"}, "what to write there: "+strings.Join(formats(), ", "))
	o.registerGate(f)
	f.BoolVar(&o.quiet, "quiet", false, "no words about what passes")
	f.BoolVar(&o.json, "json", false, "the record on stdout instead of the summary")
	return cmd
}

// importOptions are the flags of the import command.
type importOptions struct {
	options
	names   []string // AGENT=NAME
	role    string
	compare string
}

// importReports is the import command.
func importReports(o *importOptions, names []string) error {
	if err := o.checkImport(); err != nil {
		return err
	}
	parts, pages, err := o.readReports(names)
	if err != nil {
		return err
	}
	rec, transcripts, err := o.combine(parts)
	if err != nil {
		return err
	}
	if err := copyPages(o.out, pages); err != nil {
		return usageError{fmt.Errorf("--out: cannot copy the pages of the testsuite: %w", err)}
	}
	for i := range rec.Peers {
		rec.Peers[i].Original = original(&rec.Peers[i], parts, pages)
	}
	return o.show(rec, transcripts)
}

func (o *importOptions) checkImport() error {
	if o.role != "" && o.role != "server" && o.role != "client" {
		return usageError{fmt.Errorf("--role: %q is unknown: choose server or client", o.role)}
	}
	if err := o.checkOutput(); err != nil {
		return err
	}
	return o.checkGate()
}

// show writes what --format asks for, and the summary.
func (o *importOptions) show(rec *record.Record, transcripts func(peer, id string) *record.Transcript) error {
	v := &view{options: &o.options, record: rec, transcripts: transcripts}
	var peers []string
	for _, p := range rec.Peers {
		peers = append(peers, p.Name)
	}
	o.warnOfPeers(peers, false)
	var gateErr error
	v.gate, v.said, gateErr = o.hold(rec)
	files, err := v.writeDocuments(nil)
	if err == nil {
		files, err = v.writeRecord(files)
	}
	if err != nil {
		return err
	}
	if err := v.print(files); err != nil {
		return err
	}
	if gateErr != nil {
		return gateErr
	}
	return judge(rec, v.gate)
}

// readReports reads every index that the names stand for, as a part each, and finds the pages that lie beside them.
func (o *importOptions) readReports(names []string) (parts []record.Part, pages []pages, err error) {
	var files []string
	for _, name := range names {
		found, err := wstest.Indexes(name)
		if err != nil {
			return nil, nil, usageError{err}
		}
		for _, file := range found {
			if slices.ContainsFunc(files, func(other string) bool { return sameIndex(file, other) }) {
				return nil, nil, usageError{fmt.Errorf("%s is named twice", file)}
			}
			files = append(files, file)
		}
	}
	for _, file := range files {
		rec, transcripts, err := wstest.Read(file, wstest.ReadOptions{Case: cases.Find, Role: o.role})
		if err != nil {
			return nil, nil, usageError{err}
		}
		if rec.Ran == 0 {
			return nil, nil, usageError{fmt.Errorf("%s has no result of any case: the testsuite reached nobody, or was stopped before it wrote one", file)}
		}
		if sameFile(o.out, filepath.Dir(file)) {
			return nil, nil, usageError{fmt.Errorf("--out: %s holds the testsuite's own report, which would be overwritten: name another directory", o.out)}
		}
		rec.Tool = thisBuild().tool()
		parts = append(parts, record.Part{Name: file, Record: rec, Transcripts: transcripts})
		pages = append(pages, pagesOf(file, len(pages)))
	}
	if err := o.rename(parts); err != nil {
		return nil, nil, err
	}
	roles(parts)
	return parts, pages, nil
}

// sameIndex tells whether two names stand for one index, which need not be there.
func sameIndex(a, b string) bool {
	return sameFile(a, b) || filepath.Base(a) == filepath.Base(b) && sameFile(filepath.Dir(a), filepath.Dir(b))
}

// rename gives the agents the names of --name.
func (o *importOptions) rename(parts []record.Part) error {
	var agents []string
	for _, part := range parts {
		for _, p := range part.Record.Peers {
			if !slices.Contains(agents, p.Name) {
				agents = append(agents, p.Name)
			}
		}
	}
	given := make(map[string]string)
	for _, name := range o.names {
		agent, as, found := cutName(name, agents)
		switch {
		case !found && len(agents) == 1 && !strings.Contains(name, "="):
			agent, as = agents[0], name
		case !found:
			return usageError{fmt.Errorf("--name: %q does not say which agent is meant: give AGENT=NAME, with one of %q", name, agents)}
		}
		if as == "" {
			return usageError{fmt.Errorf("--name: %q gives no name", name)}
		}
		given[agent] = as
	}
	for i := range parts {
		parts[i] = parts[i].Renamed(func(p *record.Peer) {
			if as := given[p.Name]; as != "" {
				p.Name = as
			}
		})
	}
	return sameNames(parts)
}

// cutName parts AGENT=NAME. An agent's name may hold the sign itself.
func cutName(s string, agents []string) (agent, as string, found bool) {
	for _, agent := range agents {
		if rest, ok := strings.CutPrefix(s, agent+"="); ok {
			return agent, rest, true
		}
	}
	return "", "", false
}

// sameNames looks for agents of one report that would become one peer.
func sameNames(parts []record.Part) error {
	for _, part := range parts {
		for i, p := range part.Record.Peers {
			if slices.ContainsFunc(part.Record.Peers[:i], func(other record.Peer) bool { return other.Name == p.Name }) {
				return usageError{fmt.Errorf("--name: two agents of %s would be called %q", part.Name, p.Name)}
			}
		}
	}
	return nil
}

// roles keeps a server and a client of the same name apart, as agents of several reports may be.
func roles(parts []record.Part) {
	role := make(map[string]string)
	for i := range parts {
		parts[i] = parts[i].Renamed(func(p *record.Peer) {
			if known, ok := role[p.Name]; ok && known != p.Role && p.Role != "" {
				p.Name += " (" + p.Role + ")"
			}
			role[p.Name] = p.Role
		})
	}
}

// combine makes one record of the reports, and of the record to compare them with.
func (o *importOptions) combine(parts []record.Part) (*record.Record, func(peer, id string) *record.Transcript, error) {
	if o.compare != "" {
		ours, err := record.Find(o.compare)
		if err != nil {
			return nil, nil, usageError{fmt.Errorf("--compare: %w", err)}
		}
		if err := pair(parts, ours.Record); err != nil {
			return nil, nil, err
		}
		parts = append(slices.Clone(parts), record.Part{Name: o.compare, Record: ours.Record, Transcripts: ours.Transcripts(ours.Dir)})
	} else if len(parts) == 1 {
		return parts[0].Record, parts[0].Transcripts, nil
	}
	rec, transcripts, notes, err := record.Merge(parts)
	if err != nil {
		return nil, nil, usageError{err}
	}
	for _, note := range notes {
		fmt.Fprintln(os.Stderr, "note: "+note)
	}
	return rec, transcripts, nil
}

// pair finds out which agents are peers of our own record: those of the same name; or, if there is one of each, whatever
// they are called.
func pair(parts []record.Part, ours *record.Record) error {
	var agents, peers []string
	for _, p := range ours.Peers {
		peers = append(peers, p.Name)
	}
	matched := false
	for _, part := range parts {
		for i := range part.Record.Peers {
			name := part.Record.Peers[i].Name
			agents = append(agents, name)
			matched = matched || slices.Contains(peers, name)
		}
	}
	switch {
	case matched:
		return nil
	case len(agents) == 1 && len(peers) == 1:
		parts[0].Record.Peers[0].Twin = peers[0]
		return nil
	}
	return usageError{fmt.Errorf("--compare: no agent has the name of a peer of that record, so nobody knows which are the same: "+
		"give --name AGENT=PEER, with agents %q and peers %q", agents, peers)}
}

// pages are the pages that the testsuite made of a report, and where they are copied to.
type pages struct {
	from string
	to   string // below --out; "" if there are none
}

// pagesOf finds the pages beside an index.
func pagesOf(index string, n int) pages {
	p := pages{from: filepath.Dir(index)}
	if info, err := os.Stat(filepath.Join(p.from, "index.html")); err != nil || !info.Mode().IsRegular() || filepath.Base(index) != "index.json" {
		return p
	}
	p.to = "wstest"
	if n > 0 {
		p.to = fmt.Sprintf("wstest-%d", n+1)
	}
	return p
}

// original is the testsuite's page about a peer, "" if there is none.
func original(peer *record.Peer, parts []record.Part, all []pages) string {
	for i, part := range parts {
		if peer.JudgedBy != "" && (part.Record.Peer(peer.Name) != nil || part.Record.Peer(peer.Twin) != nil) && all[i].to != "" {
			return all[i].to + "/index.html"
		}
	}
	return ""
}

// leaveOriginals forgets the pages of other judges, which stay where the record was.
func (v *view) leaveOriginals() {
	for i := range v.record.Peers {
		v.record.Peers[i].Original = ""
	}
}

// copyPages puts the testsuite's pages beside our report.
func copyPages(out string, all []pages) error {
	for _, p := range all {
		to := filepath.Join(out, p.to)
		if p.to == "" || sameFile(p.from, to) {
			continue
		}
		names, err := wstest.Files(p.from)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := copyFile(p.from, to, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyFile copies a file of a directory into another one; no name leads out of either.
func copyFile(from, to, name string) (err error) {
	src, err := os.OpenInRoot(from, name)
	if err != nil {
		return err
	}
	defer src.Close()
	if err := os.MkdirAll(filepath.Join(to, filepath.Dir(name)), 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer root.Close()
	dst, err := root.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}
