package main

import (
	"cmp"
	"encoding/json"
	"os"
	"regexp"
	"strings"

	"github.com/wsspec/wsspec/harness/wstest"
)

// specification is what the stand-in reads of a specification file.
type specification struct {
	URL     string `json:"url"`
	OutDir  string `json:"outdir"`
	Servers []struct {
		Agent string `json:"agent"`
		URL   string `json:"url"`
	} `json:"servers"`
	Cases             []string            `json:"cases"`
	ExcludeCases      []string            `json:"exclude-cases"`
	ExcludeAgentCases map[string][]string `json:"exclude-agent-cases"`
	Key               string              `json:"key"`
	Cert              string              `json:"cert"`
	Faults            string              `json:"standin"` // beside those of the environment
}

func readSpec(file string) (*specification, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var s specification
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, err
	}
	s.OutDir = cmp.Or(s.OutDir, "reports")
	return &s, nil
}

// selected are the IDs of the cases that the specification selects, in order.
func (s *specification) selected() []string {
	var ids []string
	for _, id := range wstest.IDs() {
		if matches(s.Cases, id) && !matches(s.ExcludeCases, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// excludes tells whether the case is left out for this agent.
func (s *specification) excludes(agent, id string) bool {
	for pattern, cases := range s.ExcludeAgentCases {
		if expression(pattern+"$").MatchString(agent) && matches(cases, id) {
			return true
		}
	}
	return false
}

func matches(patterns []string, id string) bool {
	for _, p := range patterns {
		if p == id || strings.Contains(p, "*") && expression(p).MatchString(id) {
			return true
		}
	}
	return false
}

// expression reads a pattern as wstest does: a regular expression anchored at its start, in which a star is any text.
func expression(pattern string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.NewReplacer(".", `\.`, "*", ".*").Replace(pattern))
}
