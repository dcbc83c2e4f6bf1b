package fuzz

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"

	"github.com/wsspec/wsspec/protocol"
)

// Response: whatever a server sends, a ClientHandshake makes the same of it however it is cut. A response that it accepts opens
// the connection by RFC 6455, section 4.1, as net/http reads it, with the same status and fields; Append writes an equal one. For
// the input see headProperty. It answers the key that is the RFC's example, and an offer of chat, superchat,
// permessage-deflate and x-test.
func Response(data []byte) error {
	var opening *protocol.ClientHandshake
	head, story, err := headProperty(data, exampleResponse, func(limits protocol.Limits, tolerate protocol.RuleSet, chunks iter.Seq[[]byte]) headStory {
		h := offering()
		h.Limits, h.Tolerate = limits, tolerate
		if tolerate.Empty() {
			opening = h
		}
		return readHead(h, func() ([]byte, error) {
			r, err := h.Next()
			if err != nil {
				return nil, err
			}
			return r.Append(nil), nil
		}, chunks)
	})
	if err != nil {
		return err
	}
	if err := legalResponse(opening, head, story.rest); err != nil {
		return violated(data, "head %q: %v", head, err)
	}
	return nil
}

// legalResponse has net/http read the head that a client took for the answer, if it did.
func legalResponse(opening *protocol.ClientHandshake, input []byte, rest string) error {
	head, found := bytes.CutSuffix(input, []byte(rest))
	if !found {
		return fmt.Errorf("rest %q does not follow it", rest)
	}
	response, err := opening.Next()
	var status *protocol.StatusError
	switch {
	case errors.As(err, &status):
		return otherAnswer(status, head)
	case err != nil:
		return nil
	}
	if response.Fields.Has("Content-Length") || response.Fields.Has("Transfer-Encoding") {
		response, head = withoutLength(response)
	}
	read, err := lastResponse(head)
	if err == nil {
		err = sameResponse(response.Status, response.Fields, read)
	}
	if err == nil {
		err = opened(opening, response, read)
	}
	if err != nil {
		return fmt.Errorf("accepted as %+v, but %w", response, err)
	}
	return nil
}

// otherAnswer compares an answer that opens nothing. What net/http has against it may be about its body.
func otherAnswer(status *protocol.StatusError, head []byte) error {
	read, err := lastResponse(head)
	if err != nil {
		return nil
	}
	return sameResponse(status.Status, status.Fields, read)
}

// exampleResponse is that of RFC 6455, section 1.2, with an extension.
const exampleResponse = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: x-test; a=1\r\n\r\n" + frames

// offering is a client that has sent a request with the key of RFC 6455, section 1.3.
func offering() *protocol.ClientHandshake {
	h := &protocol.ClientHandshake{
		Host:         "server.example.com",
		Target:       "/chat",
		Subprotocols: []string{"chat", "superchat"},
		Extensions:   []protocol.Extension{{Name: "permessage-deflate"}, {Name: "x-test"}},
	}
	request, err := h.Request()
	if err == nil {
		request.Fields.Set("Sec-WebSocket-Key", exampleKey)
		err = h.Send(request)
	}
	if err != nil {
		panic(err) // a request that depends on no input
	}
	return h
}

const exampleKey = "dGhlIHNhbXBsZSBub25jZQ=="

// withoutLength leaves out what tells the length of a body. A response with status 101 has none whatever it says (RFC 9112, section
// 6.3), but net/http has its opinion on it.
func withoutLength(r *protocol.Response) (*protocol.Response, []byte) {
	bare := *r
	bare.Fields.Del("Content-Length")
	bare.Fields.Del("Transfer-Encoding")
	return &bare, bare.Append(nil)
}

// lastResponse has net/http read a head, after those of interim responses.
func lastResponse(head []byte) (*http.Response, error) {
	in := bufio.NewReader(bytes.NewReader(head))
	for {
		r, err := http.ReadResponse(in, nil)
		if err != nil || r.StatusCode == http.StatusSwitchingProtocols || r.StatusCode/100 != 1 {
			return r, err
		}
	}
}

func sameResponse(status int, fields protocol.Fields, want *http.Response) error {
	if status != want.StatusCode {
		return fmt.Errorf("got the status %d, net/http reads %d", status, want.StatusCode)
	}
	return sameFields(fields, want.Header)
}

// opened holds a response that was accepted against the list of RFC 6455, section 4.1.
func opened(h *protocol.ClientHandshake, got *protocol.Response, read *http.Response) error {
	again := offering()
	again.Feed(got.Append(nil))
	if response, err := again.Next(); err != nil || string(response.Append(nil)) != string(got.Append(nil)) || len(again.Rest()) > 0 {
		return fmt.Errorf("what Append makes of it is %+v, error %w, rest %q", response, err, again.Rest())
	}
	sum := sha1.Sum([]byte(exampleKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	agreed := h.Agreement()
	for _, demand := range []struct {
		met  bool
		what string
	}{
		{read.StatusCode == 101 && read.ProtoAtLeast(1, 1), "status 101 and HTTP/1.1"},
		{slices.Equal(list(read.Header.Values("Upgrade")), []string{"websocket"}), `an |Upgrade| header field with the value "websocket"`},
		{slices.Contains(list(read.Header.Values("Connection")), "upgrade"), `a |Connection| header field with the token "Upgrade"`},
		{slices.Equal(read.Header["Sec-Websocket-Accept"], []string{base64.StdEncoding.EncodeToString(sum[:])}), "the answer to the key"},
		{slices.Contains([]string{"", "chat", "superchat"}, agreed.Subprotocol), "a subprotocol that was offered"},
		{read.Header.Get("Sec-WebSocket-Protocol") == agreed.Subprotocol, "the subprotocol of the agreement"},
		{offered(agreed.Extensions), "extensions that were offered"},
	} {
		if !demand.met {
			return fmt.Errorf("it lacks %s", demand.what)
		}
	}
	return nil
}

func offered(extensions []protocol.Extension) bool {
	return !slices.ContainsFunc(extensions, func(e protocol.Extension) bool {
		return e.Name != "permessage-deflate" && e.Name != "x-test"
	})
}
