package reports

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// HistorySchema is the version of the JSON form of a history that this package writes, and the newest that it reads.
const HistorySchema = 1

// History is what became of the runs that were published at one place, the oldest first.
type History struct {
	Schema int       `json:"schema"`
	Runs   []PastRun `json:"runs"`
}

// PastRun is what a history keeps of a run. Its texts are printable.
type PastRun struct {
	Started     time.Time  `json:"started"`
	Seed        string     `json:"seed"`
	Tool        string     `json:"tool"`
	Catalogue   string     `json:"catalogue"`
	Profile     string     `json:"profile"`
	Commit      string     `json:"commit,omitempty"` // of what was tested
	Link        string     `json:"link,omitempty"`   // to the commit, or to the run, of CI
	Planned     int        `json:"planned"`
	Ran         int        `json:"ran"`
	Interrupted string     `json:"interrupted,omitempty"`
	Peers       []PastPeer `json:"peers"`
}

// PastPeer is what a history keeps of a peer: the IDs of its cases by verdict, neighbours as a range, such as "5.1-5.20".
type PastPeer struct {
	Name     string                      `json:"name"`
	Role     string                      `json:"role"`
	Untested string                      `json:"untested,omitempty"` // why it was not tested, or not to the end
	Cases    map[record.Verdict][]string `json:"cases"`
	Known    []string                    `json:"known,omitempty"` // of those that fail, what the baseline of that time knew
}

// NewPastRun takes from a record what a history keeps. The gate may be nil, commit and link empty; what is no link is left out.
func NewPastRun(rec *record.Record, gate *record.Gate, commit, link string) PastRun {
	s := judge(rec, nil, gate)
	run := PastRun{
		Started: s.Started.UTC(), Seed: s.Seed, Tool: s.Tool, Catalogue: s.Catalogue, Profile: s.Profile,
		Commit: printable(commit), Planned: s.Planned, Ran: s.Ran, Interrupted: s.Interrupted, Peers: []PastPeer{},
	}
	if isLink(link) {
		run.Link = link
	}
	for i, p := range s.Record.Peers {
		past := PastPeer{Name: run.free(p.Name), Role: p.Role, Cases: make(map[record.Verdict][]string)}
		if p.Untested != nil {
			past.Untested = p.Untested.Reason
		}
		for k, c := range p.Cases {
			past.Cases[c.Verdict] = append(past.Cases[c.Verdict], c.ID)
			if c.Verdict == record.Fail && s.knows(i, k) {
				past.Known = append(past.Known, c.ID)
			}
		}
		past.Known = fold(past.Known)
		for v, ids := range past.Cases {
			past.Cases[v] = fold(ids)
		}
		run.Peers = append(run.Peers, past)
	}
	return run
}

// free makes a name one that no peer of the run has. Names that differ may look alike once they are printable.
func (r *PastRun) free(name string) string {
	unique := name
	for n := 2; r.peer(unique) != nil; n++ {
		unique = fmt.Sprintf("%s (%d)", name, n)
	}
	return unique
}

// IsLink tells whether a text is the http(s) address of a page, and nothing that could be taken for more.
func IsLink(s string) bool { return isLink(s) }

// ParseHistory reads a history from its JSON form. Errors call it by name.
func ParseHistory(name string, data []byte) (*History, error) {
	h := new(History)
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(data, h); {
	case errors.As(err, &wrong) && wrong.Field == "":
		return nil, fmt.Errorf("%s is not a history of wsspec: it is JSON, but no object", name)
	case err != nil:
		return nil, record.Malformed(name, data, err)
	case h.Schema < 1:
		return nil, fmt.Errorf("%s is not a history of wsspec: it is JSON, but has no schema number", name)
	case h.Schema > HistorySchema:
		return nil, fmt.Errorf("%s was written by a newer wsspec (schema %d, this one knows %d): update wsspec", name, h.Schema, HistorySchema)
	}
	for i := range h.Runs {
		if err := h.Runs[i].check(); err != nil {
			return nil, fmt.Errorf("%s: run %d of %d: %w", name, i+1, len(h.Runs), err)
		}
	}
	*h = visible(*h)
	h.sort()
	return h, nil
}

// check finds what JSON cannot know.
func (r *PastRun) check() error {
	if r.Started.IsZero() {
		return errors.New("it has no time at which it started")
	}
	for i, p := range r.Peers {
		if slices.ContainsFunc(r.Peers[:i], func(other PastPeer) bool { return other.Name == p.Name }) {
			return fmt.Errorf("two peers are named %.80q", p.Name)
		}
		for v := range p.Cases {
			if !v.Known() {
				return fmt.Errorf("peer %.80q has the verdict %.40q, which is none of %v", p.Name, v, record.Verdicts)
			}
		}
	}
	return nil
}

func (h *History) sort() {
	slices.SortStableFunc(h.Runs, func(a, b PastRun) int { return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Seed, b.Seed)) })
}

// Add adds a run, or replaces what is known of it, and keeps so many of the newest runs, one at least. It tells whether the run is the newest.
// A run that is added again without its commit or its link keeps them.
func (h *History) Add(run PastRun, keep int) (newest bool) {
	same := func(r PastRun) bool { return r.Started.Equal(run.Started) && r.Seed == run.Seed }
	if i := slices.IndexFunc(h.Runs, same); i >= 0 {
		run.Commit, run.Link = cmp.Or(run.Commit, h.Runs[i].Commit), cmp.Or(run.Link, h.Runs[i].Link)
	}
	h.Runs = append(slices.DeleteFunc(h.Runs, same), run)
	h.sort()
	h.Runs = h.Runs[max(len(h.Runs)-max(keep, 1), 0):]
	return same(h.Runs[len(h.Runs)-1])
}

// Write writes the history as JSON, with a line for each run.
func (h *History) Write(w io.Writer) error {
	var text bytes.Buffer
	fmt.Fprintf(&text, "{\"schema\":%d,\"runs\":[", HistorySchema)
	for i, run := range h.Runs {
		line, err := json.Marshal(run)
		if err != nil {
			return err
		}
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteByte('\n')
		text.Write(line)
	}
	text.WriteString("\n]}\n")
	_, err := text.WriteTo(w)
	return err
}

// Departed are the badges of the peers that earlier runs tested and the newest one did not.
func (h *History) Departed() (badges []Badge) {
	if len(h.Runs) == 0 {
		return nil
	}
	seen := make(map[string]bool)
	for _, p := range h.Runs[len(h.Runs)-1].Peers {
		seen[p.Name] = true
	}
	for _, run := range slices.Backward(h.Runs) {
		for _, p := range run.Peers {
			if !seen[p.Name] {
				badges = append(badges, Badge{p.Name, "not tested since " + run.Started.Format(time.DateOnly), badgeSilent})
				seen[p.Name] = true
			}
		}
	}
	return badges
}

// peer returns what the run made of a peer, nil if it did not test it.
func (r *PastRun) peer(name string) *PastPeer {
	i := slices.IndexFunc(r.Peers, func(p PastPeer) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &r.Peers[i]
}

// known stands for the verdict of a case that failed as the baseline knew, where that is told apart from a failure.
const known record.Verdict = "known"

// verdicts are those of all cases, by ID.
func (p *PastPeer) verdicts() map[string]record.Verdict {
	all := make(map[string]record.Verdict)
	for v, ids := range p.Cases {
		for _, id := range unfold(ids) {
			all[id] = v
		}
	}
	for _, id := range unfold(p.Known) {
		if all[id] == record.Fail {
			all[id] = known
		}
	}
	return all
}

// fold puts IDs that differ by one in their last number together: "5.1", "5.2" become "5.1-5.2".
func fold(ids []string) (short []string) {
	ids = slices.Clone(ids)
	record.SortIDs(ids)
	for from := 0; from < len(ids); {
		to := from + 1
		for to < len(ids) && follows(ids[to-1], ids[to]) && to-from < longestRange {
			to++
		}
		if to-from == 1 {
			short = append(short, ids[from])
		} else {
			short = append(short, ids[from]+"-"+ids[to-1])
		}
		from = to
	}
	return short
}

// longestRange bounds how many IDs a range stands for, whatever a file says.
const longestRange = 1000

// unfold is the opposite of fold. What is no range stands for itself.
func unfold(short []string) (ids []string) {
	for _, s := range short {
		first, last, _ := strings.Cut(s, "-")
		group, from, ok1 := lastNumber(first)
		other, to, ok2 := lastNumber(last)
		if !ok1 || !ok2 || group != other || to <= from || to-from >= longestRange {
			ids = append(ids, s)
			continue
		}
		for n := from; n <= to; n++ {
			ids = append(ids, group+strconv.Itoa(n))
		}
	}
	return ids
}

func follows(a, b string) bool {
	group, n, ok1 := lastNumber(a)
	other, m, ok2 := lastNumber(b)
	return ok1 && ok2 && group == other && m == n+1
}

// lastNumber splits "5.20" into "5." and 20.
func lastNumber(id string) (group string, n int, ok bool) {
	i := strings.LastIndexByte(id, '.')
	n, err := strconv.Atoi(id[i+1:])
	return id[:i+1], n, err == nil && i > 0 && n >= 0 && strconv.Itoa(n) == id[i+1:] && strings.Trim(id[:i], "0123456789.") == ""
}
