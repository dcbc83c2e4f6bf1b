package reports

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// judged is a subject that is held against a gate. Without a baseline, every failure counts.
type judged struct {
	*subject
	gate       *record.Gate // made visible; nil: there is none
	judgements map[judgementKey]*record.Judgement
}

// judgementKey holds true names.
type judgementKey struct{ peer, id string }

func judge(rec *record.Record, transcripts Transcripts, gate *record.Gate) *judged {
	j := &judged{subject: prepare(rec, transcripts), judgements: make(map[judgementKey]*record.Judgement)}
	if gate == nil {
		return j
	}
	clean := visible(*gate)
	j.gate = &clean
	for i, judgement := range gate.Judgements {
		key := judgementKey{judgement.Peer, judgement.Case}
		if judgement.Change != record.Stale && j.judgements[key] == nil { // a stale entry is about the baseline, not the case
			j.judgements[key] = &clean.Judgements[i]
		}
	}
	return j
}

// of returns the judgement on the k-th case of the i-th peer, nil if there is none.
func (j *judged) of(i, k int) *record.Judgement {
	return j.judgements[judgementKey{j.names[i][0], j.names[i][k+1]}]
}

// gates tells whether the run fails because of the k-th case of the i-th peer.
func (j *judged) gates(i, k int) bool {
	if judgement := j.of(i, k); judgement != nil {
		return judgement.Change.Gates()
	}
	c := &j.Record.Peers[i].Cases[k]
	strict := j.gate != nil && j.gate.Strict && j.gate.Baseline == ""
	return c.Verdict == record.Fail || strict && (c.Verdict == record.NonStrict || c.Flaky && c.Verdict == record.Pass)
}

// knows tells whether the k-th case of the i-th peer does what the baseline accepts.
func (j *judged) knows(i, k int) bool {
	judgement := j.of(i, k)
	return judgement != nil && (judgement.Change == record.Known || judgement.Change == record.Flaky)
}

// hasBaseline tells whether the record is held against accepted failures.
func (j *judged) hasBaseline() bool { return j.gate != nil && j.gate.Baseline != "" }

// apart are the judgements that are about no single case of the record: of entries of the baseline, of a peer as a whole.
func (j *judged) apart() (list []*record.Judgement) {
	if j.gate == nil {
		return nil
	}
	cases := make(map[*record.Judgement]bool)
	for i, p := range j.Record.Peers {
		for k := range p.Cases {
			cases[j.of(i, k)] = true
		}
	}
	for n := range j.gate.Judgements {
		if judgement := &j.gate.Judgements[n]; !cases[judgement] {
			list = append(list, judgement)
		}
	}
	return list
}

// alike groups the cases of the i-th peer that gate or could not be carried out, by their indexes: those that need not be
// told twice together.
func (j *judged) alike(i int) (groups [][]int) {
	place := make(map[string]int)
	for k := range j.Record.Peers[i].Cases {
		c := &j.Record.Peers[i].Cases[k]
		if !j.gates(i, k) && c.Verdict != record.Error {
			continue
		}
		key := likeness(c)
		if judgement := j.of(i, k); judgement != nil {
			key += string(judgement.Change)
		}
		n, known := place[key]
		if !known {
			n = len(groups)
			place[key], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], k)
	}
	return groups
}

// ids are the IDs of some cases of the i-th peer, with a space between.
func (j *judged) ids(i int, cases []int) string {
	var ids []string
	for _, k := range cases {
		ids = append(ids, j.Record.Peers[i].Cases[k].ID)
	}
	return strings.Join(ids, " ")
}

// lastWords are the last lines that the peer's program wrote if it came to grief, behind one that says how; nil if it did not.
func lastWords(p *record.Peer) []string {
	switch {
	case p.Untested != nil:
		return append([]string{"not tested: " + p.Untested.Reason}, p.Untested.Output...)
	case p.Ended != nil:
		return append([]string{"the program ended: " + howEnded(p.Ended)}, p.Ended.Stderr...)
	}
	return nil
}

// summary is a failure in one sentence: of all findings the one that decides.
func summary(c *record.Case) string {
	for _, f := range c.Findings {
		if f.Severity == c.Verdict {
			return fmt.Sprintf("expected %s; got %s", f.Expected, f.Got)
		}
	}
	if len(c.Notes) > 0 {
		return c.Notes[0]
	}
	return c.Title
}
