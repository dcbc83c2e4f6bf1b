package cases

import (
	. "github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/protocol"
)

// Chapter 0: what every conversation shows besides.
func chapter0() []*Case {
	return []*Case{
		{
			ID: "0.1", Aliases: []string{"PAS-01"}, Title: "Every frame that the peer sends is well-formed",
			Checks: []string{"RFC6455-5.2-3", "RFC6455-5.1-5", "RFC6455-5.2-6", "RFC6455-5.2-8", "RFC6455-5.2-13", "RFC6455-5.2-15",
				"RFC6455-5.5-3", "RFC6455-5.5-4", "RFC6455-5.4-4", "RFC6455-5.4-9"},
			Why:  "Most receivers are lenient, so a sender's mistakes show only with the one that is not.",
			Pass: "no frame has a mask from a server, an unclaimed reserved bit, a reserved opcode, a length in more bytes than it needs; no control frame is fragmented or longer than 125 bytes; fragments come in a legal order",
			Fail: "one such frame in any conversation; it is reported once",
			Watches: protocol.RulesOf(protocol.UnmaskedFrame, protocol.MaskedFrame, protocol.ReservedBits, protocol.ReservedOpcode,
				protocol.LengthTopBit, protocol.MinimalLength, protocol.FragmentedControl, protocol.LongControl,
				protocol.LoneContinuation, protocol.BrokenMessage),
		},
		{
			ID: "0.2", Aliases: []string{"PAS-02"}, Title: "Every text message that the peer sends is UTF-8",
			Checks:  []string{"RFC6455-5.6-3"},
			Why:     "A server that echoes text which it has not checked passes broken text on to everybody behind it.",
			Pass:    "every text message is UTF-8 as a whole",
			Fail:    "one text message in any conversation is not; it is reported once",
			Watches: protocol.RulesOf(protocol.TextEncoding),
		},
	}
}
