package protocol_test

import (
	"io"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// TestPingWhileClosing: a Pong is due until a Close frame was received, even if one was sent (RFC 6455, section 5.5.2).
func TestPingWhileClosing(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		c := protocol.NewConn(protocol.Config{Client: client})
		if err := c.Close(protocol.GoingAway, ""); err != nil {
			t.Fatal(err)
		}
		s := tell(c, [][]byte{sentTo(client, frame(protocol.Ping, "1"), closing(1001, ""), frame(protocol.Ping, "2"))}, false)
		equal(t, eventsOf(s), []string{`Ping "1"`, `Close "\x03\xe9"`})
		equal(t, shown(written(t, client, []byte(s.Out))), []string{"Close 1001", `Pong "1"`})

		c = protocol.NewConn(protocol.Config{Client: client, ManualEcho: true, Tolerate: protocol.AllRules})
		s = tell(c, [][]byte{sentTo(client, closing(1000, ""), frame(protocol.Ping, "3"))}, false)
		equal(t, eventsOf(s), []string{`Close "\x03\xe8"`, `Ping "3"`})
		equal(t, s.Out, "")
	})
}

// TestPeerCloses goes through the states of RFC 6455, sections 4.1 and 7.1, when the peer starts the closing handshake.
func TestPeerCloses(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		for _, test := range []struct {
			close  protocol.Frame
			echo   string
			status protocol.CloseStatus
		}{
			{closing(1000, ""), "Close 1000", protocol.CloseStatus{Code: 1000}},
			{closing(1001, "μ"), "Close 1001", protocol.CloseStatus{Code: 1001, Reason: "μ"}},
			{closing(4999, strings.Repeat("x", 123)), "Close 4999", protocol.CloseStatus{Code: 4999, Reason: strings.Repeat("x", 123)}},
			{frame(protocol.Close, ""), "Close 1005", protocol.CloseStatus{Code: protocol.NoStatus}},
		} {
			s := heardBy(t, protocol.Config{Client: client}, frame(protocol.Text, "a"), test.close)
			answer := written(t, client, []byte(s.Out))
			equal(t, shown(answer), []string{test.echo})
			if test.echo == "Close 1005" {
				equal(t, answer[0].Payload, "")
			}
			equal(t, s.Status, test.status)
			equal(t, s.State, protocol.Closed)
			equal(t, s.HangUp, !client)
		}
	})
}

func TestWeClose(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		c := protocol.NewConn(protocol.Config{Client: client})
		equal(t, c.State(), protocol.Open)
		equal(t, c.CloseStatus(), protocol.CloseStatus{Code: protocol.AbnormalClosure})
		if err := c.Close(protocol.GoingAway, "bye"); err != nil {
			t.Fatal(err)
		}
		equal(t, c.State(), protocol.CloseSent)
		equal(t, c.HangUp(), false)
		s := tell(c, [][]byte{sentTo(client, frame(protocol.Text, "still"), closing(1000, "you too"), frame(protocol.Ping, ""))}, false)
		equal(t, eventsOf(s), []string{`Text "still"`, `Close "\x03\xe8you too"`})
		equal(t, shown(written(t, client, []byte(s.Out))), []string{"Close 1001"})
		equal(t, s.State, protocol.Closed)
		equal(t, s.HangUp, !client)
		equal(t, s.Status, protocol.CloseStatus{Code: 1000, Reason: "you too"})
	})
}

func TestManualEcho(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		c := protocol.NewConn(protocol.Config{Client: client, ManualEcho: true})
		s := tell(c, [][]byte{sentTo(client, closing(1000, ""))}, false)
		equal(t, s.State, protocol.CloseReceived)
		equal(t, s.HangUp, false)
		equal(t, s.Out, "")
		if err := c.Close(protocol.NormalClosure, ""); err != nil {
			t.Fatal(err)
		}
		equal(t, c.State(), protocol.Closed)
		equal(t, c.HangUp(), !client)
		equal(t, c.Close(protocol.NormalClosure, ""), protocol.ErrState)
	})
}

// TestCloseOfATolerantConn: whatever code the peer sends, none that is forbidden goes back.
func TestCloseOfATolerantConn(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		for _, code := range []protocol.CloseCode{0, 999, 1000, 1004, 1005, 1006, 1015, 1016, 2999, 3000, 4999, 5000, 65535} {
			body := []byte{byte(code >> 8), byte(code)}
			s := heardBy(t, protocol.Config{Client: client, Tolerate: protocol.AllRules}, protocol.NewFrame(protocol.Close, body))
			answer := written(t, client, []byte(s.Out))
			want := ""
			if code.Sendable() {
				want = string(body)
			}
			equal(t, answer[0].Payload, want)
			equal(t, s.State, protocol.Closed)
			equal(t, s.Status.Code, code)
		}
		s := heardBy(t, protocol.Config{Client: client, Tolerate: protocol.AllRules}, frame(protocol.Close, "\x03"), closing(1000, ""))
		equal(t, len(written(t, client, []byte(s.Out))), 1)
		equal(t, len(s.Events), 2)
		equal(t, s.Status, protocol.CloseStatus{Code: protocol.NoStatus})
	})
}

// TestFailure covers what a failure does in each state: one Close frame in all, and nothing more is read or sent.
func TestFailure(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		bad := frame(protocol.Text, "\xFF")
		for _, test := range []struct {
			name   string
			config protocol.Config
			before func(c *protocol.Conn)
			frames []protocol.Frame
			want   []string
		}{
			{"open", protocol.Config{}, func(*protocol.Conn) {}, nil, []string{"Close 1007"}},
			{"close sent", protocol.Config{}, func(c *protocol.Conn) { c.Close(1001, "") }, nil, []string{"Close 1001"}},
			{"close received", protocol.Config{ManualEcho: true}, func(*protocol.Conn) {},
				[]protocol.Frame{closing(1000, "")}, []string{"Close 1002"}},
			{"closed", protocol.Config{}, func(*protocol.Conn) {}, []protocol.Frame{closing(1000, "")}, []string{"Close 1000"}},
			{"inside our message", protocol.Config{}, func(c *protocol.Conn) { c.Message(protocol.Text, []byte("a"), protocol.First) },
				nil, []string{`Text+ "a"`, "Close 1007"}},
		} {
			t.Run(test.name, func(t *testing.T) {
				test.config.Client = client
				c := protocol.NewConn(test.config)
				test.before(c)
				wire := sentTo(client, append(test.frames, bad, frame(protocol.Ping, "x"), closing(1000, ""))...)
				s := tell(c, [][]byte{wire}, false)
				equal(t, s.State, protocol.Failed)
				equal(t, s.HangUp, true)
				equal(t, len(s.Events), len(test.frames))
				equal(t, shown(written(t, client, []byte(s.Out))), test.want)
				for _, err := range []error{c.Message(protocol.Text, nil, protocol.Whole), c.Ping(nil), c.Pong(nil), c.Close(1000, "")} {
					equal(t, err, protocol.ErrState)
				}
				again := tell(c, [][]byte{wire, wire}, true)
				equal(t, again.End, s.End)
				equal(t, again.Out, s.Out)
				equal(t, len(again.Events), 0)
				for range 20 {
					c.Feed(make([]byte, 100_000))
				}
				if n := cap(c.Buffer()); n > 300_000 {
					t.Errorf("input is kept: room for %d bytes", n)
				}
			})
		}
	})
}

// TestEOF ends the input in each state (RFC 6455, sections 7.1.5 and 7.2.1).
func TestEOF(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		half := sentTo(client, frame(protocol.Text, "Hello"))
		half = half[:len(half)-2]
		nothing := func(*protocol.Conn) {}
		for _, test := range []struct {
			name   string
			config protocol.Config
			before func(c *protocol.Conn)
			wire   []byte
			err    error
			state  protocol.State
			code   protocol.CloseCode
		}{
			{"open", protocol.Config{}, nothing, nil, io.ErrUnexpectedEOF, protocol.Failed, 1006},
			{"inside a frame", protocol.Config{}, nothing, half, io.ErrUnexpectedEOF, protocol.Failed, 1006},
			{"inside a message", protocol.Config{}, nothing, sentTo(client, more(frame(protocol.Text, "a"))), io.ErrUnexpectedEOF, protocol.Failed, 1006},
			{"close sent", protocol.Config{}, func(c *protocol.Conn) { c.Close(1000, "") }, nil, io.ErrUnexpectedEOF, protocol.Failed, 1006},
			{"close received", protocol.Config{ManualEcho: true}, nothing, sentTo(client, closing(1001, "")), io.EOF, protocol.CloseReceived, 1001},
			{"closed", protocol.Config{}, nothing, sentTo(client, closing(1001, "")), io.EOF, protocol.Closed, 1001},
			{"closed, inside a frame", protocol.Config{}, nothing, sentTo(client, closing(1001, ""), frame(protocol.Ping, "x"))[:len(sentTo(client, closing(1001, "")))+1],
				io.EOF, protocol.Closed, 1001},
			{"closed inside a message", protocol.Config{}, nothing, sentTo(client, more(frame(protocol.Text, "a")), closing(1001, "")), io.EOF, protocol.Closed, 1001},
		} {
			t.Run(test.name, func(t *testing.T) {
				test.config.Client = client
				c := protocol.NewConn(test.config)
				test.before(c)
				out := len(c.Out())
				s := tell(c, [][]byte{test.wire}, true)
				equal(t, s.End, fault{EOF: test.err})
				equal(t, s.State, test.state)
				equal(t, s.Status.Code, test.code)
				equal(t, s.HangUp, true)
				if test.state == protocol.Failed {
					equal(t, len(s.Out), out)
				}
				_, err := c.Next()
				equal(t, err, test.err)
			})
		}
	})
}
