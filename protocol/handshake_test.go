package protocol_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// crlf makes a head of lines.
func crlf(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n\r\n" }

// The heads of RFC 6455, section 1.2, word for word.
var (
	exampleRequest = crlf(
		"GET /chat HTTP/1.1",
		"Host: server.example.com",
		"Upgrade: websocket",
		"Connection: Upgrade",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
		"Origin: http://example.com",
		"Sec-WebSocket-Protocol: chat, superchat",
		"Sec-WebSocket-Version: 13",
	)
	exampleResponse = crlf(
		"HTTP/1.1 101 Switching Protocols",
		"Upgrade: websocket",
		"Connection: Upgrade",
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
		"Sec-WebSocket-Protocol: chat",
	)
)

// sampleNonce gives the bits of the key in the examples: "the sample nonce" in base64.
func sampleNonce() func() uint32 {
	words := []uint32{0x20656874, 0x706d6173, 0x6e20656c, 0x65636e6f}
	return func() uint32 {
		word := words[0]
		words = words[1:]
		return word
	}
}

func exampleClient() *protocol.ClientHandshake {
	return &protocol.ClientHandshake{
		Host:         "server.example.com",
		Target:       "/chat",
		Origin:       "http://example.com",
		Subprotocols: []string{"chat", "superchat"},
		Rand:         sampleNonce(),
	}
}

func TestAcceptKeyExample(t *testing.T) {
	const want = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	if got := protocol.AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="); got != want {
		t.Errorf("got %q, want %q (RFC 6455, section 1.3)", got, want)
	}
}

func TestClientSendsTheExample(t *testing.T) {
	h := exampleClient()
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	if got := string(h.Out()); got != exampleRequest {
		t.Errorf("got\n%s\nwant\n%s", got, exampleRequest)
	}
}

func TestServerAnswersTheExample(t *testing.T) {
	h := &protocol.ServerHandshake{Subprotocols: []string{"other", "chat"}}
	h.Feed([]byte(exampleRequest))
	r, err := h.Next()
	if err != nil {
		t.Fatal(err)
	}
	if r.Target != "/chat" || r.Host() != "server.example.com" || r.Origin() != "http://example.com" ||
		r.Key() != "dGhlIHNhbXBsZSBub25jZQ==" || !slices.Equal(r.Subprotocols(), []string{"chat", "superchat"}) {
		t.Errorf("read %+v", r)
	}
	if err := h.Accept(h.Agree(r)); err != nil {
		t.Fatal(err)
	}
	if got := string(h.Out()); got != exampleResponse {
		t.Errorf("got\n%s\nwant\n%s", got, exampleResponse)
	}
}

func TestClientReadsTheExample(t *testing.T) {
	h := exampleClient()
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	h.Feed([]byte(exampleResponse + "\x81\x02hi"))
	r, err := h.Next()
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != 101 || r.Reason != "Switching Protocols" {
		t.Errorf("read %+v", r)
	}
	if a := h.Agreement(); a.Subprotocol != "chat" || a.Extensions != nil || a.RSV != 0 {
		t.Errorf("agreement %+v", a)
	}
	if string(h.Rest()) != "\x81\x02hi" {
		t.Errorf("rest %q", h.Rest())
	}
}

// The two roles understand each other, with everything that a handshake can carry.
func TestHandshakeOverAFakeWire(t *testing.T) {
	client := &protocol.ClientHandshake{
		Host:         "[::1]:9001",
		Target:       "/a%20b?q=1",
		Subprotocols: []string{"v2", "v1"},
		Extensions:   []protocol.Extension{{Name: "x-one"}, {Name: "x-two", Params: []protocol.Param{{Name: "n", HasValue: true, Value: "1"}}}},
		Fields:       protocol.Fields{{Name: "Cookie", Value: "a=1; b=2"}},
		Extend:       func(accepted []protocol.Extension) (byte, error) { return byte(len(accepted)), nil },
	}
	server := &protocol.ServerHandshake{
		Select: func(offered []string) string { return offered[1] },
		Extend: func(offered []protocol.Extension) ([]protocol.Extension, byte) { return offered[1:], 4 },
	}
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	server.Feed(client.Out())
	request, err := server.Next()
	if err != nil {
		t.Fatal(err)
	}
	if request.Fields.Get("cookie") != "a=1; b=2" || request.Target != "/a%20b?q=1" {
		t.Errorf("the server read %+v", request)
	}
	agreed := server.Agree(request)
	if agreed.RSV != 4 {
		t.Errorf("the server claims bits %03b", agreed.RSV)
	}
	if err := server.Accept(agreed, protocol.Field{Name: "Set-Cookie", Value: "c=3"}); err != nil {
		t.Fatal(err)
	}
	client.Feed(server.Out())
	response, err := client.Next()
	if err != nil {
		t.Fatal(err)
	}
	if response.Fields.Get("Set-Cookie") != "c=3" {
		t.Errorf("the client read %+v", response)
	}
	got := client.Agreement()
	if got.Subprotocol != "v1" || len(got.Extensions) != 1 || got.Extensions[0].String() != "x-two; n=1" || got.RSV != 1 {
		t.Errorf("the client agreed to %+v", got)
	}
}

func TestKeysAreRandom(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		r, err := (&protocol.ClientHandshake{Host: "h"}).Request()
		if err != nil {
			t.Fatal(err)
		}
		nonce, err := base64.StdEncoding.Strict().DecodeString(r.Key())
		if err != nil || len(nonce) != 16 {
			t.Fatalf("key %q: %v", r.Key(), err)
		}
		if seen[r.Key()] {
			t.Fatalf("key %q twice", r.Key())
		}
		seen[r.Key()] = true
	}
}

// Erratum 3150: the pad bits of the RFC's own sample key are not zero. A server takes it as it is.
func TestSampleKeyWithPadBits(t *testing.T) {
	const key = "AQIDBAUGBwgJCgsMDQ4PEC=="
	h := &protocol.ServerHandshake{}
	h.Feed([]byte(strings.Replace(exampleRequest, "dGhlIHNhbXBsZSBub25jZQ==", key, 1)))
	if _, err := h.Next(); err != nil {
		t.Fatal(err)
	}
	if err := h.Accept(protocol.Agreement{}); err != nil {
		t.Fatal(err)
	}
	// openssl dgst -sha1 over the key as sent, followed by the GUID
	if want := "Sec-WebSocket-Accept: OfS0wDaT5NoxF2gqm7Zj2YtetzM=\r\n"; !strings.Contains(string(h.Out()), want) {
		t.Errorf("%q lacks %q", h.Out(), want)
	}
}

// Erratum 3433: a response may spread its extensions over several fields.
func TestExtensionsInTwoFields(t *testing.T) {
	h := exampleClient()
	h.Extensions = []protocol.Extension{{Name: "x-one"}, {Name: "x-two"}}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	h.Feed([]byte(strings.Replace(exampleResponse, "Upgrade: websocket",
		"Sec-WebSocket-Extensions: x-two\r\nUpgrade: websocket\r\nsec-websocket-extensions: x-one; a", 1)))
	if _, err := h.Next(); err != nil {
		t.Fatal(err)
	}
	if got := string(protocol.AppendExtensions(nil, h.Agreement().Extensions)); got != "x-two, x-one; a" {
		t.Errorf("got %q", got)
	}
}

func TestStatus(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{
		{&protocol.Error{Rule: protocol.RequestSyntax}, 400},
		{&protocol.Error{Rule: protocol.RequestKeyValue}, 400},
		{&protocol.Error{Rule: protocol.ExtensionGrammar}, 400},
		{&protocol.Error{Rule: protocol.RequestMethod}, 405},
		{&protocol.Error{Rule: protocol.RequestUpgrade}, 426},
		{&protocol.Error{Rule: protocol.RequestProtocolVersion}, 426},
		{&protocol.Error{Rule: protocol.RequestProtocolVersionMissing}, 426},
		{&protocol.Error{Rule: protocol.RequestVersion}, 505},
		{&protocol.LimitError{What: "head"}, 431},
		{&protocol.LimitError{What: "fields"}, 431},
		{&protocol.LimitError{What: "body"}, 413},
		{errors.New("our own trouble"), 500},
	} {
		if got := protocol.Status(test.err); got != test.want {
			t.Errorf("%v: got %d, want %d", test.err, got, test.want)
		}
	}
}

func TestRejection(t *testing.T) {
	r, err := protocol.Rejection(403, protocol.Fields{{Name: "X-Reason", Value: "origin"}, {Name: "connection", Value: "keep-alive"}}, []byte("no\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := crlf("HTTP/1.1 403 Forbidden", "X-Reason: origin", "Connection: close", "Content-Length: 3") + "no\n"
	if got := string(r.Append(nil)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRejectionThatMustNotBeSent(t *testing.T) {
	for _, test := range []struct {
		status int
		fields protocol.Fields
	}{
		{101, nil},
		{200, nil},
		{600, nil},
		{400, protocol.Fields{{Name: "X", Value: "a\r\nb"}}},
		{400, protocol.Fields{{Name: "X Y", Value: "a"}}},
		{400, protocol.Fields{{Name: "transfer-encoding", Value: "chunked"}}},
	} {
		if _, err := protocol.Rejection(test.status, test.fields, nil); !errors.Is(err, protocol.ErrHandshake) {
			t.Errorf("%d %q: got %v, want ErrHandshake", test.status, test.fields, err)
		}
	}
}
