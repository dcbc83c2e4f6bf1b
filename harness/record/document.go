package record

import (
	"bytes"
	"time"
)

// recordHead is the part of a Record that is known when a run begins.
type recordHead struct {
	Schema    int       `json:"schema"`
	Tool      string    `json:"tool"`
	Catalogue string    `json:"catalogue"`
	Seed      string    `json:"seed"`
	Profile   string    `json:"profile"`
	Started   time.Time `json:"started"`
	Shard     *Shard    `json:"shard,omitempty"`
}

// recordTail is the part of a Record that changes while a run goes on.
type recordTail struct {
	DurationMS  int64  `json:"duration_ms"`
	Planned     int    `json:"planned"`
	Ran         int    `json:"ran"`
	Interrupted string `json:"interrupted,omitempty"`
}

// peerHead is the part of a Peer that is known when its first case begins.
type peerHead struct {
	Name     string `json:"name"`
	Role     string `json:"role"`
	URL      string `json:"url"`
	Fleet    string `json:"fleet,omitempty"`
	Profile  string `json:"profile,omitempty"`
	JudgedBy string `json:"judged_by,omitempty"`
	Twin     string `json:"twin,omitempty"`
	Original string `json:"original,omitempty"`
	Probe    *Probe `json:"probe,omitempty"`
}

// peerTail is the part of a Peer that may come up later.
type peerTail struct {
	Ended    *Ended    `json:"ended,omitempty"`
	Usage    *Usage    `json:"usage,omitempty"`
	Untested *Untested `json:"untested,omitempty"`
}

// document is the text of a record, with a line for each peer and each case, made in the pieces by which a journal grows.
type document struct {
	bytes.Buffer
	err error // the first thing that JSON could not express
}

// head opens the record and its list of peers.
func (d *document) head(r *Record) {
	d.opened(recordHead{r.Schema, r.Tool, r.Catalogue, r.Seed, r.Profile, r.Started, r.Shard}, "peers")
}

// peer opens a peer and its list of cases.
func (d *document) peer(p *Peer, first bool) {
	d.separate(first)
	d.opened(peerHead{p.Name, p.Role, p.URL, p.Fleet, p.Profile, p.JudgedBy, p.Twin, p.Original, p.Probe}, "cases")
}

// oneCase adds a case to the list that is open.
func (d *document) oneCase(c *Case, first bool) {
	d.separate(first)
	d.Write(d.json(c))
}

// endPeer closes the list of cases and the peer.
func (d *document) endPeer(p *Peer) { d.closed(peerTail{p.Ended, p.Usage, p.Untested}) }

// end closes the list of peers and the record.
func (d *document) end(r *Record) {
	d.closed(recordTail{r.DurationMS, r.Planned, r.Ran, r.Interrupted})
	d.WriteByte('\n')
}

func (d *document) separate(first bool) {
	if !first {
		d.WriteByte(',')
	}
	d.WriteByte('\n')
}

// opened writes the object without its closing brace, and a list that is left open.
func (d *document) opened(object any, list string) {
	d.Write(bytes.TrimSuffix(d.json(object), []byte("}")))
	d.WriteString(`,"` + list + `":[`)
}

// closed ends a list, and the object that it is in with the members of another one.
func (d *document) closed(object any) {
	members := bytes.TrimPrefix(d.json(object), []byte("{"))
	d.WriteString("\n]")
	if string(members) != "}" {
		d.WriteByte(',')
	}
	d.Write(members)
}

func (d *document) json(v any) []byte {
	text, err := marshal(v)
	if d.err == nil {
		d.err = err
	}
	return text
}
