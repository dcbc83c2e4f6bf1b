package cases

import (
	"fmt"
	"strings"

	. "github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/protocol"
)

// Chapter 9: messages in bulk come back as they were sent, and it is measured how fast.
func chapter9() (list []*Case) {
	for _, f := range []struct {
		id       string
		question question
		opcode   protocol.Opcode
		amounts  []amounts
	}{
		{"9.1", inOneFrame, protocol.Text, frameSizes},
		{"9.2", inOneFrame, protocol.Binary, frameSizes},
		{"9.3", inFragments, protocol.Text, fragmentSizes},
		{"9.4", inFragments, protocol.Binary, fragmentSizes},
		{"9.5", inWrites, protocol.Text, writeSizes},
		{"9.6", inWrites, protocol.Binary, writeSizes},
		{"9.7", oneByOne, protocol.Text, messageSizes},
		{"9.8", oneByOne, protocol.Binary, messageSizes},
	} {
		for i, a := range f.amounts {
			list = append(list, f.question.ask(fmt.Sprintf("%s.%d", f.id, i+1), f.opcode, a))
		}
	}
	return list
}

// amounts is what a case sends, of whatever type: in profile quick the least that asks the same question.
type amounts struct{ standard, quick Volume }

const (
	kib = 1 << 10
	mib = 1 << 20
)

// One message in one frame. Its length takes the 64-bit form in profile quick, too.
var frameSizes = []amounts{
	frame(64*kib, 64*kib), frame(256*kib, 72*kib), frame(1*mib, 80*kib), frame(4*mib, 96*kib), frame(8*mib, 128*kib), frame(16*mib, 160*kib),
}

func frame(standard, quick int) amounts {
	return amounts{Volume{Messages: 1, Bytes: standard}, Volume{Messages: 1, Bytes: quick}}
}

// One message in fragments: from very many small ones to one that is the whole message, but for the empty one behind it.
var fragmentSizes = []amounts{
	fragments(64, 16*kib, 64), fragments(256, 16*kib, 256), fragments(1*kib, 16*kib, 1*kib),
	fragments(4*kib, 32*kib, 4*kib), fragments(16*kib, 64*kib, 16*kib), fragments(64*kib, 128*kib, 64*kib),
	fragments(256*kib, 160*kib, 80*kib), fragments(1*mib, 160*kib, 96*kib), fragments(4*mib, 128*kib, 128*kib),
}

func fragments(standard, quick, quickFragment int) amounts {
	return amounts{Volume{Messages: 1, Bytes: 4 * mib, Fragment: standard}, Volume{Messages: 1, Bytes: quick, Fragment: quickFragment}}
}

// One frame in many writes.
var writeSizes = []amounts{writes(64), writes(128), writes(256), writes(512), writes(1 * kib), writes(2 * kib)}

func writes(size int) amounts {
	return amounts{Volume{Messages: 1, Bytes: 1 * mib, Write: size}, Volume{Messages: 1, Bytes: 16 * kib, Write: size}}
}

// Many messages, one after the other.
var messageSizes = []amounts{messages(0), messages(16), messages(64), messages(256), messages(1 * kib), messages(4 * kib)}

func messages(size int) amounts {
	return amounts{Volume{Messages: 1000, Bytes: size}, Volume{Messages: 16, Bytes: size}}
}

// question is what a family of cases asks.
type question struct {
	happens string // to what is sent
	checks  []string
	why     string
	legal   string
}

var inOneFrame = question{
	happens: "comes back unchanged",
	checks:  []string{"RFC6455-5.2-12", "RFC6455-5.4-12"},
	why: "A length of 64 bits invites a receiver to reserve what it announces, to hold it in 32 bits, or to copy the message once more for " +
		"each read. And where one buffer ends and the next one starts, bytes are lost.",
	legal: "the echo in fragments; an echo that begins before the message is complete",
}

var inFragments = question{
	happens: "comes back unchanged",
	checks:  []string{"RFC6455-5.4-5", "RFC6455-5.4-12", "RFC6455-5.4-11"},
	why: "Who sends what is still being made sends it in fragments. A receiver that puts them together one by one, copying what it has " +
		"each time, needs time that grows with the square of their number; one that has room for so many and no more loses the rest. The last fragment is empty, as it is when the end is seen only " +
		"because nothing more comes.",
	legal: "the echo in other fragments, or in none; an echo that begins before the message is complete",
}

var inWrites = question{
	happens: "comes back unchanged",
	checks:  []string{"RFC6455-6.2-1", "RFC6455-5.4-12"},
	why: "TCP is a stream: a long frame arrives in many reads, whatever their sizes. A receiver that starts over with each of " +
		"them, or is wrong by a byte about how much is missing, is found here.",
	legal: "the echo in fragments; an echo that begins before the message is complete",
}

var oneByOne = question{
	happens: "come back one by one, unchanged",
	checks:  []string{"RFC6455-6.2-7", "RFC6455-5.4-12"},
	why: "After a message comes the next one, and what is left of the one before, in a buffer or a counter, shows in it. Each waits " +
		"for the echo of the one before, so a peer that is slow to answer shows, too.",
	legal: "the echoes in fragments",
}

// ask returns a case that asks the question.
func (q question) ask(id string, op protocol.Opcode, a amounts) *Case {
	a.standard.Opcode, a.quick.Opcode = op, op
	return &Case{
		ID: id, Title: capital(a.standard.String()) + " " + q.happens, Checks: q.checks,
		Why: q.why + " With --profile quick it is " + a.quick.String() + ".",
		Pass: "every byte as it was sent, in messages of the same length and type, and a normal close. No two places of a message " +
			"look alike, so what is lost, repeated or exchanged is found",
		NonStrict: "the peer refuses a message as larger than it wants, by Close 1009 or 1008, as RFC 6455, section 10.4 lets it",
		Legal:     q.legal,
		Fail:      "a byte that differs, is missing or too many; another type; a message missing or too many; the end of the connection, or silence",
		WSTest:    echoes(id),
		Alone:     true,
		Run: func(s *Session) {
			if s.Profile() == Quick {
				s.EchoVolume(a.quick)
			} else {
				s.EchoVolume(a.standard)
			}
			s.CloseNormally()
		},
	}
}

// capital is a sentence with a capital letter at its start.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
