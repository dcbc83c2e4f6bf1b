package protocol_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// naiveStory works out from the frames of naive what a strict endpoint must tell and answer. It ends before the first frame
// that breaks a rule; bad are the rules that it may name.
func naiveStory(frames []seen) (events, answers []string, bad protocol.RuleSet) {
	var open, data string
	closed := false
	answer := func(text string) {
		if !closed {
			answers = append(answers, text)
		}
	}
	for _, f := range frames {
		if !f.Broken.Empty() {
			answer("Close 1002")
			return events, answers, f.Broken
		}
		op := protocol.Opcode(f.Head & 0xF)
		switch op {
		case protocol.Text, protocol.Binary, protocol.Continuation:
			if op != protocol.Continuation {
				open, data = op.String(), ""
			}
			data += f.Payload
			fin := f.Head&0x80 != 0
			if open == "Text" && (!canGoOn(data) || fin && !completes(data, 0)) {
				answer("Close 1007")
				return events, answers, protocol.RulesOf(protocol.TextEncoding)
			}
			if fin {
				events = append(events, fmt.Sprintf("%s %q", open, data))
			}
			continue
		}
		if closed {
			continue
		}
		if op == protocol.Close {
			if rule := badClose(f.Payload); rule != 0 {
				answer("Close " + strings.Fields(rule.Code().String())[0])
				return events, answers, protocol.RulesOf(rule)
			}
			answer(shown([]seen{f})[0])
			closed = true
		}
		if op == protocol.Ping {
			answer(fmt.Sprintf("Pong %q", f.Payload))
		}
		events = append(events, fmt.Sprintf("%v %q", op, f.Payload))
	}
	return events, answers, bad
}

// badClose judges a Close body by RFC 6455, sections 5.5.1, 7.4 and 8.1.
func badClose(body string) protocol.Rule {
	if body == "" {
		return 0
	}
	if len(body) == 1 {
		return protocol.CloseBody
	}
	switch code := int(body[0])<<8 + int(body[1]); {
	case code == 1005 || code == 1006 || code == 1015:
		return protocol.CloseCodeOnWire
	case code < 1000 || code == 1004 || code > 1015 && code < 3000 || code > 4999:
		return protocol.CloseCodeRange
	case !completes(body[2:], 0):
		return protocol.CloseReason
	}
	return 0
}

// randomTalk is randomStream with payloads that are text more often than not.
func randomTalk(rnd *rand.Rand, client bool) []byte {
	const text = "aκόσμε日本😀z"
	var frames []protocol.Frame
	inside := false
	for range 1 + rnd.IntN(7) {
		from, to := rnd.IntN(len(text)), rnd.IntN(len(text))
		payload := text
		if rnd.IntN(3) == 0 {
			payload = text[min(from, to):max(from, to)]
		}
		f := frame([]protocol.Opcode{1, 1, 1, 2, 9, 10}[rnd.IntN(6)], payload)
		if rnd.IntN(12) == 0 {
			f = closing([]protocol.CloseCode{1000, 1001, 1004, 1005, 3000, 4999, 5000}[rnd.IntN(7)], payload)
		}
		if !f.Opcode.Control() {
			if inside && rnd.IntN(30) > 0 {
				f.Opcode = protocol.Continuation
			}
			f.FIN = rnd.IntN(2) == 0
			inside = !f.FIN
		}
		if rnd.IntN(50) == 0 {
			f.RSV = 1
		}
		frames = append(frames, f)
	}
	return sentTo(client, frames...)
}

// TestConnAgainstNaive compares events and answers on random conversations, in parts and whole.
func TestConnAgainstNaive(t *testing.T) {
	bothRoles(t, func(t *testing.T, client bool) {
		rnd := rand.New(rand.NewPCG(13, 14))
		ends := map[protocol.Rule]int{}
		for range 3000 {
			stream := randomTalk(rnd, client)
			events, answers, bad := naiveStory(naive(stream, client))
			c := protocol.NewConn(protocol.Config{Client: client, Whole: rnd.IntN(2) == 0})
			s := tell(c, randomCuts(rnd, stream), false)
			out := shown(written(t, client, []byte(s.Out)))
			if !slices.Equal(eventsOf(s), events) || !slices.Equal(out, answers) || bad.Empty() != (s.End.Rule == 0) || !bad.Empty() && !bad.Has(s.End.Rule) {
				t.Fatalf("of % x\n got %q, %q, %v\nwant %q, %q, %v", stream, eventsOf(s), out, s.End, events, answers, slices.Collect(bad.All()))
			}
			ends[s.End.Rule]++
		}
		for _, rule := range []protocol.Rule{0, protocol.TextEncoding, protocol.ReservedBits, protocol.DataAfterClose, protocol.BrokenMessage} {
			if ends[rule] < 5 {
				t.Errorf("only %d of the conversations end with %v", ends[rule], rule)
			}
		}
	})
}

// carry moves what from has written to to, cut at random, and tells what to makes of it.
func carry(rnd *rand.Rand, from, to *protocol.Conn, handle func(protocol.Event)) error {
	chunks := randomCuts(rnd, bytes.Clone(from.Out()))
	from.Sent(len(from.Out()))
	for _, chunk := range chunks {
		to.Feed(chunk)
		for ev, err := range to.All() {
			if err != nil {
				return err
			}
			handle(ev)
		}
	}
	return nil
}

// TestClientMeetsServer joins both roles by a wire: the client speaks, the server echoes and closes.
func TestClientMeetsServer(t *testing.T) {
	rnd := rand.New(rand.NewPCG(15, 16))
	for _, starter := range []string{"client", "server", "both"} {
		t.Run(starter+" closes", func(t *testing.T) {
			client, server := protocol.NewConn(protocol.Config{Client: true, Whole: true}), protocol.NewConn(protocol.Config{})
			var atClient, atServer []string
			echo := func(ev protocol.Event) {
				atServer = append(atServer, ev.Opcode.String())
				if !ev.Opcode.Control() {
					must(t, server.Message(ev.Opcode, ev.Data, ev.Part))
				}
			}
			note := func(ev protocol.Event) {
				atClient = append(atClient, fmt.Sprintf("%v %s", ev.Opcode, protocol.Show(ev.Data)))
			}
			big := bytes.Repeat([]byte("0123456789"), 7000)
			must(t, client.Message(protocol.Text, []byte("κό"), protocol.First))
			must(t, client.Ping([]byte("from the client")))
			must(t, client.Message(protocol.Text, []byte("σμε"), protocol.Last))
			must(t, client.Message(protocol.Binary, big, protocol.Whole))
			must(t, server.Ping([]byte("from the server")))
			must(t, carry(rnd, client, server, echo))
			must(t, carry(rnd, server, client, note))
			must(t, carry(rnd, client, server, echo))
			equal(t, atClient, []string{`Ping "from the server"`, `Pong "from the client"`, `Text "κόσμε"`, "Binary " + protocol.Show(big)})
			equal(t, slices.Compact(atServer), []string{"Text", "Ping", "Text", "Binary", "Pong"})

			if starter != "server" {
				must(t, client.Close(1001, "client"))
			}
			if starter != "client" {
				must(t, server.Close(1000, "server"))
			}
			for range 2 {
				must(t, carry(rnd, client, server, echo))
				must(t, carry(rnd, server, client, note))
			}
			want := map[string][2]protocol.CloseStatus{
				"client": {{Code: 1001}, {Code: 1001, Reason: "client"}},
				"server": {{Code: 1000, Reason: "server"}, {Code: 1000}},
				"both":   {{Code: 1000, Reason: "server"}, {Code: 1001, Reason: "client"}},
			}[starter]
			equal(t, [2]protocol.CloseStatus{client.CloseStatus(), server.CloseStatus()}, want)
			equal(t, [2]protocol.State{client.State(), server.State()}, [2]protocol.State{protocol.Closed, protocol.Closed})
			equal(t, [2]bool{client.HangUp(), server.HangUp()}, [2]bool{false, true})
			client.EOF()
			_, err := client.Next()
			equal(t, err, io.EOF)
			equal(t, client.HangUp(), true)
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
