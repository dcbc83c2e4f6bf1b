package reference

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/wsspec/wsspec/protocol"
)

// Text that is not UTF-8, and that the endpoint takes.
var leniencyFaults = []*Fault{
	{
		Name: "text-unchecked", Mistake: "leaves it to others to check that text is UTF-8",
		spoil: accepts(func(sequence) bool { return true }),
	},
	{
		Name: "text-repaired", Mistake: "puts U+FFFD in place of what is not UTF-8, and goes on",
		spoil: func(h *habits) {
			replies(func(m *message) bool {
				if m.opcode == protocol.Text {
					m.payload = bytes.ToValidUTF8(m.payload, []byte("\uFFFD"))
				}
				return true
			})(h)
			tolerates(protocol.TextEncoding)(h)
		},
	},
	{
		Name: "text-in-pieces-unchecked", Mistake: "checks the text of messages that arrive in one piece, and no other",
		spoil: func(h *habits) {
			h.config.Tolerate.Add(protocol.TextEncoding)
			h.answer = func(e *endpoint, ev protocol.Event) error {
				if ev.Opcode == protocol.Text && ev.Part == protocol.Whole && !utf8.Valid(ev.Data) {
					return refusal{protocol.InvalidPayload}
				}
				e.echoUnchecked(ev)
				return nil
			}
		},
	},
	{
		Name: "surrogates-taken", Mistake: "takes surrogates for characters",
		spoil: accepts(func(s sequence) bool { return s.surrogate() }),
	},
	{
		Name: "low-surrogates-taken", Mistake: "looks for surrogates up to U+DBFF only, and takes the low ones for characters",
		spoil: accepts(func(s sequence) bool { return s.low() }),
	},
	{
		Name: "surrogate-pairs-taken", Mistake: "takes pairs of surrogates for characters (CESU-8)",
		spoil: accepts(func(s sequence) bool { return s.paired }),
	},
	{
		Name: "beyond-unicode-taken", Mistake: "takes four bytes for a character whatever they stand for, above U+10FFFF, too",
		spoil: accepts(func(s sequence) bool { return s.beyond() }),
	},
	{
		Name: "five-bytes-taken", Mistake: "takes sequences of five bytes for characters, as they once were",
		spoil: accepts(func(s sequence) bool { return s.proper(5) }),
	},
	{
		Name: "six-bytes-taken", Mistake: "takes sequences of six bytes for characters, as they once were",
		spoil: accepts(func(s sequence) bool { return s.proper(6) }),
	},
	{
		Name: "overlong-taken", Mistake: "does not notice that a character takes more bytes than it needs",
		spoil: accepts(func(s sequence) bool { return s.overlong() }),
	},
	{
		Name: "overlong-2-taken", Mistake: "does not notice that a character takes two bytes where it needs one",
		spoil: accepts(func(s sequence) bool { return s.overlong() && s.size == 2 }),
	},
	{
		Name: "overlong-3-taken", Mistake: "does not notice that a character takes three bytes where it needs fewer",
		spoil: accepts(func(s sequence) bool { return s.overlong() && s.size == 3 }),
	},
	{
		Name: "overlong-4-taken", Mistake: "does not notice that a character takes four bytes where it needs fewer",
		spoil: accepts(func(s sequence) bool { return s.overlong() && s.size == 4 }),
	},
	{
		Name: "overlong-5-taken", Mistake: "takes sequences of five bytes that would fit into fewer",
		spoil: accepts(func(s sequence) bool { return s.overlong() && s.size == 5 }),
	},
	{
		Name: "overlong-6-taken", Mistake: "takes sequences of six bytes that would fit into fewer",
		spoil: accepts(func(s sequence) bool { return s.overlong() && s.size == 6 }),
	},
	{
		Name: "overlong-nul-taken", Mistake: "takes two bytes for NUL (Modified UTF-8)",
		spoil: accepts(func(s sequence) bool { return s.overlong() && s.size == 2 && s.value == 0 }),
	},
	{
		Name: "stray-continuation-bytes-taken", Mistake: "takes continuation bytes that continue nothing",
		spoil: accepts(sequence.stray),
	},
	{
		Name: "interrupted-sequences-taken", Mistake: "does not notice that a sequence breaks off",
		spoil: accepts(sequence.interrupted),
	},
	{
		Name: "interrupted-2-taken", Mistake: "does not notice that a sequence of two bytes breaks off",
		spoil: accepts(func(s sequence) bool { return s.interrupted() && s.size == 2 }),
	},
	{
		Name: "interrupted-3-taken", Mistake: "does not notice that a sequence of three bytes breaks off",
		spoil: accepts(func(s sequence) bool { return s.interrupted() && s.size == 3 }),
	},
	{
		Name: "interrupted-4-taken", Mistake: "does not notice that a sequence of four bytes breaks off",
		spoil: accepts(func(s sequence) bool { return s.interrupted() && s.size == 4 }),
	},
	{
		Name: "interrupted-5-taken", Mistake: "takes starts of five bytes that break off",
		spoil: accepts(func(s sequence) bool { return s.interrupted() && s.size == 5 }),
	},
	{
		Name: "interrupted-6-taken", Mistake: "takes starts of six bytes that break off",
		spoil: accepts(func(s sequence) bool { return s.interrupted() && s.size == 6 }),
	},
	{
		Name: "half-character-at-end-taken", Mistake: "does not notice that a text ends inside a character",
		spoil: accepts(func(s sequence) bool { return s.truncated() && s.size <= 4 }),
	},
	{
		Name: "half-sequence-at-end-taken", Mistake: "takes whatever begins a sequence at the end of a text",
		spoil: accepts(sequence.truncated),
	},
	{
		Name: "incomplete-sequences-taken", Mistake: "takes sequences for characters whatever they lack",
		spoil: accepts(func(s sequence) bool { return s.interrupted() || s.truncated() }),
	},
	{
		Name: "fe-and-ff-taken", Mistake: "takes the bytes FE and FF",
		spoil: accepts(sequence.impossible),
	},
}

// Text that is UTF-8, and that the endpoint refuses or changes.
var prejudiceFaults = []*Fault{
	{
		Name: "ascii-only", Mistake: "takes only ASCII for text",
		spoil: refuses(func(s sequence) bool { return s.size > 1 }),
	},
	{
		Name: "two-byte-characters-refused", Mistake: "knows no characters of two bytes",
		spoil: refuses(func(s sequence) bool { return s.size == 2 }),
	},
	{
		Name: "three-byte-characters-refused", Mistake: "knows no characters of three bytes",
		spoil: refuses(func(s sequence) bool { return s.size == 3 }),
	},
	{
		Name: "four-byte-characters-refused", Mistake: "knows no characters beyond the Basic Multilingual Plane",
		spoil: refuses(func(s sequence) bool { return s.size == 4 }),
	},
	{
		Name: "control-characters-refused", Mistake: "takes text with control characters for binary",
		spoil: refuses(func(s sequence) bool { return unicode.IsControl(s.value) }),
	},
	{
		Name: "nul-ends-text", Mistake: "takes NUL for the end of a text",
		spoil: replies(func(m *message) bool {
			if m.opcode == protocol.Text {
				m.payload, _, _ = bytes.Cut(m.payload, []byte{0})
			}
			return true
		}),
	},
	{
		Name: "dollar-expanded", Mistake: "uses the text as a template, in which a dollar sign and a word stand for something else",
		spoil: replies(func(m *message) bool {
			if i := bytes.IndexByte(m.payload, '$'); i >= 0 && m.opcode == protocol.Text {
				m.payload = m.payload[:i]
			}
			return true
		}),
	},
	{
		Name: "ed-refused", Mistake: "takes every sequence that starts with ED for a surrogate, those below U+D800, too",
		spoil: refuses(func(s sequence) bool { return s.bytes[0] == 0xED }),
	},
	{
		Name: "private-use-refused", Mistake: "knows no characters of private use",
		spoil: refuses(func(s sequence) bool { return unicode.Is(unicode.Co, s.value) }),
	},
	{
		Name: "noncharacters-refused", Mistake: "takes no code points that Unicode calls noncharacters",
		spoil: refuses(func(s sequence) bool { return s.value&0xFFFE == 0xFFFE }),
	},
	{
		Name: "replacement-character-refused", Mistake: "takes U+FFFD for the sign that decoding has failed",
		spoil: refuses(func(s sequence) bool { return s.value == unicode.ReplacementChar }),
	},
	{
		Name: "specials-refused", Mistake: "takes no characters of the block Specials",
		spoil: refuses(func(s sequence) bool { return s.value >= 0xFFF0 && s.value <= 0xFFFF }),
	},
	{
		Name: "last-plane-refused", Mistake: "takes U+100000 for the end of Unicode",
		spoil: refuses(func(s sequence) bool { return s.value >= 0x100000 }),
	},
	{
		Name: "fragments-of-text-checked-alone", Mistake: "wants every fragment of a text to be UTF-8 by itself",
		spoil: func(h *habits) {
			h.answer = func(e *endpoint, ev protocol.Event) error {
				if ev.Opcode == protocol.Text && !utf8.Valid(ev.Data) {
					return refusal{protocol.InvalidPayload}
				}
				return e.echo(ev)
			}
		},
	},
}
