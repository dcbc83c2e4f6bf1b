package fuzz_test

import (
	"bytes"
	"testing"

	"github.com/wsspec/wsspec/fuzz"
)

// run gives the engine some inputs to begin with, and the property to look at. Further seeds are in testdata/fuzz.
func run(f *testing.F, check func([]byte) error, seeds ...string) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		if err := check(data); err != nil {
			t.Error(err)
		}
		if !bytes.Equal(data, before) {
			t.Errorf("the property changed its input %q to %q", before, data)
		}
	})
}

func FuzzHeader(f *testing.F) {
	run(f, fuzz.Header,
		"", "\x81", "\x81\x05Hello", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
		"\x82\x7e\x01\x00", "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", "\x82\xff\x80\x00\x00\x00\x00\x00\x00\x01\x01\x02\x03\x04",
		"\xf3\x7e\x00\x7d", "\x7f\xfe\xff\xff\x01\x02\x03")
}

func FuzzFrame(f *testing.F) {
	run(f, fuzz.Frame,
		"", "\x81\x80\x37\xfa\x21\x3d\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02Hello",
		"\x89\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7d\x01\x00ping", // 125 in 16 bits
		"\xf3\x83\xde\xad\xbe\xef\xff\xff\xff\xff\xff\xff\xff\xff\x01\x05\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e",
		"\x01\x80\x11\x22\x33\x44\x00\x00\x00\x00\x00\x00\x00\x00\x00\x43Lorem ipsum dolor sit amet, consectetuer adipiscing elit, sed diam nonummy nibh euismod \xe2\x80\xa8 tincidunt")
}

func FuzzReader(f *testing.F) {
	run(f, fuzz.Reader,
		"",
		"\x01\x00\x00\x01\x01\x81\x05Hello", // a client, byte by byte
		"\x00\x00\x00\x01\x03\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", // a server
		"\x01\x00\x00\x02\x01\x04\x01\x03Hel\x89\x04ping\x80\x02lo\x88\x02\x03\xe8",
		"\x11\x01\x01\x02\x00\x07\x83\x00\x09\x81!\x01\x02\x03\x04\x80\x7e\x00\x02hi\x88\x00\x81\x00", // an observer, small limits
		"\x01\x01\x02\x01\x05\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x05no limit",
		"\x08\x00\x00\x00\xc1\x80\x00\x00\x00\x00\x40\x80\x00\x00\x00\x00",              // RSV1 is claimed
		"\x01\x00\x01\x01\x07\x02\x00\x00\x00\x00\x00\x80\x00",                          // too many fragments
		"\x01\x00\x01\x00\x02\x7e\x00\x96"+string(make([]byte, 150))+"\x80\x7e\x00\x97", // too long a message
		"\x01\x12\x01\x00\x89\x7e\x00\xc9")                                              // too long a control frame, which is tolerated
}

func FuzzUTF8(f *testing.F) {
	run(f, fuzz.UTF8,
		"", "\x00Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!",
		"\x01\x01\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
		"\x02\x01\x03\xf0\xa4\xad\xa2\xf4\x8f\xbf\xbf", "\x01\x02\xf4\x90\x80\x80", "\x01\x01\xe0\x9f\xbf", "\x01\x03\xc0\xaf", "\x01\x05ab\xf0\x90\x80")
}

func FuzzClose(f *testing.F) {
	run(f, fuzz.Close,
		"", "\x03", "\x03\xe8", "\x03\xe8bye", "\x03\xec", "\x03\xed", "\x03\xee", "\x03\xf6", "\x03\xf7", "\x0b\xb8", "\x13\x87",
		"\x13\x88", "\x03\xe7", "\xff\xff", "\x03\xe8\xce\xba\xe1\xbd\xb9\xed\xa0\x80",
		"\x03\xe8"+string(bytes.Repeat([]byte("*"), 123)), "\x03\xe8"+string(bytes.Repeat([]byte("*"), 124)))
}

func FuzzEndpoint(f *testing.F) {
	run(f, fuzz.Endpoint,
		"",
		"\x01\x00\x00\x01\x01\x01\x03Hel\x89\x04ping\x80\x02lo\x88\x02\x03\xe8", // a client, byte by byte
		"\x03\x00\x00\x02\x02\x05\x01\x02\xce\xba\x80\x02\xe1\xbd\x80\x01\xb9",  // whole messages
		"\x01\x00\x00\x01\x03\x81\x06\xce\xba\xed\xa0\x80!",
		"\x01\x01\x00\x00\x81\x02\xc0\xaf\x01\x00\x80\x02hi", // tolerant: a bad text, and a good one
		"\x05\x00\x00\x00\x89\x00\x8a\x01!\x88\x01\x03",
		"\x09\x00\x00\x00\x88\x05\x03\xe8bye\x89\x00",
		"\x01\x01\x00\x01\x01\x81\x02\xc0\xaf\x80\x01x\x89\x7e\x00\x80 a long ping",
		"\x00\x00\x00\x01\x04\x82\x85\x01\x02\x03\x04Iqjlp\x88\x80\x00\x00\x00\x00")
}

func FuzzConversation(f *testing.F) {
	run(f, fuzz.Conversation,
		"",
		"\x00\x00\x00\x05Hello\x0e\x06\x02hi\x07\x0f",
		"\x00\x01\x02\x01\x02\xce\xba\x06\x04ping\x0c\x05\x02\x02\x03end\x0e\x0f",
		"\x04\x04\x04\xd5\x40\x04\xd2\x00\x0c\x7f\x0c\x7f\x0e\x0a\x03\xe8\x03bye\x0e\x0b\x03\xe9\x00\x0f",
		"\x0a\x02\x0a\x03\xf3\x00\x0b\x0f\xa0\x02ok\x07\x01!\x0e\x0f",
		"\x04\x04\x03\x45\x02ab\x0a\x03\xe8\x00\x0e\x0a\x03\xe8\x00\x03\x46\x01c",                    // the rest of a message after a Close frame
		"\x00\x00\x02\x01\x02\xce\xba\x02\x00\x02\xce!\x02\x00\x00\x02\x02\x02\xbb\x80\x02\x02\x01!", // text that is refused in between
		"\x08\x00\x04\xd1\x40\x04\xd0\x00\x04\xd0\x01\x04\xd2\x05\x0c\xff\x0c\xff\x0e")
}

// The lines of heads that the seeds below have in common.
const (
	requestFields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
	offers        = "Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"

	accepted       = "HTTP/1.1 101 Switching Protocols\r\n"
	responseFields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
)

func FuzzRequest(f *testing.F) {
	run(f, fuzz.Request,
		"", "\x02\x00", "\x02\x01\x01\x01\x00\x03\x22\x01\x01\x01\x02", "\x03\x02\x05\x11\x00\x05\x05\x10\x00\x20\x00\x04",
		"\x00\x00GET /chat HTTP/1.1\r\nHost: server.example.com\r\n"+requestFields+"Origin: http://example.com\r\n"+offers+"\r\n\x81\x80\x00\x00\x00\x00",
		"\x00\x01\x01GET http://server.example.com/chat?a=%20 HTTP/1.1\r\nHost: server.example.com:80\r\n"+requestFields+"\r\n",
		"\x00\x00GET http://a%41?%20 HTTP/1.1\r\nHost: A%41\r\nupgrade: h2c/1, WebSocket\r\nconnection:keep-alive,UPGRADE\r\n"+requestFields+"\r\n",
		"\x00\x00GET /a://%41 HTTP/1.1\r\nhost:[::1]:8080 \r\nTE: trailers\r\nTrailer: a\r\nPragma: no-cache\r\n"+requestFields+"\r\n",
		"\x01\x02\x05\x11GET / HTTP/1.1\r\nHost: a\r\n"+requestFields+"X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
		"\x00\x00GET / HTTP/1.1\r\nHost: a\r\n"+requestFields+"Content-Length: 0, 0\r\nContent-Length: 00\r\n\r\n",
		"\x00\x00GET / HTTP/1.1\r\nHost: a\r\n"+requestFields+"Content-Length: 0 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"\x00\x00POST / HTTP/1.0\r\nHost: a\r\n"+requestFields+requestFields+" \r\nno colon\r\nbad name: \x01\n\n")
}

func FuzzResponse(f *testing.F) {
	run(f, fuzz.Response,
		"", "\x02\x00", "\x02\x01\x01\x00\x70\x01\x1a\x00\x71\x00\x02", "\x03\x02\x05\x11\x00\x09\x03\x33\x00\x20\x00\x04",
		"\x00\x00"+accepted+responseFields+"Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: x-test; a=1\r\n\r\n\x81\x02hi",
		"\x00\x01\x01HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"+accepted+responseFields+"\r\n",
		"\x01\x02\x05\x11HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello",
		"\x00\x00HTTP/1.1 101 \r\nupgrade:WEBSOCKET\r\nconnection: keep-alive, upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \r\n\r\n",
		"\x00\x00HTTP/1.0 101\r\n"+responseFields+responseFields+"Sec-WebSocket-Protocol: other\r\n\r\n")
}

func FuzzExtensions(f *testing.F) {
	run(f, fuzz.Extensions,
		"", "foo", "permessage-deflate; client_max_window_bits; server_max_window_bits=10", "foo, bar; baz=2\nbar; baz=\"2\"",
		"deflate-stream, mux; max-channels=4; flow-control, deflate-stream", ` , private-extension;a="\x1" ,`, `a;b="c d"`, "a;", "a=1", `a;b="`)
}

func FuzzHandshake(f *testing.F) {
	run(f, fuzz.Handshake,
		"", "\x00\x00ws://server.example.com/chat",
		"\x0d\x02\x01\x09wss://[::1]:9001/?a=%C3%A9\nhttp://example.com\nchat superchat\nx-test; a=\"1\", permessage-deflate\nCookie: a=b\n\nServer: x",
		"\x04\x00ws://h\n\na,b\n", "\x04\x00ws://h\n\nchat Chat", "\x00\x00wss://h:443", "\x00\x00ws://h:443", "\x00\x00wss://h:80", "\x00\x00ws://h\n\n\n\nHost: again", "\x00\x00ws://h\n\n\n\n\nUpgrade: again", "\x00\x00WS://h:80?caf\xc3\xa9 #")
}
