package protocol

import (
	"iter"
	"strconv"
)

// Rule is one MUST of the RFC that this package enforces. It is an error, so that errors.Is(err, MinimalLength) tells
// whether a peer broke it.
//
// The table below is the only place that knows what a rule is called, where it stands, what it says and which close code
// answers its violation. Readers, test cases, reports and documentation all read it here.
type Rule uint8

// The rules, in the order of the RFC.
const (
	noRule Rule = iota

	// The opening handshake of a client, as a server reads it: RFC 6455, section 4.2.1.

	RequestSyntax                  // a head that is not HTTP
	RequestMethod                  // a method other than GET
	RequestVersion                 // HTTP below 1.1
	RequestTarget                  // a Request-URI that is no resource name
	RequestHost                    // no Host, several, or one that is no host
	RequestUpgrade                 // no "websocket" in Upgrade
	RequestConnection              // no "Upgrade" in Connection
	RequestKeyMissing              // no Sec-WebSocket-Key
	RequestKeyRepeated             // more than one Sec-WebSocket-Key
	RequestKeyValue                // a key that is not 16 bytes in base64
	RequestProtocolVersionMissing  // no Sec-WebSocket-Version
	RequestProtocolVersionRepeated // more than one Sec-WebSocket-Version
	RequestProtocolVersion         // a Sec-WebSocket-Version other than 13
	RequestSubprotocols            // a Sec-WebSocket-Protocol that is no list of unique tokens
	ExtensionGrammar               // a Sec-WebSocket-Extensions that breaks the ABNF

	// The opening handshake of a server, as a client reads it: RFC 6455, section 4.1.

	ResponseSyntax              // a head that is not HTTP
	ResponseVersion             // HTTP below 1.1
	ResponseUpgrade             // an Upgrade other than "websocket"
	ResponseConnection          // no "Upgrade" in Connection
	ResponseAccept              // a Sec-WebSocket-Accept that does not answer the key
	ResponseAcceptRepeated      // more than one Sec-WebSocket-Accept
	ResponseExtension           // an extension that was not offered
	ResponseSubprotocol         // a subprotocol that was not offered
	ResponseSubprotocolRepeated // more than one Sec-WebSocket-Protocol

	// Frames and messages: RFC 6455, sections 5 to 8.

	UnmaskedFrame     // a client's frame without a mask
	MaskedFrame       // a server's frame with a mask
	ReservedBits      // an RSV bit that no extension has claimed
	ReservedOpcode    // opcode 3-7 or 11-15
	LengthTopBit      // a 64-bit length of 2^63 or more
	MinimalLength     // a length in more bytes than it needs
	FragmentedControl // a control frame without FIN
	LongControl       // a control frame of more than 125 bytes
	LoneContinuation  // a continuation frame with nothing to continue
	BrokenMessage     // a new message inside a fragmented one
	DataAfterClose    // a data frame after the Close frame
	CloseBody         // a Close body of one byte
	CloseCodeOnWire   // close code 1005, 1006 or 1015 in a frame
	CloseCodeRange    // a close code that no one may use
	CloseReason       // a close reason that is not UTF-8
	TextEncoding      // a text message that is not UTF-8

	ruleCount
)

// ruleText is what there is to say about a rule.
type ruleText struct {
	summary      string    // what the peer did wrong, as an error message
	section      string    // of RFC 6455
	quote        string    // the sentence that forbids it
	code         CloseCode // answers the violation; 0 in the opening handshake, where there is no Close frame yet
	requirements []string  // the IDs in the list of requirements
}

var ruleTexts = [ruleCount]ruleText{
	RequestSyntax: {
		"request head is not valid HTTP", "4.2.1",
		"If the server, while reading the handshake, finds that the client did not send a handshake that matches the description below (note that as per [RFC2616], the order of the header fields is not important), including but not limited to any violations of the ABNF grammar specified for the components of the handshake, the server MUST stop processing the client's handshake and return an HTTP response with an appropriate error code (such as 400 Bad Request).",
		0, []string{"RFC6455-4.2.1-2", "RFC6455-4.1-20"},
	},
	RequestMethod: {
		"method is not GET", "4.1",
		"The method of the request MUST be GET, and the HTTP version MUST be at least 1.1.",
		0, []string{"RFC6455-4.2.1-4", "RFC6455-4.1-21"},
	},
	RequestVersion: {
		"HTTP version is below 1.1", "4.1",
		"The method of the request MUST be GET, and the HTTP version MUST be at least 1.1.",
		0, []string{"RFC6455-4.2.1-5", "RFC6455-4.1-22"},
	},
	RequestTarget: {
		"Request-URI is not a resource name", "4.1",
		`The "Request-URI" part of the request MUST match the /resource name/ defined in Section 3 (a relative URI) or be an absolute http/https URI that, when parsed, has a /resource name/, /host/, and /port/ that match the corresponding ws/wss URI.`,
		0, []string{"RFC6455-4.1-23"},
	},
	RequestHost: {
		"not exactly one valid Host header field", "4.1",
		`The request MUST contain a |Host| header field whose value contains /host/ plus optionally ":" followed by /port/ (when not using the default port).`,
		0, []string{"RFC6455-4.2.1-7", "RFC6455-4.1-24"},
	},
	RequestUpgrade: {
		`Upgrade does not include "websocket"`, "4.1",
		`The request MUST contain an |Upgrade| header field whose value MUST include the "websocket" keyword.`,
		0, []string{"RFC6455-4.2.1-8", "RFC6455-4.1-25"},
	},
	RequestConnection: {
		`Connection does not include "Upgrade"`, "4.1",
		`The request MUST contain a |Connection| header field whose value MUST include the "Upgrade" token.`,
		0, []string{"RFC6455-4.2.1-10", "RFC6455-4.1-26"},
	},
	RequestKeyMissing: {
		"no Sec-WebSocket-Key header field", "4.1",
		"The request MUST include a header field with the name |Sec-WebSocket-Key|.",
		0, []string{"RFC6455-4.2.1-12", "RFC6455-4.1-27"},
	},
	RequestKeyRepeated: {
		"more than one Sec-WebSocket-Key header field", "11.3.1",
		"The |Sec-WebSocket-Key| header field MUST NOT appear more than once in an HTTP request.",
		0, []string{"RFC6455-11.3.1-1", "RFC6455-11.3.1-2"},
	},
	RequestKeyValue: {
		"Sec-WebSocket-Key is not 16 bytes in base64", "4.1",
		"The value of this header field MUST be a nonce consisting of a randomly selected 16-byte value that has been base64-encoded (see Section 4 of [RFC4648]).",
		0, []string{"RFC6455-4.2.1-13", "RFC6455-4.1-28"},
	},
	RequestProtocolVersionMissing: {
		"no Sec-WebSocket-Version header field", "4.1",
		"The request MUST include a header field with the name |Sec-WebSocket-Version|.",
		0, []string{"RFC6455-4.2.1-14", "RFC6455-4.1-33"},
	},
	RequestProtocolVersionRepeated: {
		"more than one Sec-WebSocket-Version header field", "11.3.5",
		"However, the |Sec-WebSocket-Version| header field MUST NOT appear more than once in an HTTP request.",
		0, []string{"RFC6455-11.3.5-2", "RFC6455-11.3.5-3"},
	},
	RequestProtocolVersion: {
		"Sec-WebSocket-Version is not 13", "4.1",
		"The value of this header field MUST be 13.",
		0, []string{"RFC6455-4.2.1-14", "RFC6455-4.1-34", "RFC6455-4.3-4"},
	},
	RequestSubprotocols: {
		"Sec-WebSocket-Protocol is not a list of unique tokens", "4.1",
		"The elements that comprise this value MUST be non-empty strings with characters in the range U+0021 to U+007E not including separator characters as defined in [RFC2616] and MUST all be unique strings.",
		0, []string{"RFC6455-4.1-37", "RFC6455-4.1-38", "RFC6455-4.3-3"},
	},
	ExtensionGrammar: {
		"Sec-WebSocket-Extensions breaks the grammar", "9.1",
		"If a value is received by either the client or the server during negotiation that does not conform to the ABNF below, the recipient of such malformed data MUST immediately _Fail the WebSocket Connection_.",
		0, []string{"RFC6455-9.1-2", "RFC6455-9.1-3", "RFC6455-4.3-5"},
	},
	ResponseSyntax: {
		"response head is not valid HTTP", "4.2.2",
		"If the server chooses to accept the incoming connection, it MUST reply with a valid HTTP response indicating the following.",
		0, []string{"RFC6455-4.2.2-21", "RFC6455-4.1-56"},
	},
	ResponseVersion: {
		"HTTP version is below 1.1", "11.1.1",
		"Use of WebSocket requires use of HTTP version 1.1 or higher.",
		0, []string{"RFC6455-11.1.1-5", "RFC6455-4.1-56"},
	},
	ResponseUpgrade: {
		`Upgrade is not "websocket"`, "4.1",
		`If the response lacks an |Upgrade| header field or the |Upgrade| header field contains a value that is not an ASCII case-insensitive match for the value "websocket", the client MUST _Fail the WebSocket Connection_.`,
		0, []string{"RFC6455-4.1-47", "RFC6455-4.1-48", "RFC6455-4.2.2-23"},
	},
	ResponseConnection: {
		`Connection does not include "Upgrade"`, "4.1",
		`If the response lacks a |Connection| header field or the |Connection| header field doesn't contain a token that is an ASCII case-insensitive match for the value "Upgrade", the client MUST _Fail the WebSocket Connection_.`,
		0, []string{"RFC6455-4.1-49", "RFC6455-4.1-50", "RFC6455-4.2.2-24"},
	},
	ResponseAccept: {
		"Sec-WebSocket-Accept does not answer the key", "4.1",
		`If the response lacks a |Sec-WebSocket-Accept| header field or the |Sec-WebSocket-Accept| contains a value other than the base64-encoded SHA-1 of the concatenation of the |Sec-WebSocket-Key| (as a string, not base64-decoded) with the string "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" but ignoring any leading and trailing whitespace, the client MUST _Fail the WebSocket Connection_.`,
		0, []string{"RFC6455-4.1-51", "RFC6455-4.1-52", "RFC6455-4.2.2-25"},
	},
	ResponseAcceptRepeated: {
		"more than one Sec-WebSocket-Accept header field", "11.3.3",
		"The |Sec-WebSocket-Accept| header MUST NOT appear more than once in an HTTP response.",
		0, []string{"RFC6455-11.3.3-1", "RFC6455-11.3.3-2"},
	},
	ResponseExtension: {
		"an extension that was not offered", "4.1",
		"If the response includes a |Sec-WebSocket-Extensions| header field and this header field indicates the use of an extension that was not present in the client's handshake (the server has indicated an extension not requested by the client), the client MUST _Fail the WebSocket Connection_.",
		0, []string{"RFC6455-4.1-54", "RFC6455-4.2.2-19", "RFC6455-9-3"},
	},
	ResponseSubprotocol: {
		"a subprotocol that was not offered", "4.1",
		"If the response includes a |Sec-WebSocket-Protocol| header field and this header field indicates the use of a subprotocol that was not present in the client's handshake (the server has indicated a subprotocol not requested by the client), the client MUST _Fail the WebSocket Connection_.",
		0, []string{"RFC6455-4.1-55", "RFC6455-4.2.2-14", "RFC6455-4.2.2-16", "RFC6455-4.3-6"},
	},
	ResponseSubprotocolRepeated: {
		"more than one Sec-WebSocket-Protocol header field", "11.3.4",
		"However, the |Sec-WebSocket-Protocol| header field MUST NOT appear more than once in an HTTP response.",
		0, []string{"RFC6455-11.3.4-2", "RFC6455-11.3.4-3"},
	},
	UnmaskedFrame: {
		"frame from the client is not masked", "5.1",
		"The server MUST close the connection upon receiving a frame that is not masked.",
		ProtocolError, []string{"RFC6455-5.1-3", "RFC6455-5.1-1"},
	},
	MaskedFrame: {
		"frame from the server is masked", "5.1",
		"A client MUST close a connection if it detects a masked frame.",
		ProtocolError, []string{"RFC6455-5.1-6", "RFC6455-5.1-5"},
	},
	ReservedBits: {
		"reserved bit set without an extension", "5.2",
		"If a nonzero value is received and none of the negotiated extensions defines the meaning of such a nonzero value, the receiving endpoint MUST _Fail the WebSocket Connection_.",
		ProtocolError, []string{"RFC6455-5.2-4", "RFC6455-5.2-3"},
	},
	ReservedOpcode: {
		"reserved opcode", "5.2",
		"If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_.",
		ProtocolError, []string{"RFC6455-5.2-6", "RFC6455-5.2-8"},
	},
	LengthTopBit: {
		"64-bit payload length has its most significant bit set", "5.2",
		"If 127, the following 8 bytes interpreted as a 64-bit unsigned integer (the most significant bit MUST be 0) are the payload length.",
		ProtocolError, []string{"RFC6455-5.2-13"},
	},
	MinimalLength: {
		"payload length is not in the shortest form", "5.2",
		"Note that in all cases, the minimal number of bytes MUST be used to encode the length, for example, the length of a 124-byte-long string can't be encoded as the sequence 126, 0, 124.",
		ProtocolError, []string{"RFC6455-5.2-15", "RFC6455-5.2-16"},
	},
	FragmentedControl: {
		"control frame is fragmented", "5.5",
		"All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented.",
		ProtocolError, []string{"RFC6455-5.5-4", "RFC6455-5.4-7"},
	},
	LongControl: {
		"control frame is longer than 125 bytes", "5.5",
		"All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented.",
		ProtocolError, []string{"RFC6455-5.5-3"},
	},
	LoneContinuation: {
		"continuation frame with nothing to continue", "5.4",
		"A fragmented message consists of a single frame with the FIN bit clear and an opcode other than 0, followed by zero or more frames with the FIN bit clear and the opcode set to 0, and terminated by a single frame with the FIN bit set and an opcode of 0.",
		ProtocolError, []string{"RFC6455-5.4-4"},
	},
	BrokenMessage: {
		"new message inside a fragmented one", "5.4",
		"The fragments of one message MUST NOT be interleaved between the fragments of another message unless an extension has been negotiated that can interpret the interleaving.",
		ProtocolError, []string{"RFC6455-5.4-9"},
	},
	DataAfterClose: {
		"data frame after the Close frame", "5.5.1",
		"The application MUST NOT send any more data frames after sending a Close frame.",
		ProtocolError, []string{"RFC6455-5.5.1-7"},
	},
	CloseBody: {
		"Close body of one byte has no room for a status code", "5.5.1",
		"If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer (in network byte order) representing a status code with value /code/ defined in Section 7.4.",
		ProtocolError, []string{"RFC6455-5.5.1-3"},
	},
	CloseCodeOnWire: {
		"close code that must not be sent", "7.4.1",
		"1005 is a reserved value and MUST NOT be set as a status code in a Close control frame by an endpoint.",
		ProtocolError, []string{"RFC6455-7.4.1-7", "RFC6455-7.4.1-8", "RFC6455-7.4.1-16"},
	},
	CloseCodeRange: {
		"close code outside the ranges that may be used", "7.4.2",
		"Status codes in the range 0-999 are not used.",
		ProtocolError, []string{"RFC6455-7.4.2-1", "RFC6455-7.4.2-2", "RFC6455-7.4.1-6", "RFC6455-7.4.2-5"},
	},
	CloseReason: {
		"close reason is not UTF-8", "8.1",
		"When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is not, in fact, a valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_.",
		InvalidPayload, []string{"RFC6455-8.1-1", "RFC6455-5.5.1-4", "RFC6455-8.1-3"},
	},
	TextEncoding: {
		"text message is not UTF-8", "8.1",
		"When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is not, in fact, a valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_.",
		InvalidPayload, []string{"RFC6455-8.1-1", "RFC6455-5.6-3"},
	},
}

// Rules yields every rule in the order of the RFC.
func Rules() iter.Seq[Rule] {
	return func(yield func(Rule) bool) {
		for r := noRule + 1; r < ruleCount; r++ {
			if !yield(r) {
				return
			}
		}
	}
}

func (r Rule) text() *ruleText {
	if r == noRule || r >= ruleCount {
		return &ruleText{summary: "unknown rule " + strconv.Itoa(int(r))}
	}
	return &ruleTexts[r]
}

// Error says what a peer that breaks the rule did wrong, such as "payload length is not in the shortest form".
func (r Rule) Error() string { return r.text().summary }

// Clause names the place of the rule, such as "RFC 6455, section 5.2".
func (r Rule) Clause() string { return "RFC 6455, section " + r.text().section }

// Quote is the sentence of the RFC, word for word.
func (r Rule) Quote() string { return r.text().quote }

// Code is the status code of the Close frame that answers a violation (RFC 6455, section 7.4.1). It is 0 for rules of the
// opening handshake, which is answered in HTTP or by the end of the connection.
func (r Rule) Code() CloseCode { return r.text().code }

// Requirements are the IDs of the normative statements that the rule enforces, the one that fits best first. The caller
// must not change the slice.
func (r Rule) Requirements() []string { return r.text().requirements }

// RuleSet is a set of rules. The zero value is empty.
type RuleSet [(ruleCount + 63) / 64]uint64

// AllRules holds every rule. A Reader that tolerates them all is an observer: it notes what it sees and goes on.
var AllRules = func() (s RuleSet) {
	for r := range Rules() {
		s.Add(r)
	}
	return s
}()

// RulesOf returns the set of the given rules.
func RulesOf(rules ...Rule) (s RuleSet) {
	for _, r := range rules {
		s.Add(r)
	}
	return s
}

// Add puts r into the set.
func (s *RuleSet) Add(r Rule) { s[r/64] |= 1 << (r % 64) }

// join puts the rules of t into s.
func (s *RuleSet) join(t RuleSet) {
	for i := range s {
		s[i] |= t[i]
	}
}

// Has tells whether r is in the set.
func (s RuleSet) Has(r Rule) bool { return s[r/64]&(1<<(r%64)) != 0 }

// Empty tells whether no rule is in the set.
func (s RuleSet) Empty() bool { return s == RuleSet{} }

// All yields the rules of the set in the order of the RFC.
func (s RuleSet) All() iter.Seq[Rule] {
	return func(yield func(Rule) bool) {
		for r := range Rules() {
			if s.Has(r) && !yield(r) {
				return
			}
		}
	}
}
