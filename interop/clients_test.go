package interop

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	gorilla "github.com/gorilla/websocket"
)

// messages is how many of them each client exchanges with the reference server.
const messages = 1000

// TestClients: clients that nobody here wrote talk to `wsspec serve`.
func TestClients(t *testing.T) {
	url := serve(t)
	t.Run("gorilla", func(t *testing.T) { gorillaClient(t, url) })
	t.Run("ws", func(t *testing.T) {
		dir := filepath.Join("peers", "node")
		installed(t, dir, "node", "-e", "require('ws')")
		client(t, "node", filepath.Join(dir, "ws-client.js"), url, fmt.Sprint(messages))
	})
	t.Run("websockets-py", func(t *testing.T) {
		installed(t, ".", python, "-c", "import websockets")
		client(t, python, filepath.Join("peers", "python", "websockets-client.py"), url, fmt.Sprint(messages))
	})
}

// serve starts the real program and returns the URL that it prints.
func serve(t *testing.T) string {
	t.Helper()
	cmd := exec.Command(build(t), "serve")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// client runs a client program, which says by its exit code how it went.
func client(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

var sizes = []int{0, 1, 125, 126, 127, 1000, 65535, 65536, 70000}

// gorillaClient exchanges messages in turn, with a ping now and then.
func gorillaClient(t *testing.T, url string) {
	conn, _, err := gorilla.DefaultDialer.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	pongs := 0
	conn.SetPongHandler(func(string) error { pongs++; return nil })
	for i := range messages {
		kind, message := gorilla.TextMessage+i%2, bytes.Repeat([]byte{'a' + byte(i%26)}, sizes[i%len(sizes)]+i%7)
		if i%100 == 0 {
			conn.WriteMessage(gorilla.PingMessage, []byte("still there?"))
		}
		if err := conn.WriteMessage(kind, message); err != nil {
			t.Fatal(err)
		}
		gotKind, got, err := conn.ReadMessage()
		if err != nil || gotKind != kind || !bytes.Equal(got, message) {
			t.Fatalf("message %d, %d bytes, came back as kind %d, %d bytes, %v", i, len(message), gotKind, len(got), err)
		}
	}
	if pongs != messages/100 {
		t.Errorf("%d pongs for %d pings", pongs, messages/100)
	}
	conn.WriteMessage(gorilla.CloseMessage, gorilla.FormatCloseMessage(gorilla.CloseNormalClosure, ""))
	if _, _, err := conn.ReadMessage(); !gorilla.IsCloseError(err, gorilla.CloseNormalClosure) {
		t.Errorf("the answer to the Close frame is %v", err)
	}
}
