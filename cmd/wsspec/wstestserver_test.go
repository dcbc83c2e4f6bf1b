package main

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/peer"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// wstestListening starts a server of wsspec wstest, and returns its port once it listens. The server ends with the test.
func wstestListening(t *testing.T, scheme string, args ...string) (port int, cmd *exec.Cmd, said string) {
	t.Helper()
	port, err := peer.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	cmd = exec.CommandContext(ctx, "wstest", append(args, "-w", fmt.Sprintf("%s://nowhere.invalid:%d/any/path", scheme, port))...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	said, err = bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("said %q, %v", said, err)
	}
	return port, cmd, said
}

// client connects to a server, and fails the test if that is not possible.
func client(t *testing.T, url string) (*ws.Conn, *protocol.Response) {
	t.Helper()
	conn, response, err := ws.Dial(t.Context(), url, &ws.DialOptions{Options: ws.Options{Limits: protocol.Limits{Frame: -1, Message: -1}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.CloseNow)
	return conn, response
}

// expect reads the next message but for ticks.
func expect(t *testing.T, conn *ws.Conn, op protocol.Opcode, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		gotOp, got, err := conn.ReadMessage(ctx)
		switch {
		case err == nil && strings.HasPrefix(string(got), "tick "):
		case err != nil || gotOp != op || string(got) != want:
			t.Fatalf("%v %.40q, %v, want %v %.40q", gotOp, got, err, op, want)
		default:
			return
		}
	}
}

// TestWSTestEcho: both echo servers, on every address whatever host -w names, until a signal ends them with exit code 0.
func TestWSTestEcho(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	for mode, signal := range map[string]string{"echoserver": "SIGINT", "testeeserver": "SIGTERM"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			args := []string{"-m", mode}
			server := strings.Replace(thisBuild().tool(), " ", "/", 1)
			if mode == "testeeserver" {
				server = "my server/1"
				args = append(args, "-i", server, "-u", "0", "-d")
			}
			port, cmd, said := wstestListening(t, "ws", args...)
			if !strings.Contains(said, fmt.Sprintf(" on ws://[::]:%d\n", port)) && !strings.Contains(said, fmt.Sprintf(" on ws://0.0.0.0:%d\n", port)) {
				t.Errorf("said %q", said)
			}
			conn, response := client(t, fmt.Sprintf("ws://127.0.0.1:%d/other", port))
			if got := response.Fields.Get("Server"); got != server {
				t.Errorf("Server: %q, want %q", got, server)
			}
			large := strings.Repeat("0123456789abcdef", 2<<20) // beyond the default limit on messages
			for op, text := range map[protocol.Opcode]string{protocol.Text: "κόσμε", protocol.Binary: large} {
				if err := conn.WriteMessage(t.Context(), op, []byte(text)); err != nil {
					t.Fatal(err)
				}
				expect(t, conn, op, text)
			}
			cmd.Process.Signal(signals[signal])
			if err := cmd.Wait(); err != nil {
				t.Errorf("after %s: %v", signal, err)
			}
		})
	}
}

// Who polls the port with HTTP gets a page; everything else is the affair of the handshake, whatever comes with it.
func TestWSTestPage(t *testing.T) {
	t.Parallel()
	port, _, _ := wstestListening(t, "ws", "-m", "echoserver", "-i", "me/1")
	const upgrade = "Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	for _, test := range []struct{ request, answer, end string }{
		{"GET /any?x HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n", "\r\nServer: me/1\r\n"},
		{"GET /any?x HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n", "</html>\n"},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 Method Not Allowed\r\n", "POST"},
		{"\x16\x03\x01\r\n", "HTTP/1.1 400 Bad Request\r\n", "is not valid HTTP"},
		{"GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 100<<10) + "\r\n", "HTTP/1.1 431 ", "\n"},
		{"GET / HTTP/1.1\r\n" + upgrade + "\x81\x82\x00\x00\x00\x00hi\x88\x80\x00\x00\x00\x00", "HTTP/1.1 101 ", "\r\n\r\n\x81\x02hi\x88\x00"},
	} {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(patience))
		conn.Write([]byte(test.request))
		answer, err := io.ReadAll(conn)
		if err != nil || !strings.HasPrefix(string(answer), test.answer) || !strings.Contains(string(answer), test.end) {
			t.Errorf("%.40q: %q, %v", test.request, answer, err)
		}
	}
}

// TestWSTestBroadcast: what one client says all hear, in the same order, and the count of seconds between.
func TestWSTestBroadcast(t *testing.T) {
	skipWithoutSignals(t)
	t.Parallel()
	port, cmd, _ := wstestListening(t, "ws", "-m", "broadcastserver")
	url := fmt.Sprintf("ws://127.0.0.1:%d", port)
	first, _ := client(t, url)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, tick, err := first.ReadMessage(ctx)
	var before, after int
	if _, scanErr := fmt.Sscanf(string(tick), "tick %d", &before); scanErr != nil {
		t.Fatalf("%q, %v", tick, err)
	}
	_, tick, err = first.ReadMessage(ctx)
	if fmt.Sscanf(string(tick), "tick %d", &after); after != before+1 {
		t.Errorf("tick %d after %d, %v", after, before, err)
	}
	second, _ := client(t, url)
	second.WriteMessage(ctx, protocol.Text, []byte("here"))
	expect(t, first, protocol.Text, "here")
	expect(t, second, protocol.Text, "here")
	for i := range 50 {
		first.WriteMessage(ctx, protocol.Binary, fmt.Append(nil, i))
	}
	for i := range 50 {
		expect(t, first, protocol.Binary, fmt.Sprint(i))
		expect(t, second, protocol.Binary, fmt.Sprint(i))
	}
	if err := second.Close(protocol.NormalClosure, ""); err != nil {
		t.Error(err)
	}
	first.WriteMessage(ctx, protocol.Text, []byte("alone"))
	expect(t, first, protocol.Text, "alone")
	cmd.Process.Signal(signals["SIGTERM"])
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// TestWSTestSecureEcho: wss with a key and a certificate.
func TestWSTestSecureEcho(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	certificate := ca.issue(t, x509.Certificate{DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)})
	dir := t.TempDir()
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*pem.Block{"key.pem": {Type: "PRIVATE KEY", Bytes: key}, "cert.pem": {Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}}
	for name, block := range files {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	port, _, said := wstestListening(t, "wss", "-m", "echoserver", "-k", filepath.Join(dir, "key.pem"), "-c", filepath.Join(dir, "cert.pem"))
	if !strings.Contains(said, " on wss://") {
		t.Errorf("said %q", said)
	}
	e := runProgram(t, "test", "--cases", "1.1.*,5.6", "--ca", ca.file, fmt.Sprintf("wss://localhost:%d/", port))
	if e.check(t); e.code != exitConforms {
		t.Errorf("exit code %d, %s%s", e.code, e.stdout, e.stderr)
	}
}
