package ws_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// accepting returns a server of net/http whose handler accepts one connection after another and echoes. What Accept returns
// goes to the channel.
func accepting(t testing.TB, options *ws.AcceptOptions) (*httptest.Server, <-chan error) {
	t.Helper()
	accepted := make(chan error, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := ws.Accept(w, r, options)
		accepted <- err
		if err == nil {
			defer c.CloseNow()
			c.Handle(context.Background(), echo)
		}
	}))
	t.Cleanup(s.Close)
	return s, accepted
}

// ask sends a head to a server and returns the head of the response, and the connection.
func ask(t testing.TB, address, head string) (*http.Response, *peer) {
	t.Helper()
	transport, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { transport.Close() })
	if _, err := io.WriteString(transport, head); err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, transport: transport, masks: true, reader: protocol.Reader{Client: true}}
	return p.response(), p
}

func TestAccept(t *testing.T) {
	s, accepted := accepting(t, &ws.AcceptOptions{Subprotocols: []string{"chat"}, Header: http.Header{"Set-Cookie": {"a=1", "b=2"}}})
	c, response, err := ws.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http"), &ws.DialOptions{Subprotocols: []string{"chat"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if err := <-accepted; err != nil {
		t.Error(err)
	}
	if got := strings.Join(response.Fields.Values("Set-Cookie"), " "); got != "a=1 b=2" {
		t.Errorf("cookies %q", got)
	}
	if c.Subprotocol() != "chat" {
		t.Errorf("subprotocol %q", c.Subprotocol())
	}
	if err := c.WriteMessage(t.Context(), protocol.Text, []byte("Hello")); err != nil {
		t.Error(err)
	}
	expectMessages(t, c, "Hello")
	if err := c.Close(protocol.NormalClosure, ""); err != nil {
		t.Error(err)
	}
}

// Frames that came with the request are in the buffer of the HTTP server.
func TestFirstFramesWithTheRequest(t *testing.T) {
	s, _ := accepting(t, nil)
	early := string((&peer{masks: true}).bytes(frame(protocol.Text, "early")))
	response, p := ask(t, s.Listener.Addr().String(), request+early)
	if response.StatusCode != 101 {
		t.Fatal(response.Status)
	}
	p.expect(frame(protocol.Text, "early"))
}

// hostileRequests are for both ways to accept a connection.
var hostileRequests = []struct {
	name     string
	old, new string // replaced in a good request
	status   int
	want     any // error
}{
	{"method", "GET", "POST", 405, protocol.RequestMethod},
	{"body", "Host", "Content-Length: 5\r\nHost", 413, &protocol.LimitError{}},
	{"body in chunks", "Host", "Transfer-Encoding: chunked\r\nHost", 413, &protocol.LimitError{}},
	{"no Upgrade", "Upgrade: websocket\r\n", "", 426, protocol.RequestUpgrade},
	{"no Connection", "Connection: Upgrade\r\n", "", 400, protocol.RequestConnection},
	{"no key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400, protocol.RequestKeyMissing},
	{"short key", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==", 400, protocol.RequestKeyValue},
	{"old version", "Version: 13", "Version: 8", 426, protocol.RequestProtocolVersion},
	{"extensions", "Host", "Sec-WebSocket-Extensions: ,;\r\nHost", 400, protocol.ExtensionGrammar},
	{"origin", "Host", "Origin: https://evil.example\r\nHost", 403, &ws.Refusal{}},
	{"refused", "/chat", "/secret", 404, &ws.Refusal{}},
	{"refused without a status", "/chat", "/private", 403, errPrivate},
}

var errPrivate = errors.New("who told you that")

func check(r *protocol.Request) error {
	switch r.Target {
	case "/secret":
		return &ws.Refusal{Status: 404, Message: "no such page", Fields: protocol.Fields{{Name: "X-Hint", Value: "try /chat"}}}
	case "/private":
		return errPrivate
	}
	return nil
}

func TestAcceptRefuses(t *testing.T) {
	for _, test := range hostileRequests {
		t.Run(test.name, func(t *testing.T) {
			s, accepted := accepting(t, &ws.AcceptOptions{Check: check})
			response, p := ask(t, s.Listener.Addr().String(), strings.Replace(request, test.old, test.new, 1))
			expectRefusal(t, response, p, test.status)
			expectRefused(t, <-accepted, test.want)
		})
	}
}

// response reads an HTTP response.
func (p *peer) response() *http.Response {
	p.t.Helper()
	r, err := http.ReadResponse(bufio.NewReader(byteReader{p.transport}), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

// byteReader reads one byte at a time, so that what follows a head stays where it is.
type byteReader struct{ io.Reader }

func (r byteReader) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(len(p), 1)]) }

// expectRefusal looks at the response to a request that cannot be accepted.
func expectRefusal(t testing.TB, response *http.Response, p *peer, status int) {
	t.Helper()
	if response.StatusCode != status {
		t.Errorf("got status %v, want %d", response.Status, status)
	}
	body, err := io.ReadAll(io.LimitReader(p.transport, response.ContentLength))
	if len(body) == 0 || err != nil || strings.Contains(string(body), errPrivate.Error()) {
		t.Errorf("body %q, %v", body, err)
	}
	for name, at := range map[string]int{"Sec-Websocket-Version": 426, "Allow": 405, "X-Hint": 404} {
		if got := response.Header.Get(name); (got != "") != (status == at) {
			t.Errorf("%s: %q with status %d", name, got, status)
		}
	}
}

// expectRefused compares an error with another error, a *LimitError, or a *Refusal.
func expectRefused(t testing.TB, err error, want any) {
	t.Helper()
	if _, ok := want.(*ws.Refusal); ok {
		if _, ok := errors.AsType[*ws.Refusal](err); !ok {
			t.Errorf("got %v, want a Refusal", err)
		}
		return
	}
	expectError(t, err, want)
}

// good returns a request that can be accepted.
func good() *http.Request {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request)))
	if err != nil {
		panic(err)
	}
	return r
}

// hijacked is a ResponseWriter that gives up its connection.
type hijacked struct {
	http.ResponseWriter
	transport net.Conn
}

func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.transport, bufio.NewReadWriter(bufio.NewReader(h.transport), bufio.NewWriter(h.transport)), nil
}

// The deadlines of the HTTP server are not those of the connection.
func TestAcceptClearsDeadlines(t *testing.T) {
	near, far := net.Pipe()
	far.SetDeadline(time.Unix(1, 0))
	go io.Copy(io.Discard, near)
	c, err := ws.Accept(hijacked{httptest.NewRecorder(), far}, good(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.CloseNow()
	near.Close()
}

// A client that does not take the response does not hold the handler for ever.
func TestAcceptIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		if took := elapsed(func() {
			if _, err := ws.Accept(hijacked{httptest.NewRecorder(), far}, good(), nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		}); took != 30*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// What lies between the handler and the connection must let it go.
func TestAcceptNeedsTheConnection(t *testing.T) {
	w := httptest.NewRecorder()
	_, err := ws.Accept(w, good(), nil)
	if err == nil || !strings.Contains(err.Error(), "*httptest.ResponseRecorder") {
		t.Errorf("got %v", err)
	}
	if body := w.Body.String(); w.Code != 500 || strings.Contains(body, "httptest") {
		t.Errorf("answered with status %d: %q", w.Code, body)
	}
}

// unwrapper is a middleware that http.ResponseController sees through.
type unwrapper struct{ http.ResponseWriter }

func (u unwrapper) Unwrap() http.ResponseWriter { return u.ResponseWriter }

func TestAcceptThroughMiddleware(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := ws.Accept(unwrapper{w}, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		c.CloseNow()
	}))
	defer s.Close()
	c, _, err := ws.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.CloseNow()
}

func TestAcceptOverHTTP2(t *testing.T) {
	accepted := make(chan error, 1)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := ws.Accept(w, r, nil)
		accepted <- err
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	response, err := s.Client().Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if response.StatusCode != 505 || !strings.Contains(string(body), "HTTP/1.1") {
		t.Errorf("%v %q, %v", response.Status, body, err)
	}
	if err := <-accepted; err == nil || !strings.Contains(err.Error(), "HTTP/2.0") {
		t.Errorf("got %v", err)
	}
}
