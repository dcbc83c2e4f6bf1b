// Package requirement lists the normative statements of the WebSocket RFCs, each under an ID of its own.
//
// A test case names the requirements that it checks, and a finding the one that was broken. This is where both look up
// what the statement says, where it stands, how binding it is and, for RFC 6455, in which words it was written:
//
//	r, _ := requirement.Get("RFC6455-5.4-10")
//	r.Clause()  // RFC 6455, section 5.4
//	r.Level     // MUST
//	r.Quote     // An endpoint MUST be capable of handling control frames in the middle of a fragmented message.
//
// The list covers RFC 6455, 7692, 7936, 8307, 8441, 9220 and the IANA registries of WebSocket.
package requirement

import "strings"

// Requirement is one normative statement, or one definition that an implementation must agree with.
type Requirement struct {
	ID        string // RFC, section and number within the section, such as "RFC6455-5.4-10"
	RFC       string // such as "RFC6455", or "IANA" for a registry
	Section   string // such as "5.4"; of IANA, the short name of a registry
	Level     Level  // how binding it is
	Subject   string // who must meet it: endpoint, client, server, user-agent, api, intermediary or extension-spec
	Statement string // what it says, in short; "(derived)" opens the receiver's half or an instance of another one

	// TestableOnServer and TestableOnClient tell on which kind of peer it can be checked from the other end of the
	// connection.
	TestableOnServer, TestableOnClient bool

	WhyNot   string // why it cannot be checked on any peer; empty if it can
	How      string // how it can be checked; may be empty
	Autobahn string // the cases of the Autobahn testsuite that check it: IDs with *, "implicit" or "none"
	Notes    string // what else there is to know; may be empty

	// Quote is the sentence of the RFC, word for word, with " [...] " for what was left out between two parts. A
	// derived requirement quotes the sentence that it is derived from. It is empty where the RFC has no such sentence
	// and for RFCs other than 6455.
	Quote string
}

// Testable tells whether it can be checked on any peer from the other end of the connection.
func (r Requirement) Testable() bool { return r.TestableOnServer || r.TestableOnClient }

// registries are the names of the IANA registries that sections of "IANA" stand for.
var registries = map[string]string{
	"bits":   "WebSocket Framing Header Bits Registry",
	"close":  "WebSocket Close Code Number Registry",
	"ext":    "WebSocket Extension Name Registry",
	"opcode": "WebSocket Opcode Registry",
}

// Clause names the place of the statement, such as "RFC 6455, section 5.2" or "IANA, WebSocket Opcode Registry".
func (r Requirement) Clause() string {
	if r.RFC == "IANA" {
		return "IANA, " + registries[r.Section]
	}
	return "RFC " + strings.TrimPrefix(r.RFC, "RFC") + ", section " + r.Section
}

// Matches tells whether pattern selects the requirement. A pattern is an ID, which selects just that one, or the beginning
// of an ID up to a dot or a hyphen: a section with its subsections, or a whole RFC. So RFC6455-5.5 selects RFC6455-5.5-1
// and RFC6455-5.5.1-3, RFC6455-5 selects section 5 and not section 55, and RFC6455-5.5-1 does not select RFC6455-5.5-10.
// Upper and lower case are the same.
func (r Requirement) Matches(pattern string) bool {
	n := len(pattern)
	if n == 0 || n > len(r.ID) || !strings.EqualFold(r.ID[:n], pattern) {
		return false
	}
	return n == len(r.ID) || r.ID[n] == '.' || r.ID[n] == '-'
}
