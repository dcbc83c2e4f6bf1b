package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/harness/fleet"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

func (o *options) registerLocation(f *pflag.FlagSet) {
	f.StringVar(&o.location, "location", "", "FILE[:LINE] at which code scanning shows what was found, with --format sarif (default: where the fleet file names the peer, the baseline, the workflow)")
}

// checkLocation looks for what is wrong with --location.
func (o *options) checkLocation() error {
	if o.location == "" {
		return nil
	}
	file, _ := splitLine(o.location)
	if info, err := os.Stat(file); err != nil || info.IsDir() {
		return usageError{fmt.Errorf("--location: there is no file %s: give FILE or FILE:LINE of this repository", reports.Printable(file))}
	}
	return nil
}

// splitLine reads FILE or FILE:LINE.
func splitLine(s string) (file string, line int) {
	i := strings.LastIndexByte(s, ':')
	if n, err := strconv.Atoi(s[i+1:]); i > 0 && err == nil && n > 0 {
		return s[:i], n
	}
	return s, 1
}

// places find where in the repository what was found can be shown.
type places struct {
	*view
	root   string
	fleets map[string]*fleet.Fleet // that could be read; nil for the others
}

func (v *view) places() reports.SARIFPlaces {
	p := &places{view: v, root: repository(), fleets: make(map[string]*fleet.Fleet)}
	return reports.SARIFPlaces{Peer: p.peer, File: p.path}
}

// peer finds the place for what a peer does.
func (p *places) peer(name string) reports.Place {
	if p.location != "" {
		file, line := splitLine(p.location)
		return reports.Place{File: p.path(file), Line: line}
	}
	if known := p.record.Peer(name); known != nil && known.Fleet != "" {
		return p.inFleet(known)
	}
	if p.baseline != "" {
		return reports.Place{File: p.path(p.baseline), Line: 1}
	}
	return reports.Place{File: cmp.Or(workflow(), "README.md"), Line: 1}
}

// inFleet finds the line of the fleet file that names a peer. The file may have changed since, or be elsewhere.
func (p *places) inFleet(known *record.Peer) reports.Place {
	f, read := p.fleets[known.Fleet]
	if !read {
		f, _ = fleet.Read(known.Fleet)
		p.fleets[known.Fleet] = f
	}
	place := reports.Place{File: p.path(known.Fleet), Line: 1}
	if f == nil {
		return place
	}
	for _, one := range f.Peers {
		if one.Name == known.Name {
			_, place.Line = splitLine(one.Where("name", -1))
		}
	}
	return place
}

// path is the path of a file from the root of the repository, with slashes. Of a file outside only the name is left.
func (p *places) path(name string) string {
	full, err := filepath.Abs(name)
	if err != nil {
		return filepath.Base(name)
	}
	rel, err := filepath.Rel(p.root, full)
	if err != nil || !filepath.IsLocal(rel) {
		return filepath.Base(name)
	}
	return filepath.ToSlash(rel)
}

// gateInRepository is the gate with the paths of its files from the root of the repository, by which GitHub knows them.
func (v *view) gateInRepository() *record.Gate {
	if v.gate == nil {
		return nil
	}
	gate, places := *v.gate, v.places()
	gate.Judgements = slices.Clone(gate.Judgements)
	for i := range gate.Judgements {
		if j := &gate.Judgements[i]; j.Where != "" {
			file, line := splitLine(j.Where)
			j.Where = fmt.Sprintf("%s:%d", places.File(file), line)
		}
	}
	return &gate
}

// repository is the root of the repository in which this process runs; its directory, if that is in none.
func repository() string {
	here, err := filepath.Abs(".")
	if err != nil {
		return "."
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return here
		}
	}
}

// workflow is the file that GitHub Actions runs, "" elsewhere: GITHUB_WORKFLOW_REF is OWNER/REPOSITORY/FILE@REF.
func workflow() string {
	file, _, _ := strings.Cut(os.Getenv("GITHUB_WORKFLOW_REF"), "@")
	file, ok := strings.CutPrefix(file, os.Getenv("GITHUB_REPOSITORY")+"/")
	if !ok || !filepath.IsLocal(file) {
		return ""
	}
	return file
}
