package echo

import (
	"net"
	"net/http"

	"github.com/lxzan/gws"
)

func serveGWS(l net.Listener) error {
	upgrader := gws.NewUpgrader(gwsEcho{}, nil)
	return overHTTP(l, func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r)
		if err != nil {
			return
		}
		go c.ReadLoop() // as its README has it: so the memory of the request is given back
	})
}

type gwsEcho struct{ gws.BuiltinEventHandler }

func (gwsEcho) OnMessage(c *gws.Conn, m *gws.Message) {
	defer m.Close()
	c.WriteMessage(m.Opcode, m.Bytes())
}
