package protocol

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Response is the head of an answer to the opening handshake (RFC 6455, section 4.2.2). It can hold any head, legal or not.
// CheckResponse tells whether it opens the connection.
type Response struct {
	Proto  string // "HTTP/1.1"
	Status int    // 101 if the server accepts
	Reason string
	Fields Fields
	Body   []byte // what Append writes after the head; a response that was read has none
}

// Append writes the head exactly as it stands in r, legal or not, and the body.
func (r *Response) Append(dst []byte) []byte {
	dst = append(dst, r.Proto...)
	dst = fmt.Appendf(dst, " %03d ", r.Status)
	dst = append(dst, r.Reason...)
	dst = append(dst, "\r\n"...)
	return append(r.Fields.append(dst), r.Body...)
}

// StatusError says that the server answered the opening handshake with a status other than 101. That breaks no rule: "the
// client handles the response per HTTP procedures" (RFC 6455, section 4.1).
type StatusError struct {
	Status int
	Reason string
	Fields Fields
	Body   []byte // the first bytes of the body, as far as they are at hand; at most 1 KiB
}

func (e *StatusError) Error() string {
	msg := fmt.Sprintf("protocol: the server answered %s instead of 101", strings.TrimSpace(strconv.Itoa(e.Status)+" "+e.Reason))
	if versions := e.Fields.Values(fieldVersion); len(versions) > 0 {
		msg += "; it speaks version " + strings.Join(versions, ", ") + " of the protocol"
	}
	if location := e.Fields.Get("Location"); location != "" && e.Status/100 == 3 {
		msg += "; it points to " + location
	}
	return msg
}

// CheckResponse tells whether the response opens the connection that the request asks for. It returns a *StatusError if the
// status is not 101, an *Error for the first rule that the response breaks, else nil. What the parameters of an extension
// mean is not its business.
func CheckResponse(r *Response, to *Request) error {
	if detail := r.syntaxFault(); detail != "" {
		return &Error{Rule: ResponseSyntax, Frame: -1, Detail: detail}
	}
	if r.Status != switchingProtocols {
		return r.statusError(nil)
	}
	for f := range r.faults(to) {
		return f.err()
	}
	return nil
}

// statusError keeps what begins the body.
func (r *Response) statusError(body []byte) error {
	return &StatusError{r.Status, r.Reason, r.Fields, slices.Clone(body[:min(len(body), maxBody)])}
}

// maxBody is how much of a body a StatusError keeps, in bytes.
const maxBody = 1 << 10

// syntaxFault says how r breaks the grammar of HTTP, or "".
func (r *Response) syntaxFault() string {
	if detail := versionFault(r.Proto); detail != "" {
		return detail
	}
	if textFault(r.Reason) >= 0 {
		return "control character in the reason phrase " + excerpt(r.Reason)
	}
	return r.Fields.fault()
}

// parseLine takes a status line apart: "HTTP-version SP status-code SP [ reason-phrase ]" (RFC 9112, section 4). Without a
// status code there is no way to go on.
func (r *Response) parseLine(line string) (detail string, readable bool) {
	proto, rest, _ := strings.Cut(line, " ")
	code, reason, found := strings.Cut(rest, " ")
	status, err := strconv.ParseUint(code, 10, 16)
	if err != nil || len(code) != 3 {
		return "no status code in " + excerpt(line), false
	}
	r.Proto, r.Status, r.Reason = proto, int(status), reason
	if !found {
		return "no space after the status code", true
	}
	return versionFault(proto), true
}

// faults yields the rules of RFC 6455 that r, a response with status 101, breaks.
func (r *Response) faults(to *Request) iter.Seq[*fault] {
	return func(yield func(*fault) bool) {
		for _, check := range responseChecks {
			if f := check(r, to); f != nil && !yield(f) {
				return
			}
		}
	}
}

var responseChecks = []func(r *Response, to *Request) *fault{
	checkResponseVersion,
	checkResponseUpgrade,
	checkResponseConnection,
	checkAcceptCount,
	checkAccept,
	checkResponseExtensions,
	checkExtensionsOffered,
	checkSubprotocolCount,
	checkSubprotocolOffered,
}

// "Use of WebSocket requires use of HTTP version 1.1 or higher." (RFC 6455, section 11.1.1)
func checkResponseVersion(r *Response, _ *Request) *fault {
	if !olderThan11(r.Proto) {
		return nil
	}
	return &fault{ResponseVersion, 0, excerpt(r.Proto)}
}

// "If the response lacks an |Upgrade| header field or the |Upgrade| header field contains a value that is not an ASCII
// case-insensitive match for the value "websocket", the client MUST _Fail the WebSocket Connection_." (RFC 6455, section 4.1)
// The value as a whole has to match, unlike in a request.
func checkResponseUpgrade(r *Response, _ *Request) *fault {
	values := r.Fields.Values(fieldUpgrade)
	if value := strings.Join(values, ", "); !equalFold(trimSpace(value), "websocket") {
		detail := excerpt(value)
		if values == nil {
			detail = "no Upgrade header field"
		}
		return &fault{ResponseUpgrade, r.Fields.line(fieldUpgrade, 0), detail}
	}
	return nil
}

// "If the response lacks a |Connection| header field or the |Connection| header field doesn't contain a token that is an ASCII
// case-insensitive match for the value "Upgrade", the client MUST _Fail the WebSocket Connection_." (RFC 6455, section 4.1)
func checkResponseConnection(r *Response, _ *Request) *fault {
	list := listRule{fieldConnection, "Upgrade", isToken, ResponseConnection, ResponseSyntax}
	return list.check(r.Fields)
}

// "If the response lacks a |Sec-WebSocket-Accept| header field [...], the client MUST _Fail the WebSocket Connection_." (RFC
// 6455, section 4.1); it "MUST NOT appear more than once in an HTTP response" (section 11.3.3).
func checkAcceptCount(r *Response, _ *Request) *fault {
	return countFault(r.Fields, fieldAccept, ResponseAccept, ResponseAcceptRepeated)
}

// checkAccept compares the answer with the one that the key asks for, "ignoring any leading and trailing whitespace" (RFC
// 6455, section 4.1).
func checkAccept(r *Response, to *Request) *fault {
	want := AcceptKey(to.Key())
	for i, value := range r.Fields.Values(fieldAccept) {
		if trimSpace(value) != want {
			return &fault{ResponseAccept, r.Fields.line(fieldAccept, i), excerpt(value) + " instead of " + excerpt(want)}
		}
	}
	return nil
}

func checkResponseExtensions(r *Response, _ *Request) *fault { return extensionFault(r.Fields) }

// "If the response includes a |Sec-WebSocket-Extensions| header field and this header field indicates the use of an extension
// that was not present in the client's handshake [...], the client MUST _Fail the WebSocket Connection_." (RFC 6455, section
// 4.1) The field may appear several times (erratum 3433).
func checkExtensionsOffered(r *Response, to *Request) *fault {
	offered, _ := to.Extensions()
	for i, value := range r.Fields.Values(fieldExtensions) {
		accepted, _ := ParseExtensions(value)
		for _, e := range accepted {
			if !slices.ContainsFunc(offered, func(o Extension) bool { return o.Name == e.Name }) {
				return &fault{ResponseExtension, r.Fields.line(fieldExtensions, i), excerpt(e.Name)}
			}
		}
	}
	return nil
}

// "However, the |Sec-WebSocket-Protocol| header field MUST NOT appear more than once in an HTTP response." (RFC 6455, section
// 11.3.4)
func checkSubprotocolCount(r *Response, _ *Request) *fault {
	if !r.Fields.Has(fieldSubprotocol) {
		return nil
	}
	return countFault(r.Fields, fieldSubprotocol, noRule, ResponseSubprotocolRepeated)
}

// "If the response includes a |Sec-WebSocket-Protocol| header field and this header field indicates the use of a subprotocol
// that was not present in the client's handshake [...], the client MUST _Fail the WebSocket Connection_." (RFC 6455, section
// 4.1) The value is one token (section 4.3), and case-sensitive (RFC 7936, section 2).
func checkSubprotocolOffered(r *Response, to *Request) *fault {
	offered := to.Subprotocols()
	for i, value := range r.Fields.Values(fieldSubprotocol) {
		if !slices.Contains(offered, trimSpace(value)) {
			return &fault{ResponseSubprotocol, r.Fields.line(fieldSubprotocol, i), excerpt(value)}
		}
	}
	return nil
}
