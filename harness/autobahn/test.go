package autobahn

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
)

// DefaultStall is long enough for the slowest cases of the testsuite on a slow machine: those with large messages.
const DefaultStall = 2 * time.Minute

// Test is what the Autobahn testsuite is asked to do.
type Test struct {
	Agent   string         // the name of the peer in the testsuite's files; see AgentName
	Cases   []string       // IDs, and patterns as the testsuite has them; nil means all
	Exclude []string       // in the same way
	Options map[string]any // of the WebSocket that wstest speaks, by the names that it has for them; nil means its defaults

	// Split runs each chapter in a program of its own. What goes wrong then costs one chapter: wstest writes its files only
	// at its end.
	Split   bool
	Timeout time.Duration // of the whole test; 0: none
	Stall   time.Duration // how long nothing may move before wstest counts as hung; 0: DefaultStall, negative: for ever

	Case func(id string)   // is told of each case that begins; may be nil
	Say  func(line string) // is told what the user should know; may be nil. Escape what it gets for a terminal
}

// planned are the cases that the test selects, in the testsuite's order.
func (t *Test) planned() []string {
	return (&wstest.Spec{Cases: t.Cases, ExcludeCases: t.Exclude}).Select()
}

func (t *Test) say(format string, args ...any) {
	if t.Say != nil {
		t.Say(fmt.Sprintf(format, args...))
	}
}

// AgentName makes any name one that an agent can have: it goes through URLs, and into pages of the testsuite, as it is.
func AgentName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r < 0x80 && (isLetter(r) || '0' <= r && r <= '9' || strings.ContainsRune("._-", r)) {
			return r
		}
		return '-'
	}, name)
	if strings.Trim(clean, "-.") == "" {
		return "peer"
	}
	return clean[:min(len(clean), 100)]
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// Result is what is known of a test beside the files that wstest wrote.
type Result struct {
	Version string   // of the testsuite, such as "25.10.1"; "" if its program did not say
	Planned []string // IDs of the cases, in the testsuite's order
	Output  []string // the last lines of the program with which something went wrong, printable; else nil

	Client *record.Ended // how the command of a client ended, if it did by itself and not well; else nil

	Left error // what could not be removed: a container, a directory; nil if nothing is left

	parts []*part // the last that has a case knows most about it
}

// Why tells why a planned case has no result for an agent, as far as that is known. It is asked about those that have none in the
// files.
func (r *Result) Why(agent, id string) string {
	for _, p := range slices.Backward(r.parts) {
		if p.has(id) {
			return p.why(agent, id)
		}
	}
	return "not asked"
}

// Trouble tells what went wrong with the program as a whole: how it ended, or why it had to be ended. nil if nothing did; then
// cases may have no result all the same.
func (r *Result) Trouble() error {
	for _, p := range slices.Backward(r.parts) {
		if p.cause != nil {
			return p.cause
		}
	}
	return nil
}
