package protocol_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// TestMessageOnTheWire writes the examples of RFC 6455, section 5.7.
func TestMessageOnTheWire(t *testing.T) {
	server := protocol.NewConn(protocol.Config{})
	client := protocol.NewConn(protocol.Config{Client: true, Rand: func() uint32 { return 0x3d21fa37 }})
	for _, test := range []struct {
		conn *protocol.Conn
		send func(c *protocol.Conn) error
		want string
	}{
		{server, func(c *protocol.Conn) error { return c.Message(protocol.Text, []byte("Hello"), protocol.Whole) }, "81 05 48 65 6c 6c 6f"},
		{client, func(c *protocol.Conn) error { return c.Message(protocol.Text, []byte("Hello"), protocol.Whole) },
			"81 85 37 fa 21 3d 7f 9f 4d 51 58"},
		{server, func(c *protocol.Conn) error {
			return errors.Join(c.Message(protocol.Text, []byte("Hel"), protocol.First), c.Message(protocol.Text, []byte("lo"), protocol.Last))
		}, "01 03 48 65 6c  80 02 6c 6f"},
		{server, func(c *protocol.Conn) error { return c.Ping([]byte("Hello")) }, "89 05 48 65 6c 6c 6f"},
		{client, func(c *protocol.Conn) error { return c.Pong([]byte("Hello")) }, "8a 85 37 fa 21 3d 7f 9f 4d 51 58"},
		{server, func(c *protocol.Conn) error { return c.Message(protocol.Binary, make([]byte, 256), protocol.Whole) },
			"82 7E 0100" + strings.Repeat("00", 256)},
		{server, func(c *protocol.Conn) error { return c.Message(protocol.Binary, make([]byte, 65536), protocol.Whole) },
			"82 7F 0000000000010000" + strings.Repeat("00", 65536)},
		{server, func(c *protocol.Conn) error { return c.Close(1000, "bye") }, "88 05 03e8 62 79 65"},
		{client, func(c *protocol.Conn) error { return c.Close(protocol.NoStatus, "") }, "88 80 37 fa 21 3d"},
	} {
		must(t, test.send(test.conn))
		if want := unhex(test.want); !bytes.Equal(test.conn.Out(), want) {
			t.Errorf("got % .30x, want % .30x", test.conn.Out(), want)
		}
		test.conn.Sent(len(test.conn.Out()))
	}
}

func TestMessageParts(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		c := protocol.NewConn(protocol.Config{Client: client})
		send := func(op protocol.Opcode, part protocol.Part, want error) {
			t.Helper()
			if err := c.Message(op, []byte{byte('a' + part)}, part); err != want {
				t.Errorf("%v, part %d: got %v, want %v", op, part, err, want)
			}
		}
		send(protocol.Text, 0, protocol.ErrState)
		send(protocol.Text, protocol.Last, protocol.ErrState)
		send(protocol.Text, protocol.First, nil)
		send(protocol.Text, protocol.First, protocol.ErrState)
		send(protocol.Text, protocol.Whole, protocol.ErrState)
		send(protocol.Binary, protocol.Whole, protocol.ErrState)
		send(protocol.Binary, protocol.Last, protocol.ErrState)
		send(protocol.Continuation, protocol.Last, protocol.ErrState)
		send(protocol.Text, 0, nil)
		must(t, c.Ping(nil))
		send(protocol.Text, protocol.Last, nil)
		send(protocol.Text, protocol.Last, protocol.ErrState)
		send(protocol.Continuation, protocol.Whole, protocol.ErrState)
		send(protocol.Ping, protocol.Whole, protocol.ErrState)
		send(3, protocol.Whole, protocol.ErrState)
		send(protocol.Binary, protocol.First, nil)
		send(protocol.Binary, protocol.Last, nil)
		equal(t, shown(written(t, client, c.Out())),
			[]string{`Text+ "b"`, `Continuation+ "a"`, `Ping ""`, `Continuation "c"`, `Binary+ "b"`, `Continuation "c"`})
	})
}

// TestTextToSend refuses what is not UTF-8, and lets the caller do better.
func TestTextToSend(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		c := protocol.NewConn(protocol.Config{Client: client})
		send := func(text string, part protocol.Part, want error) {
			t.Helper()
			if err := c.Message(protocol.Text, []byte(text), part); err != want {
				t.Errorf("%q, part %d: got %v, want %v", text, part, err, want)
			}
		}
		send("\xFF", protocol.Whole, protocol.ErrEncoding)
		send("\xC2", protocol.Whole, protocol.ErrEncoding)
		send("\xED\xA0", protocol.First, protocol.ErrEncoding)
		send("a\xE6\x97", protocol.First, nil)
		send("b", 0, protocol.ErrEncoding)
		send("\xA5\xE6", protocol.Last, protocol.ErrEncoding)
		send("", 0, nil)
		send("\xA5", 0, nil)
		send("c\xC2", 0, nil)
		send("", protocol.Last, protocol.ErrEncoding)
		send("\x80", protocol.Last, nil)
		send("d", protocol.Whole, nil)
		must(t, c.Message(protocol.Binary, []byte("\xFF"), protocol.Whole))
		s := tell(protocol.NewConn(protocol.Config{Client: !client}), [][]byte{c.Out()}, false)
		equal(t, eventsOf(s), []string{`Text "a日c\u0080"`, `Text "d"`, `Binary "\xff"`})
	})
}

// TestControlToSend keeps to 125 bytes (RFC 6455, section 5.5) and to codes that may be sent (section 7.4).
func TestControlToSend(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		long := bytes.Repeat([]byte("x"), 126)
		for _, test := range []struct {
			send func(c *protocol.Conn) error
			want error
		}{
			{func(c *protocol.Conn) error { return c.Ping(long[1:]) }, nil},
			{func(c *protocol.Conn) error { return c.Ping(long) }, protocol.ErrTooLong},
			{func(c *protocol.Conn) error { return c.Pong(long[1:]) }, nil},
			{func(c *protocol.Conn) error { return c.Pong(long) }, protocol.ErrTooLong},
			{func(c *protocol.Conn) error { return c.Close(1000, string(long[3:])) }, nil},
			{func(c *protocol.Conn) error { return c.Close(1000, string(long[2:])) }, protocol.ErrTooLong},
			{func(c *protocol.Conn) error { return c.Close(1000, "\xFF") }, protocol.ErrEncoding},
			{func(c *protocol.Conn) error { return c.Close(4999, "") }, nil},
			{func(c *protocol.Conn) error { return c.Close(protocol.NoStatus, "") }, nil},
			{func(c *protocol.Conn) error { return c.Close(protocol.NoStatus, "a") }, protocol.ErrCode},
			{func(c *protocol.Conn) error { return c.Close(protocol.AbnormalClosure, "") }, protocol.ErrCode},
			{func(c *protocol.Conn) error { return c.Close(protocol.TLSHandshake, "") }, protocol.ErrCode},
			{func(c *protocol.Conn) error { return c.Close(0, "") }, protocol.ErrCode},
			{func(c *protocol.Conn) error { return c.Close(1004, "") }, protocol.ErrCode},
			{func(c *protocol.Conn) error { return c.Close(2999, "") }, protocol.ErrCode},
			{func(c *protocol.Conn) error { return c.Close(5000, "") }, protocol.ErrCode},
		} {
			c := protocol.NewConn(protocol.Config{Client: client})
			equal(t, test.send(c), test.want)
			equal(t, len(written(t, client, c.Out())), map[bool]int{true: 1, false: 0}[test.want == nil])
			equal(t, c.State() == protocol.CloseSent, test.want == nil && c.Out()[0] == 0x88)
		}
	})
}

// TestSendingByState tells what may be sent when (RFC 6455, sections 5.5.1, 5.5.2 and 6.1).
func TestSendingByState(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		receive := func(frames ...protocol.Frame) func(c *protocol.Conn) {
			return func(c *protocol.Conn) { tell(c, [][]byte{sentTo(client, frames...)}, false) }
		}
		message := func(c *protocol.Conn) error { return c.Message(protocol.Text, nil, protocol.Whole) }
		ping := func(c *protocol.Conn) error { return c.Ping(nil) }
		pong := func(c *protocol.Conn) error { return c.Pong(nil) }
		end := func(c *protocol.Conn) error { return c.Close(1000, "") }
		for _, test := range []struct {
			state  protocol.State
			reach  func(c *protocol.Conn)
			refuse [4]bool // message, ping, pong, close
		}{
			{protocol.Open, func(*protocol.Conn) {}, [4]bool{}},
			{protocol.CloseSent, func(c *protocol.Conn) { must(t, c.Close(1000, "")) }, [4]bool{true, false, false, true}},
			{protocol.CloseReceived, receive(closing(1000, "")), [4]bool{true, false, false, false}},
			{protocol.Closed, func(c *protocol.Conn) { receive(closing(1000, ""))(c); must(t, c.Close(1000, "")) }, [4]bool{true, true, true, true}},
			{protocol.Failed, receive(frame(3, "")), [4]bool{true, true, true, true}},
		} {
			for i, send := range []func(c *protocol.Conn) error{message, ping, pong, end} {
				c := protocol.NewConn(protocol.Config{Client: client, ManualEcho: true})
				test.reach(c)
				equal(t, c.State(), test.state)
				before := len(c.Out())
				err := send(c)
				if refused := err == protocol.ErrState; refused != test.refuse[i] || refused != (len(c.Out()) == before) {
					t.Errorf("%v, way %d: got %v", test.state, i, err)
				}
			}
		}
	})
}

// TestRestOfAMessageAfterClose may be sent before the answer to the peer's Close frame, and not after it (RFC 6455, section 5.5.1).
func TestRestOfAMessageAfterClose(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		c := protocol.NewConn(protocol.Config{Client: client, ManualEcho: true})
		must(t, c.Message(protocol.Text, []byte("a"), protocol.First))
		tell(c, [][]byte{sentTo(client, closing(1000, ""))}, false)
		must(t, c.Message(protocol.Text, []byte("b"), 0))
		must(t, c.Message(protocol.Text, []byte("c"), protocol.Last))
		equal(t, c.Message(protocol.Text, []byte("d"), protocol.First), protocol.ErrState)
		must(t, c.Close(1000, ""))
		equal(t, shown(written(t, client, c.Out())), []string{`Text+ "a"`, `Continuation+ "b"`, `Continuation "c"`, "Close 1000"})

		c = protocol.NewConn(protocol.Config{Client: client})
		must(t, c.Message(protocol.Text, []byte("a"), protocol.First))
		must(t, c.Close(1000, ""))
		equal(t, c.Message(protocol.Text, []byte("b"), protocol.Last), protocol.ErrState)
	})
}

// TestMaskingKeys: every frame of a client has a fresh one (RFC 6455, section 5.3), a server's has none.
func TestMaskingKeys(t *testing.T) {
	client, server := protocol.NewConn(protocol.Config{Client: true}), protocol.NewConn(protocol.Config{})
	keys := map[uint32]bool{}
	const n = 500
	for range n {
		must(t, client.Ping([]byte("Hello")))
		must(t, server.Ping([]byte("Hello")))
	}
	for _, f := range written(t, true, client.Out()) {
		keys[f.Header.Key] = true
		equal(t, f.Payload, "Hello")
	}
	if len(keys) < n-2 {
		t.Errorf("%d frames have %d keys", n, len(keys))
	}
	for _, f := range written(t, false, server.Out()) {
		equal(t, f.Header.Masked, false)
	}
}

// TestOut writes in small steps what is appended in between.
func TestOut(t *testing.T) {
	c := protocol.NewConn(protocol.Config{})
	var all, want []byte
	for i := range 2000 {
		f := frame(protocol.Text, fmt.Sprint(i))
		want = f.Append(want)
		must(t, c.Message(protocol.Text, f.Payload, protocol.Whole))
		n := min(len(c.Out()), []int{0, 3, 7, 1, 20}[i%5])
		all = append(all, c.Out()[:n]...)
		c.Sent(n)
	}
	all = append(all, c.Out()...)
	if !bytes.Equal(all, want) {
		t.Error("what was written differs from what was sent")
	}
	c.Sent(len(c.Out()))
	equal(t, len(c.Out()), 0)
}

// TestOutIsBounded: a transport that never catches up quite does not make Out remember all that was written.
func TestOutIsBounded(t *testing.T) {
	c := protocol.NewConn(protocol.Config{})
	payload := make([]byte, 1000)
	for range 10_000 {
		must(t, c.Message(protocol.Binary, payload, protocol.Whole))
		c.Sent(len(c.Out()) - 1)
	}
	if n := cap(c.Out()); n > 10_000 {
		t.Errorf("room for %d bytes", n)
	}
}

// TestInject breaks a rule in the middle of a conversation. The Conn goes on as the peer would see it.
func TestInject(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		wire := func(frames ...protocol.Frame) []byte { return sentTo(!client, frames...) }
		for _, test := range []struct {
			name  string
			raw   []byte
			state protocol.State
			next  protocol.Part // what fits afterwards
		}{
			{"nothing", nil, protocol.Open, protocol.Whole},
			{"a message", wire(frame(protocol.Text, "a")), protocol.Open, protocol.Whole},
			{"the start of a message", wire(more(frame(protocol.Text, "a"))), protocol.Open, protocol.Last},
			{"a message in parts", wire(more(frame(protocol.Text, "a")), more(frame(protocol.Continuation, "b")), frame(protocol.Continuation, "")), protocol.Open, protocol.Whole},
			{"a lone continuation", wire(more(frame(protocol.Continuation, "a"))), protocol.Open, protocol.Whole},
			{"a message in a message", wire(more(frame(protocol.Text, "a")), more(frame(protocol.Text, "b"))), protocol.Open, protocol.Last},
			{"a message that ends another", wire(more(frame(protocol.Binary, "a")), frame(protocol.Text, "b")), protocol.Open, protocol.Whole},
			{"a ping in a message", wire(more(frame(protocol.Text, "a")), frame(protocol.Ping, "b")), protocol.Open, protocol.Last},
			{"a reserved opcode", wire(more(frame(3, "a"))), protocol.Open, protocol.Whole},
			{"a close frame", wire(closing(1005, "")), protocol.CloseSent, 0},
			{"a close frame after payload that looks like one", wire(frame(protocol.Binary, "\x88\x00\x88\x00"), closing(1000, "")), protocol.CloseSent, 0},
			{"payload that looks like a close frame", wire(frame(protocol.Binary, "\x88\x00\x88\x00")), protocol.Open, protocol.Whole},
			{"two bytes of a header", []byte{0x01, 0x7F}, protocol.Open, protocol.Whole},
			{"payload that never ends", protocol.AppendHeader(nil, protocol.Header{Opcode: protocol.Text, Length: 1<<64 - 1}), protocol.Open, protocol.Last},
		} {
			t.Run(test.name, func(t *testing.T) {
				end := feedCuts(t, test.raw, func(chunks [][]byte) protocol.State {
					c := protocol.NewConn(protocol.Config{Client: client, Rand: func() uint32 { return 1 }})
					for _, chunk := range chunks {
						c.Inject(chunk)
					}
					equal(t, string(c.Out()), string(test.raw))
					for _, part := range []protocol.Part{protocol.Whole, protocol.Last} {
						if test.next == 0 || part == test.next {
							continue
						}
						equal(t, c.Message(protocol.Text, nil, part), protocol.ErrState)
					}
					if test.next != 0 {
						must(t, c.Message(protocol.Text, nil, test.next))
					}
					return c.State()
				})
				equal(t, end, test.state)
			})
		}
	})
}

// TestInjectedTextIsNotJudged: half a code point may be injected, and the other half sent.
func TestInjectedTextIsNotJudged(t *testing.T) {
	c := protocol.NewConn(protocol.Config{})
	must(t, c.Message(protocol.Text, []byte("\xE6"), protocol.First)) // half of a message that the next frame breaks
	c.Inject(unhex("01 01 c2"))
	must(t, c.Message(protocol.Text, []byte("\x80"), protocol.Last))
	must(t, c.Message(protocol.Text, []byte("a"), protocol.First))
	c.Inject(unhex("00 01 c2"))
	must(t, c.Message(protocol.Text, []byte("\x80"), protocol.Last))
	equal(t, c.Message(protocol.Text, []byte("\x80"), protocol.First), protocol.ErrEncoding)
	equal(t, string(c.Out()), string(unhex("01 01 e6  01 01 c2  80 01 80  01 01 61  00 01 c2  80 01 80")))
}

// TestInjectManyFrames takes time in proportion to the bytes: a copy of the rest for each frame would come to a terabyte.
func TestInjectManyFrames(t *testing.T) {
	c := protocol.NewConn(protocol.Config{})
	c.Inject(bytes.Repeat(unhex("89 00"), 1_000_000))
	c.Inject(unhex("88 00"))
	equal(t, c.State(), protocol.CloseSent)
}

// TestInjectAnswersClose completes the closing handshake with bytes of the caller's own.
func TestInjectAnswersClose(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		c := protocol.NewConn(protocol.Config{Client: client, ManualEcho: true})
		tell(c, [][]byte{sentTo(client, closing(1000, ""))}, false)
		c.Inject(sentTo(!client, closing(1006, "")))
		equal(t, c.State(), protocol.Closed)
		equal(t, c.HangUp(), !client)
	})
}
