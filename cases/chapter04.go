package cases

import (
	"fmt"

	. "github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/protocol"
)

// Chapter 4: a reserved opcode fails the connection.
func chapter4() (list []*Case) {
	for i := range 5 {
		list = append(list,
			opcode(fmt.Sprintf("4.1.%d", i+1), protocol.Opcode(3+i), i),
			opcode(fmt.Sprintf("4.2.%d", i+1), protocol.Opcode(11+i), i))
	}
	return list
}

// opcode is one of the cases about a reserved opcode: alone without and with a payload, then between a message and a ping in
// one write, with a payload, and byte by byte.
func opcode(id string, op protocol.Opcode, form int) *Case {
	kind := "data"
	if op.Control() {
		kind = "control"
	}
	title := fmt.Sprintf("A frame with opcode %d, reserved for %s frames, fails the connection", op, kind)
	payload := [...]string{"", "reserved opcode payload", "", hello, hello}[form]
	write := 0
	if form == 4 {
		write = 1
	}
	expect, send := refused(protocol.ProtocolError), func(s *Session) { s.Send(Opcode(op, payload)) }
	if form >= 2 {
		title += " after a message"
		expect, send = refusedAfter(text(hello)), func(s *Session) {
			s.Allow(Text(hello))
			s.SendIn(write, Text(hello), Opcode(op, payload), Ping(afterViolation))
		}
	}
	c := violation(id, title, "RFC6455-5.2-6", expect, send)
	c.Why = "Reserved opcodes are for extensions and later versions. What a frame with one of them means is not known, so neither " +
		"is what the frames around it mean."
	return c
}
