package ws_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// dialed is the request of a client.
func dialed(t testing.TB, url string, options ws.DialOptions) *protocol.Request {
	t.Helper()
	near, far := net.Pipe()
	options.Dial = always(near)
	requested := make(chan *protocol.Request, 1)
	go func() {
		c, r, err := ws.Serve(t.Context(), far, nil)
		if err != nil {
			t.Error(err)
		} else {
			c.CloseNow()
		}
		requested <- r
	}()
	c, _, err := ws.Dial(t.Context(), url, &options)
	if err != nil {
		t.Fatal(err)
	}
	c.CloseNow()
	return <-requested
}

func TestDialRequest(t *testing.T) {
	r := dialed(t, "ws://example.com:9000/chat?room=1", ws.DialOptions{
		Subprotocols: []string{"a", "b"},
		Header:       http.Header{"Cookie": {"x=1", "y=2"}, "Origin": {"http://example.com:9000"}},
	})
	if r.Target != "/chat?room=1" || r.Host() != "example.com:9000" || r.Origin() != "http://example.com:9000" {
		t.Errorf("got %+v", r)
	}
	if got := strings.Join(r.Subprotocols(), " "); got != "a b" {
		t.Errorf("subprotocols %q", got)
	}
	if got := strings.Join(r.Fields.Values("Cookie"), " "); got != "x=1 y=2" {
		t.Errorf("cookies %q", got)
	}
	if r := dialed(t, "ws://127.0.0.1/", ws.DialOptions{Header: http.Header{"Host": {"example.net"}}}); r.Host() != "example.net" {
		t.Errorf("host %q", r.Host())
	}
}

func TestSubprotocol(t *testing.T) {
	for _, test := range []struct {
		offered, spoken []string
		want            string
	}{
		{nil, []string{"a"}, ""},
		{[]string{"a"}, nil, ""},
		{[]string{"a", "b"}, []string{"c", "b", "a"}, "b"},
	} {
		near, far := net.Pipe()
		served := start(func() *ws.Conn {
			c, _, err := ws.Serve(t.Context(), far, &ws.AcceptOptions{Subprotocols: test.spoken, Header: http.Header{"X-Served-By": {"me"}}})
			if err != nil {
				t.Error(err)
			}
			return c
		})
		c, response, err := ws.Dial(t.Context(), "ws://example.com", &ws.DialOptions{Subprotocols: test.offered, Dial: always(near)})
		if err != nil {
			t.Fatal(err)
		}
		server := <-served
		if c.Subprotocol() != test.want || server.Subprotocol() != test.want {
			t.Errorf("%v: the client speaks %q, the server %q, want %q", test, c.Subprotocol(), server.Subprotocol(), test.want)
		}
		if got := response.Fields.Get("X-Served-By"); got != "me" {
			t.Errorf("response header %q", got)
		}
		c.CloseNow()
		server.CloseNow()
	}
}

// What is wrong with the arguments is found before anything is sent.
func TestDialRefuses(t *testing.T) {
	never := func(context.Context, string, string) (net.Conn, error) {
		t.Error("connected")
		return nil, errors.New("no")
	}
	for _, test := range []struct {
		url     string
		options ws.DialOptions
		want    string
	}{
		{"http://example.com/", ws.DialOptions{}, "use ws://"},
		{"ws://example.com/#fragment", ws.DialOptions{}, "fragment"},
		{"ws+unix://relative/path", ws.DialOptions{}, "absolute path"},
		{"ws+unix://", ws.DialOptions{}, "absolute path"},
		{"ws+unix:///s:resource", ws.DialOptions{}, "resource name"},
		{"ws+unix:///s:/a#b", ws.DialOptions{}, "fragment"},
		{"ws://example.com/", ws.DialOptions{Subprotocols: []string{"a b"}}, "token"},
		{"ws://example.com/", ws.DialOptions{Header: http.Header{"X": {"a\r\nb"}}}, "control character"},
		{"ws://example.com/", ws.DialOptions{Header: http.Header{"Sec-Websocket-Key": {"mine"}}}, "Sec-WebSocket-Key"},
	} {
		test.options.Dial = never
		_, _, err := ws.Dial(t.Context(), test.url, &test.options)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.url, err, test.want)
		}
	}
}

func TestDialFails(t *testing.T) {
	refused := errors.New("refused")
	_, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{Dial: func(context.Context, string, string) (net.Conn, error) { return nil, refused }})
	if !errors.Is(err, refused) || !strings.Contains(err.Error(), "ws://example.com/") {
		t.Errorf("got %v", err)
	}
}

// Servers that answer wrongly, or not with a WebSocket connection.
func TestHostileResponses(t *testing.T) {
	const accept = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	for _, test := range []struct {
		name, response string
		want           any
	}{
		{"refusal", "HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nsorry", &protocol.StatusError{}},
		{"redirect", "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", &protocol.StatusError{}},
		{"not HTTP", "SSH-2.0-OpenSSH_9.9\r\n", protocol.ResponseSyntax},
		{"no key", accept + "\r\n", protocol.ResponseAccept},
		{"wrong key", accept + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", protocol.ResponseAccept},
		{"endless", accept + strings.Repeat("X: y\r\n", 1000), &protocol.LimitError{}},
		{"end", accept, "left before the end"},
		{"nothing", "", "left before the end"},
		{"more than the limit", "HTTP/1.1 101 Switching Protocols\r\nX: " + strings.Repeat("x", 8000) + "\r\n", &protocol.LimitError{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			near, far := tcp(t)
			go func() {
				p := &peer{t: t, transport: far}
				p.head()
				io.WriteString(far, test.response)
				far.(*net.TCPConn).CloseWrite()
				io.Copy(io.Discard, far)
			}()
			options := ws.Options{Limits: protocol.Limits{Head: 7000}}
			_, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{Options: options, Dial: always(near)})
			expectError(t, err, test.want)
			if _, err := near.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("the transport is not closed: %v", err)
			}
		})
	}
}

// What a server says about its refusal may come later than the head.
func TestRefusalWithBody(t *testing.T) {
	for _, body := range []string{"sorry", strings.Repeat("sorry ", 1000)} {
		near, far := net.Pipe()
		done := start(func() error {
			(&peer{t: t, transport: far}).head()
			for _, s := range []string{fmt.Sprintf("HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n", len(body)), body[:2], body[2:min(len(body), 2000)]} {
				io.WriteString(far, s)
			}
			return nil // there may be more, and an end, but nobody waits for it
		})
		_, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{Dial: always(near)})
		e, ok := errors.AsType[*protocol.StatusError](err)
		if !ok || string(e.Body) != body[:min(len(body), 1024)] {
			t.Errorf("got %v; %+v", err, e)
		}
		<-done
	}
}

// expectError compares an error with a text that it holds, a *StatusError, a *LimitError, or another error.
func expectError(t testing.TB, err error, want any) {
	t.Helper()
	var ok bool
	switch want := want.(type) {
	case string:
		ok = err != nil && strings.Contains(err.Error(), want)
	case *protocol.StatusError:
		_, ok = errors.AsType[*protocol.StatusError](err)
	case *protocol.LimitError:
		_, ok = errors.AsType[*protocol.LimitError](err)
	case error:
		ok = errors.Is(err, want)
	}
	if !ok {
		t.Errorf("got %v; want %v", err, want)
	}
}

// Frames may come together with the response.
func TestFirstFramesWithTheResponse(t *testing.T) {
	near, far := net.Pipe()
	p := &peer{t: t, transport: far}
	go func() {
		h := &protocol.ServerHandshake{}
		h.Feed([]byte(p.head()))
		h.Next()
		if err := h.Accept(protocol.Agreement{}); err != nil {
			t.Error(err)
		}
		far.Write(append(h.Out(), p.bytes(frame(protocol.Text, "early"))...))
	}()
	c, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{Dial: always(near)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	expectMessages(t, c, "early")
}

func TestDialIsInterrupted(t *testing.T) {
	silent := func(far net.Conn) { io.Copy(io.Discard, far) }
	for _, test := range []struct {
		name    string
		url     string
		peer    func(far net.Conn)
		options ws.Options
		timeout time.Duration // of the context
		want    time.Duration
	}{
		{"connecting", "ws://example.com/", nil, ws.Options{}, time.Second, time.Second},
		{"TLS handshake", "wss://example.com/", silent, ws.Options{}, time.Second, time.Second},
		{"response", "ws://example.com/", silent, ws.Options{}, time.Second, time.Second},
		{"peer that does not read", "ws://example.com/", func(net.Conn) {}, ws.Options{}, time.Second, time.Second},
		{"by default", "ws://example.com/", silent, ws.Options{}, time.Hour, 30 * time.Second},
		{"by option", "ws://example.com/", silent, ws.Options{HandshakeTimeout: time.Minute}, time.Hour, time.Minute},
		{"not by option", "ws://example.com/", silent, ws.Options{HandshakeTimeout: -1}, time.Hour, time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
					if test.peer == nil {
						<-ctx.Done()
						return nil, ctx.Err()
					}
					go test.peer(far)
					return near, nil
				}
				ctx, cancel := context.WithTimeout(t.Context(), test.timeout)
				defer cancel()
				var err error
				took := elapsed(func() {
					_, _, err = ws.Dial(ctx, test.url, &ws.DialOptions{Options: test.options, Dial: dial})
				})
				if took != test.want || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("after %v, want %v: %v", took, test.want, err)
				}
				near.Close()
			})
		})
	}
}

func TestUnixSocket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a path with a drive letter does not begin with a slash")
	}
	path := filepath.Join(t.TempDir(), "a:b c.sock")
	l := listen(t, "unix", path)
	escaped := strings.ReplaceAll((&url.URL{Path: path}).EscapedPath(), ":", "%3A")
	for address, target := range map[string]string{
		"ws+unix://" + escaped:                     "/",
		"ws+unix://" + escaped + ":/chat?room=1:2": "/chat?room=1:2",
		"WS+UNIX://" + escaped + ":/":              "/",
	} {
		requested := start(func() *protocol.Request {
			far, err := l.Accept()
			if err != nil {
				t.Error(err)
				return nil
			}
			c, r, err := ws.Serve(t.Context(), far, nil)
			if err != nil {
				t.Error(err)
				return nil
			}
			expectMessages(t, c, "Hello")
			c.CloseNow()
			return r
		})
		c, _, err := ws.Dial(t.Context(), address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.WriteMessage(t.Context(), protocol.Text, []byte("Hello")); err != nil {
			t.Error(err)
		}
		if r := <-requested; r == nil || r.Target != target || r.Host() != "localhost" {
			t.Errorf("%s: got %+v", address, r)
		}
		c.CloseNow()
	}
}

// The dialer is asked for what the URL says.
func TestDialAddress(t *testing.T) {
	for _, test := range []struct{ url, network, address string }{
		{"ws://example.com/", "tcp", "example.com:80"},
		{"wss://example.com/", "tcp", "example.com:443"},
		{"ws://[::1]:9001/", "tcp", "[::1]:9001"},
		{"ws+unix:///run/a%3Ab.sock:/x", "unix", "/run/a:b.sock"},
		{"wss+unix:///run/a.sock", "unix", "/run/a.sock"},
		{"ws+unix://@abstract", "unix", "@abstract"},
	} {
		stop := errors.New("stop")
		_, _, err := ws.Dial(t.Context(), test.url, &ws.DialOptions{Dial: func(_ context.Context, network, address string) (net.Conn, error) {
			if network != test.network || address != test.address {
				t.Errorf("%s: dialed %s %s", test.url, network, address)
			}
			return nil, stop
		}})
		if !errors.Is(err, stop) {
			t.Errorf("%s: %v", test.url, err)
		}
	}
}
