package record

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
)

// Source is a record and where it was found.
type Source struct {
	*Record
	Dir string // the directory that holds it, to which the paths of transcripts are relative

	// The case of which the user named the transcript; empty if he named the record.
	Peer, Case string
}

// Find reads the record that name stands for: a record, the directory that holds one, or one of the transcripts below it, which
// say only by where they lie whose they are.
func Find(name string) (*Source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, reason(err))
	}
	if info.IsDir() {
		rec, err := Read(name)
		return &Source{Record: rec, Dir: name}, err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, reason(err))
	}
	if isTranscript(data) {
		return findTranscript(name)
	}
	rec, err := Parse(name, data)
	return &Source{Record: rec, Dir: filepath.Dir(name)}, err
}

// isTranscript tells a transcript, which has entries, from a record, which has a schema.
func isTranscript(data []byte) bool {
	var keys struct {
		Schema  json.RawMessage `json:"schema"`
		Entries json.RawMessage `json:"entries"`
	}
	return json.Unmarshal(data, &keys) == nil && keys.Schema == nil && keys.Entries != nil
}

// findTranscript reads the record that a transcript belongs to, and finds its case there.
func findTranscript(name string) (*Source, error) {
	whole, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	peerDir, file := filepath.Split(whole)
	top, peer := filepath.Split(filepath.Clean(peerDir))
	dir := filepath.Dir(filepath.Clean(top))
	rec, err := Read(dir)
	if err != nil {
		return nil, fmt.Errorf("%s is a transcript, and whose it is says the record two directories above it: %w", name, err)
	}
	want := path.Join(filepath.Base(filepath.Clean(top)), peer, file)
	for _, p := range rec.Peers {
		for _, c := range p.Cases {
			if c.Transcript == want {
				return &Source{rec, dir, p.Name, c.ID}, nil
			}
		}
	}
	return nil, fmt.Errorf("%s is a transcript that no case of the record in %s refers to", name, dir)
}
