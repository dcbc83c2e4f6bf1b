package reference

import (
	"encoding/binary"
	"io"
	"slices"
	"time"

	"github.com/wsspec/wsspec/protocol"
)

// closes: the endpoint answers a Close frame with the given body, valid or not, in its own way.
func closes(reply func(e *endpoint, body []byte) error) func(*habits) {
	return func(h *habits) {
		h.config.ManualEcho = true
		h.config.Tolerate.Add(protocol.DataAfterClose)
		for _, rule := range closeRules {
			h.config.Tolerate.Add(rule)
		}
		over := false
		h.answer = func(e *endpoint, ev protocol.Event) error {
			switch {
			case over:
				return nil
			case ev.Opcode == protocol.Close:
				over = true
				return reply(e, ev.Data)
			}
			return e.echo(ev)
		}
	}
}

// closesUnless: the endpoint answers Close frames as it should, but some in its own way.
func closesUnless(which func(body []byte) bool, reply func(e *endpoint, body []byte) error) func(*habits) {
	return closes(func(e *endpoint, body []byte) error {
		if which(body) {
			return reply(e, body)
		}
		return e.answerClose(body)
	})
}

// closeRules are the rules about the body of a Close frame.
var closeRules = []protocol.Rule{protocol.CloseBody, protocol.CloseCodeOnWire, protocol.CloseCodeRange, protocol.CloseReason}

// answerClose answers a Close frame as protocol.Conn does.
func (e *endpoint) answerClose(body []byte) error {
	status, rule, bad := protocol.ParseClose(body)
	if bad {
		return refusal{rule.Code()}
	}
	return e.conn.Close(status.Code, "")
}

// dropClose ends TCP in answer to a Close frame.
func (e *endpoint) dropClose([]byte) error { return errClosed }

// ignoreClose does not answer a Close frame.
func (e *endpoint) ignoreClose([]byte) error { return nil }

// refuseClose takes a Close frame for a violation.
func (e *endpoint) refuseClose([]byte) error { return refusal{protocol.ProtocolError} }

// echoClose sends back the body of a Close frame, legal or not.
func (e *endpoint) echoClose(body []byte) error {
	e.conn.Inject(protocol.NewFrame(protocol.Close, body).Append(nil))
	return nil
}

// linger reads on until the client closes TCP.
func (e *endpoint) linger() {
	e.wait(time.Time{})
	io.Copy(io.Discard, e.transport)
}

// code: a Close frame says a code within these bounds.
func code(from, to uint16) func(body []byte) bool {
	return func(body []byte) bool {
		if len(body) < 2 {
			return false
		}
		code := binary.BigEndian.Uint16(body)
		return code >= from && code <= to
	}
}

// breaking: a Close frame breaks one of the rules.
func breaking(rules ...protocol.Rule) func(body []byte) bool {
	return func(body []byte) bool {
		_, rule, bad := protocol.ParseClose(body)
		return bad && slices.Contains(rules, rule)
	}
}
