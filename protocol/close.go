package protocol

import (
	"encoding/binary"
	"strconv"
	"unicode/utf8"
)

// CloseCode is the status code of a Close frame (RFC 6455, section 7.4).
type CloseCode uint16

// The codes of RFC 6455, section 7.4.1, and those registered since with IANA (1012 to 1014).
const (
	NormalClosure      CloseCode = 1000
	GoingAway          CloseCode = 1001
	ProtocolError      CloseCode = 1002
	UnsupportedData    CloseCode = 1003
	NoStatus           CloseCode = 1005 // never on the wire: stands for a Close frame without a code
	AbnormalClosure    CloseCode = 1006 // never on the wire: stands for an end without a Close frame
	InvalidPayload     CloseCode = 1007
	PolicyViolation    CloseCode = 1008
	MessageTooBig      CloseCode = 1009
	MandatoryExtension CloseCode = 1010
	InternalError      CloseCode = 1011
	ServiceRestart     CloseCode = 1012
	TryAgainLater      CloseCode = 1013
	BadGateway         CloseCode = 1014
	TLSHandshake       CloseCode = 1015 // never on the wire: stands for a failed TLS handshake
)

// String gives the number and, where there is one, the meaning.
func (c CloseCode) String() string {
	if name := closeNames[c]; name != "" {
		return strconv.Itoa(int(c)) + " (" + name + ")"
	}
	return strconv.Itoa(int(c))
}

var closeNames = map[CloseCode]string{
	NormalClosure:      "normal closure",
	GoingAway:          "going away",
	ProtocolError:      "protocol error",
	UnsupportedData:    "unsupported data",
	NoStatus:           "no status",
	AbnormalClosure:    "abnormal closure",
	InvalidPayload:     "invalid payload",
	PolicyViolation:    "policy violation",
	MessageTooBig:      "message too big",
	MandatoryExtension: "mandatory extension",
	InternalError:      "internal error",
	ServiceRestart:     "service restart",
	TryAgainLater:      "try again later",
	BadGateway:         "bad gateway",
	TLSHandshake:       "TLS handshake",
}

// Check returns the rule that a Close frame with this code breaks, and whether it breaks one.
func (c CloseCode) Check() (Rule, bool) {
	switch {
	case c == NoStatus, c == AbnormalClosure, c == TLSHandshake:
		return CloseCodeOnWire, true
	case c >= 1000 && c <= 1014 && c != 1004, c >= 3000 && c <= 4999:
		return noRule, false
	}
	return CloseCodeRange, true
}

// Sendable tells whether an endpoint may put the code into a Close frame.
func (c CloseCode) Sendable() bool {
	_, broken := c.Check()
	return !broken
}

// CloseStatus is the body of a Close frame (RFC 6455, section 5.5.1).
type CloseStatus struct {
	Code   CloseCode // NoStatus if the body is empty
	Reason string
}

// ParseClose reads the body of a Close frame. Whatever is wrong with it, it returns what can be read, together with the
// rule that it breaks (and true).
func ParseClose(body []byte) (s CloseStatus, broken Rule, bad bool) {
	if len(body) == 0 {
		return CloseStatus{Code: NoStatus}, noRule, false
	}
	if len(body) == 1 {
		return CloseStatus{Code: NoStatus}, CloseBody, true
	}
	s = CloseStatus{CloseCode(binary.BigEndian.Uint16(body)), string(body[2:])}
	if broken, bad = s.Code.Check(); bad {
		return s, broken, true
	}
	if !utf8.Valid(body[2:]) {
		return s, CloseReason, true
	}
	return s, noRule, false
}

// AppendClose appends the body of a Close frame: nothing for NoStatus, else the code and the reason, legal or not.
func AppendClose(dst []byte, code CloseCode, reason string) []byte {
	if code == NoStatus && reason == "" {
		return dst
	}
	return append(binary.BigEndian.AppendUint16(dst, uint16(code)), reason...)
}
