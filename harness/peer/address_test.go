package peer

import (
	"net"
	"strconv"
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	tests := []struct {
		in   string
		want address
	}{
		{"", address{}},
		{"ws://127.0.0.1:9001/chat?a=b", address{"tcp", "127.0.0.1:9001"}},
		{"wss://[::1]:9001", address{"tcp", "[::1]:9001"}},
		{"ws://example.com/", address{"tcp", "example.com:80"}},
		{"WSS://example.com/", address{"tcp", "example.com:443"}},
		{"http://example.com", address{"tcp", "example.com:80"}},
		{"https://example.com", address{"tcp", "example.com:443"}},
		{"localhost:9001", address{"tcp", "localhost:9001"}},
		{":9001", address{"tcp", ":9001"}},
		{"unix:/run/server.sock", address{"unix", "/run/server.sock"}},
	}
	for _, tt := range tests {
		if got, err := parseAddress(tt.in); err != nil || got != tt.want {
			t.Errorf("%q: %v, %v, want %v", tt.in, got, err, tt.want)
		}
	}
	for _, in := range []string{"ws:///chat", "tcp://127.0.0.1", "ws://127.0.0.1:x/", "localhost", "localhost:", "unix:", "a b"} {
		if got, err := parseAddress(in); err == nil || !strings.Contains(err.Error(), in) {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
}

func TestAddressString(t *testing.T) {
	for _, s := range []string{"127.0.0.1:9001", "[::1]:80", "unix:/run/server.sock"} {
		if a, err := parseAddress(s); err != nil || a.String() != s {
			t.Errorf("%q became %q, %v", s, a, err)
		}
	}
}

func TestFreePort(t *testing.T) {
	port, err := FreePort()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatalf("port %d: %v", port, err)
	}
	l.Close()
}

func TestReplacePort(t *testing.T) {
	if got := ReplacePort("--listen=:{port} --url=ws://a:{port}/{x}", 81); got != "--listen=:81 --url=ws://a:81/{x}" {
		t.Error(got)
	}
}
