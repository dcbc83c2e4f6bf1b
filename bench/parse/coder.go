package parse

import (
	"context"
	"net"
	"unicode/utf8"

	"github.com/coder/websocket"
)

func openCoder(conn net.Conn, text bool) (func() (Count, error), error) {
	var count Count
	c, err := websocket.Accept(newHijacked(conn), request(), &websocket.AcceptOptions{
		OnPingReceived: func(context.Context, []byte) bool {
			count.Pings++
			return false
		},
	})
	if err != nil {
		return nil, err
	}
	buf := make([]byte, bufferSize)
	return func() (Count, error) {
		for {
			_, r, err := c.Reader(context.Background())
			if err != nil {
				return count, unlessEOF(err)
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
