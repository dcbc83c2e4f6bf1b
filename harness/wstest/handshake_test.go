package wstest_test

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/wstest"
)

// What the testsuite takes for an answer to its opening handshake, beside what RFC 6455 does.
func TestRefusal(t *testing.T) {
	const key, right = "dGhlIHNhbXBsZSBub25jZQ==", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" // RFC 6455, section 1.3
	change := func(old, new string) string { return strings.Replace(right, old, new, 1) }
	for _, test := range []struct {
		name, head string
		takes      bool
	}{
		{"right", right, true},
		{"no reason and no space", change(" Switching Protocols", ""), true},
		{"line feeds", strings.ReplaceAll(right, "\r\n", "\n"), true},
		{"a line that is no field", right + "stray\r\n", true},
		{"a field without a name", right + ": x\r\n", true},
		{"space before the colon", change("Upgrade:", "Upgrade :"), true},
		{"no subprotocol, in words", right + "Sec-WebSocket-Protocol: \r\n", true},
		{"the subprotocol", right + "Sec-WebSocket-Protocol: chat\r\n", true},
		{"several words in two fields", change("Connection: Upgrade", "Connection: keep-alive\r\nconnection: x, UPGRADE"), true},
		{"an interim answer", "HTTP/1.1 103 Early Hints\r\n", false},
		{"nothing", "", false},
		{"no status", "HTTP/1.1\r\n", false},
		{"a status that is no number", change("101", "1o1"), false},
		{"HTTP/1.0", change("1.1", "1.0"), false},
		{"no upgrade", change("Upgrade: websocket\r\n", ""), false},
		{"two upgrades", right + "Upgrade: websocket\r\n", false},
		{"no word in Connection", change("Connection: Upgrade", "Connection: Upgraded"), false},
		{"no answer to the key", change("Accept", "Except"), false},
		{"another one", change("s3p", "S3p"), false},
		{"two of them", right + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", false},
		{"an extension", right + "Sec-WebSocket-Extensions: permessage-deflate\r\n", false},
		{"no extension, in words", right + "Sec-WebSocket-Extensions: \r\n", false},
		{"another subprotocol", right + "Sec-WebSocket-Protocol: superchat\r\n", false},
		{"two subprotocols", right + "Sec-WebSocket-Protocol: \r\nSec-WebSocket-Protocol: chat\r\n", false},
		{"Latin-1", right + "Server: K\xf6ln\r\n", false},
	} {
		if why := wstest.Refusal([]byte(test.head), key, []string{"chat"}); (why == "") != test.takes {
			t.Errorf("%s: %q", test.name, why)
		}
	}
}
