package reference

import (
	"bytes"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

// Pings that get no Pong, or a wrong one.
var pingFaults = []*Fault{
	{
		Name: "no-pong", Mistake: "answers no ping",
		spoil: func(h *habits) { h.config.ManualPong = true },
	},
	{
		Name: "no-pong-to-empty-ping", Mistake: "answers no ping without payload",
		spoil: loses(func(f *incoming) bool { return f.Opcode == protocol.Ping && f.Length == 0 }),
	},
	{
		Name: "no-pong-inside-message", Mistake: "answers no ping that comes inside a message",
		spoil: loses(func(f *incoming) bool { return f.Opcode == protocol.Ping && f.inside }),
	},
	{
		Name: "one-pong-a-message", Mistake: "answers only the first of the pings that come inside a message",
		spoil: func(h *habits) {
			answered := false
			h.hear = func(f *incoming) bool {
				again := f.Opcode == protocol.Ping && f.inside && answered
				answered = f.inside && (answered || f.Opcode == protocol.Ping)
				return !again
			}
		},
	},
	{
		Name: "one-pong-a-connection", Mistake: "answers the first ping of a connection and no other",
		spoil: func(h *habits) {
			answered := false
			h.hear = func(f *incoming) bool {
				again := f.Opcode == protocol.Ping && answered
				answered = answered || f.Opcode == protocol.Ping
				return !again
			}
		},
	},
	{
		Name: "one-pong-a-read", Mistake: "answers the first of the pings that arrive in one read, and not the last",
		spoil: func(h *habits) {
			answered := 0
			h.hear = func(f *incoming) bool {
				again := f.Opcode == protocol.Ping && answered == f.read
				if f.Opcode == protocol.Ping {
					answered = f.read
				}
				return !again
			}
		},
	},
	{
		Name: "cut-control-frames-lost", Mistake: "loses a control frame that does not arrive in one read",
		spoil: loses(func(f *incoming) bool { return f.Opcode.Control() && f.Opcode != protocol.Close && !f.whole }),
	},
	{
		Name: "empty-pongs", Mistake: "answers pings by pongs without payload",
		spoil: pongs(func(p []byte) []byte { return nil }),
	},
	{
		Name: "pong-payload-as-text", Mistake: "takes the payload of a ping for text, and repairs it",
		spoil: pongs(func(p []byte) []byte { return bytes.ToValidUTF8(p, []byte("?")) }),
	},
	{
		Name: "pong-payload-cut", Mistake: "has room for 124 bytes in a pong",
		spoil: pongs(func(p []byte) []byte { return p[:min(len(p), 124)] }),
	},
	{
		Name: "ping-payload-must-be-text", Mistake: "fails the connection over a ping whose payload is not UTF-8",
		spoil: func(h *habits) {
			h.answer = func(e *endpoint, ev protocol.Event) error {
				if ev.Opcode == protocol.Ping && !utf8.Valid(ev.Data) {
					return refusal{protocol.InvalidPayload}
				}
				return e.echo(ev)
			}
		},
	},
	{
		Name: "five-pings-a-connection", Mistake: "takes more than five pings for an attack",
		spoil: func(h *habits) {
			pings := 0
			h.answer = func(e *endpoint, ev protocol.Event) error {
				if ev.Opcode == protocol.Ping {
					pings++
				}
				if pings > 5 {
					return refusal{protocol.PolicyViolation}
				}
				return e.echo(ev)
			}
		},
	},
}

// pongs: the endpoint changes the payload of its pongs.
func pongs(change func(p []byte) []byte) func(*habits) {
	return says(func(f *protocol.Frame) {
		if f.Opcode == protocol.Pong {
			f.Payload = change(f.Payload)
			f.Length = uint64(len(f.Payload))
		}
	})
}

// Pongs that nobody asked for and that the endpoint cannot leave alone.
var pongFaults = []*Fault{
	{
		Name: "pongs-answered", Mistake: "answers a pong like a ping",
		spoil: mishears(func(f *incoming) {
			if f.Opcode == protocol.Pong {
				f.Opcode = protocol.Ping
			}
		}),
	},
	{
		Name: "empty-pongs-answered", Mistake: "answers a pong without payload like a ping",
		spoil: mishears(func(f *incoming) {
			if f.Opcode == protocol.Pong && f.Length == 0 {
				f.Opcode = protocol.Ping
			}
		}),
	},
	{
		Name: "unasked-pong-refused", Mistake: "fails the connection over a pong that it did not ask for",
		spoil: rejects(func(f *incoming) bool { return f.Opcode == protocol.Pong }),
	},
}

// Control frames that are not legal, and that the endpoint takes.
var controlFaults = []*Fault{
	{
		Name: "long-control-frames-taken", Mistake: "takes control frames of more than 125 bytes, and sends no pong of that length",
		spoil: tolerates(protocol.LongControl),
	},
	{
		Name: "long-pings-answered", Mistake: "answers pings of any length",
		spoil: func(h *habits) {
			h.config.Tolerate.Add(protocol.LongControl)
			h.answer = func(e *endpoint, ev protocol.Event) error {
				if ev.Opcode == protocol.Ping && len(ev.Data) > 125 {
					e.conn.Inject(protocol.NewFrame(protocol.Pong, ev.Data).Append(nil))
				}
				return e.echo(ev)
			}
		},
	},
	{
		Name: "control-frames-without-fin-taken", Mistake: "does not look at the FIN bit of control frames",
		spoil: tolerates(protocol.FragmentedControl),
	},
	{
		Name: "control-fragments-taken", Mistake: "takes every fragment of a control frame for a control frame",
		spoil: func(h *habits) {
			var under protocol.Opcode // way, in fragments
			h.hear = func(f *incoming) bool {
				if under != 0 && f.Opcode == protocol.Continuation {
					f.Opcode = under
				}
				if f.Opcode.Control() {
					under = 0
					if !f.FIN {
						under = f.Opcode
					}
					f.FIN = true
				}
				return true
			}
		},
	},
}
