package record

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/wsspec/wsspec/harness/yamlfile"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// EmptyBaselineError says that a file holds no baseline, or nothing but comments.
type EmptyBaselineError struct {
	Name string
	Text string // the comments
}

func (e *EmptyBaselineError) Error() string {
	return e.Name + " is empty: a baseline says at least `catalogue: \"2026.1\"`"
}

// ReadBaseline reads a baseline and holds it against the cases there are. A file that holds nothing is an
// *EmptyBaselineError; one that is not there is os.ErrNotExist.
func ReadBaseline(name string, known Catalogue) (*Baseline, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the baseline %s: %w", name, reason(err))
	}
	return ParseBaseline(name, string(text), known)
}

// ParseBaseline is ReadBaseline for a text. Errors call it by name.
func ParseBaseline(name, text string, known Catalogue) (*Baseline, error) {
	file, err := yamlfile.Parse(name, []byte(text))
	if err != nil {
		return nil, err
	}
	if file.Body == nil {
		return nil, &EmptyBaselineError{name, text}
	}
	r := &baselineReader{Baseline: &Baseline{File: name, known: known, text: text}, file: file}
	if err := r.document(file.Body); err != nil {
		return nil, err
	}
	r.measure()
	return r.Baseline, nil
}

// baselineReader reads a baseline.
type baselineReader struct {
	*Baseline
	file  *yamlfile.File
	marks []int // lines in which a key of the document, a peer or an entry begins
}

// wrong says what is wrong with a token.
func (r *baselineReader) wrong(t *token.Token, format string, args ...any) error {
	return r.file.MistakeAt(t, fmt.Errorf(format, args...))
}

// document reads the whole of it.
func (r *baselineReader) document(n ast.Node) error {
	keys, err := r.mapping(n, "catalogue", "peers")
	if err != nil {
		return err
	}
	version, ok := keys["catalogue"]
	if !ok {
		return r.wrong(yamlfile.Start(n), "catalogue is missing: write `catalogue: %q`, the version that the baseline was made with", r.known.Version)
	}
	if err := r.readVersion(version.Value); err != nil {
		return err
	}
	peers, ok := keys["peers"]
	if !ok {
		return nil
	}
	r.peers = r.listOf(peers, 2)
	list, err := r.members(peers.Value)
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := r.peer(p); err != nil {
			return err
		}
	}
	return nil
}

func (r *baselineReader) readVersion(n ast.Node) error {
	version, err := r.scalar(n)
	if err != nil {
		return err
	}
	parts := strings.Split(version.text, ".")
	if len(parts) != 2 || slices.ContainsFunc(parts, func(p string) bool { _, err := strconv.ParseUint(p, 10, 31); return err != nil }) {
		return r.wrong(n.GetToken(), "a version of the catalogue is like %q", r.known.Version)
	}
	r.version, r.Catalogue = version, version.text
	if r.newer() {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s was written with catalogue %s, which is newer than that of this wsspec (%s): update wsspec",
			r.File, r.Catalogue, r.known.Version))
	}
	return nil
}

// newer tells whether the baseline may know more cases than we do.
func (r *baselineReader) newer() bool { return Newer(r.Catalogue, r.known.Version) }

// peer reads what is accepted of a peer.
func (r *baselineReader) peer(n *ast.MappingValueNode) error {
	name := n.Key.GetToken()
	p := BaselinePeer{Name: name.Value, list: r.listOf(n, name.Position.Column+1)}
	items, starts, err := r.items(n.Value)
	if err != nil {
		return err
	}
	for i, item := range items {
		a, err := r.entry(item, starts[i])
		if err != nil {
			return err
		}
		for _, other := range p.Entries {
			if other.Case == a.Case {
				return r.wrong(yamlfile.Start(item), "%q is listed already, in line %d: keep one of them", a.Case, other.line)
			}
		}
		p.Entries = append(p.Entries, a)
	}
	if len(starts) > 0 && starts[0] != nil {
		p.list.indent = starts[0].Position.Column - 1
	}
	r.Peers = append(r.Peers, p)
	return nil
}

// entry reads an entry that begins with a dash, nil if it has none.
func (r *baselineReader) entry(n ast.Node, dash *token.Token) (*Acceptance, error) {
	keys, err := r.mapping(n, "case", "verdict", "requirement", "reason", "ticket", "until", "flaky")
	if err != nil {
		return nil, err
	}
	a := &Acceptance{Verdict: Fail, values: make(map[string]scalar)}
	first := yamlfile.Start(n)
	if dash != nil {
		first, a.column = dash, dash.Position.Column
	}
	m, ok := n.(*ast.MappingNode)
	a.flow = dash == nil || ok && m.IsFlowStyle
	a.line = first.Position.Line
	r.marks = append(r.marks, a.line)
	if keys["case"] == nil {
		return nil, r.wrong(yamlfile.Start(n), "an entry without `case`: name a case or a pattern, such as 6.4.*")
	}
	for name, node := range keys {
		value, err := r.scalar(node.Value)
		if err != nil {
			return nil, err
		}
		a.values[name] = value
	}
	for _, name := range []string{"case", "flaky", "verdict", "requirement", "until"} {
		if keys[name] == nil {
			continue
		}
		if problem := a.set(r, name, a.values[name].text); problem != "" {
			return nil, r.wrong(keys[name].Value.GetToken(), "%s", problem)
		}
	}
	a.Reason, a.Ticket = a.values["reason"].text, a.values["ticket"].text
	return a, nil
}

// set takes a value over, or says what is wrong with it.
func (a *Acceptance) set(r *baselineReader, name, text string) (problem string) {
	switch name {
	case "case":
		a.Case = text
		return r.checkCase(text)
	case "flaky":
		a.Flaky = text == "true"
		if _, ok := map[string]bool{"true": true, "false": true}[text]; !ok {
			return "flaky is true or false"
		}
		if a.Flaky {
			a.Verdict = ""
		}
	case "verdict":
		a.Verdict = Verdict(text)
		return checkVerdict(a.Verdict)
	case "requirement":
		a.Requirements = strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
		return checkRequirements(a.Requirements)
	case "until":
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return fmt.Sprintf("%q is not a day such as 2027-01-31", text)
		}
		a.Until = day
	}
	return ""
}

func (r *baselineReader) checkCase(pattern string) (problem string) {
	switch {
	case r.known.has(pattern):
		return ""
	case r.newer():
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s: this wsspec knows no case %q", r.File, pattern))
		return ""
	}
	return fmt.Sprintf("no case matches %q: give a case (5.6) or a pattern (5.*); `wsspec cases` lists all", pattern)
}

func checkVerdict(v Verdict) (problem string) {
	switch v {
	case Fail, NonStrict, Unimplemented:
		return ""
	case Pass, Informational:
		return fmt.Sprintf("%s is no failure and need not be accepted: delete the entry", v)
	case Error:
		return "error says nothing about the peer and cannot be accepted: delete the entry"
	}
	return fmt.Sprintf("%q is not a verdict that can be accepted: choose from fail, non-strict, unimplemented", string(v))
}

func checkRequirements(ids []string) (problem string) {
	for _, id := range ids {
		if _, ok := requirement.Get(id); !ok {
			return fmt.Sprintf("there is no requirement %q: give IDs such as RFC6455-5.4-10, separated by commas", id)
		}
	}
	return ""
}

// members returns the members of a mapping, none if nothing is there.
func (r *baselineReader) members(n ast.Node) ([]*ast.MappingValueNode, error) {
	var members []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.MappingNode:
		members = n.Values
	case *ast.MappingValueNode:
		members = []*ast.MappingValueNode{n}
	default:
		return nil, r.wrong(n.GetToken(), "what belongs here is a list of `key: value`")
	}
	for _, m := range members {
		if _, ok := m.Key.(ast.ScalarNode); !ok {
			return nil, r.wrong(m.Key.GetToken(), "a key has to be a plain word or text")
		}
		r.marks = append(r.marks, m.Key.GetToken().Position.Line)
	}
	return members, nil
}

// mapping returns the members of a mapping by their keys, which have to be among those that are allowed.
func (r *baselineReader) mapping(n ast.Node, allowed ...string) (map[string]*ast.MappingValueNode, error) {
	marks := len(r.marks)
	members, err := r.members(n)
	if err != nil {
		return nil, err
	}
	if allowed[0] == "case" {
		r.marks = r.marks[:marks] // the keys of an entry are part of it
	}
	keys := make(map[string]*ast.MappingValueNode)
	for _, m := range members {
		key := m.Key.GetToken()
		if !slices.Contains(allowed, key.Value) {
			return nil, r.wrong(key, "%q is unknown: choose from %s", key.Value, strings.Join(allowed, ", "))
		}
		keys[key.Value] = m
	}
	return keys, nil
}

// items returns the items of a sequence and the dashes before them, which are nil in [brackets].
func (r *baselineReader) items(n ast.Node) (items []ast.Node, dashes []*token.Token, err error) {
	switch n := n.(type) {
	case *ast.NullNode:
		return nil, nil, nil
	case *ast.SequenceNode:
		dashes = make([]*token.Token, len(n.Values))
		for i, entry := range n.Entries {
			if !n.IsFlowStyle && i < len(dashes) {
				dashes[i] = entry.Start
			}
		}
		return n.Values, dashes, nil
	}
	return nil, nil, r.wrong(n.GetToken(), "what belongs here is a list of entries, each beginning with `- case:`")
}

// scalar returns a value that is a text, a number or the like.
func (r *baselineReader) scalar(n ast.Node) (scalar, error) {
	t := n.GetToken()
	at := scalar{text: t.Value, line: t.Position.Line, column: t.Position.Column}
	switch n := n.(type) {
	case *ast.NullNode:
		return at, r.wrong(t, "a value is missing")
	case *ast.LiteralNode:
		at.text = strings.TrimSpace(n.Value.Value)
		return at, nil
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return at, nil
	}
	return at, r.wrong(t, "what belongs here is a plain text")
}

// listOf notes where the value of a key stands.
func (r *baselineReader) listOf(n *ast.MappingValueNode, indent int) list {
	l := list{line: n.Key.GetToken().Position.Line, indent: indent}
	l.last = l.line
	switch v := n.Value.(type) {
	case *ast.MappingNode:
		l.flow, l.empty = v.IsFlowStyle, emptyIf(len(v.Values) == 0, "{}")
		if len(v.Values) > 0 {
			l.indent = v.Values[0].Key.GetToken().Position.Column - 1
		}
	case *ast.MappingValueNode:
		l.indent = v.Key.GetToken().Position.Column - 1
	case *ast.SequenceNode:
		l.flow, l.empty = v.IsFlowStyle, emptyIf(len(v.Values) == 0, "[]")
	}
	return l
}

func emptyIf(empty bool, text string) string {
	if empty {
		return text
	}
	return ""
}

// measure finds out which lines belong to which entry.
func (r *baselineReader) measure() {
	for i := range r.Peers {
		p := &r.Peers[i]
		for _, a := range p.Entries {
			a.First, a.Last = r.head(a), r.tail(a)
			p.list.last = max(p.list.last, a.Last)
		}
		r.peers.last = max(r.peers.last, p.list.last)
	}
}

// head is the first of the comments that stand right above an entry, or its own line.
func (r *baselineReader) head(a *Acceptance) int {
	first := a.line
	for first > 1 && isComment(r.file.Lines[first-2]) && indentOf(r.file.Lines[first-2]) == a.column-1 {
		first--
	}
	return first
}

// tail is the last line of an entry. The blank lines and the comments that follow belong to what comes next.
func (r *baselineReader) tail(a *Acceptance) int {
	last := len(r.file.Lines)
	for _, mark := range r.marks {
		if mark > a.line {
			last = min(last, mark-1)
		}
	}
	for last > a.line {
		line := r.file.Lines[last-1]
		if strings.TrimSpace(line) != "" && (!isComment(line) || indentOf(line) > a.column-1) {
			break
		}
		last--
	}
	return last
}

func isComment(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "#") }

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
