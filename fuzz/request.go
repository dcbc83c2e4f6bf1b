package fuzz

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/protocol"
)

// Request: whatever a client sends, a ServerHandshake makes the same of it however it is cut. A request that it accepts is one by
// RFC 6455, section 4.2.1, as net/http reads it, with the same method, target and fields; Append writes an equal one. For the
// input see headProperty.
func Request(data []byte) error {
	var accepted *protocol.Request
	input, story, err := headProperty(data, exampleRequest, func(limits protocol.Limits, tolerate protocol.RuleSet, chunks iter.Seq[[]byte]) headStory {
		h := &protocol.ServerHandshake{Limits: limits, Tolerate: tolerate}
		story := readHead(h, func() ([]byte, error) {
			r, err := h.Next()
			if err != nil {
				return nil, err
			}
			return r.Append(nil), nil
		}, chunks)
		if tolerate.Empty() {
			accepted, _ = h.Next()
		}
		return story
	})
	if err != nil || accepted == nil {
		return err
	}
	head, found := bytes.CutSuffix(input, []byte(story.rest))
	if !found || !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		return violated(data, "head %q: rest %q does not follow it", input, story.rest)
	}
	if err := rewritten(accepted); err != nil {
		return violated(data, "%v", err)
	}
	if err := legalRequest(accepted, head); err != nil {
		return violated(data, "accepted %q, but %v", head, err)
	}
	return nil
}

// exampleRequest is that of RFC 6455, section 1.2, with an extension.
const exampleRequest = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\nSec-WebSocket-Protocol: chat, superchat\r\n" +
	"Sec-WebSocket-Extensions: x-test; a=1\r\nSec-WebSocket-Version: 13\r\n\r\n" + frames

// rewritten reads what Append writes.
func rewritten(r *protocol.Request) error {
	h := &protocol.ServerHandshake{}
	h.Feed(r.Append(nil))
	if again, err := h.Next(); err != nil || !reflect.DeepEqual(again, r) || len(h.Rest()) > 0 {
		return fmt.Errorf("accepted %+v, but not what Append makes of it: %+v, error %v, rest %q", r, again, err, h.Rest())
	}
	if err := protocol.CheckRequest(r); err != nil {
		return fmt.Errorf("accepted, but CheckRequest says %w", err)
	}
	return nil
}

// legalRequest has net/http read the head.
func legalRequest(r *protocol.Request, head []byte) error {
	lengths := r.Fields.Values("Content-Length")
	if lengths != nil && (len(list(lengths)) == 0 || slices.ContainsFunc(list(lengths), isNotZero)) {
		return fmt.Errorf("its Content-Length is %q", lengths)
	}
	r, head = simplified(r, head)
	q, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	if err != nil {
		return fmt.Errorf("net/http says %w", err)
	}
	if r.Method != q.Method || r.Target != q.RequestURI || r.Proto != q.Proto {
		return fmt.Errorf("got the request line %q %q %q, net/http reads %q %q %q", r.Method, r.Target, r.Proto, q.Method, q.RequestURI, q.Proto)
	}
	if q.URL.Host == "" && r.Host() != q.Host {
		return fmt.Errorf("got the host %q, net/http reads %q", r.Host(), q.Host)
	}
	if err := sameFields(r.Fields, q.Header); err != nil {
		return err
	}
	return openingRequest(q)
}

func isNotZero(number string) bool { return strings.Trim(number, "0") != "" }

// simplified returns a request without two things that are legal, but too much for net/http: several equal lengths of a body (RFC
// 9112, section 6.3), and escapes in the host of the target (RFC 3986, section 3.2.2).
func simplified(r *protocol.Request, head []byte) (*protocol.Request, []byte) {
	q := *r
	if q.Fields.Has("Content-Length") {
		q.Fields.Set("Content-Length", "0")
	}
	if _, rest, _ := strings.Cut(q.Target, "://"); !strings.HasPrefix(q.Target, "/") {
		host, _, _ := strings.Cut(rest, "/")
		if strings.Contains(host, "%") { // or a query that has one and no path before it, which is no loss
			q.Target = "/"
		}
	}
	if reflect.DeepEqual(&q, r) {
		return r, head
	}
	return &q, q.Append(nil)
}

// openingRequest holds a request against the list of RFC 6455, section 4.2.1.
func openingRequest(q *http.Request) error {
	key, err := base64.StdEncoding.DecodeString(q.Header.Get("Sec-WebSocket-Key"))
	subprotocols := list(q.Header.Values("Sec-WebSocket-Protocol"))
	for _, demand := range []struct {
		met  bool
		what string
	}{
		{q.Method == http.MethodGet && q.ProtoAtLeast(1, 1), "an HTTP/1.1 or higher GET request"},
		{q.Host != "", "a |Host| header field"},
		{slices.Contains(list(q.Header.Values("Upgrade")), "websocket"), `an |Upgrade| header field containing the value "websocket"`},
		{slices.Contains(list(q.Header.Values("Connection")), "upgrade"), `a |Connection| header field that includes the token "Upgrade"`},
		{err == nil && len(key) == 16 && len(q.Header["Sec-Websocket-Key"]) == 1, "a key of 16 bytes in base64"},
		{slices.Equal(q.Header["Sec-Websocket-Version"], []string{"13"}), "a |Sec-WebSocket-Version| header field, with a value of 13"},
		{q.Header["Sec-Websocket-Protocol"] == nil || len(subprotocols) > 0, "at least one subprotocol"},
		{q.ContentLength == 0 && q.TransferEncoding == nil, "no body"},
	} {
		if !demand.met {
			return fmt.Errorf("it is not: %s", demand.what)
		}
	}
	return nil
}
