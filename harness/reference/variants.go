package reference

import (
	"bytes"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

var variants = slices.Concat(fragmentVariants, transportVariants, handshakeVariants, controlVariants, closeVariants, failureVariants, limitVariants)

// "A sender MAY create fragments of any size for non-control messages." (RFC 6455, section 5.4)
var fragmentVariants = []*Fault{
	{
		Name: "whole-messages", Mistake: "sends every message back in one frame, however it came",
		spoil: wholeMessages,
	},
	{
		Name: "fragments-of-1", Mistake: "sends messages in fragments of one byte, up to a thousand of each answer",
		spoil: sends(func(f protocol.Frame) []protocol.Frame {
			if len(f.Payload) <= 1000 {
				return fragments(f, 1)
			}
			first, rest := protocol.NewFrame(f.Opcode, f.Payload[:1000]), protocol.NewFrame(protocol.Continuation, f.Payload[1000:])
			first.FIN, rest.FIN = false, f.FIN
			return append(fragments(first, 1), rest)
		}),
	},
	{
		Name: "fragments-of-125", Mistake: "sends messages in fragments of 125 bytes",
		spoil: sends(func(f protocol.Frame) []protocol.Frame { return fragments(f, 125) }),
	},
	{
		Name: "fragments-of-126", Mistake: "sends messages in fragments of 126 bytes",
		spoil: sends(func(f protocol.Frame) []protocol.Frame { return fragments(f, 126) }),
	},
	{
		Name: "empty-fragments", Mistake: "sends an empty fragment before and after each other one",
		spoil: sends(func(f protocol.Frame) []protocol.Frame { return amidst(f, nil) }),
	},
	{
		Name: "pings-between-fragments", Mistake: "sends a ping between any two fragments of a message",
		spoil: sends(func(f protocol.Frame) []protocol.Frame {
			ping := protocol.NewFrame(protocol.Ping, []byte("between"))
			return amidst(f, &ping)
		}),
	},
	{
		Name: "pongs-between-fragments", Mistake: "sends a pong that nobody asked for between any two fragments of a message",
		spoil: sends(func(f protocol.Frame) []protocol.Frame {
			pong := protocol.NewFrame(protocol.Pong, nil)
			return amidst(f, &pong)
		}),
	},
}

// fragments cuts a data frame.
func fragments(f protocol.Frame, size int) (list []protocol.Frame) {
	if f.Opcode.Control() {
		return []protocol.Frame{f}
	}
	op := f.Opcode
	for p := f.Payload; ; {
		n := min(size, len(p))
		part := protocol.NewFrame(op, p[:n])
		part.FIN = f.FIN && n == len(p)
		list = append(list, part)
		if p, op = p[n:], protocol.Continuation; len(p) == 0 {
			return list
		}
	}
}

// amidst puts a data frame between two empty fragments, and a control frame, if there is one, between any two of the three.
func amidst(f protocol.Frame, control *protocol.Frame) []protocol.Frame {
	if f.Opcode.Control() {
		return []protocol.Frame{f}
	}
	first, middle, last := protocol.NewFrame(f.Opcode, nil), f, protocol.NewFrame(protocol.Continuation, nil)
	middle.Opcode = protocol.Continuation
	first.FIN, middle.FIN, last.FIN = false, false, f.FIN
	if control == nil {
		return []protocol.Frame{first, middle, last}
	}
	return []protocol.Frame{first, *control, middle, *control, last}
}

// TCP is a stream, and slow at times: where a write ends means nothing.
var transportVariants = []*Fault{
	{
		Name: "byte-by-byte", Mistake: "writes one byte at a time, up to two hundred of each answer",
		spoil: writes(func(p []byte) [][]byte {
			parts := slices.Collect(slices.Chunk(p[:min(len(p), 200)], 1))
			if len(p) > 200 {
				parts = append(parts, p[200:])
			}
			return parts
		}, 0),
	},
	{
		Name: "writes-of-997", Mistake: "writes 997 bytes at a time",
		spoil: writes(func(p []byte) [][]byte { return slices.Collect(slices.Chunk(p, 997)) }, 0),
	},
	{
		Name: "late-writes", Mistake: "takes a tenth of a second for each answer",
		spoil: writes(func(p []byte) [][]byte { return [][]byte{p} }, 100*time.Millisecond),
	},
	{
		Name: "halting-writes", Mistake: "writes each answer in up to ten parts, a twentieth of a second apart",
		spoil: writes(func(p []byte) [][]byte { return slices.Collect(slices.Chunk(p, len(p)/10+1)) }, 50*time.Millisecond),
	},
	{
		Name: "reads-of-13", Mistake: "reads up to 13 bytes at a time, two thousand times",
		spoil: func(h *habits) { h.sip = 13 },
	},
}

// writes: the endpoint writes in parts, and waits before each.
func writes(cut func(p []byte) [][]byte, pause time.Duration) func(*habits) {
	return func(h *habits) {
		h.write = func(transport net.Conn, p []byte) error {
			for _, part := range cut(p) {
				if pause > 0 {
					<-time.After(pause)
				}
				if err := write(transport, part); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// Header fields are compared without regard to case, and their order means nothing (RFC 6455, section 4.2.2).
var handshakeVariants = []*Fault{
	{
		Name: "odd-case-fields", Mistake: "writes the header fields of its answer in odd case",
		spoil: answersWith(func(r *protocol.Response) {
			for i := range r.Fields {
				r.Fields[i].Name = strings.ToUpper(r.Fields[i].Name)
				if r.Fields[i].Name != "SEC-WEBSOCKET-ACCEPT" {
					r.Fields[i].Value = strings.ToUpper(r.Fields[i].Value)
				}
			}
		}),
	},
	{
		Name: "reversed-fields", Mistake: "writes the header fields of its answer from the last to the first",
		spoil: answersWith(func(r *protocol.Response) { slices.Reverse(r.Fields) }),
	},
	{
		Name: "more-fields", Mistake: "adds header fields to its answer, and a word to Connection",
		spoil: answersWith(func(r *protocol.Response) {
			r.Fields.Set("Connection", "keep-alive, Upgrade")
			r.Fields.Add("Server", "reference")
			r.Fields.Add("Set-Cookie", "a=1")
			r.Fields.Add("Set-Cookie", "b=2")
			r.Fields.Add("X-Empty", "")
		}),
	},
	{
		Name: "other-reason-phrase", Mistake: "gives another reason phrase with status 101",
		spoil: answersWith(func(r *protocol.Response) { r.Reason = "WebSocket Protocol Handshake" }),
	},
	{
		Name: "no-reason-phrase", Mistake: "gives no reason phrase with status 101",
		spoil: answersWith(func(r *protocol.Response) { r.Reason = "" }),
	},
	{
		Name: "interim-answers", Mistake: "sends interim answers, 100 and 103, before the final one",
		spoil: func(h *habits) {
			h.head = func(head []byte) []byte {
				return append([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"), head...)
			}
		},
	},
	{
		Name: "pong-with-head", Mistake: "sends a pong that nobody asked for right behind its answer to the opening handshake",
		spoil: func(h *habits) {
			h.head = func(head []byte) []byte { return protocol.NewFrame(protocol.Pong, []byte("hello")).Append(head) }
		},
	},
	{
		Name: "ping-with-head", Mistake: "sends a ping right behind its answer to the opening handshake",
		spoil: func(h *habits) {
			h.head = func(head []byte) []byte { return protocol.NewFrame(protocol.Ping, []byte("hello")).Append(head) }
		},
	},
}

// answersWith: the endpoint accepts the opening handshake in another form.
func answersWith(change func(r *protocol.Response)) func(*habits) {
	return func(h *habits) {
		h.head = func(head []byte) []byte {
			line, fields, _ := strings.Cut(string(head), "\r\n")
			proto, reason, _ := strings.Cut(line, " 101 ")
			r := &protocol.Response{Proto: proto, Status: 101, Reason: reason}
			for field := range strings.SplitSeq(strings.TrimSpace(fields), "\r\n") {
				name, value, _ := strings.Cut(field, ": ")
				r.Fields.Add(name, value)
			}
			change(r)
			return r.Append(nil)
		}
	}
}

// Pings may come at any time; pongs may come unasked, and not for every ping (RFC 6455, sections 5.5.2 and 5.5.3).
var controlVariants = []*Fault{
	{
		Name: "latest-pong-only", Mistake: "answers only the last of the pings that arrive in one read",
		spoil: func(h *habits) {
			h.say = func(frames []protocol.Frame) []protocol.Frame {
				pongs := withOpcode(frames, protocol.Pong)
				var said []protocol.Frame
				for i, f := range frames {
					if f.Opcode != protocol.Pong || i == pongs[len(pongs)-1] {
						said = append(said, f)
					}
				}
				return said
			}
		},
	},
	{
		Name: "pongs-twice", Mistake: "sends each pong twice",
		spoil: sends(func(f protocol.Frame) []protocol.Frame {
			if f.Opcode == protocol.Pong {
				return []protocol.Frame{f, f}
			}
			return []protocol.Frame{f}
		}),
	},
	{
		Name: "unasked-pongs", Mistake: "sends a pong that nobody asked for before each of its frames",
		spoil: sends(func(f protocol.Frame) []protocol.Frame {
			return []protocol.Frame{protocol.NewFrame(protocol.Pong, nil), f}
		}),
	},
	{
		Name: "unasked-pongs-now-and-then", Mistake: "sends a pong that nobody asked for before every other of its frames",
		spoil: func(h *habits) {
			n := 0
			sends(func(f protocol.Frame) []protocol.Frame {
				if n++; n%2 == 1 {
					return []protocol.Frame{f}
				}
				return []protocol.Frame{protocol.NewFrame(protocol.Pong, nil), f}
			})(h)
		},
	},
	{
		Name: "own-pings", Mistake: "sends a ping before each of its frames",
		spoil: sends(func(f protocol.Frame) []protocol.Frame {
			return []protocol.Frame{protocol.NewFrame(protocol.Ping, []byte("are you there?")), f}
		}),
	},
	{
		Name: "keep-alive-pings", Mistake: "sends a ping every thirty milliseconds",
		spoil: keepsAlive(protocol.NewFrame(protocol.Ping, []byte("still there?"))),
	},
	{
		Name: "keep-alive-pongs", Mistake: "sends a pong that nobody asked for every thirty milliseconds",
		spoil: keepsAlive(protocol.NewFrame(protocol.Pong, nil)),
	},
	{
		Name: "pongs-first", Mistake: "sends the pongs for a read before its messages",
		spoil: func(h *habits) { h.say = sortedBy(func(f protocol.Frame) bool { return f.Opcode != protocol.Pong }) },
	},
	{
		Name: "pongs-last", Mistake: "sends the pongs for a read after its messages", NonStrict: true,
		spoil: func(h *habits) { h.say = sortedBy(func(f protocol.Frame) bool { return f.Opcode == protocol.Pong }) },
	},
	{
		Name: "pongs-reversed", Mistake: "answers the last ping of a read first", NonStrict: true,
		spoil: func(h *habits) {
			h.say = func(frames []protocol.Frame) []protocol.Frame {
				pongs := withOpcode(frames, protocol.Pong)
				for i := range len(pongs) / 2 {
					a, b := pongs[i], pongs[len(pongs)-1-i]
					frames[a], frames[b] = frames[b], frames[a]
				}
				return frames
			}
		},
	},
	{
		Name: "pongs-between-messages", Mistake: "answers a ping inside a message after the message", NonStrict: true,
		spoil: func(h *habits) {
			h.config.ManualPong = true
			var due [][]byte
			inside := false
			h.answer = func(e *endpoint, ev protocol.Event) error {
				switch ev.Opcode {
				case protocol.Ping:
					due = append(due, bytes.Clone(ev.Data))
				case protocol.Text, protocol.Binary:
					inside = ev.Part&protocol.Last == 0
				}
				err := e.echo(ev)
				for ; len(due) > 0 && !inside; due = due[1:] {
					e.conn.Pong(due[0])
				}
				return err
			}
		},
	},
}

// keepsAlive: the endpoint sends a frame now and then, from the opening handshake until it hangs up.
func keepsAlive(beat protocol.Frame) func(*habits) {
	return func(h *habits) {
		turn, over := make(chan struct{}, 1), make(chan struct{})
		send := func(transport net.Conn, p []byte) error {
			turn <- struct{}{}
			defer func() { <-turn }()
			return write(transport, p)
		}
		var start sync.Once
		h.write = func(transport net.Conn, p []byte) error {
			defer start.Do(func() { go every(30*time.Millisecond, over, func() error { return send(transport, beat.Append(nil)) }) })
			return send(transport, p)
		}
		h.hangUp = func(e *endpoint) {
			close(over)
			e.hangUp()
		}
	}
}

// every calls f until it fails or over is closed.
func every(d time.Duration, over <-chan struct{}, f func() error) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return
		case <-tick.C:
			if f() != nil {
				return
			}
		}
	}
}

// withOpcode returns where the frames with an opcode are.
func withOpcode(frames []protocol.Frame, op protocol.Opcode) (places []int) {
	for i, f := range frames {
		if f.Opcode == op {
			places = append(places, i)
		}
	}
	return places
}

// sortedBy lets the frames for which last is true leave after the others.
func sortedBy(last func(f protocol.Frame) bool) func([]protocol.Frame) []protocol.Frame {
	return func(frames []protocol.Frame) []protocol.Frame {
		slices.SortStableFunc(frames, func(a, b protocol.Frame) int {
			switch {
			case last(a) == last(b):
				return 0
			case last(a):
				return 1
			}
			return -1
		})
		return frames
	}
}

// A Close frame is answered by one with the same code, "typically" (RFC 6455, section 5.5.1), and with any reason.
var closeVariants = []*Fault{
	{
		Name: "close-answer-empty", Mistake: "answers Close frames without a code",
		spoil: answersClose(func(protocol.CloseStatus) []byte { return nil }),
	},
	{
		Name: "close-answer-1000", Mistake: "answers Close frames by code 1000, whatever theirs is",
		spoil: answersClose(func(protocol.CloseStatus) []byte { return protocol.AppendClose(nil, protocol.NormalClosure, "") }),
	},
	{
		Name: "close-answer-with-reason", Mistake: "sends the code and the reason of a Close frame back",
		spoil: answersClose(func(s protocol.CloseStatus) []byte { return protocol.AppendClose(nil, s.Code, s.Reason) }),
	},
	{
		Name: "close-answer-with-own-reason", Mistake: "answers Close frames by code 1000 and a reason of its own",
		spoil: answersClose(func(s protocol.CloseStatus) []byte {
			return protocol.AppendClose(nil, protocol.NormalClosure, "Auf Wiedersehen, schöne Grüße")
		}),
	},
	{
		Name: "close-answer-1001", Mistake: "answers Close frames by code 1001", NonStrict: true,
		spoil: answersClose(func(protocol.CloseStatus) []byte { return protocol.AppendClose(nil, protocol.GoingAway, "") }),
	},
	{
		Name: "close-answer-4000", Mistake: "answers Close frames by a code of its own", NonStrict: true,
		spoil: answersClose(func(protocol.CloseStatus) []byte { return protocol.AppendClose(nil, 4000, "done") }),
	},
	{
		Name: "bad-close-answered", Mistake: "answers Close frames that are not valid without a code, as if nothing were wrong", NonStrict: true,
		spoil: closesUnless(breaking(closeRules...), func(e *endpoint, _ []byte) error { return e.conn.Close(protocol.NoStatus, "") }),
	},
	{
		Name: "undefined-codes-echoed", Mistake: "sends close codes back that may be defined one day", NonStrict: true,
		spoil: closesUnless(undefined, (*endpoint).echoClose),
	},
	{
		Name: "codes-from-5000-echoed", Mistake: "sends close codes beyond all ranges back",
		spoil: closesUnless(code(5000, 65535), (*endpoint).echoClose),
	},
	{
		Name: "second-close", Mistake: "sends its last Close frame twice", NonStrict: true,
		spoil: sends(func(f protocol.Frame) []protocol.Frame {
			if f.Opcode == protocol.Close {
				return []protocol.Frame{f, f}
			}
			return []protocol.Frame{f}
		}),
	},
	{
		Name: "pong-after-close", Mistake: "answers a ping behind a Close frame after the Close frame",
		spoil: func(h *habits) {
			h.config.Tolerate.Add(protocol.DataAfterClose)
			h.answer = pongAfterClose
		},
	},
	{
		Name: "pong-before-close", Mistake: "answers a ping behind a Close frame before the Close frame",
		spoil: func(h *habits) {
			h.config.Tolerate.Add(protocol.DataAfterClose)
			h.answer = pongAfterClose
			h.say = sortedBy(func(f protocol.Frame) bool { return f.Opcode == protocol.Close })
		},
	},
	{
		Name: "messages-before-close", Mistake: "answers messages behind a Close frame before it answers the Close frame", NonStrict: true,
		spoil: func(h *habits) {
			h.config.Tolerate.Add(protocol.DataAfterClose)
			h.answer = func(e *endpoint, ev protocol.Event) error {
				e.echoUnchecked(ev)
				return nil
			}
			h.say = sortedBy(func(f protocol.Frame) bool { return f.Opcode == protocol.Close })
		},
	},
	{
		Name: "tcp-end-a-little-late", Mistake: "closes TCP half a second after the last Close frame",
		spoil: hangsUpAfter(500 * time.Millisecond),
	},
	{
		Name: "tcp-end-late", Mistake: "closes TCP a second and a half after the last Close frame", NonStrict: true,
		spoil: hangsUpAfter(1500 * time.Millisecond),
	},
	{
		Name: "tcp-end-after-client", Mistake: "waits for a moment for the client to close TCP, and then closes it",
		spoil: func(h *habits) {
			h.hangUp = func(e *endpoint) {
				e.wait(time.Now().Add(300 * time.Millisecond))
				io.Copy(io.Discard, e.transport)
				e.hangUp()
			}
		},
	},
}

// answersClose: the endpoint answers valid Close frames by another body.
func answersClose(body func(s protocol.CloseStatus) []byte) func(*habits) {
	valid := func(body []byte) bool { return !breaking(closeRules...)(body) }
	return closesUnless(valid, func(e *endpoint, got []byte) error {
		status, _, _ := protocol.ParseClose(got)
		return e.echoClose(body(status))
	})
}

// undefined: the code of a Close frame is one that RFC 6455 keeps for itself and does not define.
func undefined(body []byte) bool {
	return code(1000, 2999)(body) && breaking(protocol.CloseCodeRange)(body)
}

// pongAfterClose is an answer that does not stop at a Close frame.
func pongAfterClose(e *endpoint, ev protocol.Event) error {
	switch {
	case ev.Opcode == protocol.Ping && e.conn.State() == protocol.Closed:
		e.conn.Inject(protocol.NewFrame(protocol.Pong, ev.Data).Append(nil))
	case e.conn.State() == protocol.Open:
		return e.echo(ev)
	}
	return nil
}

// hangsUpAfter: the endpoint takes its time to close TCP.
func hangsUpAfter(d time.Duration) func(*habits) {
	return func(h *habits) {
		h.hangUp = func(e *endpoint) {
			<-time.After(d)
			e.hangUp()
		}
	}
}

// To fail a connection, an endpoint should send a Close frame, with "an appropriate status code"; it may also just close TCP
// (RFC 6455, section 7.1.7).
var failureVariants = []*Fault{
	{
		Name: "failure-without-reason", Mistake: "fails connections by a Close frame that gives no reason",
		spoil: failsWith(func(body []byte) []byte { return body[:2] }),
	},
	{
		Name: "failure-without-close", Mistake: "fails connections by the end of TCP alone", NonStrict: true,
		spoil: withholds(isFailure),
	},
	{
		Name: "failure-without-code", Mistake: "fails connections by a Close frame without a code", NonStrict: true,
		spoil: failsWith(func([]byte) []byte { return nil }),
	},
	{
		Name: "failure-with-1002", Mistake: "fails connections with code 1002 whatever was wrong", NonStrict: true,
		spoil: failsWith(func([]byte) []byte { return protocol.AppendClose(nil, protocol.ProtocolError, "") }),
	},
	{
		Name: "failure-with-1008", Mistake: "fails connections with code 1008 whatever was wrong", NonStrict: true,
		spoil: failsWith(func([]byte) []byte { return protocol.AppendClose(nil, protocol.PolicyViolation, "no") }),
	},
	{
		Name: "failure-discards-answers", Mistake: "drops the answers that are not sent yet when it fails a connection",
		spoil: func(h *habits) {
			h.say = func(frames []protocol.Frame) []protocol.Frame {
				if last := len(frames) - 1; isFailure(frames[last]) {
					return frames[last:]
				}
				return frames
			}
		},
	},
	{
		Name: "failure-awaits-close", Mistake: "waits, after it has failed a connection, for the client's Close frame before it closes TCP",
		spoil: func(h *habits) {
			h.hangUp = func(e *endpoint) {
				if e.conn.State() == protocol.Failed {
					e.wait(time.Now().Add(500 * time.Millisecond))
					e.transport.Read(make([]byte, 1))
				}
				e.hangUp()
			}
		},
	},
	{
		Name: "text-checked-at-end", Mistake: "looks whether text is UTF-8 when the message is complete", NonStrict: true,
		spoil: wholeText,
	},
}

// failsWith: the endpoint fails connections by a Close frame with another body.
func failsWith(change func(body []byte) []byte) func(*habits) {
	return says(func(f *protocol.Frame) {
		if isFailure(*f) {
			f.Payload = change(f.Payload)
			f.Length = uint64(len(f.Payload))
		}
	})
}

// isFailure: the frame fails the connection. The right endpoint gives a reason then, and only then.
func isFailure(f protocol.Frame) bool { return f.Opcode == protocol.Close && len(f.Payload) > 2 }

// wholeText: the endpoint checks text when it has all of a message.
func wholeText(h *habits) {
	h.config.Tolerate.Add(protocol.TextEncoding)
	h.config.Whole = true
	h.answer = func(e *endpoint, ev protocol.Event) error {
		if ev.Opcode == protocol.Text && !utf8.Valid(ev.Data) {
			return refusal{protocol.InvalidPayload}
		}
		return e.echo(ev)
	}
}
