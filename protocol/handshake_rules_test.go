package protocol_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
)

// ruleBytes are heads, derived from the sentence of the RFC that Rule.Quote gives.
type ruleBytes struct {
	breaks []string // each breaks this rule and no other
	fatal  []string // each breaks the rule so that even who tolerates it cannot go on
	obeys  []string // each just obeys it
}

// request is the example of RFC 6455, section 1.2, with pairs of an old text and a new one.
func request(edits ...string) string { return edited(exampleRequest, edits) }

// response is its counterpart. It answers offer.
func response(edits ...string) string { return edited(exampleResponse, edits) }

func edited(head string, edits []string) string {
	for i := 0; i < len(edits); i += 2 {
		if strings.Count(head, edits[i]) != 1 {
			panic("not once in the head: " + edits[i])
		}
		head = strings.Replace(head, edits[i], edits[i+1], 1)
	}
	return head
}

// offer is the request that the responses of the table answer: the example, with two extensions.
func offer() *protocol.ClientHandshake {
	h := exampleClient()
	h.Extensions = []protocol.Extension{{Name: "permessage-deflate"}, {Name: "x-two"}}
	return h
}

// Lines of the examples that the table changes.
const (
	line1    = "GET /chat HTTP/1.1\r\n"
	host     = "Host: server.example.com\r\n"
	upgrade  = "Upgrade: websocket\r\n"
	connect  = "Connection: Upgrade\r\n"
	key      = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	version  = "Sec-WebSocket-Version: 13\r\n"
	offered  = "Sec-WebSocket-Protocol: chat, superchat\r\n"
	line101  = "HTTP/1.1 101 Switching Protocols\r\n"
	accept   = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	selected = "Sec-WebSocket-Protocol: chat\r\n"
)

// keyOf is the line of a key.
func keyOf(value string) string { return "Sec-WebSocket-Key: " + value + "\r\n" }

// extensions is a line that no example has, before the Upgrade field.
func extensions(value string) string { return "Sec-WebSocket-Extensions: " + value + "\r\n" + upgrade }

var handshakeRules = map[protocol.Rule]ruleBytes{
	protocol.RequestSyntax: {
		breaks: []string{
			request(line1, "GET /chat\r\n"),
			request(line1, "GET  /chat HTTP/1.1\r\n"),
			request(line1, "GET /chat HTTP/1.1 \r\n"),
			request(line1, "GET /chat http/1.1\r\n"),
			request(line1, "GET /chat HTTP/1.1x\r\n"),
			request(line1, "GET /chat HTTP/2.0\r\n"),
			request(line1, "\r\nGET /chat HTTP/1.1\r\n"),
			request(line1, "GET /chat HTTP/1.1\n"),
			request(host, "Host: server.example.com\n"),
			request(host, "Host : server.example.com\r\n"),
			request(host, host+"X Y: a\r\n"),
			request(host, host+": a\r\n"),
			request(host, host+"X\x80: a\r\n"),
			request(host, host+"X: a\x00b\r\n"),
			request(host, host+"X: a\x7fb\r\n"),
			request(host, host+"X: a\rb\r\n"),
			request(host, host+"X: a\r\r\n"),
			request(host, host+"X: a\r\n b\r\n"),
			request(host, "Host:\r\n\tserver.example.com\r\n"),
			request(host, " stray\r\n"+host),
			request(host, host+"no colon\r\n"),
			request(connect, "Connection: keep alive, Upgrade\r\n"),
			request(upgrade, "Upgrade: websocket, h2c/\r\n"),
			strings.ReplaceAll(exampleRequest, "\r\n", "\n"),
			request(host, host+"Content-Length:\r\n"),
			request(host, host+"Content-Length: ,\r\n"),
			request(host, host+"Content-Length: 0 0\r\n"),
			request(host, host+"Content-Length: +0\r\n"),
			request(host, host+"Content-Length: 0\r\nContent-Length: x\r\n"),
		},
		obeys: []string{
			exampleRequest,
			request(host, "Host:server.example.com\r\n"),
			request(host, "hOST: \t server.example.com \t\r\n"),
			request(host, host+"X: \r\n"),
			request(host, host+"X: caf\xe9 \u2603 (a\tb) \"\\\r\n"),
			request(host, host+"!#$%&'*+-.^_`|~0aZ: a\r\n"),
			request(host, "", version, version+host),
			request(host, host+"Content-Length: 0\r\n"),
			request(host, host+"Content-Length: 0\r\nContent-Length: 0\r\n"),
		},
	},
	protocol.RequestMethod: {
		breaks: []string{
			request("GET", "POST"),
			request("GET", "get"),
			request("GET", "GETS"),
			request("GET", "HEAD"),
		},
		obeys: []string{exampleRequest},
	},
	protocol.RequestVersion: {
		breaks: []string{
			request("HTTP/1.1", "HTTP/1.0"),
			request("HTTP/1.1", "HTTP/0.9"),
		},
		obeys: []string{
			request("HTTP/1.1", "HTTP/1.2"),
			request("HTTP/1.1", "HTTP/1.9"),
		},
	},
	protocol.RequestTarget: {
		breaks: []string{
			request("/chat", "*"),
			request("/chat", "chat"),
			request("/chat", "server.example.com:80"),
			request("/chat", "/chat#top"),
			request("/chat", "/chat?a#top"),
			request("/chat", "/caf\xc3\xa9"),
			request("/chat", "/%zz"),
			request("/chat", "/a%2"),
			request("/chat", "/a%"),
			request("/chat", "/a[1]"),
			request("/chat", `/a"b`),
			request("/chat", "ftp://server.example.com/chat"),
			request("/chat", "ws://server.example.com/chat"),
			request("/chat", "://server.example.com/chat"),
			request("/chat", "http:///chat"),
			request("/chat", "http://other.example.com/chat"),
			request("/chat", "http://server.example.com:8080/chat"),
			request("/chat", "https://server.example.com:80/chat"),
			request("/chat", "http://u@server.example.com/chat"),
		},
		obeys: []string{
			request("/chat", "/"),
			request("/chat", "//a//"),
			request("/chat", "/a;b=1/~c/@:!$&'()*+,-._%23%C3%A9?x=/?&%20"),
			request("/chat", "/?u=http://x/"),
			request("/chat", "http://server.example.com/chat"),
			request("/chat", "HTTP://Server.Example.COM:80?q"),
			request("/chat", "https://server.example.com:443"),
			request("/chat", "https://server.example.com:8443/", host, "Host: server.example.com:8443\r\n"),
		},
	},
	protocol.RequestHost: {
		breaks: []string{
			request(host, ""),
			request(host, host+host),
			request(host, "Host: \r\n"),
			request(host, "Host: a b\r\n"),
			request(host, "Host: a/b\r\n"),
			request(host, "Host: u@a\r\n"),
			request(host, "Host: a:b\r\n"),
			request(host, "Host: a:65536\r\n"),
			request(host, "Host: a:80, b\r\n"),
			request(host, "Host: ::1\r\n"),
			request(host, "Host: [::1\r\n"),
			request(host, "Host: [::1]80\r\n"),
			request(host, "Host: [::1%25eth0]\r\n"),
			request(host, "Host: [127.0.0.1]\r\n"),
			request(host, "Host: caf\xc3\xa9.example\r\n"),
			request(host, "", "/chat", "http://server.example.com/chat"),
		},
		obeys: []string{
			request(host, "Host: a\r\n"),
			request(host, "Host: a:65535\r\n"),
			request(host, "Host: a:\r\n"),
			request(host, "Host: 127.0.0.1:9001\r\n"),
			request(host, "Host: [::1]\r\n"),
			request(host, "Host: [::FFFF:127.0.0.1]:9001\r\n"),
			request(host, "Host: a_b.xn--caf-dma\r\n"),
		},
	},
	protocol.RequestUpgrade: {
		breaks: []string{
			request(upgrade, ""),
			request(upgrade, "Upgrade: \r\n"),
			request(upgrade, "Upgrade: h2c\r\n"),
			request(upgrade, "Upgrade: websockets\r\n"),
			request(upgrade, "Upgrade: websocket/13\r\n"),
			request(upgrade, "Upgrade: web\tsocket\r\n"),
			request(upgrade, "Upgrade: web\u017focket\r\n"),
			request(upgrade, "Upgrade: websoc\u212aet\r\n"),
		},
		obeys: []string{
			request(upgrade, "Upgrade: WebSocket\r\n"),
			request(upgrade, "UPGRADE: WEBSOCKET\r\n"),
			request(upgrade, "Upgrade: h2c, websocket\r\n"),
			request(upgrade, "Upgrade: ,\t, HTTP/2.0 ,websocket ,\r\n"),
			request(upgrade, "Upgrade: h2c\r\n"+upgrade),
		},
	},
	protocol.RequestConnection: {
		breaks: []string{
			request(connect, ""),
			request(connect, "Connection: close\r\n"),
			request(connect, "Connection: keep-alive\r\n"),
			request(connect, "Connection: Upgradex\r\n"),
			request(connect, "Connection: keep-alive Upgrade\r\n"),
			request(connect, "Connection: keep-alive; Upgrade\r\n"),
			request(connect, "Connection: \"Upgrade\"\r\n"),
		},
		obeys: []string{
			request(connect, "Connection: upgrade\r\n"),
			request(connect, "connection: UPGRADE\r\n"),
			request(connect, "Connection: keep-alive, Upgrade\r\n"),
			request(connect, "Connection: ,,keep-alive\t,\tUpgrade ,\r\n"),
			request(connect, "Connection: keep-alive\r\n"+connect),
		},
	},
	protocol.RequestKeyMissing: {
		breaks: []string{
			request(key, ""),
			request(key, "Sec-Web-Socket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
		},
		obeys: []string{request(key, strings.ToUpper("Sec-WebSocket-Key")+": dGhlIHNhbXBsZSBub25jZQ==\r\n")},
	},
	protocol.RequestKeyRepeated: {
		breaks: []string{
			request(key, key+key),
			request(key, key+"sec-websocket-key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n"),
		},
		obeys: []string{request(key, key+"Sec-WebSocket-Key1: a\r\n")},
	},
	protocol.RequestKeyValue: {
		breaks: []string{
			request(key, keyOf("")),
			request(key, keyOf("AQIDBAUGBwgJCgsMDQ4P")),                         // 15 bytes
			request(key, keyOf("AQIDBAUGBwgJCgsMDQ4PEBE=")),                     // 17 bytes
			request(key, keyOf("AQIDBAUGBwgJCgsMDQ4PEAECAwQFBgcICQoLDA0ODxA=")), // 32 bytes
			request(key, keyOf("AQIDBAUGBwgJCgsMDQ4PEA")),                       // no padding
			request(key, keyOf("AQIDBAUGBwgJCgsMDQ4PEA=")),                      // half of the padding
			request(key, keyOf("AQIDBAUGBwgJCgsMDQ4PEA===")),
			request(key, keyOf("-QID_AUGBwgJCgsMDQ4PEA==")), // the alphabet of URLs
			request(key, keyOf("AQIDBAUG BwgJCgsMDQ4PEA==")),
			request(key, keyOf("AQIDBAUGBwgJCgsMDQ4PEA==, AQIDBAUGBwgJCgsMDQ4PEA==")),
		},
		obeys: []string{
			request(key, keyOf("AQIDBAUGBwgJCgsMDQ4PEA==")),
			request(key, keyOf("AQIDBAUGBwgJCgsMDQ4PEC==")), // pad bits that are not zero: erratum 3150
			request(key, keyOf("+/////////////////////==")),
			request(key, keyOf("\t AQIDBAUGBwgJCgsMDQ4PEA== \t")),
		},
	},
	protocol.RequestProtocolVersionMissing: {
		breaks: []string{request(version, "")},
		obeys:  []string{request(version, "sec-websocket-version:13\r\n")},
	},
	protocol.RequestProtocolVersionRepeated: {
		breaks: []string{request(version, version+version)},
		obeys:  []string{exampleRequest},
	},
	protocol.RequestProtocolVersion: {
		breaks: []string{
			request(version, "Sec-WebSocket-Version: 8\r\n"),
			request(version, "Sec-WebSocket-Version: 14\r\n"),
			request(version, "Sec-WebSocket-Version: \r\n"),
			request(version, "Sec-WebSocket-Version: 013\r\n"),
			request(version, "Sec-WebSocket-Version: +13\r\n"),
			request(version, "Sec-WebSocket-Version: 13.0\r\n"),
			request(version, "Sec-WebSocket-Version: 0x0d\r\n"),
			request(version, "Sec-WebSocket-Version: 13, 8\r\n"),
			request(version, "Sec-WebSocket-Version: 269\r\n"),
		},
		obeys: []string{request(version, "Sec-WebSocket-Version: \t13\t\r\n")},
	},
	protocol.RequestSubprotocols: {
		breaks: []string{
			request(offered, "Sec-WebSocket-Protocol: \r\n"),
			request(offered, "Sec-WebSocket-Protocol: ,\r\n"),
			request(offered, "Sec-WebSocket-Protocol: a;b\r\n"),
			request(offered, "Sec-WebSocket-Protocol: a b\r\n"),
			request(offered, "Sec-WebSocket-Protocol: \"a\"\r\n"),
			request(offered, "Sec-WebSocket-Protocol: caf\xc3\xa9\r\n"),
			request(offered, "Sec-WebSocket-Protocol: a, b, a\r\n"),
			request(offered, "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a\r\n"),
		},
		obeys: []string{
			request(offered, ""),
			request(offered, "Sec-WebSocket-Protocol: chat\r\n"),
			request(offered, "Sec-WebSocket-Protocol: chat, Chat\r\n"),
			request(offered, "Sec-WebSocket-Protocol: ,a\t,, b,\r\n"),
			request(offered, "Sec-WebSocket-Protocol: a\r\nsec-websocket-protocol: b\r\n"),
			request(offered, "Sec-WebSocket-Protocol: !#$%&'*+-.^_`|~v1.json\r\n"),
		},
	},
	protocol.ExtensionGrammar: {
		breaks: []string{
			request(upgrade, extensions("")),
			request(upgrade, extensions(",")),
			request(upgrade, extensions(";")),
			request(upgrade, extensions("a;")),
			request(upgrade, extensions("a;;b")),
			request(upgrade, extensions("=x")),
			request(upgrade, extensions("a=x")),
			request(upgrade, extensions("a; b=")),
			request(upgrade, extensions("a; =x")),
			request(upgrade, extensions("a; b c")),
			request(upgrade, extensions("a b")),
			request(upgrade, extensions(`a; b="`)),
			request(upgrade, extensions(`a; b="c`)),
			request(upgrade, extensions(`a; b="c\`)),
			request(upgrade, extensions(`a; b=""`)),
			request(upgrade, extensions(`a; b="c d"`)),
			request(upgrade, extensions(`a; b="c,d"`)),
			request(upgrade, extensions(`a; b="c"d`)),
			request(upgrade, extensions(`"a"`)),
			request(upgrade, extensions("a/1")),
			request(upgrade, extensions("a\r\nSec-WebSocket-Extensions: ;")),
			response(upgrade, extensions("")),
			response(upgrade, extensions("permessage-deflate;")),
			response(upgrade, extensions("permessage-deflate; a=b=c")),
		},
		obeys: []string{
			request(upgrade, extensions("a")),
			request(upgrade, extensions(" ,\ta ; b = 1 ,, c;d;e = \"f\" , ")),
			request(upgrade, extensions(`a; b="1\0"`)),
			request(upgrade, extensions("\r\nSec-WebSocket-Extensions: a")),
			request(upgrade, extensions("mux; max-channels=4; flow-control, deflate-stream")),
			response(upgrade, extensions("permessage-deflate; a=1")),
			response(upgrade, extensions(`x-two; b="1"`+"\r\nSec-WebSocket-Extensions: permessage-deflate")),
		},
	},
	protocol.ResponseSyntax: {
		breaks: []string{
			response(line101, "HTTP/1.1 101\r\n"),
			response(line101, "http/1.1 101 Switching Protocols\r\n"),
			response(line101, "HTTP/2.0 101 Switching Protocols\r\n"),
			response(line101, "ICY 101 Switching Protocols\r\n"),
			response(line101, "HTTP/1.1 101 Switching\x00Protocols\r\n"),
			response(line101, "HTTP/1.1 101 Switching Protocols\n"),
			response(line101, "\r\n"+line101),
			response(upgrade, "Upgrade : websocket\r\n"),
			response(upgrade, upgrade+"X: a\x00\r\n"),
			response(upgrade, upgrade+"X: a\r\n folded\r\n"),
			response(upgrade, upgrade+"no colon\r\n"),
			response(connect, "Connection: keep alive, Upgrade\r\n"),
			strings.ReplaceAll(exampleResponse, "\r\n", "\n"),
		},
		fatal: []string{
			response(line101, "HTTP/1.1 1O1 Switching Protocols\r\n"),
			response(line101, "HTTP/1.1  101 Switching Protocols\r\n"),
			response(line101, "HTTP/1.1 0101 Switching Protocols\r\n"),
			response(line101, "HTTP/1.1 +11 Switching Protocols\r\n"),
			response(line101, "HTTP/1.1\t101 Switching Protocols\r\n"),
			response(line101, "HTTP/1.1\r\n"),
		},
		obeys: []string{
			exampleResponse,
			response(line101, "HTTP/1.1 101 \r\n"),
			response(line101, "HTTP/1.1 101  caf\xe9\t\r\n"),
			response(upgrade, "upgrade:websocket\r\n"),
			response(upgrade, upgrade+"X: caf\xe9\r\n"),
		},
	},
	protocol.ResponseVersion: {
		breaks: []string{response("HTTP/1.1", "HTTP/1.0"), response("HTTP/1.1", "HTTP/0.9")},
		obeys:  []string{response("HTTP/1.1", "HTTP/1.2")},
	},
	protocol.ResponseUpgrade: {
		breaks: []string{
			response(upgrade, ""),
			response(upgrade, "Upgrade: \r\n"),
			response(upgrade, "Upgrade: h2c\r\n"),
			response(upgrade, "Upgrade: websocketx\r\n"),
			response(upgrade, "Upgrade: websocket, foo\r\n"),
			response(upgrade, "Upgrade: websoc\u212aet\r\n"),
		},
		obeys: []string{
			response(upgrade, "Upgrade: WebSocket\r\n"),
			response(upgrade, "UPGRADE: \tWEBSOCKET\t\r\n"),
		},
	},
	protocol.ResponseConnection: {
		breaks: []string{
			response(connect, ""),
			response(connect, "Connection: close\r\n"),
			response(connect, "Connection: Upgradex\r\n"),
		},
		obeys: []string{
			response(connect, "connection: upgrade\r\n"),
			response(connect, "Connection: keep-alive, upgrade\r\n"),
			response(connect, "Connection: keep-alive\r\n"+connect),
		},
	},
	protocol.ResponseAccept: {
		breaks: []string{
			response(accept, ""),
			response(accept, "Sec-WebSocket-Accept: \r\n"),
			response(accept, "Sec-WebSocket-Accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"),
			response(accept, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo\r\n"),
			response(accept, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo==\r\n"),
			response(accept, "Sec-WebSocket-Accept: b37a4f2cc0624f1690f64606cf385945b2bec4ea\r\n"),
			response(accept, "Sec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
			response(accept, "Sec-WebSocket-Accept: pBq3ku0EcLy+ZSSR6dmU3Z4qu1E=\r\n"), // no hash of this key
		},
		obeys: []string{
			response(accept, "sec-websocket-accept: \t s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \t\r\n"),
		},
	},
	protocol.ResponseAcceptRepeated: {
		breaks: []string{response(accept, accept+accept)},
		obeys:  []string{exampleResponse},
	},
	protocol.ResponseExtension: {
		breaks: []string{
			response(upgrade, extensions("x-foo")),
			response(upgrade, extensions("permessage-deflate, x-foo")),
			response(upgrade, extensions("x-two\r\nSec-WebSocket-Extensions: x-foo")),
			response(upgrade, extensions("Permessage-Deflate")),
		},
		obeys: []string{
			response(upgrade, extensions("x-two, permessage-deflate")),
		},
	},
	protocol.ResponseSubprotocol: {
		breaks: []string{
			response(selected, "Sec-WebSocket-Protocol: other\r\n"),
			response(selected, "Sec-WebSocket-Protocol: CHAT\r\n"),
			response(selected, "Sec-WebSocket-Protocol: chat, superchat\r\n"),
			response(selected, "Sec-WebSocket-Protocol: \r\n"),
		},
		obeys: []string{
			response(selected, ""),
			response(selected, "sec-websocket-protocol:superchat\r\n"),
		},
	},
	protocol.ResponseSubprotocolRepeated: {
		breaks: []string{
			response(selected, selected+selected),
			response(selected, selected+"sec-websocket-protocol: superchat\r\n"),
		},
		obeys: []string{exampleResponse},
	},
}

func TestEveryHandshakeRuleHasBytes(t *testing.T) {
	for rule := range protocol.Rules() {
		if rule.Code() != 0 || !strings.HasPrefix(rule.Clause(), "RFC 6455") {
			continue
		}
		if entry := handshakeRules[rule]; len(entry.breaks) == 0 || len(entry.obeys) == 0 {
			t.Errorf("no bytes that break and that obey: %v (%s)", rule, rule.Clause())
		}
	}
}

// judgeHead feeds a head to the role that reads it.
func judgeHead(head string, tolerate protocol.RuleSet) (broken protocol.RuleSet, err error) {
	if strings.Contains(head, "Origin: ") {
		h := &protocol.ServerHandshake{Tolerate: tolerate}
		h.Feed([]byte(head))
		_, err = h.Next()
		return h.Broken(), err
	}
	h := offer()
	h.Tolerate = tolerate
	if err := h.Start(); err != nil {
		return broken, err
	}
	h.Feed([]byte(head))
	_, err = h.Next()
	return h.Broken(), err
}

func TestBreakingEveryHandshakeRule(t *testing.T) {
	for rule, entry := range handshakeRules {
		for _, head := range entry.breaks {
			_, err := judgeHead(head, protocol.RuleSet{})
			if e, ok := errors.AsType[*protocol.Error](err); !ok || e.Rule != rule {
				t.Errorf("strict: got %v, want %q\n%q", err, rule, head)
				continue
			} else if e.Frame != -1 || e.Offset < 0 || e.Offset > int64(len(head)) {
				t.Errorf("strict: frame %d, offset %d of %d\n%q", e.Frame, e.Offset, len(head), head)
			}
			broken, err := judgeHead(head, protocol.RulesOf(rule))
			if err != nil || broken != protocol.RulesOf(rule) {
				t.Errorf("tolerant: got %v, broken %v, want to go on and %q alone\n%q", err, broken, rule, head)
			}
		}
	}
}

func TestBreakingHandshakeRulesForGood(t *testing.T) {
	for rule, entry := range handshakeRules {
		for _, head := range entry.fatal {
			h := offer()
			h.Tolerate = protocol.AllRules
			if err := h.Start(); err != nil {
				t.Fatal(err)
			}
			h.Feed([]byte(head))
			if _, err := h.Next(); !errors.Is(err, rule) {
				t.Errorf("got %v, want %q\n%q", err, rule, head)
			}
		}
	}
}

func TestObeyingEveryHandshakeRule(t *testing.T) {
	for rule, entry := range handshakeRules {
		for _, head := range entry.obeys {
			broken, err := judgeHead(head, protocol.AllRules)
			if err != nil || !broken.Empty() {
				t.Errorf("%v: got %v, broken %v\n%q", rule, err, broken, head)
			}
		}
	}
}

// The error is at the byte that proves it.
func TestOffsetsOfHandshakeErrors(t *testing.T) {
	for _, test := range []struct {
		head, proof string // proof begins at the offset
	}{
		{request("GET", "POST"), "POST /chat"},
		{request(upgrade, "Upgrade: h2c\r\n"), "Upgrade: h2c"},
		{request(key, key+key), strings.TrimSuffix(key, "\r\n") + "\r\nOrigin"},
		{request(key, ""), "\r\n\r\n"[2:]},
		{request(host, host+"X: a\x00b\r\n"), "\x00b"},
		{request(host, "Host: server.example.com\n"), "\nUpgrade"},
		{request(host, "Host \t: server.example.com\r\n"), " \t:"},
		{request(host, host+" folded\r\n"), " folded"},
		{request(upgrade, extensions("a\r\nSec-WebSocket-Extensions: ;")), "Sec-WebSocket-Extensions: ;"},
		{response(upgrade, extensions("x-two\r\nSec-WebSocket-Extensions: x-foo")), "Sec-WebSocket-Extensions: x-foo"},
		{response(accept, accept+"Sec-WebSocket-Accept: a\r\n"), "Sec-WebSocket-Accept: a"},
		{response(selected, "Sec-WebSocket-Protocol: x\r\n"), "Sec-WebSocket-Protocol: x"},
	} {
		_, err := judgeHead(test.head, protocol.RuleSet{})
		want := int64(strings.LastIndex(test.head, test.proof))
		if e, ok := errors.AsType[*protocol.Error](err); !ok || e.Offset != want {
			t.Errorf("got %+v, want offset %d\n%q", err, want, test.head)
		}
	}
}
