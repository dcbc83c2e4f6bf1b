package cases

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/harness/record"
)

// Proof is what one fault of the reference server comes to when all cases are put to it. It proves that those cases can fail.
type Proof struct {
	Fault     string   // its name
	Fails     []Expect // the cases with verdict fail, and no others
	NonStrict []Expect // those with verdict non-strict
	About     []string // IDs of the cases that a broad fault is about; empty for others
}

// Expect is what a case finds.
type Expect struct {
	Case        string // ID
	Requirement string // of the first finding of that weight
}

// Broad tells whether a fault fails more than a third of all cases. Such a fault proves only those that it is about.
func (p Proof) Broad() bool { return 3*len(p.Fails) > len(All()) }

// Proves tells whether the fault is one of the case's own.
func (p Proof) Proves(id string) bool {
	if p.Broad() && !slices.Contains(p.About, id) {
		return false
	}
	return slices.ContainsFunc(p.Fails, func(e Expect) bool { return e.Case == id })
}

// ProvenBy returns the names of the faults that are a case's own, the one that fails the fewest cases first.
func ProvenBy(id string) (faults []string) {
	var own []Proof
	for _, p := range Proofs() {
		if p.Proves(id) {
			own = append(own, p)
		}
	}
	slices.SortStableFunc(own, func(a, b Proof) int { return len(a.Fails) - len(b.Fails) })
	for _, p := range own {
		faults = append(faults, p.Fault)
	}
	return faults
}

//go:embed proofs.tsv
var proofsTable string

// Proofs returns what every fault comes to, in the order of their names. The caller must not change it.
var Proofs = sync.OnceValue(func() []Proof {
	proofs, err := parseProofs(proofsTable)
	if err != nil {
		panic("cases: proofs.tsv: " + err.Error()) // the table is part of the program, and tested
	}
	return proofs
})

// The words of the second column of the table, and what stands for no requirement in the third.
const (
	failWord      = string(record.Fail)
	nonStrictWord = string(record.NonStrict)
	aboutWord     = "about"
)

// parseProofs reads the table: fault, verdict or "about", requirement, and cases, in which "6.5.*" stands for all of 6.5.
func parseProofs(table string) (proofs []Proof, err error) {
	for i, line := range strings.Split(strings.TrimSuffix(table, "\n"), "\n") {
		if i == 0 {
			continue // the names of the columns
		}
		columns := strings.Split(line, "\t")
		if len(columns) != 4 {
			return nil, fmt.Errorf("line %d has %d columns instead of 4", i+1, len(columns))
		}
		if len(proofs) == 0 || proofs[len(proofs)-1].Fault != columns[0] {
			proofs = append(proofs, Proof{Fault: columns[0]})
		}
		if err := proofs[len(proofs)-1].add(columns[1], columns[2], expandIDs(columns[3])); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return proofs, nil
}

// add adds a row of the table.
func (p *Proof) add(word, requirement string, ids []string) error {
	var expect []Expect
	for _, id := range ids {
		expect = append(expect, Expect{id, requirement})
	}
	switch word {
	case failWord:
		p.Fails = append(p.Fails, expect...)
	case nonStrictWord:
		p.NonStrict = append(p.NonStrict, expect...)
	case aboutWord:
		p.About = append(p.About, ids...)
	default:
		return fmt.Errorf("%q is not a verdict of the table", word)
	}
	return nil
}

// expandIDs returns the IDs that a list of IDs and patterns stands for.
func expandIDs(list string) (ids []string) {
	for _, pattern := range strings.Fields(list) {
		for _, c := range All() {
			if record.MatchID(pattern, c.ID) {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids
}

// compactIDs is the shortest list for some IDs in their order: "6.5.*" stands for all that start so.
func compactIDs(ids []string) string {
	var words []string
	for rest := ids; len(rest) > 0; {
		word, n := rest[0], 1
		for i := range rest[0] {
			if rest[0][i] != '.' {
				continue
			}
			pattern := rest[0][:i+1] + "*"
			if all := expandIDs(pattern); len(all) > 1 && len(all) <= len(rest) && slices.Equal(all, rest[:len(all)]) {
				word, n = pattern, len(all)
				break
			}
		}
		words, rest = append(words, word), rest[n:]
	}
	return strings.Join(words, " ")
}
