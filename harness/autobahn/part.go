package autobahn

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// HungError says that nothing moved for too long, and who was ended for that.
type HungError struct {
	Who     string // wstest, or the client
	Case    string // ID of the case that was running; "" if none had begun
	Writing bool   // all cases were over, and wstest wrote its reports
	Stall   time.Duration
}

func (e *HungError) Error() string {
	switch {
	case e.Writing:
		return fmt.Sprintf("nothing moved for %v while wstest wrote its reports, and it was ended", e.Stall)
	case e.Case == "":
		return fmt.Sprintf("no case began for %v, and %s was ended", e.Stall, e.Who)
	}
	return fmt.Sprintf("nothing moved for %v after case %s had begun, and %s was ended", e.Stall, e.Case, e.Who)
}

// LimitError says that the time for a test was used up.
type LimitError struct{ Limit time.Duration }

func (e *LimitError) Error() string { return fmt.Sprintf("the limit of %v was used up", e.Limit) }

// EndError says that wstest ended by itself, but not well.
type EndError struct {
	Case string // ID of the case that was running; "" if none had begun
	Exit Exit
}

func (e *EndError) Error() string {
	how := fmt.Sprintf("ended with exit code %d", e.Exit.Code)
	switch {
	case e.Exit.Err != nil:
		return "lost wstest: " + e.Exit.Err.Error()
	case e.Exit.OutOfMemory:
		how = "was ended because it used more memory than it may"
	case e.Exit.Signal != "":
		how = "was ended by a signal: " + e.Exit.Signal
	}
	if e.Case != "" {
		how += " in case " + e.Case
	}
	return "wstest " + how
}

func (e *EndError) Unwrap() error { return e.Exit.Err }

// part is one run of the program: all cases of a test, or some of them.
type part struct {
	name  string   // "" if it is the only one
	cases []string // IDs, in the testsuite's order

	include, exclude []string // the same as patterns for wstest

	begun   bool      // its cases could be asked
	cause   error     // why it did not come to its end; nil: it did
	heard   chronicle // at its end
	wrote   bool      // it wrote something, which it does only at its end
	index   error     // what is wrong with the index that wstest wrote
	reports error     // why it could not be asked for its reports, if it has to be
	unasked string    // why cases were not asked, if it came to its end
}

func (p *part) has(id string) bool { return slices.Contains(p.cases, id) }

// without is the part that is left when a case is taken out.
func (p *part) without(id string) *part {
	rest := slices.DeleteFunc(slices.Clone(p.cases), func(other string) bool { return other == id })
	return &part{name: p.name, cases: rest, include: p.include, exclude: append(slices.Clone(p.exclude), id)}
}

// why tells why a case of the part has no result for an agent.
func (p *part) why(agent, id string) string {
	asked := p.heard.asked(agent, id)
	switch {
	case !p.begun && p.cause == nil:
		return "not asked"
	case !p.begun, p.cause != nil && !asked:
		return "not asked: " + brief(p.cause)
	case p.cause != nil && p.damaged():
		return "asked, but the result is lost: " + p.index.Error() + "; " + p.cause.Error()
	case p.cause != nil && p.heard.current == id:
		return p.cause.Error()
	case p.cause != nil:
		return "asked, but the result is lost: wstest keeps results to its end; " + p.cause.Error()
	case asked && p.index != nil && p.reports != nil:
		return p.index.Error() + ": " + p.reports.Error()
	case asked && p.index != nil:
		return p.index.Error()
	case asked:
		return "wstest began this case and gave no result"
	case p.heard.refused != "":
		return "not asked: wstest gives up what is left after a connection that failed: " + p.heard.refused
	case p.heard.size >= 0 && p.heard.size != len(p.cases):
		return fmt.Sprintf("not asked: wstest is of another version, it runs %d cases where %d were meant", p.heard.size, len(p.cases))
	}
	return p.unasked
}

// damaged tells whether wstest was ended while it wrote its index.
func (p *part) damaged() bool { return p.index != nil && !errors.Is(p.index, errNoIndex) }

// brief puts an error into words on one line, without what a program wrote.
func brief(err error) string {
	var long interface {
		error
		Brief() string
	}
	if errors.As(err, &long) {
		return long.Brief()
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}
