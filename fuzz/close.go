package fuzz

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

// Close: ParseClose reads any body of a Close frame as RFC 6455, section 5.5.1 says, names the rule that it breaks, and
// AppendClose gives the same body back; and a Conn sends what it can read, nothing else. The input is the body.
func Close(data []byte) error {
	want, rule, bad := closeBody(data)
	got, broken, isBad := protocol.ParseClose(data)
	if got != want || isBad != bad || bad && broken != rule {
		return violated(data, "ParseClose: got %+v, bad %t, rule %q; want %+v, %t, %q", got, isBad, broken, want, bad, rule)
	}
	if len(data) < 2 {
		return nil
	}
	if err := closeAgain(data, got); err != nil {
		return err
	}
	return sendClose(data, got, rule, bad)
}

// closeBody reads a body by RFC 6455, sections 5.5.1 and 7.4, and says which rule it breaks first.
func closeBody(body []byte) (status protocol.CloseStatus, rule protocol.Rule, bad bool) {
	switch len(body) {
	case 0:
		return protocol.CloseStatus{Code: 1005}, 0, false
	case 1:
		return protocol.CloseStatus{Code: 1005}, protocol.CloseBody, true
	}
	code := int(body[0])<<8 + int(body[1])
	status = protocol.CloseStatus{Code: protocol.CloseCode(code), Reason: string(body[2:])}
	if rule, bad = closeCode(code); bad {
		return status, rule, true
	}
	if sound, whole := utf8Prefix(body[2:]); sound < len(body)-2 || !whole {
		return status, protocol.CloseReason, true
	}
	return status, 0, false
}

// closeCode holds a code against RFC 6455, sections 7.4.1 and 7.4.2, and IANA's registry, which has added 1012 to 1014.
func closeCode(code int) (rule protocol.Rule, bad bool) {
	switch code {
	case 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014:
		return 0, false
	case 1005, 1006, 1015: // "MUST NOT be set as a status code in a Close control frame"
		return protocol.CloseCodeOnWire, true
	}
	switch code / 1000 {
	case 3, 4: // for libraries and applications
		return 0, false
	}
	return protocol.CloseCodeRange, true
}

// closeAgain appends what was parsed. NoStatus stands for no body.
func closeAgain(data []byte, status protocol.CloseStatus) error {
	want := data
	if status == (protocol.CloseStatus{Code: protocol.NoStatus}) {
		want = nil
	}
	if got := protocol.AppendClose([]byte("before"), status.Code, status.Reason); !bytes.Equal(got, append([]byte("before"), want...)) {
		return violated(data, "AppendClose: got %q, want the body", got)
	}
	return nil
}

// sendClose has a Conn send the status, and looks at what leaves it.
func sendClose(data []byte, status protocol.CloseStatus, rule protocol.Rule, bad bool) error {
	var want error
	switch empty := status.Code == protocol.NoStatus && status.Reason == ""; {
	case empty:
		data = nil
	case bad && rule != protocol.CloseReason:
		want = protocol.ErrCode
	case len(data) > 125:
		want = protocol.ErrTooLong
	case !utf8.ValidString(status.Reason):
		want = protocol.ErrEncoding
	}
	conn := protocol.NewConn(protocol.Config{})
	if got := conn.Close(status.Code, status.Reason); !errors.Is(got, want) {
		return violated(data, "Conn.Close(%v, %q): got %v, want %v", status.Code, status.Reason, got, want)
	}
	var sent []byte
	if want == nil {
		sent = append([]byte{0x88, byte(len(data))}, data...)
	}
	if out := conn.Out(); !bytes.Equal(out, sent) {
		return violated(data, "Conn.Close(%v, %q): sends % x, want % x", status.Code, status.Reason, out, sent)
	}
	return nil
}
