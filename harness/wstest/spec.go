package wstest

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
)

// Spec is a specification file of the Autobahn testsuite, of its modes fuzzingclient and fuzzingserver. The zero value selects
// all cases.
type Spec struct {
	OutDir  string   // where the reports go; "" is the testsuite's default
	Servers []Server // under test, in the mode fuzzingclient

	URL       string // where to listen, in the mode fuzzingserver
	Protocols []string
	Key, Cert string // files, in PEM

	Cases             []string            // IDs and patterns; nil means all, an empty list none
	ExcludeCases      []string            // IDs and patterns
	ExcludeAgentCases map[string][]string // by patterns of agents, patterns of cases

	Options map[string]any // of autobahn-python, by its names, for all peers
}

// Server is a server under test.
type Server struct {
	Agent     string // its name in the reports; "" means what its Server header field says
	URL       string
	Hostname  string // for TLS: to name and to check; "" means that nothing is checked
	Origin    string
	Protocols []string
	Options   map[string]any // over those of the Spec
}

// OptionsOf returns the options for a server: those of the specification, and over them its own.
func (s *Spec) OptionsOf(server Server) map[string]any {
	merged := make(map[string]any)
	maps.Copy(merged, s.Options)
	maps.Copy(merged, server.Options)
	return merged
}

// WithoutUser takes the user information out of a URL: the testsuite passes over it.
func WithoutUser(url string) string {
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		return url
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	return scheme + "://" + rest[strings.LastIndexByte(authority, '@')+1:]
}

// Encode returns the specification as JSON that the testsuite reads.
func (s *Spec) Encode() []byte {
	file := specFile{
		URL: s.URL, OutDir: s.OutDir, Protocols: s.Protocols, Key: s.Key, Cert: s.Cert, Options: s.Options,
		Cases: s.cases(), ExcludeCases: s.ExcludeCases, ExcludeAgentCases: s.ExcludeAgentCases,
	}
	if file.ExcludeCases == nil {
		file.ExcludeCases = []string{}
	}
	if file.ExcludeAgentCases == nil {
		file.ExcludeAgentCases = map[string][]string{}
	}
	for _, server := range s.Servers {
		file.Servers = append(file.Servers, serverEntry(server))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "    ")
	if err := e.Encode(file); err != nil {
		panic("wstest: a specification of plain values: " + err.Error())
	}
	return b.Bytes()
}

// specFile has the keys of a specification, in the order in which the testsuite's own examples have them. It fails without
// "cases".
type specFile struct {
	URL               string              `json:"url,omitempty"`
	OutDir            string              `json:"outdir,omitempty"`
	Servers           []serverEntry       `json:"servers,omitempty"`
	Protocols         []string            `json:"protocols,omitempty"`
	Key               string              `json:"key,omitempty"`
	Cert              string              `json:"cert,omitempty"`
	Options           map[string]any      `json:"options,omitempty"`
	Cases             []string            `json:"cases"`
	ExcludeCases      []string            `json:"exclude-cases"`
	ExcludeAgentCases map[string][]string `json:"exclude-agent-cases"`
}

type serverEntry struct {
	Agent     string         `json:"agent,omitempty"`
	URL       string         `json:"url"`
	Hostname  string         `json:"hostname,omitempty"`
	Origin    string         `json:"origin,omitempty"`
	Protocols []string       `json:"protocols,omitempty"`
	Options   map[string]any `json:"options,omitempty"`
}
