package protocol_test

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

func TestParseURL(t *testing.T) {
	for _, test := range []struct {
		in      string
		want    protocol.URL
		host    string // HostField
		address string
	}{
		{"ws://example.com/chat", protocol.URL{Host: "example.com", Port: 80, ResourceName: "/chat"}, "example.com", "example.com:80"},
		{"wss://example.com/chat", protocol.URL{Secure: true, Host: "example.com", Port: 443, ResourceName: "/chat"}, "example.com", "example.com:443"},
		{"WSS://h", protocol.URL{Secure: true, Host: "h", Port: 443, ResourceName: "/"}, "h", "h:443"},
		{"Ws://h:80", protocol.URL{Host: "h", Port: 80, ResourceName: "/"}, "h", "h:80"},
		{"ws://h:", protocol.URL{Host: "h", Port: 80, ResourceName: "/"}, "h", "h:80"},
		{"ws://h:443/", protocol.URL{Host: "h", Port: 443, ResourceName: "/"}, "h:443", "h:443"},
		{"wss://h:80/", protocol.URL{Secure: true, Host: "h", Port: 80, ResourceName: "/"}, "h:80", "h:80"},
		{"ws://h:65535/", protocol.URL{Host: "h", Port: 65535, ResourceName: "/"}, "h:65535", "h:65535"},
		{"ws://127.0.0.1:9001", protocol.URL{Host: "127.0.0.1", Port: 9001, ResourceName: "/"}, "127.0.0.1:9001", "127.0.0.1:9001"},
		{"ws://[::1]/x", protocol.URL{Host: "::1", Port: 80, ResourceName: "/x"}, "[::1]", "[::1]:80"},
		{"ws://[2001:db8::1]:9001", protocol.URL{Host: "2001:db8::1", Port: 9001, ResourceName: "/"}, "[2001:db8::1]:9001", "[2001:db8::1]:9001"},
		{"ws://h?q=1", protocol.URL{Host: "h", Port: 80, ResourceName: "/?q=1"}, "h", "h:80"},
		{"ws://h/?", protocol.URL{Host: "h", Port: 80, ResourceName: "/"}, "h", "h:80"},
		{"ws://h/a/b%20c?a=1&b=%20", protocol.URL{Host: "h", Port: 80, ResourceName: "/a/b%20c?a=1&b=%20"}, "h", "h:80"},
		{"ws://h/x%23y??", protocol.URL{Host: "h", Port: 80, ResourceName: "/x%23y??"}, "h", "h:80"},
		{"ws://h//a/../b;c=d,e", protocol.URL{Host: "h", Port: 80, ResourceName: "//a/../b;c=d,e"}, "h", "h:80"},
		{"ws://h/?u=http://a@b:c/", protocol.URL{Host: "h", Port: 80, ResourceName: "/?u=http://a@b:c/"}, "h", "h:80"},
		{"ws://h/\u00fc?q=\u00df", protocol.URL{Host: "h", Port: 80, ResourceName: "/%C3%BC?q=%C3%9F"}, "h", "h:80"},
		{`ws://h/a b|c"?[x]`, protocol.URL{Host: "h", Port: 80, ResourceName: "/a%20b%7Cc%22?%5Bx%5D"}, "h", "h:80"},
		{"ws://a_b-c.xn--caf-dma:1/", protocol.URL{Host: "a_b-c.xn--caf-dma", Port: 1, ResourceName: "/"}, "a_b-c.xn--caf-dma:1", "a_b-c.xn--caf-dma:1"},
	} {
		got, err := protocol.ParseURL(test.in)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if *got != test.want || got.HostField() != test.host || got.Address() != test.address {
			t.Errorf("%s: got %+v, Host: %s, address %s", test.in, *got, got.HostField(), got.Address())
		}
		again, err := protocol.ParseURL(got.String())
		if err != nil || *again != *got {
			t.Errorf("%s: written as %s, which is %+v, %v", test.in, got, again, err)
		}
	}
}

// Each error says what to do.
func TestURLErrors(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", "no scheme: write ws://"},
		{"example.com/chat", "write ws://example.com/chat"},
		{"localhost:9001", "write ws://localhost:9001"},
		{"//h/x", "write ws://h/x"},
		{"/x?u=ws://h", "no scheme"},
		{"ws:h/x", "write ws://h/x"},
		{"WSS:/h", "write WSS://h"},
		{"http://h/", "use ws://"},
		{"HTTPS://h/", "use wss://"},
		{"ftp://h/", "use ws://"},
		{"w\u017f://h/", "use ws://"},
		{"ws://", "no host"},
		{"ws:///x", "no host"},
		{"ws://:80/", "no host"},
		{"ws://h/x#y", `leave "#y" out, or write %23`},
		{"ws://h#", "write %23"},
		{"ws://h:0/", "bad port"},
		{"ws://h:65536/", "a port is a number from 1 to 65535"},
		{"ws://h:99999999999999999999/", "bad port"},
		{"ws://h:http/", "bad port"},
		{"ws://h:-1/", "bad port"},
		{"ws://::1/", "[brackets]"},
		{"ws://[::1/", "[brackets]"},
		{"ws://[::1]9001/", "[brackets]"},
		{"ws://[h]/", "not an IPv6 address"},
		{"ws://[127.0.0.1]/", "not an IPv6 address"},
		{"ws://[fe80::1%25eth0]/", "without a zone"},
		{"ws://u:p@h/", "Authorization"},
		{"ws://b\u00fccher.example/", "xn--"},
		{"ws://a b/", "host name may not hold"},
		{`ws://h\x/`, "host name may not hold"},
		{"ws://h%2/", "host name may not hold"},
		{"ws://h/%zz", `"%zz" is not a percent-encoded byte: write %25`},
		{"ws://h/100%", "write %25"},
		{"ws://h/a\r\nb", "write %0D"},
		{"ws://h/\x7f", "write %7F"},
	} {
		u, err := protocol.ParseURL(test.in)
		if err == nil || u != nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got %v, %v, want an error that says %q", test.in, u, err, test.want)
		}
	}
}
