package main

import (
	"bufio"
	"path/filepath"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

// badgeLabel is what a badge of all peers says of what was tested.
const badgeLabel = "wsspec"

// writeBadges writes the badge of a run, and one for each peer if there are several, and adds the names of the first to files.
func (v *view) writeBadges(files []string) ([]string, error) {
	names, err := v.writeBadge(v.title())
	if err == nil && len(v.record.Peers) > 1 {
		err = v.writePeerBadges()
	}
	return append(files, names...), err
}

// title is what a badge calls what was tested.
func (v *view) title() string {
	if len(v.record.Peers) == 1 {
		return v.record.Peers[0].Name
	}
	return badgeLabel
}

// writeBadge writes the badge of a run.
func (v *view) writeBadge(label string) (files []string, err error) {
	return writeBadge(filepath.Join(v.out, "badge"), reports.NewBadge(label, v.record, v.gate))
}

// writePeerBadges writes the badge of each peer.
func (v *view) writePeerBadges() error {
	for i, b := range reports.PeerBadges(v.record, v.gate) {
		if _, err := writeBadge(badgeName(v.out, v.record.Peers[i].Name), b); err != nil {
			return err
		}
	}
	return nil
}

// badgeName is where the badge of a peer is, without the extension.
func badgeName(dir, peer string) string { return filepath.Join(dir, "badges", record.FileName(peer)) }

// writeBadge writes a badge as SVG, and in the form of shields.io.
func writeBadge(name string, b reports.Badge) (files []string, err error) {
	files = []string{name + ".svg", name + ".json"}
	if err := writeFile(files[0], func(w *bufio.Writer) error { return b.SVG(w) }); err != nil {
		return nil, err
	}
	return files, writeFile(files[1], func(w *bufio.Writer) error { return b.JSON(w) })
}
