package reference

import "github.com/wsspec/wsspec/protocol"

// Messages in fragments that do not come back as they were.
var fragmentFaults = []*Fault{
	{
		Name: "first-fragment-only", Mistake: "takes the first fragment for the whole message, and passes over the others",
		spoil: func(h *habits) {
			h.hear = func(f *incoming) bool {
				f.FIN = f.FIN || !f.Opcode.Control()
				return f.Opcode != protocol.Continuation
			}
		},
	},
	{
		Name: "fragments-as-messages", Mistake: "takes every fragment for a message",
		spoil: func(h *habits) {
			var kind protocol.Opcode
			h.hear = func(f *incoming) bool {
				switch {
				case f.Opcode.Control():
					return true
				case f.Opcode == protocol.Continuation && f.inside:
					f.Opcode = kind
				}
				kind, f.FIN = f.Opcode, true
				return true
			}
		},
	},
	{
		Name: "middle-fragments-lost", Mistake: "takes the first and the last fragment, and passes over those between",
		spoil: loses(func(f *incoming) bool { return f.Opcode == protocol.Continuation && f.inside && !f.FIN }),
	},
	{
		Name: "last-fragments-lost", Mistake: "waits for ever for the end of a message in fragments",
		spoil: loses(func(f *incoming) bool { return f.Opcode == protocol.Continuation && f.inside && f.FIN }),
	},
	{
		Name: "later-fragments-lost", Mistake: "loses the fragments of a message that arrive later than the first",
		spoil: func(h *habits) {
			began := 0
			h.hear = func(f *incoming) bool {
				if f.Opcode == protocol.Text || f.Opcode == protocol.Binary {
					began = f.read
				}
				return f.Opcode != protocol.Continuation || !f.inside || f.read == began
			}
		},
	},
	{
		Name: "empty-fragment-ends-message", Mistake: "takes an empty fragment for the end of the message",
		spoil: func(h *habits) {
			over := false
			h.hear = func(f *incoming) bool {
				if f.Opcode.Control() {
					return true
				}
				if f.Opcode != protocol.Continuation {
					over = false
				}
				heard := !over || !f.inside
				over = over || f.Length == 0
				f.FIN = f.FIN || over
				return heard
			}
		},
	},
	{
		Name: "forty-fragments-a-message", Mistake: "has room for forty fragments of a message",
		spoil: func(h *habits) { h.config.Limits.Fragments = 40 },
	},
	{
		Name: "control-frame-ends-message", Mistake: "drops a message in fragments when a control frame comes between them",
		spoil: func(h *habits) {
			dropped := false
			h.hear = func(f *incoming) bool {
				dropped = f.inside && (dropped || f.Opcode.Control())
				return !dropped || f.Opcode.Control()
			}
		},
	},
	{
		Name: "control-frame-inside-message-refused", Mistake: "fails the connection over a control frame between fragments",
		spoil: rejects(func(f *incoming) bool { return f.inside && f.Opcode.Control() && f.Opcode != protocol.Close }),
	},
}

// Fragments in an order that is not legal, and that the endpoint takes.
var orderFaults = []*Fault{
	{
		Name: "continuation-of-nothing-lost", Mistake: "passes over continuation frames with nothing to continue",
		spoil: loses(func(f *incoming) bool { return f.Opcode == protocol.Continuation && !f.inside }),
	},
	{
		Name: "last-continuation-of-nothing-lost", Mistake: "passes over the last fragment of a message that it has not seen begin",
		spoil: loses(func(f *incoming) bool { return f.Opcode == protocol.Continuation && !f.inside && f.FIN }),
	},
	{
		Name: "continuation-of-nothing-as-text", Mistake: "takes a continuation frame with nothing to continue for the start of a text message",
		spoil: mishears(func(f *incoming) {
			if f.Opcode == protocol.Continuation && !f.inside {
				f.Opcode = protocol.Text
			}
		}),
	},
	{
		Name: "continuation-after-message-lost", Mistake: "passes over continuation frames with nothing to continue, once there was a message in fragments",
		spoil: func(h *habits) {
			fragments := false
			h.hear = func(f *incoming) bool {
				fragments = fragments || f.inside && f.FIN && !f.Opcode.Control()
				return !fragments || f.Opcode != protocol.Continuation || f.inside
			}
		},
	},
	{
		Name: "start-inside-message-as-continuation", Mistake: "takes the start of a message inside another one for a continuation",
		spoil: mishears(func(f *incoming) {
			if f.inside && !f.Opcode.Control() {
				f.Opcode = protocol.Continuation
			}
		}),
	},
	{
		Name: "start-inside-message-starts-over", Mistake: "forgets the message that is under way when another one starts",
		spoil: func(h *habits) {
			wholeMessages(h)
			tolerates(protocol.BrokenMessage)(h)
		},
	},
}
