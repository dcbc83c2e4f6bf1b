package ws_test

import (
	"net"
	"net/http"
	"testing"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

func TestOrigin(t *testing.T) {
	for _, test := range []struct {
		host, origin string
		origins      []string
		ok           bool
	}{
		{"example.com", "", nil, true},
		{"example.com", "http://example.com", nil, true},
		{"example.com", "https://example.com", nil, true}, // TLS may end at a proxy
		{"example.com:443", "https://example.com", nil, true},
		{"EXAMPLE.com", "https://example.COM", nil, true},
		{"example.com:8080", "http://example.com:8080", nil, true},
		{"[::1]:8080", "http://[::1]:8080", nil, true},
		{"[::1]", "http://[::1]", nil, true},
		{"[::1]:80", "http://[::1]", nil, true},
		{"example.com:8080", "http://example.com", nil, false},
		{"example.com", "http://example.com:8080", nil, false},
		{"example.com", "https://example.com:80", nil, false},
		{"example.com", "http://example.org", nil, false},
		{"example.com", "http://example.com.evil.example", nil, false},
		{"example.com", "http://www.example.com", nil, false},
		{"example.com", "null", nil, false},
		{"example.com", "://", nil, false},
		{"example.com", "http://example.org", []string{"example.net", "example.org"}, true},
		{"example.com", "http://Example.org", []string{"EXAMPLE.ORG"}, true},
		{"example.com", "http://example.org:81", []string{"example.org"}, false},
		{"example.com", "http://example.org:81", []string{"example.org:81"}, true},
		{"example.com", "http://example.org", []string{"https://example.org"}, false},
		{"example.com", "https://example.org", []string{"https://example.org"}, true},
		{"example.com", "https://a.b.example.org", []string{"*.example.org"}, true},
		{"example.com", "https://example.org", []string{"*.example.org"}, false},
		{"example.com", "https://evilexample.org", []string{"*.example.org"}, false},
		{"example.com", "https://a.example.org", []string{"https://*.example.org"}, true},
		{"example.com", "http://[::1]:3000", []string{"http://[::1]:3000"}, true},
		{"example.com", "http://example.org", []string{"[bad"}, false},
		{"example.com", "null", []string{"null"}, true},
		{"example.com", "null", []string{"*"}, true},
		{"example.com", "http://anywhere.example", []string{"*"}, true},
	} {
		if got := letsIn(t, test.host, test.origin, &ws.AcceptOptions{Origins: test.origins}); got != test.ok {
			t.Errorf("origin %q at host %s, origins %q: let in: %v, want %v", test.origin, test.host, test.origins, got, test.ok)
		}
	}
}

func TestCheckOrigin(t *testing.T) {
	for _, ok := range []bool{true, false} {
		var origins []string
		if !ok {
			origins = []string{"*"} // CheckOrigin has the last word, either way
		}
		options := &ws.AcceptOptions{Origins: origins, CheckOrigin: func(r *protocol.Request) bool { return ok && r.Origin() == "http://example.org" }}
		if got := letsIn(t, "example.com", "http://example.org", options); got != ok {
			t.Errorf("let in: %v, want %v", got, ok)
		}
	}
}

// letsIn tells whether a server accepts a request with that Host and Origin.
func letsIn(t testing.TB, host, origin string, options *ws.AcceptOptions) bool {
	t.Helper()
	near, far := net.Pipe()
	served := start(func() bool {
		c, _, err := ws.Serve(t.Context(), far, options)
		if err == nil {
			c.CloseNow()
		}
		return err == nil
	})
	header := http.Header{"Host": {host}}
	if origin != "" {
		header.Set("Origin", origin)
	}
	c, _, err := ws.Dial(t.Context(), "ws://example.com/", &ws.DialOptions{Header: header, Dial: always(near)})
	if err == nil {
		c.CloseNow()
	}
	ok := <-served
	if ok != (err == nil) {
		t.Errorf("the client got %v, the server says %v", err, ok)
	}
	return ok
}
