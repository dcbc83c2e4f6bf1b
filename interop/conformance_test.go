package interop

import (
	"net/http"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"

	"github.com/wsspec/wsspec/cases/wsspectest"
)

// gorillaEcho is an echo handler on gorilla/websocket that checks text.
func gorillaEcho(w http.ResponseWriter, r *http.Request) {
	conn, err := new(gorilla.Upgrader).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if kind == gorilla.TextMessage && !utf8.Valid(message) {
			body := gorilla.FormatCloseMessage(gorilla.CloseInvalidFramePayloadData, "")
			conn.WriteControl(gorilla.CloseMessage, body, time.Time{})
			return
		}
		if conn.WriteMessage(kind, message) != nil {
			return
		}
	}
}

// coderEcho is an echo handler on coder/websocket, which does not check text.
func coderEcho(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 20)
	for {
		kind, message, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		if conn.Write(r.Context(), kind, message) != nil {
			return
		}
	}
}

func TestGorilla(t *testing.T) { wsspectest.Run(t, http.HandlerFunc(gorillaEcho), nil) }

func TestCoder(t *testing.T) {
	wsspectest.Run(t, http.HandlerFunc(coderEcho), &wsspectest.Options{Exclude: []string{"0.2", "6.*", "7.5.1"}})
}

// A handler on any library is tested in one line of an ordinary test.
func Example() {
	_ = func(t *testing.T) {
		wsspectest.Run(t, http.HandlerFunc(gorillaEcho), nil)
	}
	// Output:
}
