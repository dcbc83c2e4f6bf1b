package protocol

import (
	"errors"
	"fmt"
	"strconv"
)

const switchingProtocols = 101

// reasons are the reason phrases of the statuses of which RFC 6455 speaks, and of those that Status gives.
var reasons = map[int]string{
	101: "Switching Protocols",
	301: "Moved Permanently",
	302: "Found",
	307: "Temporary Redirect",
	308: "Permanent Redirect",
	400: "Bad Request",
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	408: "Request Timeout",
	413: "Content Too Large",
	426: "Upgrade Required",
	431: "Request Header Fields Too Large",
	500: "Internal Server Error",
	503: "Service Unavailable",
	505: "HTTP Version Not Supported",
}

// refusals are the statuses for rules that have a better one than "400 Bad Request" (RFC 6455, section 4.2.1).
var refusals = map[Rule]int{
	RequestMethod:                 405,
	RequestVersion:                505,
	RequestUpgrade:                426,
	RequestProtocolVersionMissing: 426,
	RequestProtocolVersion:        426,
}

// Status returns the HTTP status with which a server answers an error of CheckRequest or of ServerHandshake.Next: 500 if it is
// neither the client's violation of a rule nor too much for a limit.
func Status(err error) int {
	if limit, ok := errors.AsType[*LimitError](err); ok {
		if limit.What == "body" {
			return 413
		}
		return 431
	}
	if broken, ok := errors.AsType[*Error](err); ok {
		if status := refusals[broken.Rule]; status != 0 {
			return status
		}
		return 400
	}
	return 500
}

// Rejection returns an answer that refuses the opening handshake. It has the given fields, and those that make it a complete
// HTTP response: Content-Length; "Connection: close", because nothing but a WebSocket connection was on offer; for 405 the
// method that is allowed; for 426 the protocol, and the version "the server is capable of understanding" (RFC 6455, section
// 4.2.2). The status is 300 to 599. The error wraps ErrHandshake.
func Rejection(status int, fields Fields, body []byte) (*Response, error) {
	if status < 300 || status > 599 {
		return nil, fmt.Errorf("%w: status %d does not refuse it", ErrHandshake, status)
	}
	if detail := fields.fault(); detail != "" {
		return nil, fmt.Errorf("%w: %s", ErrHandshake, detail)
	}
	if fields.Has("Transfer-Encoding") {
		return nil, fmt.Errorf("%w: Transfer-Encoding, where Content-Length tells the length", ErrHandshake)
	}
	r := &Response{Proto: httpVersion, Status: status, Reason: reasons[status], Body: body}
	connection := "close"
	switch status {
	case 405:
		r.Fields.Add("Allow", "GET")
	case 426:
		r.Fields.Add(fieldUpgrade, "websocket")
		r.Fields.Add(fieldVersion, webSocketVersion)
		connection = "Upgrade, close"
	}
	for _, field := range fields {
		r.Fields.Del(field.Name)
	}
	r.Fields = append(r.Fields, fields...)
	r.Fields.Set(fieldConnection, connection)
	r.Fields.Set(fieldContentLength, strconv.Itoa(len(body)))
	return r, nil
}
