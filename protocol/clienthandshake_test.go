package protocol_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// started returns a client's handshake that has sent the request of the example, with two extensions.
func started(t *testing.T) *protocol.ClientHandshake {
	t.Helper()
	h := offer()
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestClientRefusesToSend(t *testing.T) {
	for _, test := range []struct {
		what string
		h    protocol.ClientHandshake
	}{
		{"no host", protocol.ClientHandshake{}},
		{"bad host", protocol.ClientHandshake{Host: "a b"}},
		{"fragment", protocol.ClientHandshake{Host: "h", Target: "/#x"}},
		{"relative target", protocol.ClientHandshake{Host: "h", Target: "x"}},
		{"space in the target", protocol.ClientHandshake{Host: "h", Target: "/a b"}},
		{"empty subprotocol", protocol.ClientHandshake{Host: "h", Subprotocols: []string{""}}},
		{"subprotocol with a space", protocol.ClientHandshake{Host: "h", Subprotocols: []string{"a b"}}},
		{"subprotocol with a comma", protocol.ClientHandshake{Host: "h", Subprotocols: []string{"a,b"}}},
		{"subprotocol that is not ASCII", protocol.ClientHandshake{Host: "h", Subprotocols: []string{"\u00e9"}}},
		{"subprotocol twice", protocol.ClientHandshake{Host: "h", Subprotocols: []string{"a", "a"}}},
		{"extension without a name", protocol.ClientHandshake{Host: "h", Extensions: []protocol.Extension{{}}}},
		{"line break in the origin", protocol.ClientHandshake{Host: "h", Origin: "a\r\nb"}},
		{"second key", protocol.ClientHandshake{Host: "h", Fields: protocol.Fields{{Name: "sec-websocket-key", Value: "a"}}}},
		{"body", protocol.ClientHandshake{Host: "h", Fields: protocol.Fields{{Name: "Content-Length", Value: "1"}}}},
	} {
		if err := test.h.Start(); !errors.Is(err, protocol.ErrHandshake) {
			t.Errorf("%s: got %v, want ErrHandshake", test.what, err)
		}
		if len(test.h.Out()) != 0 {
			t.Errorf("%s: %q in Out", test.what, test.h.Out())
		}
		if r, _ := test.h.Request(); r == nil {
			t.Errorf("%s: no request to look at", test.what)
		}
	}
}

func TestClientSendsOnce(t *testing.T) {
	h := &protocol.ClientHandshake{Host: "h"}
	if _, err := h.Next(); err != protocol.ErrState {
		t.Errorf("Next before Start: %v", err)
	}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	sent := string(h.Out())
	if !strings.HasPrefix(sent, "GET / HTTP/1.1\r\nHost: h\r\n") {
		t.Errorf("sent %q", sent)
	}
	if err := h.Start(); err != protocol.ErrState || string(h.Out()) != sent {
		t.Errorf("Start again: %v, %q", err, h.Out())
	}
}

// A harness sends what it likes, and the response is held against what was sent.
func TestClientSendsAnyRequest(t *testing.T) {
	h := exampleClient()
	r, err := h.Request()
	if err != nil {
		t.Fatal(err)
	}
	r.Method = "get"
	r.Fields.Del("Upgrade")
	r.Fields.Set("Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEC==")
	r.Fields.Set("Sec-WebSocket-Protocol", "chat, ,")
	if err := h.Send(r); err != nil {
		t.Fatal(err)
	}
	want := edited(exampleRequest, []string{"GET", "get", upgrade, "", "dGhlIHNhbXBsZSBub25jZQ==", "AQIDBAUGBwgJCgsMDQ4PEC==", "chat, superchat", "chat, ,"})
	if got := string(h.Out()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	h.Feed([]byte(response("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "OfS0wDaT5NoxF2gqm7Zj2YtetzM=")))
	if _, err := h.Next(); err != nil {
		t.Error(err)
	}
}

func TestClientReportsAnotherStatus(t *testing.T) {
	for _, test := range []struct {
		head, message string
	}{
		{"HTTP/1.1 404 Not Found\r\n\r\n", "protocol: the server answered 404 Not Found instead of 101"},
		{"HTTP/1.1 200 \r\n\r\n", "protocol: the server answered 200 instead of 101"},
		{"HTTP/1.0 503 Busy\r\n\r\n", "protocol: the server answered 503 Busy instead of 101"},
		{"HTTP/1.1 302 Found\r\nLocation: wss://h/\r\n\r\n", "protocol: the server answered 302 Found instead of 101; it points to wss://h/"},
		{"HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: 14\r\nSec-WebSocket-Version: 8, 7\r\n\r\n",
			"protocol: the server answered 400 Bad Request instead of 101; it speaks version 14, 8, 7 of the protocol"},
	} {
		h := started(t)
		h.Feed([]byte(test.head))
		_, err := h.Next()
		if _, ok := errors.AsType[*protocol.StatusError](err); !ok || err.Error() != test.message {
			t.Errorf("%q: got %v, want %s", test.head, err, test.message)
		}
		if a := h.Agreement(); a.Subprotocol != "" || a.Extensions != nil || a.RSV != 0 {
			t.Errorf("%q: agreement %+v", test.head, a)
		}
	}
}

// The body comes when it comes; 1 KiB of it is kept.
func TestStatusErrorKeepsTheBody(t *testing.T) {
	h := started(t)
	for _, step := range []struct {
		feed string
		want int // bytes of body
	}{
		{"HTTP/1.1 404 Not Found\r\nX-Y: z\r\n\r\n", 0},
		{"12345", 5},
		{strings.Repeat("x", 1018), 1023},
		{strings.Repeat("y", 5000), 1024},
		{"more", 1024},
	} {
		h.Feed([]byte(step.feed))
		_, err := h.Next()
		status, ok := errors.AsType[*protocol.StatusError](err)
		if !ok || status.Status != 404 || status.Reason != "Not Found" || status.Fields.Get("x-y") != "z" || len(status.Body) != step.want {
			t.Fatalf("after %d bytes: got %+v, want %d bytes of body", len(step.feed), err, step.want)
		}
	}
}

func TestClientSkipsInterimAnswers(t *testing.T) {
	const interim = "HTTP/1.1 103 Early Hints\r\nSec-WebSocket-Protocol: other\r\n\r\n"
	h := started(t)
	h.Feed([]byte(strings.Repeat(interim, 8) + exampleResponse))
	r, err := h.Next()
	if err != nil || r.Status != 101 || len(r.Fields.Values("Sec-WebSocket-Protocol")) != 1 {
		t.Fatalf("after 8: got %+v, %v", r, err)
	}
	h = started(t)
	h.Feed([]byte(strings.Repeat(interim, 9) + exampleResponse))
	_, err = h.Next()
	if status, ok := errors.AsType[*protocol.StatusError](err); !ok || status.Status != 103 {
		t.Errorf("after 9: got %v, want that it gives up", err)
	}
}

func TestClientChecksInterimAnswers(t *testing.T) {
	h := started(t)
	h.Feed([]byte("HTTP/1.1 100 Continue\r\nbroken\r\n\r\n"))
	if _, err := h.Next(); !errors.Is(err, protocol.ResponseSyntax) {
		t.Errorf("got %v, want %q", err, protocol.ResponseSyntax)
	}
}

func TestClientLimits(t *testing.T) {
	h := exampleClient()
	h.Limits = protocol.Limits{Fields: 3}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	h.Feed([]byte(exampleResponse)) // of 4 fields
	if _, err := h.Next(); err == nil || err.Error() != "protocol: more than 3 fields" {
		t.Errorf("got %v", err)
	}
}

func TestClientLooksAtExtensions(t *testing.T) {
	trouble := errors.New("no such parameter")
	broken := &protocol.Error{Rule: protocol.ExtensionGrammar, Detail: "no such parameter"}
	for _, test := range []struct {
		what     string
		err      error
		tolerate protocol.RuleSet
		want     error
	}{
		{"agrees", nil, protocol.RuleSet{}, nil},
		{"an error of its own", trouble, protocol.AllRules, trouble},
		{"a broken rule", broken, protocol.RuleSet{}, protocol.ExtensionGrammar},
		{"a tolerated rule", broken, protocol.AllRules, nil},
	} {
		h := offer()
		h.Tolerate = test.tolerate
		h.Extend = func(accepted []protocol.Extension) (byte, error) {
			if len(accepted) != 1 || accepted[0].String() != "permessage-deflate; a=1" {
				t.Errorf("asked about %v", accepted)
			}
			return 4, test.err
		}
		if err := h.Start(); err != nil {
			t.Fatal(err)
		}
		h.Feed([]byte(response(upgrade, extensions("permessage-deflate; a=1"))))
		_, err := h.Next()
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.what, err, test.want)
		}
		if err == nil && h.Agreement().RSV != 4 {
			t.Errorf("%s: agreement %+v", test.what, h.Agreement())
		}
		if got := h.Broken().Has(protocol.ExtensionGrammar); got != (test.what == "a tolerated rule") {
			t.Errorf("%s: broken %v", test.what, got)
		}
		if e, ok := errors.AsType[*protocol.Error](err); ok && (e.Offset != int64(len(line101)) || e.Frame != -1) {
			t.Errorf("%s: offset %d, frame %d", test.what, e.Offset, e.Frame)
		}
	}
}

// A client that asked for nothing about extensions is not asked about them.
func TestClientWithoutExtensions(t *testing.T) {
	h := exampleClient()
	h.Extend = func([]protocol.Extension) (byte, error) {
		t.Error("asked about nothing")
		return 0, nil
	}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	h.Feed([]byte(exampleResponse))
	if _, err := h.Next(); err != nil {
		t.Error(err)
	}
}

// What a failed handshake is sent afterwards is not kept.
func TestFailedHandshakesForget(t *testing.T) {
	client := started(t)
	client.Feed([]byte("garbage\r\n"))
	_, want := client.Next()
	client.Feed([]byte(exampleResponse))
	if _, err := client.Next(); err != want || client.Rest() != nil {
		t.Errorf("client: %v, then %v, rest %q", want, err, client.Rest())
	}
	server := fed("garbage\r\n")
	_, want = server.Next()
	server.Feed([]byte(exampleRequest))
	if _, err := server.Next(); err != want || server.Rest() != nil {
		t.Errorf("server: %v, then %v, rest %q", want, err, server.Rest())
	}
	flood := make([]byte, 1<<20)
	if n := testing.AllocsPerRun(1, func() { client.Feed(flood); server.Feed(flood) }); n != 0 {
		t.Errorf("%v allocations for what nobody will read", n)
	}
}
