package wstest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// Bounds of what is read. An index of 16 agents has about 2 MB; the files of the cases have 10 kB, but hold what a peer sent.
const (
	indexLimit = 64 << 20
	caseLimit  = 16 << 20
)

// agent is one agent of an index.
type agent struct {
	name    string
	entries []entry
}

// entry is what an index says about a case.
type entry struct {
	id            string
	behavior      string
	behaviorClose string
	code          *int
	duration      int64 // ms
	reportfile    string
}

// parseIndex reads an index. Errors call it by name.
func parseIndex(name string, data []byte) ([]agent, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := json.Unmarshal(data, new(json.RawMessage)); err != nil {
		return nil, record.Malformed(name, data, err)
	}
	p := &indexParser{name: name, data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	err := p.object("the index", func(agentName string) error {
		a := agent{name: agentName}
		err := p.object("the agent", func(id string) error {
			e, err := p.entry(id)
			a.entries = append(a.entries, e)
			return err
		})
		p.agents = append(p.agents, a)
		return err
	})
	return p.agents, err
}

// indexParser walks through a valid document, so that it can tell the place of what does not belong there.
type indexParser struct {
	name   string
	data   []byte
	dec    *json.Decoder
	agents []agent
}

func (p *indexParser) wrong(format string, args ...any) error {
	return record.Misplaced(p.name, p.data, int(p.dec.InputOffset()), fmt.Sprintf(format, args...))
}

// object reads an object, member by member.
func (p *indexParser) object(what string, member func(key string) error) error {
	start, err := p.dec.Token()
	if err != nil {
		return err
	}
	if start != json.Delim('{') {
		return p.wrong("%s is no object: that is not an index of the %s", what, testsuite)
	}
	seen := make(map[string]bool)
	for p.dec.More() {
		key, err := p.dec.Token()
		if err != nil {
			return err
		}
		name := key.(string) // JSON has no other keys
		if seen[name] {
			return p.wrong("%.80q is there twice", name)
		}
		seen[name] = true
		if err := member(name); err != nil {
			return err
		}
	}
	_, err = p.dec.Token()
	return err
}

// caseID is the form of an ID: the chapter, then numbers within it.
var caseID = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,4}){1,4}$`)

// couldNot is the behavior by which tools that write the same files say that they could not carry out a case. The testsuite
// does not have it.
const couldNot = "ERROR"

// The words of the testsuite.
var (
	behaviors      = []string{"OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED", couldNot}
	closeBehaviors = []string{"OK", "INFORMATIONAL", "UNIMPLEMENTED", "WRONG CODE", "UNCLEAN", "FAILED BY CLIENT", "FAILED"}
)

// entry reads what is said about a case.
func (p *indexParser) entry(id string) (entry, error) {
	if !caseID.MatchString(id) {
		return entry{}, p.wrong("%.80q is not the ID of a case", id)
	}
	var fields struct {
		Behavior      string      `json:"behavior"`
		BehaviorClose string      `json:"behaviorClose"`
		Code          *int        `json:"remoteCloseCode"`
		Duration      json.Number `json:"duration"`
		Reportfile    string      `json:"reportfile"`
	}
	if err := p.dec.Decode(&fields); err != nil {
		return entry{}, p.wrong("case %s: %s", id, typeProblem(err))
	}
	duration, _ := fields.Duration.Float64()
	e := entry{id, fields.Behavior, fields.BehaviorClose, fields.Code, plausible(duration), fields.Reportfile}
	switch {
	case !slices.Contains(behaviors, e.behavior):
		return e, p.wrong("case %s: %.40q is no behavior: one of %q", id, e.behavior, behaviors)
	case !slices.Contains(closeBehaviors, e.behaviorClose):
		return e, p.wrong("case %s: %.40q is no behaviorClose: one of %q", id, e.behaviorClose, closeBehaviors)
	case e.code != nil && (*e.code < 0 || *e.code > 65535):
		return e, p.wrong("case %s: the close code %d does not fit into a Close frame", id, *e.code)
	}
	return e, nil
}

// typeProblem puts an error of package json about the type of a value into words.
func typeProblem(err error) string {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong):
		return err.Error()
	case wrong.Field == "":
		return fmt.Sprintf("%s where its results should be", wrong.Value)
	}
	return fmt.Sprintf("%s is a %s, which does not belong there", wrong.Field, wrong.Value)
}

// file is the name of the file of the case.
func (e *entry) file(agent string) string {
	if e.reportfile != "" {
		return e.reportfile
	}
	return caseFileName(agent, e.id, "json")
}

// readFile reads a regular file of at most limit bytes. Errors do not repeat its name.
func readFile(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, reason(err)
	}
	if err := acceptable(info, limit); err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, reason(err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

// acceptable tells whether to open a file: a pipe could keep its reader waiting.
func acceptable(info fs.FileInfo, limit int64) error {
	switch {
	case !info.Mode().IsRegular():
		return errors.New("it is not a regular file")
	case info.Size() > limit:
		return fmt.Errorf("it has %d MB, and no such file of the %s has more than %d", info.Size()>>20, testsuite, limit>>20)
	}
	return nil
}

// readIn reads a regular file of a directory, of which no name leads out.
func readIn(dir, name string, limit int64) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, reason(err)
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err != nil {
		return nil, reason(err)
	}
	if err := acceptable(info, limit); err != nil {
		return nil, err
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, reason(err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

// longest is the longest that a case may have taken.
const longest = 24 * time.Hour

// plausible returns how many milliseconds a case took, 0 if that is not known: where there was no connection, wstest has those since
// 1970 for it.
func plausible(ms float64) int64 {
	if ms < 0 || ms > float64(longest.Milliseconds()) {
		return 0
	}
	return int64(ms)
}
