package fleet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/yamlfile"
)

// Read reads a fleet file. Whether the patterns of its cases match any, and whether there are such features, is left to the
// caller, who reports what is wrong by Peer.Mistake.
func Read(name string) (*Fleet, error) {
	text, err := os.ReadFile(name)
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no fleet file %s: name the file that describes your peers; docs/fleet.md shows one", name)
	case errors.As(err, &path):
		return nil, fmt.Errorf("cannot read the fleet file %s: %w", name, path.Err)
	case err != nil:
		return nil, fmt.Errorf("cannot read the fleet file %s: %w", name, err)
	}
	return Parse(name, text)
}

// Parse reads the text of a fleet file, which is called by name and beside which relative paths begin.
func Parse(name string, text []byte) (*Fleet, error) {
	file, err := yamlfile.Parse(name, text)
	if err != nil {
		return nil, err
	}
	if file.Body == nil {
		return nil, file.MistakeAt(nil, errEmpty)
	}
	r := &reader{File: file, anchors: make(anchors)}
	ast.Walk(r.anchors, file.Body)
	f := r.fleet(file.Body)
	if r.err != nil {
		return nil, r.err
	}
	return f, nil
}

// The keys of the file and of a peer, in the order in which they are explained.
var (
	fileKeys = []string{"peers", "defaults", "out", "format", "baseline", "new-cases", "strict"}
	peerKeys = append([]string{"name"}, defaultKeys...)

	defaultKeys = []string{"role", "url", "command", "dir", "env", "build", "build-limit", "ready-http", "ready-output", "ready-limit",
		"cases", "exclude", "requires", "profile", "timeout", "limit", "retries", "jobs",
		"headers", "subprotocols", "origin", "ca", "insecure"}
)

// fleet reads the whole file.
func (r *reader) fleet(n ast.Node) *Fleet {
	top := r.section(n, fileKeys)
	f := &Fleet{
		File:     r.Name,
		Out:      r.path(top.text("out")),
		Format:   top.list("format"),
		Baseline: r.path(top.text("baseline")),
		NewCases: top.choice("new-cases", "report", "fail"),
		Strict:   top.flag("strict"),
		top:      top,
	}
	defaults := r.section(top.values["defaults"], defaultKeys)
	list := top.find("peers")
	if list == nil {
		r.fail(n, "there are no peers: list them under the key peers")
		return f
	}
	peers, ok := list.(*ast.SequenceNode)
	if !ok || len(peers.Values) == 0 {
		r.fail(list, "here belongs a list of peers, each with \"- name: ...\", not %s", kind(list))
		return f
	}
	for _, n := range peers.Values {
		f.add(r.peer(n, defaults))
	}
	return f
}

// add takes a peer into the fleet.
func (f *Fleet) add(p *Peer) {
	for _, other := range f.Peers {
		if other.Name == p.Name && p.Name != "" {
			f.top.fail(p.section.find("name"), "two peers are named %q, this one and that of line %d: give each a name of its own",
				p.Name, yamlfile.Start(other.section.find("name")).Position.Line)
		}
	}
	f.Peers = append(f.Peers, p)
}

// peer reads a peer.
func (r *reader) peer(n ast.Node, defaults *section) *Peer {
	s := r.section(n, peerKeys)
	s.defaults = defaults
	p := &Peer{
		Name: s.text("name"), Role: s.choice("role", "server", "client"), URL: s.text("url"),
		Command: s.command("command"), Dir: s.text("dir"), Env: s.pairs("env", "="),
		Build: s.command("build"), BuildLimit: s.limit("build-limit", DefaultBuildLimit),
		ReadyHTTP: s.text("ready-http"), ReadyOutput: s.pattern("ready-output"), ReadyLimit: s.limit("ready-limit", 0),
		Cases: s.list("cases"), Exclude: s.list("exclude"), Requires: s.list("requires"), Profile: harness.Profile(s.text("profile")),
		Timeout: s.duration("timeout"), Limit: s.limit("limit", 0), Retries: s.number("retries", 0),
		Headers: s.pairs("headers", ": "), Subprotocols: s.list("subprotocols"), Origin: s.text("origin"),
		CA: r.path(s.text("ca")), Insecure: s.flag("insecure"),
		section: s,
	}
	if jobs := s.number("jobs", 1); jobs != nil {
		p.Jobs = *jobs
	}
	p.check()
	p.complete()
	return p
}

// path makes a path of the file relative to where this process runs.
func (r *reader) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(r.Name), name)
}

const portMark = "{port}"

// complete fills in what goes without saying.
func (p *Peer) complete() {
	if p.Role == "" {
		p.Role = "server"
	}
	if p.URL == "" && p.wantsPort() {
		p.URL = "ws://127.0.0.1:" + portMark + "/"
	}
	if p.Dir = p.section.path(p.Dir); p.Dir == "" {
		p.Dir = filepath.Dir(p.section.Name)
	}
}

// wantsPort tells whether the command is told on which port to listen.
func (p *Peer) wantsPort() bool {
	return strings.Contains(strings.Join(p.Command, " ")+strings.Join(p.Env, " "), portMark)
}

// check looks for what is wrong with a peer.
func (p *Peer) check() {
	s := p.section
	switch {
	case isNull(s.resolve(s.node)):
		s.fail(s.node, "this peer is empty")
	case p.Name == "":
		s.fail(s.node, "this peer has no name")
	case strings.ContainsFunc(p.Name, func(r rune) bool { return !strconv.IsPrint(r) }):
		s.fail(s.find("name"), "a name is made of characters that can be printed")
	case p.Role == "client":
		s.fail(s.find("role"), "clients cannot be tested yet: they come with `wsspec listen`, which this version does not have")
	case p.URL == "" && p.Command == nil:
		s.fail(s.node, "this peer has neither a url nor a command: where is it?")
	case p.URL == "" && !p.wantsPort():
		s.fail(s.find("command"), "where does it listen? put {port} into the command or env, or give the url")
	case strings.Contains(p.URL, portMark) && p.Command == nil:
		s.fail(s.find("url"), "{port} is the port that a command is told to listen on, and this peer has no command")
	}
	if _, err := harness.ParseProfile(string(p.Profile)); p.Profile != "" && err != nil {
		s.fail(s.find("profile"), "%w", err)
	}
	for i, feature := range p.Requires {
		if !slices.Contains(harness.Features, feature) && s.err == nil {
			s.err = s.mistake("requires", i, fmt.Errorf("the feature %q is unknown: choose from %s", feature, strings.Join(harness.Features, ", ")))
		}
	}
	if !strings.HasPrefix(p.ReadyHTTP, "http://") && !strings.HasPrefix(p.ReadyHTTP, "https://") && p.ReadyHTTP != "" {
		s.fail(s.find("ready-http"), "%q is no URL of HTTP, such as http://127.0.0.1:{port}/", p.ReadyHTTP)
	}
	if _, err := harness.NewTarget(strings.ReplaceAll(p.URL, portMark, "1"), nil); p.URL != "" && err != nil {
		s.fail(s.find("url"), "%s", strings.TrimPrefix(err.Error(), "protocol: "))
	}
}
