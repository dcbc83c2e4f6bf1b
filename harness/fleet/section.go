package fleet

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/wsspec/wsspec/harness/yamlfile"
)

// reader reads nodes. It keeps the first mistake that it meets.
type reader struct {
	*yamlfile.File
	anchors anchors
	err     *yamlfile.Mistake
}

// anchors are the nodes that aliases can stand for.
type anchors map[string]ast.Node

// Visit makes anchors an ast.Visitor.
func (a anchors) Visit(n ast.Node) ast.Visitor {
	if anchor, ok := n.(*ast.AnchorNode); ok {
		a[anchor.Name.GetToken().Value] = anchor.Value
	}
	return a
}

// fail notes a mistake at a node.
func (r *reader) fail(n ast.Node, format string, args ...any) {
	if r.err == nil {
		r.err = r.Mistake(n, fmt.Errorf(format, args...))
	}
}

// resolve returns the node that is meant by an alias, or has an anchor or a tag.
func (r *reader) resolve(n ast.Node) ast.Node {
	for range 100 { // an alias of itself would have no end
		switch node := n.(type) {
		case *ast.AnchorNode:
			n = node.Value
		case *ast.AliasNode:
			name := node.Value.GetToken().Value
			if n = r.anchors[name]; n == nil {
				r.fail(node, "there is no anchor &%s for this alias", name)
				return ast.Null(node.GetToken())
			}
		case *ast.TagNode:
			n = node.Value
		default:
			return n
		}
	}
	r.fail(n, "this alias stands for itself")
	return ast.Null(n.GetToken())
}

// section is a mapping of the file.
type section struct {
	*reader
	node     ast.Node
	keys     []string // in the order of the file
	values   map[string]ast.Node
	defaults *section // has the values of keys that this one lacks; may be nil
}

// section reads a mapping that may have just the known keys, or any if known is nil. An empty one is fine.
func (r *reader) section(n ast.Node, known []string) *section {
	s := &section{reader: r, node: n, values: make(map[string]ast.Node)}
	n = r.resolve(n)
	if isNull(n) {
		return s
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		example := "NAME"
		if known != nil {
			example = known[0]
		}
		r.fail(n, "here belong keys and values, such as \"%s: ...\", not %s", example, kind(n))
		return s
	}
	s.add(m, known, 0)
	return s
}

// add takes the entries of a mapping, and of those that are merged into it.
func (s *section) add(m ast.MapNode, known []string, depth int) {
	for i := m.MapRange(); i.Next(); {
		if i.Key().IsMergeKey() {
			continue
		}
		key := i.Key().GetToken().Value
		if known != nil && !slices.Contains(known, key) {
			s.fail(i.Key(), "there is no key %q here%s", key, suggestion(key, known))
		}
		if _, taken := s.values[key]; !taken {
			s.keys = append(s.keys, key)
			s.values[key] = i.Value()
		}
	}
	for i := m.MapRange(); i.Next(); {
		if i.Key().IsMergeKey() {
			s.merge(i.Value(), known, depth+1)
		}
	}
}

// deepestMerge is more than anybody writes, and less than a mapping that is merged into itself.
const deepestMerge = 20

// merge takes the entries of the mapping, or the mappings, that are the value of the key "<<".
func (s *section) merge(n ast.Node, known []string, depth int) {
	if depth > deepestMerge {
		s.fail(n, "a mapping cannot be merged into itself")
		return
	}
	n = s.resolve(n)
	if list, ok := n.(*ast.SequenceNode); ok {
		for _, element := range list.Values {
			s.merge(element, known, depth+1)
		}
		return
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		s.fail(n, "only keys and values can be merged, not %s", kind(n))
		return
	}
	s.add(m, known, depth)
}

// find returns the value of a key, or else that of the defaults; nil if there is none.
func (s *section) find(key string) ast.Node {
	if n := s.values[key]; n != nil {
		if n = s.resolve(n); !isNull(n) {
			return n
		}
	}
	if s.defaults == nil {
		return nil
	}
	return s.defaults.find(key)
}

// mistake returns err as a mistake at the value of a key, at its i-th element if it is a list, or at the section itself.
func (s *section) mistake(key string, i int, err error) *yamlfile.Mistake {
	n := s.find(key)
	if list, ok := n.(*ast.SequenceNode); ok && i >= 0 && i < len(list.Values) {
		n = s.resolve(list.Values[i])
	}
	if n == nil {
		n = s.node
	}
	return s.File.Mistake(n, err)
}

// text returns the value of a key as it is written, "" if there is none.
func (s *section) text(key string) string {
	n := s.find(key)
	if n == nil {
		return ""
	}
	return s.scalar(n)
}

// scalar returns a value as it is written: 6.10 is not 6.1.
func (r *reader) scalar(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n")
	case *ast.NullNode:
		return ""
	case ast.ScalarNode:
		return n.GetToken().Value
	}
	r.fail(n, "here belongs a text, not %s", kind(n))
	return ""
}

// choice returns the value of a key, which must be one of some words.
func (s *section) choice(key string, words ...string) string {
	value := s.text(key)
	if value != "" && !slices.Contains(words, value) {
		s.fail(s.find(key), "%q is unknown: choose from %s", value, strings.Join(words, ", "))
	}
	return value
}

// list returns the value of a key: a list, or a text with commas between the elements.
func (s *section) list(key string) []string {
	n := s.find(key)
	if n == nil {
		return nil
	}
	words := []string{}
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		for word := range strings.SplitSeq(s.scalar(n), ",") {
			words = append(words, strings.TrimSpace(word))
		}
		return words
	}
	for _, element := range list.Values {
		words = append(words, s.element(element))
	}
	return words
}

// element returns an element of a list. An empty one is hardly meant.
func (r *reader) element(n ast.Node) string {
	n = r.resolve(n)
	if isNull(n) {
		r.fail(n, "this element of the list is empty; write \"\" if that is meant")
		return ""
	}
	return r.scalar(n)
}

// command returns a command: a list of its words, or a text that is split into words. See Words.
func (s *section) command(key string) []string {
	n := s.find(key)
	if n == nil {
		return nil
	}
	if _, ok := n.(*ast.SequenceNode); ok {
		words := s.list(key)
		if len(words) == 0 || words[0] == "" {
			s.fail(n, "the command is empty")
		}
		return words
	}
	words, err := Words(s.scalar(n))
	if err != nil {
		s.fail(n, "%w", err)
	}
	return words
}

// pairs returns a mapping of names to texts, in the order of the file, each as NAME, separator, value. Those of the defaults
// come first, unless they are given again.
func (s *section) pairs(key, separator string) (pairs []string) {
	if s.defaults != nil {
		pairs = s.defaults.pairs(key, separator)
	}
	n := s.values[key]
	if n == nil {
		return pairs
	}
	entries := s.section(n, nil)
	for _, name := range entries.keys {
		prefix := name + separator
		pairs = slices.DeleteFunc(pairs, func(p string) bool { return strings.HasPrefix(p, prefix) })
		pairs = append(pairs, prefix+s.scalar(s.resolve(entries.values[name])))
	}
	return pairs
}

// pattern returns the regular expression that is the value of a key, nil if there is none.
func (s *section) pattern(key string) *regexp.Regexp {
	value := s.text(key)
	if value == "" {
		return nil
	}
	re, err := regexp.Compile(value)
	if err != nil {
		s.fail(s.find(key), "%w", err)
	}
	return re
}

// duration returns the value of a key, nil if there is none.
func (s *section) duration(key string) *time.Duration {
	value := s.text(key)
	if value == "" {
		return nil
	}
	d, err := time.ParseDuration(value)
	if err != nil {
		s.fail(s.find(key), "%q is no duration: write a number with its unit, such as 500ms, 2s or 5m", value)
	} else if d < 0 {
		s.fail(s.find(key), "a duration cannot be negative")
	}
	return &d
}

// limit is a duration that means something; other if there is none.
func (s *section) limit(key string, other time.Duration) time.Duration {
	d := s.duration(key)
	switch {
	case d == nil:
		return other
	case *d == 0:
		s.fail(s.find(key), "a limit of 0 leaves no time: leave the key out, or give more")
	}
	return *d
}

// number returns the value of a key, at least smallest, nil if there is none.
func (s *section) number(key string, smallest int) *int {
	value := s.text(key)
	if value == "" {
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < smallest {
		s.fail(s.find(key), "%q is no number of %d or more", value, smallest)
	}
	return &n
}

// flag returns the value of a key, false if there is none.
func (s *section) flag(key string) bool {
	n := s.find(key)
	if n == nil {
		return false
	}
	if flag, ok := n.(*ast.BoolNode); ok {
		return flag.Value
	}
	s.fail(n, "here belongs true or false, not %s", kind(n))
	return false
}

func isNull(n ast.Node) bool { return n == nil || n.Type() == ast.NullType }

// kind says what a value is.
func kind(n ast.Node) string {
	if list, ok := n.(*ast.SequenceNode); ok && len(list.Values) == 0 {
		return "an empty list"
	}
	switch n.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "keys and values"
	case ast.SequenceType:
		return "a list"
	case ast.StringType, ast.LiteralType:
		return "a text"
	case ast.BoolType:
		return "true or false"
	case ast.NullType:
		return "nothing"
	}
	return "a number"
}

var errEmpty = errors.New("the file is empty: it lists no peers")
