package harness

import (
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// finding is one observation that speaks against the peer.
type finding struct {
	requirement string
	expected    string
	got         string
	severity    record.Verdict
	absent      bool // something did not come: worth another try, since the machine or the network may be to blame
	torn        bool // the stream ended without a Close frame: the peer's choice, unless it died of something else
	lost        bool // a reset may have destroyed what is missing
	entries     []int
}

// record returns the finding in its final form; the entries are looked up in the transcript.
func (f finding) record(t *transcript) record.Finding {
	out := record.Finding{Requirement: f.requirement, Expected: f.expected, Got: f.got, Severity: f.severity}
	if r, ok := requirement.Get(f.requirement); ok {
		out.Level = r.Level.String()
	}
	for _, number := range f.entries {
		if i := t.index(number); i >= 0 {
			out.Entries = append(out.Entries, i)
		}
	}
	return out
}

// breach is a frame of the peer that breaks rules, whatever the case is about.
type breach struct {
	rules protocol.RuleSet
	entry int
}

// scriptEnd is the panic that ends a script: the peer was found wrong, and there is no use in going on.
type scriptEnd struct{}

// interrupted is the panic that ends a conversation because the run ends.
type interrupted struct{}

// fail notes a violation and ends the script.
func (s *Session) fail(f finding) {
	f.severity = record.Fail
	s.add(f)
	panic(scriptEnd{})
}

// warn notes that the peer conforms, but not as well as it should.
func (s *Session) warn(f finding) {
	f.severity = record.NonStrict
	s.add(f)
}

func (s *Session) add(f finding) {
	if f.got == "" {
		f.got = s.saw()
	}
	for _, number := range f.entries {
		s.log.mark(number, record.MarkUnexpected)
	}
	s.findings = append(s.findings, f)
}
