package parse

import (
	"net"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

func openGorilla(conn net.Conn, text bool) (func() (Count, error), error) {
	upgrader := websocket.Upgrader{ReadBufferSize: readSize}
	c, err := upgrader.Upgrade(newHijacked(conn), request(), nil)
	if err != nil {
		return nil, err
	}
	var count Count
	c.SetPingHandler(func(string) error {
		count.Pings++
		return nil
	})
	buf := make([]byte, bufferSize)
	return func() (Count, error) {
		for {
			_, r, err := c.NextReader()
			if websocket.IsCloseError(err, websocket.CloseAbnormalClosure) {
				return count, nil
			}
			if err != nil {
				return count, err
			}
			p, err := readAll(r, buf)
			if err != nil {
				return count, err
			}
			if text && !utf8.Valid(p) {
				return count, errNotUTF8
			}
			count.message(p)
		}
	}, nil
}
