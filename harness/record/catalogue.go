package record

import (
	"slices"
	"strings"
)

// Catalogue is what has to be known of the cases there are in order to hold a record against a baseline.
type Catalogue struct {
	Version string // "2026.1"
	Cases   []CatalogueCase
}

// CatalogueCase is one case of the catalogue.
type CatalogueCase struct {
	ID      string
	Aliases []string
	Since   string // version of the catalogue in which the case came; "" if it is in none, and only others ask it
}

// has tells whether a pattern is about any case.
func (c Catalogue) has(pattern string) bool {
	return slices.ContainsFunc(c.Cases, func(known CatalogueCase) bool { return known.matches(pattern) })
}

// since is the version in which a case came, "" if the catalogue does not know it.
func (c Catalogue) since(id string) string {
	i := slices.IndexFunc(c.Cases, func(known CatalogueCase) bool { return known.ID == id })
	if i < 0 {
		return ""
	}
	return c.Cases[i].Since
}

func (c CatalogueCase) matches(pattern string) bool {
	return MatchID(pattern, c.ID) || slices.ContainsFunc(c.Aliases, func(id string) bool { return MatchID(pattern, id) })
}

// Newer tells whether a version of the catalogue is later than another: 2026.10 is later than 2026.2.
func Newer(version, than string) bool { return CompareIDs(version, than) > 0 }

// MatchID matches the whole ID of a case against a pattern in which * stands for any text.
func MatchID(pattern, id string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == id
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(id, first) {
		return false
	}
	id = id[len(first):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(id, part)
		if i < 0 {
			return false
		}
		id = id[i+len(part):]
	}
	return strings.HasSuffix(id, last)
}
