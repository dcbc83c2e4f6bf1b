package reference

import (
	"slices"

	"github.com/wsspec/wsspec/protocol"
)

// Closing handshakes that do not come to their end.
var closingFaults = []*Fault{
	{
		Name: "no-close-answer", Mistake: "does not answer a Close frame, and waits for the client to go",
		spoil: closes(func(*endpoint, []byte) error { return nil }),
	},
	{
		Name: "tcp-end-for-close-answer", Mistake: "ends TCP without a Close frame",
		spoil: withholds(func(f protocol.Frame) bool { return f.Opcode == protocol.Close }),
	},
	{
		Name: "tcp-left-open", Mistake: "leaves it to the client to close TCP",
		spoil: func(h *habits) { h.hangUp = (*endpoint).linger },
	},
	{
		Name: "no-answer-to-empty-close", Mistake: "does not answer a Close frame without a body",
		spoil: closesUnless(func(body []byte) bool { return len(body) == 0 }, (*endpoint).ignoreClose),
	},
	{
		Name: "close-must-come-last", Mistake: "does not see a Close frame if something follows it in the same read",
		spoil: func(h *habits) {
			closed, followed := false, false
			closesUnless(func([]byte) bool { return followed }, (*endpoint).ignoreClose)(h)
			h.hear = func(f *incoming) bool {
				followed = followed || closed
				closed = closed || f.Opcode == protocol.Close
				return true
			}
		},
	},
	{
		Name: "second-close-drops", Mistake: "drops the connection if a second Close frame follows the first",
		spoil: func(h *habits) {
			heard := 0
			withholds(func(f protocol.Frame) bool { return f.Opcode == protocol.Close && heard > 1 })(h)
			h.hear = func(f *incoming) bool {
				if f.Opcode == protocol.Close {
					heard++
				}
				return true
			}
		},
	},
	{
		Name: "ping-after-close-refused", Mistake: "takes a ping behind a Close frame for a violation",
		spoil: func(h *habits) {
			closed, pinged := false, false
			closesUnless(func([]byte) bool { return pinged }, (*endpoint).refuseClose)(h)
			h.hear = func(f *incoming) bool {
				pinged = pinged || closed && f.Opcode == protocol.Ping
				closed = closed || f.Opcode == protocol.Close
				return true
			}
		},
	},
	{
		Name: "messages-after-close-answered", Mistake: "answers messages after it has answered the Close frame before them",
		spoil: func(h *habits) {
			h.config.Tolerate.Add(protocol.DataAfterClose)
			h.answer = func(e *endpoint, ev protocol.Event) error {
				e.echoUnchecked(ev) // and go on where the right endpoint would stop
				return nil
			}
		},
	},
	{
		Name: "close-ends-message", Mistake: "takes what there is of a message for the whole of it when a Close frame comes",
		spoil: func(h *habits) {
			inside := false
			closesUnless(func([]byte) bool { return inside }, func(e *endpoint, body []byte) error {
				e.conn.Inject(protocol.NewFrame(protocol.Continuation, nil).Append(nil))
				return e.answerClose(body)
			})(h)
			h.hear = func(f *incoming) bool {
				inside = f.inside
				return true
			}
		},
	},
}

// Bodies of Close frames that the endpoint misreads.
var closeBodyFaults = []*Fault{
	{
		Name: "close-of-one-byte-unanswered", Mistake: "does not answer a Close frame of one byte",
		spoil: closesUnless(func(body []byte) bool { return len(body) == 1 }, (*endpoint).ignoreClose),
	},
	{
		Name: "close-of-one-byte-echoed", Mistake: "sends the body of a Close frame back without looking at its length",
		spoil: closesUnless(func(body []byte) bool { return len(body) == 1 }, (*endpoint).echoClose),
	},
	{
		Name: "close-of-one-byte-as-code", Mistake: "takes the one byte of a Close frame for a code",
		spoil: closesUnless(func(body []byte) bool { return len(body) == 1 }, func(e *endpoint, body []byte) error {
			return e.echoClose([]byte{0, body[0]})
		}),
	},
	{
		Name: "close-reason-refused", Mistake: "knows no Close frame with a reason",
		spoil: closesUnless(func(body []byte) bool { return len(body) > 2 }, (*endpoint).refuseClose),
	},
	{
		Name: "close-reason-quoted", Mistake: "quotes the reason of a Close frame in its answer, and forgets that it may be as long as it can be",
		spoil: closesUnless(func(body []byte) bool { return !breaking(closeRules...)(body) && len(body) > 2 }, func(e *endpoint, body []byte) error {
			return e.echoClose(append(body[:2:2], "you said: "+string(body[2:])...))
		}),
	},
	{
		Name: "close-reason-unchecked", Mistake: "sends the reason of a Close frame back without looking whether it is UTF-8",
		spoil: closesUnless(breaking(protocol.CloseReason), (*endpoint).echoClose),
	},
	{
		Name: "bad-close-reason-unanswered", Mistake: "does not answer a Close frame whose reason is not UTF-8",
		spoil: closesUnless(breaking(protocol.CloseReason), (*endpoint).ignoreClose),
	},
	{
		Name: "long-close-lost", Mistake: "passes over a Close frame of more than 125 bytes",
		spoil: loses(func(f *incoming) bool { return f.Opcode == protocol.Close && f.Length > 125 }),
	},
	{
		Name: "long-close-echoed", Mistake: "sends the body of a Close frame back however long it is",
		spoil: func(h *habits) {
			closesUnless(func(body []byte) bool { return len(body) > 125 }, (*endpoint).echoClose)(h)
			h.config.Tolerate.Add(protocol.LongControl)
		},
	},
}

// Close codes that the endpoint takes for others.
var closeCodeFaults = []*Fault{
	{
		Name: "code-1005-for-none", Mistake: "answers a Close frame without a code by code 1005, which stands for none",
		spoil: closesUnless(func(body []byte) bool { return len(body) == 0 }, func(e *endpoint, _ []byte) error {
			return e.echoClose(protocol.AppendClose(nil, protocol.NoStatus, "no status"))
		}),
	},
	{
		Name: "code-1006-for-bad-close", Mistake: "refuses a Close frame that is not valid with code 1006, which stands for an end without one",
		spoil: closesUnless(breaking(closeRules...), func(e *endpoint, _ []byte) error {
			return e.echoClose(protocol.AppendClose(nil, protocol.AbnormalClosure, ""))
		}),
	},
	{
		Name: "any-code-echoed", Mistake: "sends every close code back without looking at it",
		spoil: closesUnless(breaking(protocol.CloseCodeRange, protocol.CloseCodeOnWire), (*endpoint).echoClose),
	},
	{
		Name: "every-code-refused", Mistake: "takes every close code for an error",
		spoil: closesUnless(code(0, 65535), (*endpoint).refuseClose),
	},
	{
		Name: "all-codes-but-1000-refused", Mistake: "takes every close code but 1000 for an error",
		spoil: closesUnless(code(1001, 65535), (*endpoint).refuseClose),
	},
	{
		Name: "library-codes-refused", Mistake: "knows no close codes from 3000 to 3999",
		spoil: closesUnless(code(3000, 3999), (*endpoint).refuseClose),
	},
	{
		Name: "private-codes-refused", Mistake: "knows no close codes from 4000 to 4999",
		spoil: closesUnless(code(4000, 4999), (*endpoint).refuseClose),
	},
	{
		Name: "tcp-end-for-complaints", Mistake: "ends TCP without a Close frame if the client's says that something is wrong",
		spoil: closesUnless(code(1002, 1011), (*endpoint).dropClose),
	},
	{
		Name: "codes-below-1000-unanswered", Mistake: "does not answer Close frames with a code that is not used",
		spoil: closesUnless(code(0, 999), (*endpoint).ignoreClose),
	},
	{
		Name: "reserved-codes-unanswered", Mistake: "does not answer Close frames with a code that is reserved",
		spoil: closesUnless(func(body []byte) bool { return code(1000, 2999)(body) && breaking(closeRules...)(body) }, (*endpoint).ignoreClose),
	},
	{
		Name: "codes-from-5000-unanswered", Mistake: "does not answer Close frames with a code beyond all ranges",
		spoil: closesUnless(code(5000, 65535), (*endpoint).ignoreClose),
	},
}

// What follows a violation by the client.
var failingFaults = []*Fault{
	{
		Name: "tcp-left-open-after-failure", Mistake: "fails a connection by a Close frame alone, and does not close TCP",
		spoil: func(h *habits) {
			h.hangUp = func(e *endpoint) {
				if e.conn.State() == protocol.Failed {
					e.linger()
				}
				e.hangUp()
			}
		},
	},
	{
		Name: "failure-in-silence", Mistake: "stops reading after a violation, and neither says so nor closes TCP",
		spoil: func(h *habits) {
			h.hangUp = func(e *endpoint) {
				if e.conn.State() == protocol.Failed {
					e.linger()
				}
				e.hangUp()
			}
			withholds(isFailure)(h)
		},
	},
	{
		Name: "failure-with-code-1006", Mistake: "fails connections with code 1006, which stands for an end without a Close frame",
		spoil: failsWith(func([]byte) []byte { return protocol.AppendClose(nil, protocol.AbnormalClosure, "") }),
	},
	{
		Name: "ping-after-violation-answered", Mistake: "still answers a ping that comes in the same read behind a reserved bit or opcode",
		spoil: failsLate,
	},
	{
		Name: "ping-after-failure-answered", Mistake: "answers such a ping behind the Close frame by which it fails the connection",
		spoil: func(h *habits) {
			failsLate(h)
			h.say = func(frames []protocol.Frame) []protocol.Frame {
				if slices.ContainsFunc(frames, isFailure) {
					return sortedBy(func(f protocol.Frame) bool { return f.Opcode == protocol.Pong })(frames)
				}
				return frames
			}
		},
	},
}

// failsLate: the endpoint fails the connection over a reserved bit or opcode only after it has answered the next frame.
func failsLate(h *habits) {
	h.config.Tolerate = protocol.RulesOf(protocol.ReservedBits, protocol.ReservedOpcode)
	violated := false
	h.answer = func(e *endpoint, ev protocol.Event) error {
		switch {
		case violated:
			return refusal{protocol.ProtocolError} // protocol.Conn has answered the ping
		case !e.conn.Broken().Empty():
			violated = true
			return nil
		}
		return e.echo(ev)
	}
}
