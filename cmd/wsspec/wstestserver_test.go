package main

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
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

// A client that does not read is let go, and nobody has to wait for it.
func TestWSTestBroadcastToTheDeaf(t *testing.T) {
	t.Parallel()
	b := &broadcast{members: make(map[*listener]bool)}
	ours, theirs := net.Pipe()
	left := make(chan error, 1)
	go func() {
		conn, _, err := ws.Serve(t.Context(), theirs, nil)
		if err == nil {
			err = b.join(t.Context(), conn)
		}
		theirs.Close()
		left <- err
	}()
	deaf, _, err := ws.Dial(t.Context(), "ws://pipe/", &ws.DialOptions{Dial: func(context.Context, string, string) (net.Conn, error) { return ours, nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.CloseNow()
	until(t, "the client is one of those who listen", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.members) == 1
	})
	for range lineLimit + 2 { // one is on its way to the client
		b.send(news{protocol.Text, []byte("hear me")})
	}
	if err := <-left; !errors.Is(err, errLate) {
		t.Errorf("let go for %v", err)
	}
	if len(b.members) != 0 {
		t.Error("it is still there")
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
