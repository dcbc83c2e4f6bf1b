package reference

import "github.com/wsspec/wsspec/protocol"

// Reserved bits that the endpoint does not mind.
var reservedBitFaults = []*Fault{
	{
		Name: "rsv1-ignored", Mistake: "does not look at RSV1, though no extension was agreed on",
		spoil: mishears(func(f *incoming) { f.RSV &^= 4 }),
	},
	{
		Name: "rsv2-ignored", Mistake: "does not look at RSV2",
		spoil: mishears(func(f *incoming) { f.RSV &^= 2 }),
	},
	{
		Name: "rsv3-ignored", Mistake: "does not look at RSV3",
		spoil: mishears(func(f *incoming) { f.RSV &^= 1 }),
	},
	{
		Name: "rsv-ignored", Mistake: "does not look at the reserved bits",
		spoil: mishears(func(f *incoming) { f.RSV = 0 }),
	},
	{
		Name: "rsv-on-binary-ignored", Mistake: "looks at the reserved bits of text only",
		spoil: mishears(func(f *incoming) {
			if f.Opcode == protocol.Binary {
				f.RSV = 0
			}
		}),
	},
	{
		Name: "rsv-ignored-later", Mistake: "looks at the reserved bits of the first frame only",
		spoil: func(h *habits) {
			first := true
			h.hear = func(f *incoming) bool {
				if !first {
					f.RSV = 0
				}
				first = false
				return true
			}
		},
	},
	{
		Name: "frames-with-rsv-lost", Mistake: "passes over frames with a reserved bit",
		spoil: loses(func(f *incoming) bool { return f.RSV != 0 }),
	},
	{
		Name: "control-frames-with-rsv-lost", Mistake: "passes over control frames with a reserved bit",
		spoil: loses(func(f *incoming) bool { return f.RSV != 0 && f.Opcode.Control() }),
	},
}

// Reserved opcodes that the endpoint does not mind.
var opcodeFaults = []*Fault{
	{
		Name: "reserved-data-frames-lost", Mistake: "passes over frames with a reserved opcode for data",
		spoil: loses(func(f *incoming) bool { return f.Opcode.Reserved() && !f.Opcode.Control() }),
	},
	{
		Name: "reserved-control-frames-lost", Mistake: "passes over frames with a reserved opcode for control",
		spoil: loses(func(f *incoming) bool { return f.Opcode.Reserved() && f.Opcode.Control() }),
	},
	{
		Name: "reserved-data-frames-as-binary", Mistake: "takes every data frame that is not text for a binary one",
		spoil: mishears(func(f *incoming) {
			if f.Opcode.Reserved() && !f.Opcode.Control() {
				f.Opcode = protocol.Binary
			}
		}),
	},
	{
		Name: "reserved-control-frames-as-pongs", Mistake: "takes every control frame that is neither Close nor Ping for a Pong",
		spoil: mishears(func(f *incoming) {
			if f.Opcode.Reserved() && f.Opcode.Control() {
				f.Opcode = protocol.Pong
			}
		}),
	},
	{
		Name: "reserved-opcodes-echoed", Mistake: "sends frames back under whatever opcode they came",
		spoil: func(h *habits) {
			h.config.Tolerate.Add(protocol.ReservedOpcode)
			h.answer = func(e *endpoint, ev protocol.Event) error {
				if ev.Opcode.Reserved() {
					e.conn.Inject(protocol.NewFrame(ev.Opcode, ev.Data).Append(nil))
					return nil
				}
				return e.echo(ev)
			}
		},
	},
}
