package protocol_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// exampleHead is the request of the example, as another HTTP library would hand it over.
func exampleHead() *protocol.Request {
	return &protocol.Request{Method: "GET", Target: "/chat", Proto: "HTTP/1.1", Fields: protocol.Fields{
		{Name: "Host", Value: "server.example.com"},
		{Name: "Upgrade", Value: "websocket"},
		{Name: "Connection", Value: "Upgrade"},
		{Name: "Sec-Websocket-Key", Value: " dGhlIHNhbXBsZSBub25jZQ=="},
		{Name: "Sec-Websocket-Protocol", Value: "chat, superchat"},
		{Name: "Sec-Websocket-Version", Value: "13"},
	}}
}

func TestCheckRequest(t *testing.T) {
	if err := protocol.CheckRequest(exampleHead()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		want   protocol.Rule
		change func(r *protocol.Request)
	}{
		{protocol.RequestSyntax, func(r *protocol.Request) { r.Method = "G T" }},
		{protocol.RequestSyntax, func(r *protocol.Request) { r.Method = "" }},
		{protocol.RequestSyntax, func(r *protocol.Request) { r.Target = "" }},
		{protocol.RequestSyntax, func(r *protocol.Request) { r.Target = "/a b" }},
		{protocol.RequestSyntax, func(r *protocol.Request) { r.Target = "/a\r\n" }},
		{protocol.RequestSyntax, func(r *protocol.Request) { r.Proto = "" }},
		{protocol.RequestSyntax, func(r *protocol.Request) { r.Fields.Add("X Y", "") }},
		{protocol.RequestSyntax, func(r *protocol.Request) { r.Fields.Add("X", "a\nb") }},
		{protocol.RequestVersion, func(r *protocol.Request) { r.Proto = "HTTP/1.0" }},
		{protocol.RequestKeyMissing, func(r *protocol.Request) { r.Fields.Del("Sec-WebSocket-Key") }},
		{protocol.RequestProtocolVersion, func(r *protocol.Request) {
			r.Fields.Set("Sec-WebSocket-Version", "8") // a version of its own rules, so the missing key does not matter
			r.Fields.Del("Sec-WebSocket-Key")
		}},
	} {
		r := exampleHead()
		test.change(r)
		err := protocol.CheckRequest(r)
		if e, ok := errors.AsType[*protocol.Error](err); !ok || e.Rule != test.want || e.Frame != -1 {
			t.Errorf("%q: got %v, want %q", r.Append(nil), err, test.want)
		}
	}
}

// A body breaks no rule, so it is a limit that it exceeds.
func TestCheckRequestWithABody(t *testing.T) {
	for _, test := range []struct {
		name, value string
		ok          bool
	}{
		{"Content-Length", "0", true},
		{"content-length", "00, 0", true},
		{"Content-Length", "1", false},
		{"Content-Length", "0, 10", false},
		{"Transfer-Encoding", "chunked", false},
		{"TE", "trailers", true},
	} {
		r := exampleHead()
		r.Fields.Add(test.name, test.value)
		err := protocol.CheckRequest(r)
		if limit, tooMuch := errors.AsType[*protocol.LimitError](err); tooMuch == test.ok || tooMuch && limit.What != "body" {
			t.Errorf("%s: %s: got %v", test.name, test.value, err)
		}
	}
}

func TestResponseToARequest(t *testing.T) {
	r, err := exampleHead().Response(protocol.Agreement{Subprotocol: "chat"})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(r.Append(nil)); got != exampleResponse {
		t.Errorf("got\n%s\nwant\n%s", got, exampleResponse)
	}
	if err := protocol.CheckResponse(r, exampleHead()); err != nil {
		t.Error(err)
	}
}

func TestResourceName(t *testing.T) {
	for _, test := range []struct{ target, want string }{
		{"/chat?a=b", "/chat?a=b"},
		{"http://h:80/chat?a=b", "/chat?a=b"},
		{"https://h", "/"},
		{"http://h?a", "/?a"},
		{"/?u=http://h/x", "/?u=http://h/x"},
		{"*", "*"},
	} {
		if got := (&protocol.Request{Target: test.target}).ResourceName(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.target, got, test.want)
		}
	}
}

func TestRequestWithoutFields(t *testing.T) {
	r := &protocol.Request{}
	extensions, err := r.Extensions()
	if r.Host() != "" || r.Origin() != "" || r.Key() != "" || r.Subprotocols() != nil || extensions != nil || err != nil {
		t.Errorf("got %q %q %q %q %v %v", r.Host(), r.Origin(), r.Key(), r.Subprotocols(), extensions, err)
	}
}

func TestRequestListsOverSeveralFields(t *testing.T) {
	r := &protocol.Request{Fields: protocol.Fields{
		{Name: "Sec-WebSocket-Protocol", Value: "b,, a"}, {Name: "X", Value: "y"}, {Name: "sec-websocket-protocol", Value: "c"}}}
	if got, want := r.Subprotocols(), []string{"b", "a", "c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
