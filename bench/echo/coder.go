package echo

import (
	"context"
	"net"
	"net/http"

	"github.com/coder/websocket"
)

func serveCoder(l net.Listener) error {
	return overHTTP(l, func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		ctx := context.Background()
		var buf []byte
		for {
			op, r, err := c.Reader(ctx)
			if err != nil {
				return
			}
			if buf, err = readAll(r, buf); err != nil {
				return
			}
			if err := c.Write(ctx, op, buf); err != nil {
				return
			}
		}
	})
}
