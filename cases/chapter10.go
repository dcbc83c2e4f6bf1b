package cases

import (
	"strings"

	. "github.com/wsspec/wsspec/harness"
)

// Chapter 10: a long message in many fragments.
func chapter10() []*Case {
	payload := strings.Repeat("*", 65536)
	return []*Case{{
		ID: "10.1.1", Title: "A text message of 65 536 bytes in fragments of 1 300 comes back whole",
		Checks: []string{"RFC6455-5.4-12", "RFC6455-5.4-5", "RFC6455-5.4-11"},
		Why:    "Libraries that send in fragments of a fixed size produce dozens of them for one message.",
		Pass:   "the same message, in one frame or in fragments, and a normal close",
		Fail:   "another payload, another message, none, or the end of the connection",
		WSTest: answered(text(payload)),
		Run: func(s *Session) {
			s.Send(Fragments(1300, payload)...)
			s.Expect(Text(payload))
			s.CloseNormally()
		},
	}}
}
