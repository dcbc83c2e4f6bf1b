package harness_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol"
)

// TestPingInsidePart: a ping that comes while a frame is sent in parts is not answered inside the frame, but behind it.
func TestPingInsidePart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u, err := protocol.ParseURL("ws://reference.invalid/")
		if err != nil {
			t.Fatal(err)
		}
		var sent bytes.Buffer
		dial := reference.Dialer(reference.Find("keep-alive-pings"))
		target := harness.Target{URL: u, Dial: func(ctx context.Context) (net.Conn, error) {
			conn, err := dial(ctx)
			return recorded{conn, &sent}, err
		}}
		whole := harness.Text("sent in parts")
		r := &harness.Runner{Target: target, Timeout: harness.DefaultProgress, Seed: "test", Cases: []*harness.Case{{
			ID: "1.1.1", Checks: []string{"RFC6455-5.5.2-3"},
			Run: func(s *harness.Session) {
				more := s.SendPart(whole, 5)
				s.Pause("of several pings")
				more(len(whole.Payload) - 5)
				s.Expect(whole)
				s.CloseNormally()
			},
		}}}
		if err := r.Run(t.Context(), harness.Probe{}); err != nil {
			t.Fatal(err)
		}
		_, frames, _ := bytes.Cut(sent.Bytes(), []byte("\r\n\r\n"))
		reader := protocol.Reader{}
		reader.Feed(frames)
		var got []string
		for p, err := range reader.All() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, p.Opcode().String()+" "+string(p.Payload))
		}
		if want := []string{"Text sent in parts", "Pong still there?", "Close \x03\xe8"}; !slices.Equal(got, want) {
			t.Errorf("sent %q, want %q", got, want)
		}
	})
}

// TestCloseInsidePart: a Close frame that comes while a frame is sent in parts is answered behind the rest of the frame.
func TestCloseInsidePart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := make(chan []byte, 1)
		closes := target(after101(func(c *wire) {
			c.Read(make([]byte, 100)) // the first part
			c.Write([]byte("\x88\x02\x03\xef"))
			rest, _ := io.ReadAll(c)
			sent <- rest
		}))
		r := &harness.Runner{Target: closes, Timeout: harness.DefaultProgress, Seed: "test", Cases: []*harness.Case{{
			ID: "1.1.1", Checks: []string{"RFC6455-8.1-1"},
			Run: func(s *harness.Session) {
				s.SendPart(harness.Text("sent in parts"), 5)
				s.ExpectFailure(protocol.InvalidPayload)
			},
		}}}
		if err := r.Run(t.Context(), harness.Probe{}); err != nil {
			t.Fatal(err)
		}
		if rest := <-sent; len(rest) < 8+8 || rest[8] != 0x88 {
			t.Errorf("sent % x, want the 8 bytes that were missing, then a Close frame", rest)
		}
	})
}

// recorded is a connection of which is known what was written to it.
type recorded struct {
	net.Conn
	sent *bytes.Buffer
}

func (r recorded) Write(p []byte) (int, error) {
	r.sent.Write(p)
	return r.Conn.Write(p)
}
