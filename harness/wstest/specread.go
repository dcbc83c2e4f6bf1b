package wstest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/protocol"
)

// ParseSpec reads a specification file, which messages call by name. What the testsuite passes over in silence, such as a key
// that it does not know, is a warning in one line. The error is a *yamlfile.Mistake.
//
// More is accepted than the testsuite takes: comments, commas after a last element, a byte order mark, and a file without
// "cases", which means all.
func ParseSpec(name string, text []byte) (s *Spec, warnings []string, err error) {
	f, err := parseJSON(name, text)
	if err != nil {
		return nil, nil, err
	}
	s = new(Spec)
	r := &specReader{jsonFile: f}
	err = r.fields(f.root, "a specification", map[string]any{
		"outdir": &s.OutDir, "servers": &s.Servers, "url": &s.URL, "protocols": &s.Protocols, "key": &s.Key, "cert": &s.Cert,
		"cases": caseList{&s.Cases}, "exclude-cases": caseList{&s.ExcludeCases}, "exclude-agent-cases": &s.ExcludeAgentCases, "options": &s.Options,
	})
	if err != nil {
		return nil, nil, err
	}
	return s, r.warnings, nil
}

// specReader turns a JSON file into a Spec.
type specReader struct {
	*jsonFile
	warnings []string
}

// caseList is where the entries of a list of cases go.
type caseList struct{ to *[]string }

// fields reads an object whose keys mean what the table says: where their values go.
func (r *specReader) fields(n node, what string, table map[string]any) error {
	members, ok := n.value.(object)
	if !ok {
		return r.mistake(n.at, "%s is an object, in braces { }, not %s", what, kind(n))
	}
	for _, m := range members {
		to, known := table[m.key]
		switch {
		case !known:
			r.warn(m.at, "%q is no key of %s, and is ignored%s", m.key, what, suggestion(m.key, slices.Sorted(maps.Keys(table))))
		case m.value.value == nil: // as if it were not there
		default:
			if err := r.field(m, to); err != nil {
				return err
			}
		}
	}
	return nil
}

// field reads the value of a key.
func (r *specReader) field(m member, to any) (err error) {
	switch to := to.(type) {
	case *string:
		*to, err = r.text(m.value, m.key)
	case *[]string:
		*to, err = r.list(m.value, m.key)
	case caseList:
		*to.to, err = r.cases(m.value, m.key)
	case *[]Server:
		*to, err = r.servers(m.value, m.key)
	case *map[string][]string:
		*to, err = r.exclusions(m.value, m.key)
	case *map[string]any:
		*to, err = r.options(m.value)
	}
	return err
}

func (r *specReader) text(n node, key string) (string, error) {
	s, ok := n.value.(string)
	if !ok {
		return "", r.mistake(n.at, "%q is a string, in quotes, not %s", key, kind(n))
	}
	return s, nil
}

func (r *specReader) list(n node, key string) ([]string, error) {
	list := []string{}
	err := r.each(n, key, func(entry node) error {
		s, err := r.text(entry, key+"[...]")
		list = append(list, s)
		return err
	})
	return list, err
}

// each calls f for the elements of a list.
func (r *specReader) each(n node, key string, f func(node) error) error {
	elements, ok := n.value.([]node)
	if !ok {
		return r.mistake(n.at, "%q is a list, in brackets [ ], not %s", key, kind(n))
	}
	for _, entry := range elements {
		if err := f(entry); err != nil {
			return err
		}
	}
	return nil
}

// cases reads a list of cases. A single pattern may stand without brackets: the testsuite takes "*" as it takes ["*"].
func (r *specReader) cases(n node, key string) ([]string, error) {
	if _, single := n.value.(string); single {
		n = node{n.at, []node{n}}
	}
	list := []string{}
	err := r.each(n, key, func(entry node) error {
		s, err := r.text(entry, key+"[...]")
		if err != nil {
			return err
		}
		if isPattern(s) {
			if _, err := casePattern(s); err != nil {
				return r.mistake(entry.at, "%q is no pattern: %s", s, expressionProblem(err))
			}
		} else {
			s = r.id(s, key, entry.at)
		}
		list = append(list, s)
		return nil
	})
	return list, err
}

// id is the ID that an entry without an asterisk stands for. Under "cases" the testsuite reads numbers, so that "1.01.1 " is 1.1.1;
// nowhere else. An entry that stands for no case is warned of, but for "", which people write to exclude nothing.
func (r *specReader) id(entry, key string, at int) string {
	switch key {
	case "cases":
		id := normalID(entry)
		if Number(id) == 0 {
			r.warn(at, "there is no case %q: nothing is run for it", entry)
		}
		return id
	case "exclude-cases":
		if entry != "" && Number(entry) == 0 {
			r.warn(at, "there is no case %q: nothing is excluded by it", entry)
		}
	}
	return entry
}

// servers reads the servers under test.
func (r *specReader) servers(n node, key string) ([]Server, error) {
	servers := []Server{}
	err := r.each(n, key, func(entry node) error {
		var s Server
		err := r.fields(entry, "a server", map[string]any{
			"agent": &s.Agent, "url": &s.URL, "hostname": &s.Hostname, "origin": &s.Origin, "protocols": &s.Protocols, "options": &s.Options,
		})
		if err == nil {
			err = r.url(entry, s.URL)
		}
		servers = append(servers, s)
		return err
	})
	return servers, err
}

// url checks the URL of a server.
func (r *specReader) url(server node, url string) error {
	if url == "" {
		return r.mistake(server.at, `this server has no "url": give one, such as "url": "ws://127.0.0.1:9001"`)
	}
	if _, err := protocol.ParseURL(WithoutUser(url)); err != nil {
		members := server.value.(object)
		i := slices.IndexFunc(members, func(m member) bool { return m.key == "url" })
		return r.mistake(members[i].value.at, "%s", strings.TrimPrefix(err.Error(), "protocol: "))
	}
	return nil
}

// exclusions reads which agents are exempt from which cases.
func (r *specReader) exclusions(n node, key string) (map[string][]string, error) {
	if list, ok := n.value.([]node); ok && len(list) == 0 { // the testsuite takes it
		return map[string][]string{}, nil
	}
	members, ok := n.value.(object)
	if !ok {
		return nil, r.mistake(n.at, "%q is an object, in braces { }, from agents to lists of cases, not %s", key, kind(n))
	}
	exclusions := make(map[string][]string)
	for _, m := range members {
		if _, err := agentPattern(m.key); err != nil {
			return nil, r.mistake(m.at, "%q is no pattern: %s", m.key, expressionProblem(err))
		}
		list, err := r.cases(m.value, key)
		if err != nil {
			return nil, err
		}
		exclusions[m.key] = list
	}
	return exclusions, nil
}

// expressionProblem says what is wrong with a pattern, which is an expression but for the dot and the asterisk.
func expressionProblem(err error) string {
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ") + `; beside "*", what regular expressions know has its meaning there`
}

// plain turns a value into what package encoding/json would make of it.
func plain(n node) any {
	switch v := n.value.(type) {
	case object:
		m := make(map[string]any)
		for _, member := range v {
			m[member.key] = plain(member.value)
		}
		return m
	case []node:
		list := make([]any, len(v))
		for i, entry := range v {
			list[i] = plain(entry)
		}
		return list
	case json.Number:
		f, _ := v.Float64()
		return f
	}
	return n.value
}

// kind names what a value is.
func kind(n node) string {
	switch n.value.(type) {
	case nil:
		return "null"
	case bool:
		return "true or false"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case []node:
		return "a list"
	}
	return "an object"
}

// warn adds a warning about a place.
func (r *specReader) warn(at int, format string, args ...any) {
	line, column := r.place(at)
	r.warnings = append(r.warnings, fmt.Sprintf("%s:%d:%d: ", r.name, line, column)+fmt.Sprintf(format, args...))
}
