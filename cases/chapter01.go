package cases

import (
	"fmt"
	"strings"

	. "github.com/wsspec/wsspec/harness"
)

// Chapter 1: messages of lengths at which the form of the header changes come back as they were sent.
func chapter1() (list []*Case) {
	for i, f := range framings {
		list = append(list,
			f.echo(fmt.Sprintf("1.1.%d", i+1), "text", Text(strings.Repeat("*", f.length))),
			f.echo(fmt.Sprintf("1.2.%d", i+1), "binary", Binary(strings.Repeat("\xfe", f.length))))
	}
	return list
}

// framing is a length of a payload, and why just this one.
type framing struct {
	length int
	write  int // bytes in each write; 0: all in one
	checks string
	why    string
}

var framings = []framing{
	{0, 0, "RFC6455-5.2-24", "An empty payload is a message like any other. Code that waits for a first byte of payload, or takes no bytes for no message, loses it."},
	{125, 0, "RFC6455-5.2-10", "The longest payload whose length fits into seven bits. Off by one, and it is taken for the mark of an extended length."},
	{126, 0, "RFC6455-5.2-11", "The shortest payload whose length takes 16 bits: the seven bits then hold 126, which is no length here but a mark."},
	{127, 0, "RFC6455-5.2-11", "127 in the seven bits is the mark of a 64-bit length. A payload of just that length is written in 16 bits."},
	{128, 0, "RFC6455-5.2-11", "The first length that needs its eighth bit: a signed byte would make it negative."},
	{65535, 0, "RFC6455-5.2-11", "The longest payload whose length fits into 16 bits. A signed 16-bit integer would make it -1."},
	{65536, 0, "RFC6455-5.2-12", "The shortest payload whose length takes 64 bits. Cut to 16 bits it would be 0."},
	{65536, 997, "RFC6455-5.4-2", "TCP is a stream: a frame arrives in as many reads as it likes. Code that takes one read for one frame loses the rest."},
}

func (f framing) echo(id, kind string, message Frame) *Case {
	title := fmt.Sprintf("A %s message of %d bytes comes back unchanged", kind, f.length)
	expect := answered(text(string(message.Payload)))
	if kind == "binary" {
		expect = answered(binary(string(message.Payload)))
	}
	if f.write > 0 {
		title += fmt.Sprintf(", though it arrives in pieces of %d bytes", f.write)
	}
	return &Case{
		ID: id, Title: title, Checks: []string{f.checks, "RFC6455-5.4-12"},
		Why:    f.why,
		Pass:   "the same message, in one frame or in fragments, and a normal close",
		Fail:   "another payload, another type, another message, none, or the end of the connection",
		WSTest: expect,
		Run: func(s *Session) {
			s.SendIn(f.write, message)
			s.Expect(message)
			s.CloseNormally()
		},
	}
}
