package reference

import "github.com/wsspec/wsspec/protocol"

// "Such an implementation SHOULD impose a limit on frame sizes and the total message size after reassembly from multiple frames."
// (RFC 6455, section 10.4)
var limitVariants = []*Fault{
	{
		Name: "messages-up-to-100-kib", Mistake: "takes messages of up to 100 KiB, and says so by Close 1009", NonStrict: true,
		spoil: func(h *habits) { h.config.Limits.Message = 100 * kib },
	},
	{
		Name: "messages-up-to-100-kib-by-policy", Mistake: "takes messages of up to 100 KiB, and says so by Close 1008", NonStrict: true,
		spoil: givesUpBeyond(100*kib, refusal{protocol.PolicyViolation}),
	},
	{
		Name: "fragments-up-to-100", Mistake: "takes messages in up to 100 fragments, and says so by Close 1009", NonStrict: true,
		spoil: func(h *habits) { h.config.Limits.Fragments = 100 },
	},
}
