package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/reference"
)

// connect has a conversation with a server by hand, with lines from a file.
func connect(t *testing.T, url, lines string, args ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "wsspec", append([]string{"connect", url}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(lines), &stdout, &stderr
	cmd.Run()
	e := ended{code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	e.check(t)
	return e
}

// faulty is a reference server with a fault.
func faulty(name string) func(net.Conn) {
	return func(conn net.Conn) { reference.Serve(context.Background(), conn, reference.Find(name)) }
}

func TestConnect(t *testing.T) {
	t.Parallel()
	silent := func(conn net.Conn) { answer101(conn); io.Copy(io.Discard, conn) }
	for name, test := range map[string]struct {
		serve  func(net.Conn)
		lines  string
		flags  []string
		code   int
		stdout []string // regular expressions, each of a line
	}{
		"every command": {serve: faulty(""), lines: "Hello\n/wait\n/text /x\n/ping x\n/pong\n/fragments a b c\n/binary 00ff 1b\n/close 4000 good bye\n",
			stdout: []string{
				` sent .* HTTP head, \d+ bytes$`, `\|   GET / HTTP/1.1$`, `\|   HTTP/1.1 101 Switching Protocols$`,
				` sent  81 85 .* Text, FIN, masked, 5 bytes "Hello"$`, ` got   81 05 48 65 6c 6c 6f  +Text, FIN, 5 bytes "Hello"$`,
				` sent  .*Text, FIN, masked, 2 bytes "/x"$`, ` got   8a 01 78  +Pong, FIN, 1 byte "x"$`, ` sent  8a 80 .*Pong, FIN, masked, 0 bytes$`,
				` sent  01 81 .*Text, masked, 1 byte "a"$`, ` sent  80 81 .*Continuation, FIN, masked, 1 byte "c"$`,
				` got   82 03 00 ff 1b  +Binary, FIN, 3 bytes 00 ff 1b$`, ` sent  88 8a .*Close, FIN, masked, 10 bytes 4000.*"good bye"$`,
				` got   88 02 0f a0 `, ` End: the end of the stream$`,
			}},
		"nothing to say":    {serve: faulty(""), stdout: []string{` sent  88 82 .*1000 \(normal closure\)$`, ` got   88 02 03 e8 `}},
		"no last line feed": {serve: faulty(""), lines: "Hello", stdout: []string{` got   .*"Hello"$`}},
		"any header": {serve: faulty(""), lines: "/frame 3 fin=0 rsv=5 mask=0 form=16 hex=68\n/wait\n", stdout: []string{
			` sent  53 7e 00 01 68  +opcode 3, RSV1, RSV3, 1 byte "h" \(the fault\)$`, ` got   88 .*1002 \(protocol error\)`}},
		"a key":               {serve: faulty(""), lines: "/frame text key=00000000 hi\n", stdout: []string{` sent  81 82 00 00 00 00 68 69 `}},
		"bytes":               {serve: faulty(""), lines: "/raw 81 80 00\n/raw 000000\n/wait\n", stdout: []string{` Bytes, 3 bytes: no whole frame$`, ` got   81 00 `}},
		"a wait":              {serve: silent, lines: "/wait\n/quit\n", flags: []string{"--timeout", "50ms"}, stdout: []string{`no frame came within 50ms$`}},
		"end without a Close": {serve: faulty(""), lines: "/quit\n", stdout: []string{`TCP is ended without a Close frame$`}},
		"pings answered":      {serve: pings, lines: "/wait\n", stdout: []string{` got   89 02 68 69 `, ` sent  8a 82 .*Pong, FIN, masked, 2 bytes "hi"$`}},

		"a mask":                           {serve: faulty("masked-frames"), lines: "Hello\n/wait\n", code: exitFails, stdout: []string{`breaks RFC 6455, section 5\.1: `, `^the server broke 2 rules$`}},
		"a bad accept":                     {serve: badAccept, code: exitFails, stdout: []string{`breaks RFC 6455, section 4\.1: `}},
		"no answer":                        {serve: silent, flags: []string{"--timeout", "100ms"}, code: exitFails, stdout: []string{`^no Close frame in answer to ours within 100ms \(RFC 6455, section 5\.5\.1\)$`}},
		"no answer to the rest of a frame": {serve: silent, lines: "/raw 81\n", flags: []string{"--timeout", "100ms"}, stdout: []string{`proves nothing$`}},
		"no Close":                         {serve: answer101, code: exitFails, stdout: []string{`^the server ended the stream without a Close frame`}},
		"TCP left open":                    {serve: leavesOpen, flags: []string{"--timeout", "100ms"}, code: exitFails, stdout: []string{`did not close TCP within 100ms after the Close frames`}},
		"escape sequences":                 {serve: func(conn net.Conn) { answer101(conn); io.WriteString(conn, "\x81\x05\x1b[31m\x88\x07\x03\xe8\x1b]0;x") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := connect(t, listen(t, test.serve), test.lines, test.flags...)
			if e.code != test.code {
				t.Errorf("exit code %d, want %d\n%s%s", e.code, test.code, e.stdout, e.stderr)
			}
			for _, line := range test.stdout {
				if !regexp.MustCompile("(?m)" + line).MatchString(e.stdout) {
					t.Errorf("no line matches %s:\n%s", line, e.stdout)
				}
			}
		})
	}
}

// badAccept accepts an opening handshake without having read it.
func badAccept(conn net.Conn) {
	conn.Read(make([]byte, 4096))
	io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n")
	io.Copy(io.Discard, conn)
}

// pings sends a Ping and wants its Pong.
func pings(conn net.Conn) {
	answer101(conn)
	io.WriteString(conn, "\x89\x02hi")
	io.Copy(io.Discard, io.LimitReader(conn, 2+4+2))
	leaves(conn)
}

// leaves closes as a server that goes away, and waits for the answer.
func leaves(conn net.Conn) {
	io.WriteString(conn, "\x88\x02\x03\xe9")
	io.Copy(io.Discard, io.LimitReader(conn, 2+4+2))
}

// leavesOpen answers whatever is sent by a Close frame, and leaves TCP open.
func leavesOpen(conn net.Conn) {
	answer101(conn)
	conn.Read(make([]byte, 4096))
	io.WriteString(conn, "\x88\x02\x03\xe8")
	io.Copy(io.Discard, conn)
}

// A line that is wrong ends a conversation whose lines come from a file; the connection is closed in order.
func TestConnectMistakes(t *testing.T) {
	t.Parallel()
	url := listen(t, faulty(""))
	for line, want := range map[string]string{
		"/nope":                           "there is no command /nope; /help lists them",
		"/binary xyz":                     `"xyz" is not hexadecimal`,
		"/raw":                            "which bytes?",
		"/close 99999":                    `"99999" is not a close code`,
		"/fragments one":                  "give two words or more",
		"/frame":                          `"" is not an opcode`,
		"/frame 16":                       `"16" is not an opcode`,
		"/frame text fin=2 x":             "fin=2: choose 0 or 1",
		"/frame text rsv=8 x":             "rsv=8: ",
		"/frame text key=00 x":            "key=00: a key has four bytes",
		"/frame text form=8 x":            "form=8: choose 7, 16 or 64",
		"/frame text length=-1":           "length=-1: ",
		"/frame text hex=61 x":            "the payload is given twice",
		"/frame text mask=0 key=00000000": "there is a key, but mask=0",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			e := connect(t, url, "Hello\n"+line+"\nnever sent\n")
			if e.code != exitUsage || !strings.HasPrefix(e.stderr, "wsspec: line 2: ") || !strings.Contains(e.stderr, want) {
				t.Errorf("exit code %d, %q", e.code, e.stderr)
			}
			if !strings.Contains(e.stdout, "Close, FIN, masked") || strings.Contains(e.stdout, "never sent") {
				t.Errorf("it went on:\n%s", e.stdout)
			}
		})
	}
}

// What is no WebSocket server cannot be talked to.
func TestConnectRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		serve func(net.Conn)
		want  string
	}{
		"404": {func(c net.Conn) {
			c.Read(make([]byte, 4096))
			io.WriteString(c, "HTTP/1.1 404 No\x1b[31m\r\nContent-Length: 0\r\n\r\n")
		}, "the server answered HTTP 404"},
		"garbage": {func(c net.Conn) { io.WriteString(c, "SSH-2.0\x1b[31m\r\n"); io.Copy(io.Discard, c) }, "the opening handshake fails: "},
		"the end": {func(c net.Conn) { c.Read(make([]byte, 4096)) }, "the server ended the stream before its answer was complete"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if e := connect(t, listen(t, test.serve), "Hello\n"); e.code != exitUntested || !strings.Contains(e.stderr, test.want) {
				t.Errorf("exit code %d, %q", e.code, e.stderr)
			}
		})
	}
}
