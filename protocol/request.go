package protocol

import (
	"encoding/base64"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Request is the head of the opening handshake of a client (RFC 6455, section 4.2.1). It can hold any head, legal or not.
// CheckRequest tells whether it is legal.
type Request struct {
	Method string // "GET"
	Target string // the Request-URI, such as "/chat"
	Proto  string // "HTTP/1.1"
	Fields Fields
}

// Append writes the head exactly as it stands in r, legal or not.
func (r *Request) Append(dst []byte) []byte {
	dst = append(dst, r.Method...)
	dst = append(dst, ' ')
	dst = append(dst, r.Target...)
	dst = append(dst, ' ')
	dst = append(dst, r.Proto...)
	dst = append(dst, "\r\n"...)
	return r.Fields.append(dst)
}

// ResourceName is the path and the query that the target asks for, be it relative or absolute (RFC 6455, section 4.2.1).
func (r *Request) ResourceName() string {
	_, _, name := cutTarget(r.Target)
	return name
}

// Host is the value of the Host field: a host, and a port unless it is the default.
func (r *Request) Host() string { return trimSpace(r.Fields.Get(fieldHost)) }

// Origin is the origin of the script that opens the connection, as sent. All browsers send one, other clients need not. A server
// that is meant for certain sites should refuse other origins with status 403 (RFC 6455, section 10.2).
func (r *Request) Origin() string { return trimSpace(r.Fields.Get(fieldOrigin)) }

// Key is the Sec-WebSocket-Key "minus any leading and trailing whitespace" (RFC 6455, section 1.3).
func (r *Request) Key() string { return trimSpace(r.Fields.Get(fieldKey)) }

// Subprotocols are the subprotocols that the client offers, in the order of its preference.
func (r *Request) Subprotocols() []string {
	return slices.Collect(elements(r.Fields.Values(fieldSubprotocol)))
}

// Extensions are the extensions that the client offers, in the order of its preference. The error is that of
// ParseExtensions.
func (r *Request) Extensions() ([]Extension, error) {
	return ParseExtensions(r.Fields.Values(fieldExtensions)...)
}

// Response returns the head that accepts r (RFC 6455, section 4.2.2), with the fields in extra after its own. The error wraps
// ErrHandshake if the agreement is not one that r allows, or extra breaks the head.
func (r *Request) Response(a Agreement, extra ...Field) (*Response, error) {
	response := &Response{Proto: httpVersion, Status: switchingProtocols, Reason: reasons[switchingProtocols]}
	f := &response.Fields
	f.Add(fieldUpgrade, "websocket")
	f.Add(fieldConnection, "Upgrade")
	f.Add(fieldAccept, AcceptKey(r.Key()))
	if a.Subprotocol != "" {
		f.Add(fieldSubprotocol, a.Subprotocol)
	}
	if len(a.Extensions) > 0 {
		f.Add(fieldExtensions, string(AppendExtensions(nil, a.Extensions)))
	}
	*f = append(*f, extra...)
	if err := CheckResponse(response, r); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrHandshake, err)
	}
	return response, nil
}

// CheckRequest tells whether a server can accept r. It returns an *Error for the first rule that r breaks, a *LimitError if r
// announces a body, else nil. Status says how to answer the error.
func CheckRequest(r *Request) error {
	if detail := r.syntaxFault(); detail != "" {
		return &Error{Rule: RequestSyntax, Frame: -1, Detail: detail}
	}
	for f := range r.faults() {
		return f.err()
	}
	return r.checkBody()
}

// syntaxFault says how r breaks the grammar of HTTP, or "".
func (r *Request) syntaxFault() string {
	if detail := r.lineFault(); detail != "" {
		return detail
	}
	return r.Fields.fault()
}

// parseLine takes a request line apart: "method SP request-target SP HTTP-version" (RFC 9112, section 3). There is always a way
// to go on: the words are the parts, whatever stands between them.
func (r *Request) parseLine(line string) (detail string, readable bool) {
	words := strings.FieldsFunc(line, func(c rune) bool { return c == ' ' || c == '\t' })
	for len(words) < 3 {
		words = append(words, "")
	}
	last := len(words) - 1
	r.Method, r.Target, r.Proto = words[0], strings.Join(words[1:last], " "), words[last]
	if detail := r.lineFault(); detail != "" {
		return detail, true
	}
	if line != r.Method+" "+r.Target+" "+r.Proto {
		return "not one space between the parts of " + excerpt(line), true
	}
	return "", true
}

func (r *Request) lineFault() string {
	if !isToken(r.Method) {
		return "method " + excerpt(r.Method) + " is not a token"
	}
	if r.Target == "" || strings.ContainsAny(r.Target, " \t") || textFault(r.Target) >= 0 {
		return "request target " + excerpt(r.Target)
	}
	return versionFault(r.Proto)
}

// faults yields the rules of RFC 6455 that r breaks.
func (r *Request) faults() iter.Seq[*fault] {
	return func(yield func(*fault) bool) {
		for _, check := range requestChecks {
			if f := check(r); f != nil && !yield(f) {
				return
			}
		}
	}
}

// The version of the protocol is looked at before what it gives a meaning to.
var requestChecks = []func(*Request) *fault{
	checkMethod,
	checkRequestVersion,
	checkTarget,
	checkHost,
	checkRequestUpgrade,
	checkRequestConnection,
	checkProtocolVersionCount,
	checkProtocolVersion,
	checkKeyCount,
	checkKeyValue,
	checkSubprotocols,
	checkRequestExtensions,
	checkContentLength,
}

// "The method of the request MUST be GET" (RFC 6455, section 4.1). Methods are case-sensitive.
func checkMethod(r *Request) *fault {
	if r.Method == "GET" {
		return nil
	}
	return &fault{RequestMethod, 0, excerpt(r.Method)}
}

// "and the HTTP version MUST be at least 1.1." (RFC 6455, section 4.1)
func checkRequestVersion(r *Request) *fault {
	if !olderThan11(r.Proto) {
		return nil
	}
	return &fault{RequestVersion, 0, excerpt(r.Proto)}
}

// "The "Request-URI" part of the request MUST match the /resource name/ defined in Section 3 (a relative URI) or be an
// absolute http/https URI" (RFC 6455, section 4.1).
func checkTarget(r *Request) *fault {
	scheme, authority, name := cutTarget(r.Target)
	if scheme != "" {
		if detail := r.authorityFault(scheme, authority); detail != "" {
			return &fault{RequestTarget, 0, detail}
		}
	}
	if !strings.HasPrefix(name, "/") {
		return &fault{RequestTarget, 0, excerpt(r.Target) + ` does not begin with "/"`}
	}
	if i := resourceNameFault(name); i >= 0 {
		return &fault{RequestTarget, 0, fmt.Sprintf("%s holds %q where RFC 3986 does not allow it", excerpt(r.Target), name[i])}
	}
	return nil
}

// cutTarget takes an absolute Request-URI apart. Without a scheme the target is the resource name.
func cutTarget(target string) (scheme, authority, name string) {
	scheme, rest, found := strings.Cut(target, "://")
	if !found || scheme == "" || strings.ContainsAny(scheme, "/?#") {
		return "", "", target
	}
	authority, name = cutResourceName(rest)
	return scheme, authority, name
}

// authorityFault compares an absolute target with the Host field: both have to match the host and port of one WebSocket URI.
func (r *Request) authorityFault(scheme, authority string) string {
	secure := equalFold(scheme, "https")
	if !secure && !equalFold(scheme, "http") {
		return excerpt(r.Target) + " is not an http or https URI"
	}
	host, port, problem := parseAuthority(authority)
	if problem != "" {
		return excerpt(r.Target) + " does not name a host and a port"
	}
	wantHost, wantPort, problem := parseAuthority(r.Host())
	if problem != "" {
		return "" // the other rule's business
	}
	if !equalFold(host, wantHost) || portOr(port, secure) != portOr(wantPort, secure) {
		return excerpt(r.Target) + " is another host or port than Host " + excerpt(r.Host())
	}
	return ""
}

// portOr returns the port, or the default one.
func portOr(port int, secure bool) int {
	if port == 0 {
		return defaultPort(secure)
	}
	return port
}

// "The request MUST contain a |Host| header field whose value contains /host/ plus optionally ":" followed by /port/" (RFC
// 6455, section 4.1). A second one makes the request invalid (RFC 9112, section 3.2).
func checkHost(r *Request) *fault {
	values := r.Fields.Values(fieldHost)
	if len(values) != 1 {
		return &fault{RequestHost, r.Fields.line(fieldHost, 1), fmt.Sprintf("%d of them", len(values))}
	}
	if _, _, problem := parseAuthority(trimSpace(values[0])); problem != "" {
		return &fault{RequestHost, r.Fields.line(fieldHost, 0), excerpt(values[0]) + " is not a host with an optional port"}
	}
	return nil
}

// "The request MUST contain an |Upgrade| header field whose value MUST include the "websocket" keyword" (RFC 6455, section
// 4.1), which is ASCII case-insensitive (section 4.2.1).
func checkRequestUpgrade(r *Request) *fault {
	list := listRule{fieldUpgrade, "websocket", isUpgradeProtocol, RequestUpgrade, RequestSyntax}
	return list.check(r.Fields)
}

// isUpgradeProtocol tells whether s is protocol-name ["/" protocol-version] (RFC 9110, section 7.8).
func isUpgradeProtocol(s string) bool {
	name, version, found := strings.Cut(s, "/")
	return isToken(name) && (!found || isToken(version))
}

// "The request MUST contain a |Connection| header field whose value MUST include the "Upgrade" token" (RFC 6455, section 4.1),
// which is ASCII case-insensitive (section 4.2.1).
func checkRequestConnection(r *Request) *fault {
	list := listRule{fieldConnection, "Upgrade", isToken, RequestConnection, RequestSyntax}
	return list.check(r.Fields)
}

// listRule demands an element in the list that a field holds.
type listRule struct {
	field, element  string
	wellFormed      func(string) bool // whether a string can be an element
	missing, syntax Rule              // broken by a list without the element, or with something that is none
}

func (l listRule) check(fields Fields) *fault {
	values, line := fields.Values(l.field), fields.line(l.field, 0)
	found, malformed := false, ""
	for element := range elements(values) {
		found = found || equalFold(element, l.element)
		if !l.wellFormed(element) {
			malformed = element
		}
	}
	switch {
	case values == nil:
		return &fault{l.missing, line, "no " + l.field + " header field"}
	case !found:
		return &fault{l.missing, line, excerpt(strings.Join(values, ", "))}
	case malformed != "":
		return &fault{l.syntax, line, excerpt(malformed) + " cannot stand in " + l.field}
	}
	return nil
}

// "The request MUST include a header field with the name |Sec-WebSocket-Version|." (RFC 6455, section 4.1); it "MUST NOT
// appear more than once in an HTTP request" (section 11.3.5).
func checkProtocolVersionCount(r *Request) *fault {
	return countFault(r.Fields, fieldVersion, RequestProtocolVersionMissing, RequestProtocolVersionRepeated)
}

// "The value of this header field MUST be 13." (RFC 6455, section 4.1)
func checkProtocolVersion(r *Request) *fault {
	for i, value := range r.Fields.Values(fieldVersion) {
		if trimSpace(value) != webSocketVersion {
			return &fault{RequestProtocolVersion, r.Fields.line(fieldVersion, i), excerpt(value)}
		}
	}
	return nil
}

// "The request MUST include a header field with the name |Sec-WebSocket-Key|." (RFC 6455, section 4.1); it "MUST NOT appear
// more than once in an HTTP request" (section 11.3.1).
func checkKeyCount(r *Request) *fault {
	return countFault(r.Fields, fieldKey, RequestKeyMissing, RequestKeyRepeated)
}

// countFault says that a field does not stand in the head exactly once.
func countFault(fields Fields, name string, missing, repeated Rule) *fault {
	switch n := len(fields.Values(name)); n {
	case 0:
		return &fault{missing, fields.line(name, 0), ""}
	case 1:
		return nil
	default:
		return &fault{repeated, fields.line(name, 1), fmt.Sprintf("%d of them", n)}
	}
}

// "A |Sec-WebSocket-Key| header field with a base64-encoded (see Section 4 of [RFC4648]) value that, when decoded, is 16 bytes
// in length." (RFC 6455, section 4.2.1) The last character carries two bits of the 16 bytes. The other four are ignored: the
// RFC's own example sets them (erratum 3150).
func checkKeyValue(r *Request) *fault {
	for i, value := range r.Fields.Values(fieldKey) {
		value = trimSpace(value)
		nonce, err := base64.StdEncoding.DecodeString(value)
		if err != nil || len(nonce) != 16 || len(value) != base64.StdEncoding.EncodedLen(16) {
			return &fault{RequestKeyValue, r.Fields.line(fieldKey, i), excerpt(value)}
		}
	}
	return nil
}

// "The elements that comprise this value MUST be non-empty strings with characters in the range U+0021 to U+007E not including
// separator characters as defined in [RFC2616] and MUST all be unique strings. The ABNF for the value of this header field is
// 1#token" (RFC 6455, section 4.1). They are case-sensitive (RFC 7936, section 2).
func checkSubprotocols(r *Request) *fault {
	values := r.Fields.Values(fieldSubprotocol)
	if len(values) == 0 {
		return nil
	}
	line := r.Fields.line(fieldSubprotocol, 0)
	names, err := tokenList(values)
	if err != nil {
		return &fault{RequestSubprotocols, line, err.Error()}
	}
	slices.Sort(names)
	for i := range len(names) - 1 {
		if names[i] == names[i+1] {
			return &fault{RequestSubprotocols, line, excerpt(names[i]) + " twice"}
		}
	}
	return nil
}

func checkRequestExtensions(r *Request) *fault { return extensionFault(r.Fields) }

// "If a value is received by either the client or the server during negotiation that does not conform to the ABNF below, the
// recipient of such malformed data MUST immediately _Fail the WebSocket Connection_." (RFC 6455, section 9.1)
func extensionFault(fields Fields) *fault {
	if _, nth, err := parseExtensions(fields.Values(fieldExtensions)); err != nil {
		return &fault{ExtensionGrammar, fields.line(fieldExtensions, nth), err.Error()}
	}
	return nil
}

// "If a message is received without Transfer-Encoding and with an invalid Content-Length header field, then the message framing is
// invalid and the recipient MUST treat it as an unrecoverable error, unless the field value can be successfully parsed as a
// comma-separated list" (RFC 9112, section 6.3). Each value is 1*DIGIT (RFC 9110, section 8.6).
func checkContentLength(r *Request) *fault {
	values := r.Fields.Values(fieldContentLength)
	lengths := slices.Collect(elements(values))
	if values == nil || len(lengths) > 0 && strings.Trim(strings.Join(lengths, ""), "0123456789") == "" {
		return nil
	}
	return &fault{RequestSyntax, r.Fields.line(fieldContentLength, 0), "Content-Length " + excerpt(strings.Join(values, ", "))}
}

// checkBody refuses a request with a body. It is legal, but nothing in RFC 6455 gives it a meaning, and its bytes must not be
// taken for frames.
func (r *Request) checkBody() error {
	lengths := strings.Join(r.Fields.Values(fieldContentLength), "")
	if r.Fields.Has("Transfer-Encoding") || checkContentLength(r) == nil && strings.Trim(lengths, "0, ") != "" {
		return &LimitError{What: "body", Limit: 0}
	}
	return nil
}
