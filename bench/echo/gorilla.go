package echo

import (
	"net"
	"net/http"

	"github.com/gorilla/websocket"
)

func serveGorilla(l net.Listener) error {
	var upgrader websocket.Upgrader
	return overHTTP(l, func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		var buf []byte
		for {
			op, r, err := c.NextReader()
			if err != nil {
				return
			}
			if buf, err = readAll(r, buf); err != nil {
				return
			}
			if err := c.WriteMessage(op, buf); err != nil {
				return
			}
		}
	})
}
