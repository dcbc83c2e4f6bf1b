package wstest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// isPattern tells whether an entry of a list of cases stands for more than one: without an asterisk it is an ID.
func isPattern(entry string) bool { return strings.Contains(entry, "*") }

// normalID is an ID without what is superfluous in its numbers: blanks, signs and leading zeros.
func normalID(id string) string {
	parts := strings.Split(id, ".")
	for i, part := range parts {
		if n, err := strconv.Atoi(strings.TrimSpace(part)); err == nil {
			parts[i] = strconv.Itoa(n)
		}
	}
	return strings.Join(parts, ".")
}

// compile turns a pattern into an expression as the testsuite does: a dot is a dot, an asterisk any text, and whatever else has
// a meaning in expressions keeps it, as in 1[1-4].*.
func compile(pattern string) string {
	return strings.NewReplacer(".", `\.`, "*", ".*").Replace(pattern)
}

// casePattern compiles a pattern for cases. It is tied to the start of an ID only: 2.1* takes 2.1, 2.10 and 2.11.
func casePattern(pattern string) (*regexp.Regexp, error) {
	return regexp.Compile(`\A(?:` + compile(pattern) + `)`)
}

// agentPattern compiles a pattern of exclude-agent-cases, for agents or for cases. It is tied at both ends, and needs no
// asterisk.
func agentPattern(pattern string) (*regexp.Regexp, error) {
	return regexp.Compile(`\A(?:^` + compile(pattern) + `$)`)
}

// matching returns the IDs that the entries of a list of cases stand for. An entry that stands for none, and one that is no
// expression, adds nothing.
func matching(entries []string) map[string]bool {
	matched := make(map[string]bool)
	for _, entry := range entries {
		if !isPattern(entry) {
			matched[entry] = true
			continue
		}
		expression, err := casePattern(entry)
		if err != nil {
			continue
		}
		for _, id := range ids {
			if expression.MatchString(id) {
				matched[id] = true
			}
		}
	}
	return matched
}

// Select returns the IDs of the cases that the specification selects, in the testsuite's order. An ID that the testsuite does
// not have is not among them.
func (s *Spec) Select() []string {
	wanted, unwanted := matching(s.cases()), matching(s.ExcludeCases)
	return slices.DeleteFunc(IDs(), func(id string) bool { return !wanted[id] || unwanted[id] })
}

// cases are the entries of "cases": all, if the specification does not speak of it.
func (s *Spec) cases() []string {
	if s.Cases == nil {
		return []string{"*"}
	}
	return s.Cases
}

// Excludes tells whether "exclude-agent-cases" exempts an agent from a case.
func (s *Spec) Excludes(agent, id string) bool {
	for agents, cases := range s.ExcludeAgentCases {
		if agentMatches(agents, agent) && slices.ContainsFunc(cases, func(c string) bool { return agentMatches(c, id) }) {
			return true
		}
	}
	return false
}

func agentMatches(pattern, text string) bool {
	expression, err := agentPattern(pattern)
	return err == nil && expression.MatchString(text)
}
