package protocol_test

import (
	"errors"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

func TestCheckResponse(t *testing.T) {
	for _, test := range []struct {
		want   error
		change func(r *protocol.Response)
	}{
		{nil, func(*protocol.Response) {}},
		{protocol.ResponseSyntax, func(r *protocol.Response) { r.Proto = "HTTP/11" }},
		{protocol.ResponseSyntax, func(r *protocol.Response) { r.Reason = "a\r\nb" }},
		{protocol.ResponseSyntax, func(r *protocol.Response) { r.Fields.Add("", "") }},
		{protocol.ResponseVersion, func(r *protocol.Response) { r.Proto = "HTTP/1.0" }},
		{protocol.ResponseAccept, func(r *protocol.Response) { r.Fields.Del("Sec-WebSocket-Accept") }},
		{protocol.ResponseSubprotocol, func(r *protocol.Response) { r.Fields.Add("Sec-WebSocket-Protocol", "x") }},
	} {
		r, err := exampleHead().Response(protocol.Agreement{})
		if err != nil {
			t.Fatal(err)
		}
		test.change(r)
		if err := protocol.CheckResponse(r, exampleHead()); !errors.Is(err, test.want) {
			t.Errorf("%q: got %v, want %v", r.Append(nil), err, test.want)
		}
	}
}

// Another status is the server's right, whatever else it says.
func TestCheckResponseWithAnotherStatus(t *testing.T) {
	r := &protocol.Response{Proto: "HTTP/1.0", Status: 403, Reason: "Forbidden", Fields: protocol.Fields{{Name: "Upgrade", Value: "x"}}}
	err := protocol.CheckResponse(r, exampleHead())
	status, ok := errors.AsType[*protocol.StatusError](err)
	if !ok || status.Status != 403 || status.Reason != "Forbidden" || status.Fields.Get("Upgrade") != "x" || len(status.Body) != 0 {
		t.Errorf("got %+v", err)
	}
}
