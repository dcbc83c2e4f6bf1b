package fuzz

import (
	"fmt"
	"io"

	"github.com/wsspec/wsspec/protocol"
)

// Conversation: whatever a client and a server say to each other, and wherever the network cuts it, no one breaks a rule, the
// Conns refuse what must not be sent and nothing else, every message arrives whole, in order and unchanged, Pongs answer Pings,
// and the closing handshake ends in Closed on both sides. The input is two bytes of options, one for each side, and what they do
// (see act).
func Conversation(data []byte) error {
	s := source{data}
	c := newConversation(s.byte(), s.byte())
	for range maxActs {
		if s.empty() {
			break
		}
		if err := c.act(&s); err != nil {
			return violated(data, "%v", err)
		}
	}
	if err := c.end(); err != nil {
		return violated(data, "%v", err)
	}
	return nil
}

// maxActs keeps a conversation short: each act may bring forth 64 KiB.
const maxActs = 100

// conversation is what happens between a client and a server after the opening handshake.
type conversation struct {
	sides   [2]*party // the client and the server
	inPlace bool
}

// newConversation takes options for both sides: 1: whole messages; 2: Pings and 4: Close frames are left to the caller; 8, for
// the client: read in place.
func newConversation(client, server byte) *conversation {
	config := func(options byte) protocol.Config {
		return protocol.Config{Whole: options&1 != 0, ManualPong: options&2 != 0, ManualEcho: options&4 != 0}
	}
	ours, theirs := config(client), config(server)
	key := uint32(0)
	ours.Client, ours.Rand = true, func() uint32 {
		key += 0x9E3779B9
		return key
	}
	return &conversation{[2]*party{newParty("client", ours), newParty("server", theirs)}, client&8 != 0}
}

// act has one side do something, as one byte says: the lowest bit names the side, the next three the act.
func (c *conversation) act(s *source) error {
	b := s.byte()
	p, other := c.sides[b&1], c.sides[1-b&1]
	switch b >> 1 & 7 {
	case 0: // a whole text message
		return p.message(protocol.Text, s.take(int(s.byte())), protocol.Whole)
	case 1: // a message or a part of it
		kind := s.byte()
		return p.message(messageOpcode(kind), s.take(int(s.byte())), protocol.Part(kind&3))
	case 2: // the same, and longer
		kind := s.byte()
		return p.message(messageOpcode(kind), p.filler(1<<(kind>>4)+int(s.byte())-64), protocol.Part(kind&3))
	case 3:
		return p.control(protocol.Ping, s.take(int(s.byte())))
	case 4:
		return p.control(protocol.Pong, s.take(int(s.byte())))
	case 5:
		code := protocol.CloseCode(s.byte())<<8 + protocol.CloseCode(s.byte())
		return p.close(code, string(s.take(int(s.byte()))))
	case 6: // so many bytes arrive
		n := s.byte()
		return p.send(int(n&0x7F), other, c.inPlace, n < 0x80)
	}
	return p.send(len(p.conn.Out()), other, c.inPlace, true)
}

// messageOpcode chooses by the third bit.
func messageOpcode(kind byte) protocol.Opcode {
	if kind&4 != 0 {
		return protocol.Binary
	}
	return protocol.Text
}

// filler returns n bytes, which go on where the message under way ended, so that it stays a text of characters of all sizes.
func (p *party) filler(n int) (b []byte) {
	const text = "a\u00e9\u20ac\U00024b62"
	start := 0
	if p.writing != nil {
		start = len(p.writing.data)
	}
	for i := range max(n, 0) {
		b = append(b, text[(start+i)%len(text)])
	}
	return b
}

// end closes the connection, unless that has been done, and looks back.
func (c *conversation) end() error {
	client, server := c.sides[0], c.sides[1]
	if !client.closeSent && !server.closeSent {
		if err := client.close(protocol.NormalClosure, "done"); err != nil {
			return err
		}
	}
	for range 3 { // what is under way, the answers to it, and the answers of the caller
		if err := c.exchange(); err != nil {
			return err
		}
	}
	if err := client.check(server); err != nil {
		return err
	}
	if err := server.check(client); err != nil {
		return err
	}
	return c.hangUp()
}

// exchange brings all that is there to the other side, and answers Close frames where that is left to the caller.
func (c *conversation) exchange() error {
	for i, p := range c.sides {
		if err := p.send(len(p.conn.Out()), c.sides[1-i], c.inPlace, true); err != nil {
			return err
		}
	}
	for _, p := range c.sides {
		if p.closeGot && !p.closeSent {
			if err := p.close(protocol.GoingAway, "you too"); err != nil {
				return err
			}
		}
	}
	return nil
}

// hangUp closes the transport: the server does, and the client waits for it (RFC 6455, section 7.1.1).
func (c *conversation) hangUp() error {
	for _, p := range c.sides {
		if got, want := p.conn.HangUp(), !p.config.Client; got != want {
			return fmt.Errorf("%s: HangUp: got %t after the closing handshake", p.name, got)
		}
		p.conn.EOF()
		if ev, err := p.conn.Next(); err != io.EOF || !p.conn.HangUp() {
			return fmt.Errorf("%s: got %v, error %v, hang up %t at the end", p.name, ev, err, p.conn.HangUp())
		}
	}
	return nil
}
