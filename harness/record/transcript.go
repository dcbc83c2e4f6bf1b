package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// Transcript is everything that crossed the wire in a case, in the order in which it did.
type Transcript struct {
	Entries   []Entry `json:"entries"`
	Omitted   int     `json:"omitted,omitempty"`    // entries that were dropped to bound memory
	OmittedAt int     `json:"omitted_at,omitempty"` // the index of the entry before which they were

	Autobahn *Account `json:"autobahn,omitempty"` // nil unless it was asked for, or read from a file of the Autobahn testsuite
}

// What an Entry stands for.
const (
	SideSent = "sent" // by wsspec
	SideGot  = "got"  // from the peer
	SideNote = "note" // nothing crossed the wire

	KindFrame = "frame" // a frame
	KindBytes = "bytes" // bytes that are no frame
	KindHead  = "head"  // the head of an opening handshake
	KindEnd   = "end"   // the end of the stream
	KindPause = "pause" // a wait

	MarkFault      = "fault"      // the deliberate violation that the case is about
	MarkUnexpected = "unexpected" // what must not happen
	MarkBarrier    = "barrier"    // proves that what was awaited did not come before it
)

// Entry is one thing that happened in a conversation. Fields that do not apply to its kind are zero, and zero fields are
// absent from JSON.
type Entry struct {
	AtUS       int64    `json:"at_us"`                 // since the connection was opened
	Side       string   `json:"side"`                  // sent, got or note
	Kind       string   `json:"kind"`                  // frame, bytes, head, end or pause
	FIN        bool     `json:"fin,omitempty"`         //
	RSV        byte     `json:"rsv,omitempty"`         // 4: RSV1, 2: RSV2, 1: RSV3
	Opcode     byte     `json:"opcode,omitempty"`      //
	OpcodeName string   `json:"opcode_name,omitempty"` // "Text"
	Masked     bool     `json:"masked,omitempty"`      //
	Key        string   `json:"key,omitempty"`         // the masking key in hex
	Length     int64    `json:"length,omitempty"`      // bytes of payload of a frame as its header says, of what was sent or got otherwise
	Hex        string   `json:"hex,omitempty"`         // the first bytes on the wire, header included, at most 64, without spaces
	Text       string   `json:"text,omitempty"`        // the payload or what happened, in words, clipped; of a head its lines, with \n between
	Broken     []string `json:"broken,omitempty"`      // the rules that the frame breaks, in words
	Mark       string   `json:"mark,omitempty"`        // "", fault, unexpected or barrier
}

// MarshalJSON writes no entries as [].
func (t Transcript) MarshalJSON() ([]byte, error) {
	type plain Transcript
	t.Entries = orEmpty(t.Entries)
	return marshal(plain(t))
}

// transcriptDir is the directory of transcripts below that of the record.
const transcriptDir = "transcripts"

// transcriptPath is where a case's transcript is stored, with slashes, relative to the record.
func transcriptPath(peer, id string) string {
	return path.Join(transcriptDir, fileName(peer), fileName(id)+".json")
}

// ReadTranscript reads the transcript that the case refers to. dir is the directory that holds the case's record; a path
// that leads out of it is refused.
func ReadTranscript(dir string, c Case) (*Transcript, error) {
	if c.Transcript == "" {
		return nil, fmt.Errorf("case %s has no transcript", c.ID)
	}
	name := filepath.Join(dir, filepath.FromSlash(c.Transcript))
	f, err := os.OpenInRoot(dir, filepath.FromSlash(c.Transcript))
	if err != nil {
		return nil, fmt.Errorf("cannot read transcript %s: %w", name, reason(err))
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("cannot read transcript %s: %w", name, reason(err))
	}
	t := new(Transcript)
	if err := json.Unmarshal(data, t); err != nil {
		return nil, malformed(name, data, err)
	}
	return t, nil
}

// Transcripts returns a function that finds the transcript of a case below dir, the directory that holds the record. It
// gives nil for a case without a transcript, and for one that cannot be read.
func (r *Record) Transcripts(dir string) func(peer, id string) *Transcript {
	type key struct{ peer, id string }
	cases := make(map[key]Case)
	for _, p := range r.Peers {
		for _, c := range p.Cases {
			cases[key{p.Name, c.ID}] = c
		}
	}
	return func(peer, id string) *Transcript {
		c, ok := cases[key{peer, id}]
		if !ok {
			return nil
		}
		t, err := ReadTranscript(dir, c)
		if err != nil {
			return nil
		}
		return t
	}
}

// reason strips the path from an error of package os, which the caller names in full.
func reason(err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	var linkErr *os.LinkError
	if errors.As(err, &linkErr) {
		return linkErr.Err
	}
	return err
}
