package fuzz

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// A comparison that overlooks something makes a property that cannot fail. So each thing that a core could get wrong is changed
// in what it got right.

func TestReadingIsCompared(t *testing.T) {
	config := NaiveReader{Client: true, Tolerate: protocol.RulesOf(protocol.MinimalLength)}
	input := []byte("\x01\x03Hel\x89\x7e\x00\x00\x80\x02lo\x89\x00\xf1\x00")
	frames, end := config.Read(input)
	want := reading{frames: frames, end: end}
	right := func() reading {
		got, err := config.readWith(cuts(nil).of(input), false)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if err := right().compare(want, config.Tolerate); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*reading){
		"a payload":           func(r *reading) { r.frames[0].Payload = []byte("HEL") },
		"a missing byte":      func(r *reading) { r.frames[0].Payload = []byte("He") },
		"FIN":                 func(r *reading) { r.frames[0].Header.FIN = true },
		"a broken rule":       func(r *reading) { r.frames[1].Broken = protocol.RuleSet{} },
		"a place":             func(r *reading) { r.frames[2].Offset++ },
		"a frame less":        func(r *reading) { r.frames = r.frames[:3] },
		"a frame more":        func(r *reading) { r.frames = append(r.frames, r.frames[0]) },
		"the number":          func(r *reading) { r.started++ },
		"half a frame":        func(r *reading) { r.frames[3].Whole = false },
		"the last header":     func(r *reading) { r.header.RSV = 4 },
		"the end":             func(r *reading) { r.end = io.EOF },
		"the rule at the end": func(r *reading) { r.end.(*protocol.Error).Rule = protocol.MaskedFrame },
		"its place":           func(r *reading) { r.end.(*protocol.Error).Offset++ },
		"its frame":           func(r *reading) { r.end.(*protocol.Error).Frame++ },
		"a limit":             func(r *reading) { r.end = &protocol.LimitError{What: "frame"} },
	} {
		got := right()
		if change(&got); got.compare(want, config.Tolerate) == nil {
			t.Errorf("changed %s, and nobody sees it", what)
		}
	}
}

func TestStoryIsCompared(t *testing.T) {
	config := protocol.Config{Tolerate: protocol.RulesOf(protocol.UnmaskedFrame)}
	input := []byte("\x81\x02hi\x89\x01!\x88\x02\x03\xe8")
	plot := expected(config, input)
	for what, change := range map[string]func(*story){
		"":                 func(*story) {},
		"an event":         func(s *story) { s.events[0].data = "ho" },
		"a tolerated rule": func(s *story) { s.events[0].broken = protocol.RuleSet{} },
		"a missing event":  func(s *story) { s.events = s.events[1:] },
		"the end":          func(s *story) { s.end = io.ErrUnexpectedEOF },
		"the state":        func(s *story) { s.state = protocol.CloseReceived },
		"the status":       func(s *story) { s.status.Code = 1001 },
		"who hangs up":     func(s *story) { s.hangUp = false },
		"a missing Pong":   func(s *story) { s.out = s.out[3:] },
		"another Pong":     func(s *story) { s.out[2] = '?' },
		"a missing Close":  func(s *story) { s.out = s.out[:3] },
		"the code":         func(s *story) { s.out[6]++ },
	} {
		got, err := tell(config, cuts(nil).of(input), false)
		if err != nil {
			t.Fatal(err)
		}
		change(&got)
		sent, _ := NaiveReader{Client: true}.Read(got.out)
		if err := plot.compare(got, sent); (err == nil) != (what == "") {
			t.Errorf("changed %q: got %v", what, err)
		}
	}
}

func TestConversationIsCompared(t *testing.T) {
	talk := func() (client, server *party) {
		c := newConversation(0, 0)
		client, server = c.sides[0], c.sides[1]
		for _, err := range []error{
			client.message(protocol.Text, []byte("hi"), protocol.Whole),
			client.control(protocol.Ping, []byte("!")),
			c.exchange(),
			client.close(protocol.NormalClosure, ""),
			c.exchange(),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return client, server
	}
	for what, change := range map[string]func(client, server *party){
		"":                     func(_, _ *party) {},
		"a frame unlooked for": func(client, _ *party) { client.wrote = client.wrote[1:] },
		"a frame not sent":     func(client, _ *party) { client.wrote = append(client.wrote, client.wrote[0]) },
		"a payload":            func(client, _ *party) { client.wrote[0].Payload[0] = 'H' },
		"FIN":                  func(client, _ *party) { client.wrote[0].FIN = false },
		"an unmasked frame":    func(client, _ *party) { client.wire = append(client.wire, 0x89, 0) },
		"a lost message":       func(_, server *party) { server.heard.events = server.heard.events[1:] },
		"another message":      func(_, server *party) { server.heard.events[0].data = "ho" },
		"no end":               func(_, server *party) { server.conn = protocol.NewConn(protocol.Config{}) },
	} {
		client, server := talk()
		change(client, server)
		if err := client.check(server); (err == nil) != (what == "") {
			t.Errorf("changed %q: got %v", what, err)
		}
	}
	client, _ := talk()
	if err := client.did("Ping", nil, protocol.ErrState); err == nil {
		t.Error("a call that should be refused is accepted, and nobody sees it")
	}
}

func TestHeadsAreCompared(t *testing.T) {
	const fields = "Host: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + exampleKey + "\r\nSec-WebSocket-Version: 13\r\n"
	legal := func(line, fields string) error {
		head := []byte(line + "\r\n" + fields + "\r\n")
		h := &protocol.ServerHandshake{Tolerate: protocol.AllRules}
		h.Feed(head)
		r, err := h.Next()
		if err != nil {
			t.Fatal(err)
		}
		return legalRequest(r, head)
	}
	if err := legal("GET / HTTP/1.1", fields); err != nil {
		t.Error(err)
	}
	for _, broken := range [][2]string{
		{"POST / HTTP/1.1", fields},
		{"GET / HTTP/1.0", fields},
		{"GET / HTTP/1.1", fields + "Content-Length: x\r\n"},
		{"GET / HTTP/1.1", fields + "no colon\r\n"},
		{"GET / HTTP/1.1", strings.Replace(fields, "Host: h\r\n", "", 1)},
		{"GET / HTTP/1.1", strings.Replace(fields, "websocket", "h2c", 1)},
		{"GET / HTTP/1.1", strings.Replace(fields, ": Upgrade", ": close", 1)},
		{"GET / HTTP/1.1", strings.Replace(fields, "13", "8", 1)},
		{"GET / HTTP/1.1", strings.Replace(fields, "==", "", 1)},
		{"GET / HTTP/1.1", fields + "Sec-WebSocket-Key: " + exampleKey + "\r\n"},
		{"GET / HTTP/1.1", fields + "Sec-WebSocket-Protocol: ,\r\n"},
	} {
		if legal(broken[0], broken[1]) == nil {
			t.Errorf("%q passes", broken)
		}
	}
	changed := protocol.Fields{{Name: "X", Value: "a"}}
	if sameFields(changed, map[string][]string{"X": {"b"}}) == nil {
		t.Error("a changed field passes")
	}
}

func TestCutsAreDrawn(t *testing.T) {
	s := source{[]byte("\x03\x01\x00\x80rest")}
	c := s.cuts()
	if want := (cuts{1, 0, 100}); !slices.Equal(c, want) || string(s.rest) != "rest" {
		t.Errorf("got %v, rest %q, want %v", c, s.rest, want)
	}
	var got []string
	for chunk := range c.of([]byte("Hello")) {
		got = append(got, string(chunk))
	}
	if want := []string{"H", "", "ello"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	s = source{[]byte("\x02\x00\x00")}
	if c := s.cuts(); c != nil {
		t.Errorf("cuts that lead nowhere: %v", c)
	}
}

func TestUTF8Prefix(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "a": 1, "κόσμε": 10, "\x80": 0, "a\xc0\xaf": 1, "\xed\xa0\x80": 1, "\xe0\x9f\xbf": 1, "\xf4\x90\x80\x80": 1,
		"\xf0\x8f\xbf\xbf": 1, "\xf5": 0, "\xe2\x82": 2, "\xf0\x9f\x98": 3, "\xe2\x82a": 2, "\xff": 0, "\xc2\x41": 1,
	} {
		if sound, _ := utf8Prefix([]byte(text)); sound != want {
			t.Errorf("%q: got %d, want %d", text, sound, want)
		}
	}
}

func TestViolationShowsTheInput(t *testing.T) {
	err := violated([]byte("\x89\x00"), "got %d, want %d", 1, 2)
	if want := "got 1, want 2\nfed 2 bytes: \"\\x89\\x00\""; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if long := violated(make([]byte, 1<<20), "long"); len(long.Error()) > 10000 {
		t.Errorf("got %d bytes", len(long.Error()))
	}
}
