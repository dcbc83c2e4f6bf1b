package wstest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// A directory may hold the files of cases and no index: somebody has kept only those, or the testsuite was ended before it
// wrote one. They say all that an index does.

// caseFileNamed is the form of the name of such a file: the agent's clean name, and the ID.
var caseFileNamed = regexp.MustCompile(`^(.*)_case_([0-9]+(?:_[0-9]+)+)\.json$`)

// looseFiles are the names of the files of cases in a directory.
func looseFiles(dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		if caseFileNamed.MatchString(entry.Name()) && !entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}

// agentsIn reads an index; if there is none, the files of cases beside where it would be.
func agentsIn(index string) ([]agent, error) {
	data, err := readFile(index, indexLimit)
	if errors.Is(err, os.ErrNotExist) {
		if names := looseFiles(filepath.Dir(index)); len(names) > 0 {
			return looseAgents(filepath.Dir(index), names), nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", index, err)
	}
	return parseIndex(index, data)
}

// looseAgents gathers what an index would say. A file that cannot be read leaves the case of its name without a result.
func looseAgents(dir string, names []string) []agent {
	var g gathering
	var unread []string
	for _, name := range names {
		agentName, e, err := looseEntry(dir, name)
		if err != nil {
			unread = append(unread, name)
			continue
		}
		g.add(agentName, e)
	}
	for _, name := range unread {
		part := caseFileNamed.FindStringSubmatch(name)
		g.add(g.called(part[1]), entry{id: strings.ReplaceAll(part[2], "_", "."), behavior: couldNot, reportfile: name})
	}
	slices.SortFunc(g.agents, func(a, b agent) int { return strings.Compare(a.name, b.name) })
	return g.agents
}

// gathering is an index that is put together.
type gathering struct{ agents []agent }

// add adds what is said about a case, unless something is already.
func (g *gathering) add(agentName string, e entry) {
	i := slices.IndexFunc(g.agents, func(a agent) bool { return a.name == agentName })
	if i < 0 {
		i, g.agents = len(g.agents), append(g.agents, agent{name: agentName})
	}
	a := &g.agents[i]
	if !slices.ContainsFunc(a.entries, func(other entry) bool { return other.id == e.id }) {
		a.entries = append(a.entries, e)
	}
}

// called is the agent of a clean name, or that name if nobody has it.
func (g *gathering) called(clean string) string {
	for _, a := range g.agents {
		if cleanName(a.name) == clean {
			return a.name
		}
	}
	return clean
}

// looseEntry is what the index would say of the case in a file.
func looseEntry(dir, name string) (agentName string, e entry, err error) {
	data, err := readIn(dir, name, caseLimit)
	if err != nil {
		return "", entry{}, err
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var told struct {
		Agent string `json:"agent"`
		ID    string `json:"id"`
	}
	if err := json.Unmarshal(data, &told); err != nil {
		return "", entry{}, record.Malformed(name, data, err)
	}
	if !caseID.MatchString(told.ID) {
		return "", entry{}, fmt.Errorf("%s: %.80q is not the ID of a case", name, told.ID)
	}
	p := &indexParser{name: name, data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	e, err = p.entry(told.ID)
	e.reportfile = name
	return told.Agent, e, err
}
