package record

import (
	"slices"
	"strings"
)

// apart keeps an endpoint that this tool judged apart from the same one as others judged it: if both have the name, the
// second gets one that says who judged it, and is the twin of the first. The records themselves stay as they are.
func apart(parts []Part) []Part {
	ours := make(map[string]bool)
	for _, part := range parts {
		for _, p := range part.Record.Peers {
			ours[p.Name] = ours[p.Name] || p.JudgedBy == ""
		}
	}
	parts = slices.Clone(parts)
	for i := range parts {
		parts[i] = parts[i].Renamed(func(p *Peer) {
			if p.JudgedBy != "" && ours[p.Name] {
				p.Name, p.Twin = p.Name+" ("+firstWord(p.JudgedBy)+")", p.Name
			}
		})
	}
	return parts
}

func firstWord(s string) string { first, _, _ := strings.Cut(s, " "); return first }

// twinsTogether puts each twin behind the peer that is the same endpoint. Otherwise the order stays.
func twinsTogether(peers []Peer) []Peer {
	twins := make(map[int][]Peer) // by the index of the endpoint
	var ordered []Peer
	for _, pair := range (&Record{Peers: peers}).Twins() {
		twins[pair[0]] = append(twins[pair[0]], peers[pair[1]])
	}
	for i, p := range peers {
		if p.twin(peers) < 0 {
			ordered = append(append(ordered, p), twins[i]...)
		}
	}
	return ordered
}

// Renamed is the part with peers that rename may have given another name.
func (part Part) Renamed(rename func(*Peer)) Part {
	rec := *part.Record
	rec.Peers = slices.Clone(rec.Peers)
	was := make(map[string]string) // by the new names
	for i := range rec.Peers {
		p := &rec.Peers[i]
		name := p.Name
		rename(p)
		was[p.Name] = name
	}
	find := part.Transcripts
	if find != nil {
		part.Transcripts = func(peer, id string) *Transcript { return find(was[peer], id) }
	}
	part.Record = &rec
	return part
}

// own are the parts that come from runs of this tool; all, if none does. What others judged belongs to no catalogue.
func own(parts []Part) []Part {
	ours := slices.DeleteFunc(slices.Clone(parts), func(p Part) bool { return p.Record.Catalogue == "" })
	if len(ours) == 0 {
		return parts
	}
	return ours
}

// Twins pairs the peers that others judged with those that are the same endpoints, judged by this tool: by their indexes.
func (r *Record) Twins() (pairs [][2]int) {
	for i, p := range r.Peers {
		if ours := p.twin(r.Peers); ours >= 0 {
			pairs = append(pairs, [2]int{ours, i})
		}
	}
	return pairs
}

// twin is the index of the same endpoint, judged by this tool; -1 if there is none.
func (p *Peer) twin(peers []Peer) int {
	if p.JudgedBy == "" || p.Twin == "" {
		return -1
	}
	return slices.IndexFunc(peers, func(other Peer) bool { return other.Name == p.Twin && other.JudgedBy == "" })
}
