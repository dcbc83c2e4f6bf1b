package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// SchemaVersion is the version of the JSON form that this package writes, and the newest that it reads.
const SchemaVersion = 1

// Record is the result of a run: peers x cases.
type Record struct {
	Schema      int       `json:"schema"`
	Tool        string    `json:"tool"`      // "wsspec 0.1.0"
	Catalogue   string    `json:"catalogue"` // version of the catalogue of cases, "2026.1"
	Seed        string    `json:"seed"`      // every random choice of the run comes from it
	Profile     string    `json:"profile"`   // quick, standard or full
	Started     time.Time `json:"started"`
	Shard       *Shard    `json:"shard,omitempty"` // nil if the record is of a whole run
	DurationMS  int64     `json:"duration_ms"`
	Planned     int       `json:"planned"`               // cases that the run set out to ask, over all peers
	Ran         int       `json:"ran"`                   // cases that have a verdict, over all peers
	Interrupted string    `json:"interrupted,omitempty"` // why the run ended early: "SIGINT"
	Peers       []Peer    `json:"peers"`
}

// Peer is one endpoint under test and what became of its cases.
type Peer struct {
	Name     string    `json:"name"`
	Role     string    `json:"role"`                // server or client
	URL      string    `json:"url"`                 // that was tested; for a client, the one that it was given
	Fleet    string    `json:"fleet,omitempty"`     // the fleet file that describes the peer; "" if none does
	Profile  string    `json:"profile,omitempty"`   // "" if it is that of the run
	JudgedBy string    `json:"judged_by,omitempty"` // who gave the verdicts: "" for this tool, "Autobahn Testsuite 25.10.1"
	Twin     string    `json:"twin,omitempty"`      // the peer of the record that is the same endpoint, judged by this tool; "" if none is
	Original string    `json:"original,omitempty"`  // page of who gave the verdicts: its path below the record's directory, with slashes
	Probe    *Probe    `json:"probe,omitempty"`     // nil if the peer was not probed
	Cases    []Case    `json:"cases"`
	Ended    *Ended    `json:"ended,omitempty"`    // nil unless the peer's program ended by itself
	Usage    *Usage    `json:"usage,omitempty"`    // nil unless the peer's program was watched
	Untested *Untested `json:"untested,omitempty"` // nil unless cases could not be put to the peer
}

// Untested tells why cases could not be put to a peer: it did not start, was not there, or took too long.
type Untested struct {
	Reason string   `json:"reason"`
	Output []string `json:"output"` // the last lines that its program wrote
}

// Usage is what a peer's program, with the processes that it started, took of the machine while it was tested.
type Usage struct {
	PeakMemory int64 `json:"peak_memory_bytes"` // resident, the most that was seen
	CPUMS      int64 `json:"cpu_ms"`            // user and system time of all cores
}

// Probe is what was learnt of a peer before its first case.
type Probe struct {
	RoundTripUS int64  `json:"round_trip_us"`
	Connections int    `json:"connections"`       // served at once; 1: cases run one at a time
	Problem     string `json:"problem,omitempty"` // what the user should know, in words

	// Features are the optional features that the peer accepted when they were offered, such as permessage-deflate; nil if
	// it was not asked.
	Features []string `json:"features,omitzero"`
}

// Ended tells how a peer's program came to its end while it was tested; the last time, if it was started again.
type Ended struct {
	ExitCode int      `json:"exit_code"`        // -1 if a signal ended it
	Signal   string   `json:"signal,omitempty"` // "SIGSEGV"
	Stderr   []string `json:"stderr"`           // its last lines
	During   string   `json:"during,omitempty"` // ID of the case that was running
}

// Case is one question put to a peer, and the answer.
type Case struct {
	ID           string       `json:"id"`
	Aliases      []string     `json:"aliases"` // other names of the case
	Title        string       `json:"title"`
	Verdict      Verdict      `json:"verdict"`
	Close        CloseVerdict `json:"close,omitempty"`
	CloseCode    int          `json:"close_code,omitempty"` // of the peer's Close frame; 0: there was none, or it had none
	DurationUS   int64        `json:"duration_us"`
	Requirements []string     `json:"requirements"`      // IDs of what the case checks
	Flaky        bool         `json:"flaky"`             // absence seen once, and not again
	WSTest       *WSTest      `json:"wstest,omitempty"`  // for the Autobahn testsuite's cases
	Volume       *Volume      `json:"volume,omitempty"`  // for cases that measure
	Watched      *Watched     `json:"watched,omitempty"` // for cases of chapter 0
	Runs         []Verdict    `json:"runs,omitempty"`    // of every repetition, in order, if the case was repeated
	Findings     []Finding    `json:"findings"`
	Notes        []string     `json:"notes"`                // what was seen and speaks against nobody
	Transcript   string       `json:"transcript,omitempty"` // path below the record's directory, with slashes
}

// Volume is what a case that measures sent and got back, and how fast. Payload is counted, not the framing.
type Volume struct {
	Messages     int   `json:"messages"`      // sent, and as many came back
	MessageBytes int64 `json:"message_bytes"` // payload of one message
	DurationUS   int64 `json:"duration_us"`   // from the first byte sent to the last byte back
	MedianUS     int64 `json:"median_us"`     // of the round trips of the messages; with one message, its round trip
	WorstUS      int64 `json:"worst_us"`      // the longest round trip
}

// Throughput is in bytes of payload a second, one way.
func (v Volume) Throughput() float64 {
	if v.DurationUS <= 0 {
		return 0
	}
	return float64(v.Messages) * float64(v.MessageBytes) / (float64(v.DurationUS) / 1e6)
}

// WSTest is the verdict of the Autobahn testsuite, by its own rules, on the same conversation.
type WSTest struct {
	Behavior        string `json:"behavior"`
	BehaviorClose   string `json:"behaviorClose"`
	RemoteCloseCode *int   `json:"remoteCloseCode"`
}

// Finding is one observation that speaks against the peer.
type Finding struct {
	Requirement string  `json:"requirement"` // ID
	Level       string  `json:"level"`       // MUST, SHOULD, MAY or FACT
	Expected    string  `json:"expected"`
	Got         string  `json:"got"`
	Severity    Verdict `json:"severity"`              // Fail or NonStrict
	Seen        int     `json:"seen,omitempty"`        // tries that showed it; 0: not tried again
	Tries       int     `json:"tries,omitempty"`       // tries in all
	Unconfirmed bool    `json:"unconfirmed,omitempty"` // should have been tried again, but the time for it was used up
	Entries     []int   `json:"entries,omitempty"`     // indexes of the transcript's entries that prove it
}

// Plain types have the fields of the exported ones without their MarshalJSON.
type (
	plainRecord   Record
	plainPeer     Peer
	plainEnded    Ended
	plainUntested Untested
	plainCase     Case
)

// MarshalJSON writes lists as [] where they are nil, so that a script need not ask whether they are there.
func (r Record) MarshalJSON() ([]byte, error) {
	r.Peers = orEmpty(r.Peers)
	return marshal(plainRecord(r))
}

// MarshalJSON writes lists as [] where they are nil.
func (p Peer) MarshalJSON() ([]byte, error) {
	p.Cases = orEmpty(p.Cases)
	return marshal(plainPeer(p))
}

// MarshalJSON writes lists as [] where they are nil.
func (e Ended) MarshalJSON() ([]byte, error) {
	e.Stderr = orEmpty(e.Stderr)
	return marshal(plainEnded(e))
}

// MarshalJSON writes lists as [] where they are nil.
func (u Untested) MarshalJSON() ([]byte, error) {
	u.Output = orEmpty(u.Output)
	return marshal(plainUntested(u))
}

// MarshalJSON writes lists as [] where they are nil.
func (c Case) MarshalJSON() ([]byte, error) {
	c.Aliases = orEmpty(c.Aliases)
	c.Requirements = orEmpty(c.Requirements)
	c.Findings = orEmpty(c.Findings)
	c.Notes = orEmpty(c.Notes)
	return marshal(plainCase(c))
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// marshal is json.Marshal that leaves <, > and & readable, and spells out what could steer a terminal that shows the text.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return spelled(bytes.TrimSuffix(buf.Bytes(), []byte("\n"))), nil
}

// spelled writes characters that are not printed as \uXXXX. JSON asks for that only below U+0020.
// The runners of CI systems take ##[group] for a command, wherever it stands in a line.
func spelled(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("##"), []byte(`#\u0023`)) // a # is always part of a string
	if !bytes.ContainsFunc(text, unprinted) {
		return text
	}
	var out []byte
	for _, r := range string(text) { // valid: it is the encoder's
		if !unprinted(r) {
			out = utf8.AppendRune(out, r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out
}

func unprinted(r rune) bool { return r >= 0x7f && !strconv.IsPrint(r) }

// Peer returns the peer of that name, nil if there is none.
func (r *Record) Peer(name string) *Peer {
	i := slices.IndexFunc(r.Peers, func(p Peer) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &r.Peers[i]
}

// Case returns the case with that ID, nil if there is none.
func (p *Peer) Case(id string) *Case {
	i := slices.IndexFunc(p.Cases, func(c Case) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &p.Cases[i]
}

// Sort puts the cases of every peer into the natural order of their IDs.
func (r *Record) Sort() {
	for _, p := range r.Peers {
		slices.SortStableFunc(p.Cases, func(a, b Case) int { return CompareIDs(a.ID, b.ID) })
	}
}
