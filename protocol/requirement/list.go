package requirement

import (
	_ "embed"
	"fmt"
	"iter"
	"strings"
	"sync"
)

// The two lists are split on TAB only: their fields hold quotation marks that quote nothing.
var (
	//go:embed requirements.tsv
	requirementsTSV string // one statement a line

	//go:embed quotes.tsv
	quotesTSV string // the ID of a statement and its words in the RFC
)

// list holds the requirements in the order of the file and finds them by ID.
type list struct {
	all   []Requirement
	index map[string]int
}

// known is read when first asked for, so that a program that never asks starts without it.
var known = sync.OnceValue(func() list {
	l, err := parse(requirementsTSV, quotesTSV)
	if err != nil {
		panic("requirement: " + err.Error()) // the files are part of the program, and the tests have read them
	}
	return l
})

// Get returns the requirement of that ID, written exactly as in the list.
func Get(id string) (Requirement, bool) {
	l := known()
	i, ok := l.index[id]
	if !ok {
		return Requirement{}, false
	}
	return l.all[i], true
}

// All yields every requirement in the order of the list: RFC by RFC, section by section.
func All() iter.Seq[Requirement] {
	return func(yield func(Requirement) bool) {
		for _, r := range known().all {
			if !yield(r) {
				return
			}
		}
	}
}

func parse(requirements, quotes string) (list, error) {
	rows := strings.Count(requirements, "\n")
	l := list{make([]Requirement, 0, rows), make(map[string]int, rows)}
	if err := l.addRequirements(requirements); err != nil {
		return list{}, fmt.Errorf("requirements.tsv, %w", err)
	}
	if err := l.addQuotes(quotes); err != nil {
		return list{}, fmt.Errorf("quotes.tsv, %w", err)
	}
	return l, nil
}

func (l *list) addRequirements(tsv string) error {
	return eachRow(tsv, 11, func(columns []string) error {
		r, err := fromColumns(columns)
		if err != nil {
			return err
		}
		if _, twice := l.index[r.ID]; twice {
			return fmt.Errorf("%s stands there twice", r.ID)
		}
		l.index[r.ID] = len(l.all)
		l.all = append(l.all, r)
		return nil
	})
}

func fromColumns(c []string) (Requirement, error) {
	level, err := ParseLevel(c[3])
	if err != nil {
		return Requirement{}, err
	}
	server, client := c[6] == "server" || c[6] == "both", c[6] == "client" || c[6] == "both"
	if !server && !client && c[6] != "no" {
		return Requirement{}, fmt.Errorf("testable on %q: want server, client, both or no", c[6])
	}
	return Requirement{
		ID: c[0], RFC: c[1], Section: c[2], Level: level, Subject: c[4], Statement: c[5],
		TestableOnServer: server, TestableOnClient: client,
		WhyNot: c[7], How: c[8], Autobahn: c[9], Notes: c[10],
	}, nil
}

func (l *list) addQuotes(tsv string) error {
	return eachRow(tsv, 2, func(columns []string) error {
		i, ok := l.index[columns[0]]
		if !ok {
			return fmt.Errorf("unknown requirement %q", columns[0])
		}
		l.all[i].Quote = columns[1]
		return nil
	})
}

// eachRow calls do with the columns of each line below the first, which names them. It ends at the first error and tells
// its line. The slice is the same for every line.
func eachRow(tsv string, columns int, do func(columns []string) error) error {
	n, row := 0, make([]string, columns)
	for line := range strings.Lines(tsv) {
		n++
		if n == 1 {
			continue
		}
		line = strings.TrimRight(line, "\r\n")
		if got := strings.Count(line, "\t") + 1; got != columns {
			return fmt.Errorf("line %d: %d columns instead of %d", n, got, columns)
		}
		for i := range row {
			row[i], line, _ = strings.Cut(line, "\t")
		}
		if err := do(row); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return nil
}
