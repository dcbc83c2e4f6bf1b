package protocol_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// fed returns a server's handshake that has read a head.
func fed(head string) *protocol.ServerHandshake {
	h := &protocol.ServerHandshake{}
	h.Feed([]byte(head))
	h.Next()
	return h
}

func TestServerChoosesASubprotocol(t *testing.T) {
	second := func(offered []string) string { return offered[1] }
	none := func([]string) string { return "" }
	for _, test := range []struct {
		what   string
		speaks []string
		choose func([]string) string
		offer  string
		want   string
	}{
		{"one known", []string{"chat"}, nil, offered, "chat"},
		{"the server's preference", []string{"superchat", "chat"}, nil, offered, "superchat"},
		{"none known", []string{"other"}, nil, offered, ""},
		{"other case", []string{"CHAT"}, nil, offered, ""},
		{"speaks none", nil, nil, offered, ""},
		{"nothing offered", []string{"chat"}, second, "", ""},
		{"two lines", []string{"b"}, nil, "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b\r\n", "b"},
		{"a function", []string{"chat"}, second, offered, "superchat"},
		{"a function that wants none", []string{"chat"}, none, offered, ""},
	} {
		h := &protocol.ServerHandshake{Subprotocols: test.speaks, Select: test.choose}
		h.Feed([]byte(request(offered, test.offer)))
		r, err := h.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Agree(r).Subprotocol; got != test.want {
			t.Errorf("%s: got %q, want %q", test.what, got, test.want)
		}
		if err := h.Accept(h.Agree(r)); err != nil {
			t.Errorf("%s: %v", test.what, err)
		}
		if got := strings.Contains(string(h.Out()), "Sec-WebSocket-Protocol"); got != (test.want != "") {
			t.Errorf("%s: answered\n%s", test.what, h.Out())
		}
	}
}

func TestServerNegotiatesExtensions(t *testing.T) {
	var seen []string
	h := &protocol.ServerHandshake{Extend: func(offered []protocol.Extension) ([]protocol.Extension, byte) {
		for _, e := range offered {
			seen = append(seen, e.String())
		}
		return []protocol.Extension{{Name: offered[1].Name, Params: []protocol.Param{{Name: "n"}}}}, 4
	}}
	h.Feed([]byte(request(upgrade, extensions("a; b=1\r\nSec-WebSocket-Extensions: c"))))
	r, err := h.Next()
	if err != nil {
		t.Fatal(err)
	}
	a := h.Agree(r)
	if !slices.Equal(seen, []string{"a; b=1", "c"}) || a.RSV != 4 {
		t.Errorf("offered %q, agreed to %+v", seen, a)
	}
	if err := h.Accept(a); err != nil {
		t.Fatal(err)
	}
	if want := "\r\nSec-WebSocket-Extensions: c; n\r\n"; !strings.Contains(string(h.Out()), want) {
		t.Errorf("%q lacks %q", h.Out(), want)
	}
}

// Nothing offered, nothing asked, nothing answered.
func TestServerWithoutOffers(t *testing.T) {
	h := &protocol.ServerHandshake{Extend: func([]protocol.Extension) ([]protocol.Extension, byte) {
		t.Error("asked about no offer")
		return nil, 0
	}}
	h.Feed([]byte(exampleRequest))
	r, err := h.Next()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Accept(h.Agree(r)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(h.Out()), "Sec-WebSocket-Extensions") {
		t.Errorf("answered\n%s", h.Out())
	}
}

// "A server MUST NOT respond with any extension not requested by the client." (RFC 6455, section 9) And so on: what a client
// would have to refuse is not sent.
func TestServerRefusesToSend(t *testing.T) {
	for _, test := range []struct {
		what   string
		agreed protocol.Agreement
		extra  []protocol.Field
	}{
		{"unoffered subprotocol", protocol.Agreement{Subprotocol: "other"}, nil},
		{"subprotocol in other case", protocol.Agreement{Subprotocol: "Chat"}, nil},
		{"unoffered extension", protocol.Agreement{Extensions: []protocol.Extension{{Name: "x"}}}, nil},
		{"second Accept", protocol.Agreement{}, []protocol.Field{{Name: "sec-websocket-accept", Value: "a"}}},
		{"second Upgrade", protocol.Agreement{}, []protocol.Field{{Name: "Upgrade", Value: "h2c"}}},
		{"line break", protocol.Agreement{}, []protocol.Field{{Name: "X", Value: "a\r\nY: b"}}},
		{"name with a space", protocol.Agreement{}, []protocol.Field{{Name: "X Y", Value: "a"}}},
	} {
		h := fed(exampleRequest)
		if err := h.Accept(test.agreed, test.extra...); !errors.Is(err, protocol.ErrHandshake) {
			t.Errorf("%s: got %v, want ErrHandshake", test.what, err)
		}
		if len(h.Out()) != 0 {
			t.Errorf("%s: %q in Out", test.what, h.Out())
		}
		if err := h.Accept(protocol.Agreement{}); err != nil {
			t.Errorf("%s: then a good one: %v", test.what, err)
		}
	}
}

func TestServerAnswersOnce(t *testing.T) {
	h := &protocol.ServerHandshake{}
	if err := h.Accept(protocol.Agreement{}); err != protocol.ErrState {
		t.Errorf("accepted before a request: %v", err)
	}
	h.Feed([]byte(exampleRequest))
	if err := h.Accept(protocol.Agreement{}); err != protocol.ErrState {
		t.Errorf("accepted before Next: %v", err)
	}
	if _, err := h.Next(); err != nil {
		t.Fatal(err)
	}
	if err := h.Accept(protocol.Agreement{}); err != nil {
		t.Fatal(err)
	}
	answer := string(h.Out())
	if err := h.Accept(protocol.Agreement{}); err != protocol.ErrState {
		t.Errorf("accepted twice: %v", err)
	}
	if err := h.Reject(400, nil, nil); err != protocol.ErrState {
		t.Errorf("rejected after Accept: %v", err)
	}
	if string(h.Out()) != answer {
		t.Errorf("Out changed to %q", h.Out())
	}
	if r, err := h.Next(); r == nil || err != nil {
		t.Errorf("the request is gone: %v", err)
	}
}

func TestServerDoesNotAcceptABrokenRequest(t *testing.T) {
	h := fed(request(key, ""))
	if err := h.Accept(protocol.Agreement{}); err != protocol.ErrState {
		t.Errorf("got %v", err)
	}
	if err := h.Reject(400, nil, nil); err != nil {
		t.Error(err)
	}
}

func TestServerRejects(t *testing.T) {
	for _, test := range []struct {
		head string
		want string
	}{
		{request(version, "Sec-WebSocket-Version: 25\r\n"), crlf("HTTP/1.1 426 Upgrade Required",
			"Upgrade: websocket", "Sec-WebSocket-Version: 13", "Connection: Upgrade, close", "Content-Length: 2") + "no"},
		{request(upgrade, ""), crlf("HTTP/1.1 426 Upgrade Required",
			"Upgrade: websocket", "Sec-WebSocket-Version: 13", "Connection: Upgrade, close", "Content-Length: 2") + "no"},
		{request("GET", "POST"), crlf("HTTP/1.1 405 Method Not Allowed", "Allow: GET", "Connection: close", "Content-Length: 2") + "no"},
		{request("GET", "HEAD"), crlf("HTTP/1.1 405 Method Not Allowed", "Allow: GET", "Connection: close", "Content-Length: 2")},
		{request("HTTP/1.1", "HTTP/1.0"), crlf("HTTP/1.1 505 HTTP Version Not Supported", "Connection: close", "Content-Length: 2") + "no"},
		{request(key, ""), crlf("HTTP/1.1 400 Bad Request", "Connection: close", "Content-Length: 2") + "no"},
		{request(host, host+"Content-Length: 5\r\n") + "hello", crlf("HTTP/1.1 413 Content Too Large", "Connection: close", "Content-Length: 2") + "no"},
		{request(host, host+"Transfer-Encoding: chunked\r\n"), crlf("HTTP/1.1 413 Content Too Large", "Connection: close", "Content-Length: 2") + "no"},
		{"GET /" + strings.Repeat("a", 1<<16), crlf("HTTP/1.1 431 Request Header Fields Too Large", "Connection: close", "Content-Length: 2") + "no"},
	} {
		h := &protocol.ServerHandshake{}
		h.Feed([]byte(test.head))
		_, err := h.Next()
		if err == nil || err == protocol.ErrNeedMore {
			t.Fatalf("%v for %q", err, test.head)
		}
		if err := h.Reject(protocol.Status(err), nil, []byte("no")); err != nil {
			t.Fatal(err)
		}
		if got := string(h.Out()); got != test.want {
			t.Errorf("%v\ngot\n%s\nwant\n%s", err, got, test.want)
		}
		if h.Rest() != nil {
			t.Errorf("%v: %q taken for frames", err, h.Rest())
		}
	}
}

// A server may also give up on a client that is too slow, or refuse a good request.
func TestServerRejectsAtAnyTime(t *testing.T) {
	for _, head := range []string{"", "GET /chat", exampleRequest} {
		h := fed(head)
		if err := h.Reject(408, nil, nil); err != nil || !strings.HasPrefix(string(h.Out()), "HTTP/1.1 408 Request Timeout\r\n") {
			t.Errorf("after %q: %v, %q", head, err, h.Out())
		}
	}
	h := fed(exampleRequest)
	if err := h.Reject(101, nil, nil); !errors.Is(err, protocol.ErrHandshake) || len(h.Out()) != 0 {
		t.Errorf("101 to refuse: %v, %q", err, h.Out())
	}
}

// A tolerant server can answer whatever it let pass.
func TestServerAcceptsABrokenRequest(t *testing.T) {
	h := &protocol.ServerHandshake{Tolerate: protocol.AllRules}
	h.Feed([]byte(request(key, "", offered, "Sec-WebSocket-Protocol: a b, c\r\n", upgrade, "Sec-WebSocket-Extensions: ;\r\n")))
	r, err := h.Next()
	if err != nil {
		t.Fatal(err)
	}
	want := protocol.RulesOf(protocol.RequestKeyMissing, protocol.RequestSubprotocols, protocol.RequestUpgrade, protocol.ExtensionGrammar)
	if h.Broken() != want || len(h.Faults()) != 4 {
		t.Errorf("broken: %v", h.Faults())
	}
	if !slices.Equal(r.Subprotocols(), []string{"a b", "c"}) {
		t.Errorf("subprotocols %q", r.Subprotocols())
	}
	if err := h.Accept(h.Agree(r)); err != nil {
		t.Error(err)
	}
}

// Base64 decoders skip line ends. A key has none, even where control characters are tolerated.
func TestKeyWithALineEnd(t *testing.T) {
	h := &protocol.ServerHandshake{Tolerate: protocol.AllRules}
	h.Feed([]byte(request(key, keyOf("AQIDBAUGBwgJ\rCgsMDQ4PEA=="))))
	if _, err := h.Next(); err != nil {
		t.Fatal(err)
	}
	if want := protocol.RulesOf(protocol.RequestSyntax, protocol.RequestKeyValue); h.Broken() != want {
		t.Errorf("broken: %v", h.Faults())
	}
}

// Frames that came with the head, in whatever pieces, are kept for the connection.
func TestServerKeepsTheRest(t *testing.T) {
	h := &protocol.ServerHandshake{}
	h.Feed([]byte(exampleRequest[:50]))
	h.Feed([]byte(exampleRequest[50:] + "\x81"))
	if _, err := h.Next(); err != nil {
		t.Fatal(err)
	}
	h.Feed([]byte("\x80rest"))
	if string(h.Rest()) != "\x81\x80rest" {
		t.Errorf("got %q", h.Rest())
	}
}
