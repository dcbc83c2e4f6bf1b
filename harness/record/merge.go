package record

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Part is a record that is merged with others.
type Part struct {
	Name        string // for messages
	Record      *Record
	Transcripts func(peer, id string) *Transcript // nil: it has none
}

// Merge makes one record of several: of different peers, or of the same ones with different cases. If a case is in several
// parts, the one whose run began later counts; but each case of chapter 0 is what all parts saw together. A peer that others
// judged stays apart from the one of the same name that this tool judged. The notes tell the user what he might not expect. The
// transcripts are those of the parts.
//
// All shards of a run become what the whole run would have given. If one is missing, its cases are planned and did not run, and
// the merged record is a shard itself. Shards of different runs are an error.
func Merge(parts []Part) (merged *Record, transcripts func(peer, id string) *Transcript, notes []string, err error) {
	if len(parts) == 0 {
		return nil, nil, nil, errors.New("record: there is nothing to merge")
	}
	m := &merging{origins: make(map[caseKey]*Part)}
	parts = apart(parts)
	slices.SortStableFunc(parts, func(a, b Part) int { return a.Record.Started.Compare(b.Record.Started) })
	if err := m.shards(parts); err != nil {
		return nil, nil, nil, err
	}
	parts = m.current(parts)
	m.head(parts)
	for i := range parts {
		m.part(&parts[i])
	}
	m.count(parts)
	if m.rec.Shard != nil {
		m.note("%s: of %d planned cases, %d ran", m.rec.Shard.MissingWords(), m.rec.Planned, m.rec.Ran)
	}
	m.rec.Sort()
	m.sortPeers()
	m.rec.Peers = twinsTogether(m.rec.Peers)
	return &m.rec, m.transcript, m.notes, nil
}

// merging is a Merge under way.
type merging struct {
	rec     Record
	whole   []ShardPeer       // what the run set out to do that was divided; nil if there are no shards
	origins map[caseKey]*Part // where the case that counts is from
	notes   []string
}

func (m *merging) note(format string, args ...any) {
	m.notes = append(m.notes, fmt.Sprintf(format, args...))
}

// head takes from the parts what is about the run as a whole.
func (m *merging) head(parts []Part) {
	ours := own(parts)
	first, last := ours[0].Record, ours[len(ours)-1].Record
	m.rec = Record{
		Schema: SchemaVersion, Tool: last.Tool, Catalogue: last.Catalogue, Seed: first.Seed, Profile: last.Profile, Started: first.Started,
		Shard: m.rec.Shard,
	}
	for _, about := range []struct {
		what   string
		of     func(*Record) string
		counts string
	}{
		{"tools", func(r *Record) string { return r.Tool }, m.rec.Tool},
		{"catalogues", func(r *Record) string { return r.Catalogue }, m.rec.Catalogue},
		{"profiles", func(r *Record) string { return r.Profile }, m.rec.Profile},
		{"seeds", func(r *Record) string { return r.Seed }, m.rec.Seed},
	} {
		var words []string
		differ := false
		for _, p := range ours {
			words = append(words, fmt.Sprintf("%s has %.40q", p.Name, about.of(p.Record)))
			differ = differ || about.of(p.Record) != about.counts
		}
		if differ {
			m.note("the %s differ: %s; the merged record says %.40q", about.what, strings.Join(words, ", "), about.counts)
		}
	}
	for _, p := range parts {
		m.rec.DurationMS += p.Record.DurationMS
	}
}

// part adds a part, whose run began no earlier than those before it.
func (m *merging) part(part *Part) {
	for i := range part.Record.Peers {
		theirs := &part.Record.Peers[i]
		ours := m.rec.Peer(theirs.Name)
		if ours == nil {
			m.rec.Peers = append(m.rec.Peers, Peer{Name: theirs.Name})
			ours = &m.rec.Peers[len(m.rec.Peers)-1]
		}
		ours.adopt(theirs)
		m.cases(ours, theirs, part)
	}
}

// adopt takes over what a later run knows of a peer beside its cases.
func (p *Peer) adopt(later *Peer) {
	p.Role, p.URL, p.Fleet, p.Profile, p.JudgedBy = later.Role, later.URL, later.Fleet, later.Profile, later.JudgedBy
	p.Twin = later.Twin
	p.Probe = p.Probe.and(later.Probe)
	p.Ended, p.Untested = cmp.Or(later.Ended, p.Ended), cmp.Or(later.Untested, p.Untested)
	switch {
	case p.Usage == nil:
		p.Usage = later.Usage
	case later.Usage != nil:
		p.Usage = &Usage{PeakMemory: max(p.Usage.PeakMemory, later.Usage.PeakMemory), CPUMS: p.Usage.CPUMS + later.Usage.CPUMS}
	}
}

// cases adds the cases of a peer.
func (m *merging) cases(ours, theirs *Peer, part *Part) {
	again := make(map[*Part]int)
	for _, c := range theirs.Cases {
		key := caseKey{ours.Name, c.ID}
		known := ours.Case(c.ID)
		switch n, _ := Chapter(c.ID); {
		case known == nil:
			ours.Cases = append(ours.Cases, c)
			m.origins[key] = part
		case n == 0:
			both, later := together(*known, c)
			if later {
				m.origins[key] = part
			}
			*known = both
		default:
			again[m.origins[key]]++
			*known, m.origins[key] = c, part
		}
	}
	for earlier, n := range again {
		m.note("%.80q: %d of its cases are in %s and in %s: those of %s count, since its run began later", ours.Name, n, earlier.Name, part.Name, part.Name)
	}
}

// count sums up what was planned and what ran. A part that ended early is forgiven if others have everything that it has, and
// more: it was done again.
func (m *merging) count(parts []Part) {
	for _, p := range m.rec.Peers {
		m.rec.Ran += len(p.Cases)
	}
	m.rec.Planned = m.rec.Ran + m.unasked(parts)
	for i := range parts {
		missing := max(parts[i].Record.Planned-parts[i].Record.Ran, 0)
		if (missing > 0 || parts[i].Record.Interrupted != "") && !m.replaced(&parts[i]) {
			if parts[i].Record.Shard == nil {
				m.rec.Planned += missing
			}
			m.rec.Interrupted = cmp.Or(m.rec.Interrupted, parts[i].Record.Interrupted)
		}
	}
}

// replaced tells whether no case outside of chapter 0 is still from that part, though others have more of its peers.
func (m *merging) replaced(part *Part) bool {
	for _, p := range part.Record.Peers {
		if len(m.rec.Peer(p.Name).Cases) <= len(p.Cases) {
			return false
		}
		for _, c := range p.Cases {
			if n, _ := Chapter(c.ID); n != 0 && m.origins[caseKey{p.Name, c.ID}] == part {
				return false
			}
		}
	}
	return len(part.Record.Peers) > 0
}

// transcript finds the transcript of a case where the case is from.
func (m *merging) transcript(peer, id string) *Transcript {
	part := m.origins[caseKey{peer, id}]
	if part == nil || part.Transcripts == nil {
		return nil
	}
	return part.Transcripts(peer, id)
}
