package harness

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// Case is one question put to a peer.
type Case struct {
	ID      string
	Aliases []string
	Title   string   // the sentence that a conforming peer makes true
	Checks  []string // IDs of the requirements, the one that the case is mainly about first

	// What a person wants to know, in words.
	Why       string // why it is asked
	Pass      string // what passes
	NonStrict string // what is conforming, but short of a SHOULD or of the canonical behaviour; may be empty
	Legal     string // what else is legal; may be empty
	Fail      string // what fails
	See       []string

	Run     func(*Session)   // nil in chapter 0, whose cases watch all conversations
	Watches protocol.RuleSet // the rules that a case of chapter 0 watches

	WSTest *wstest.Expectation // by which the Autobahn testsuite judges; nil for cases that it lacks
	Races  bool                // that verdict hangs on timing: the same peer gets either of two

	Informational bool // the RFC leaves the outcome open
	Pauses        bool // real pauses are part of the case, so it starts early
	Alone         bool // it sends volumes and measures: it is asked after all others, with nothing beside it
}

// Level is the strongest level among the requirements that the case checks.
func (c *Case) Level() requirement.Level {
	strongest := requirement.Fact
	for _, id := range c.Checks {
		if r, ok := requirement.Get(id); ok {
			strongest = max(strongest, r.Level)
		}
	}
	return strongest
}

// Passive tells whether the case watches every conversation instead of having one of its own: chapter 0.
func (c *Case) Passive() bool { return c.Run == nil }

// attribute returns the first of the given requirements that the case checks, else the one that it is mainly about.
func (c *Case) attribute(preferred ...string) string {
	for _, id := range preferred {
		if slices.Contains(c.Checks, id) {
			return id
		}
	}
	if len(c.Checks) > 0 {
		return c.Checks[0]
	}
	return ""
}

// aboutMessages returns the first requirement that the case checks and that speaks of messages, which are the subject of
// section 5 of RFC 6455 except for 5.5; else the one that the case is mainly about.
func (c *Case) aboutMessages() string {
	for _, id := range c.Checks {
		if strings.HasPrefix(id, "RFC6455-5.") && !strings.HasPrefix(id, "RFC6455-5.5") {
			return id
		}
	}
	return c.attribute(messageDelivered)
}
