package cases

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// Selection says which cases of the catalogue to put to a peer. Patterns are those of Match.
type Selection struct {
	Include []string           // patterns; none means all
	Exclude []string           // patterns
	Level   *requirement.Level // at least one requirement of a case is as strong as this; nil means whatever
}

// PatternError says that a pattern selects no case.
type PatternError struct{ Pattern string }

func (e *PatternError) Error() string {
	return fmt.Sprintf("no case matches %q: give a case (5.6), a pattern (5.*), a requirement (RFC6455-5.4-10) or its section (RFC6455-5.4); `wsspec cases` lists all", e.Pattern)
}

// Select returns the cases that the selection is about, in the order of the catalogue. Those of chapter 0 come along unless
// they are excluded. A pattern that matches nothing is a *PatternError.
func Select(s Selection) ([]*harness.Case, error) {
	for _, pattern := range slices.Concat(s.Include, s.Exclude) {
		if !slices.ContainsFunc(All(), func(c *harness.Case) bool { return Match(pattern, c) }) {
			return nil, &PatternError{pattern}
		}
	}
	var selected []*harness.Case
	for _, c := range All() {
		if s.includes(c) && !matchAny(s.Exclude, c) {
			selected = append(selected, c)
		}
	}
	return selected, nil
}

func (s Selection) includes(c *harness.Case) bool {
	if c.Passive() {
		return true
	}
	if len(s.Include) > 0 && !matchAny(s.Include, c) {
		return false
	}
	return s.Level == nil || c.Level() >= *s.Level
}

func matchAny(patterns []string, c *harness.Case) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return Match(p, c) })
}

// Match tells whether a pattern selects a case: its ID or an alias, in which * stands for any text; or the ID of a requirement
// that it checks, or of a section that holds one, such as RFC6455-5.5.
func Match(pattern string, c *harness.Case) bool {
	if strings.HasPrefix(pattern, "RFC") {
		return slices.ContainsFunc(c.Checks, func(id string) bool {
			r, ok := requirement.Get(id)
			return ok && r.Matches(pattern)
		})
	}
	return record.MatchID(pattern, c.ID) || slices.ContainsFunc(c.Aliases, func(id string) bool { return record.MatchID(pattern, id) })
}
