// Command gorilla is an echo server on gorilla/websocket, which leaves it to the application to check that text is UTF-8.
//
//	gorilla [-utf8] PORT
package main

import (
	"flag"
	"log"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

var (
	checkText = flag.Bool("utf8", false, "check text, and close with 1007 if it is not UTF-8")
	upgrader  = websocket.Upgrader{EnableCompression: true, CheckOrigin: func(*http.Request) bool { return true }}
)

func main() {
	flag.Parse()
	log.Fatal(http.ListenAndServe("127.0.0.1:"+flag.Arg(0), http.HandlerFunc(echo)))
}

func echo(w http.ResponseWriter, r *http.Request) {
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	conn.SetReadLimit(32 << 20)
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if *checkText && kind == websocket.TextMessage && !utf8.Valid(message) {
			body := websocket.FormatCloseMessage(websocket.CloseInvalidFramePayloadData, "")
			conn.WriteControl(websocket.CloseMessage, body, time.Time{})
			return
		}
		if conn.WriteMessage(kind, message) != nil {
			return
		}
	}
}
