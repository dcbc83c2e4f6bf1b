package parse

import (
	"net"

	"github.com/lxzan/gws"
)

func openGWS(conn net.Conn, text bool) (func() (Count, error), error) {
	counter := &gwsCounter{}
	upgrader := gws.NewUpgrader(counter, &gws.ServerOption{ReadBufferSize: readSize, CheckUtf8Enabled: text})
	c, err := upgrader.Upgrade(newHijacked(conn), request())
	if err != nil {
		return nil, err
	}
	return func() (Count, error) {
		c.ReadLoop()
		return counter.Count, unlessEOF(counter.err)
	}, nil
}

// gwsCounter counts what the loop of gws finds.
type gwsCounter struct {
	gws.BuiltinEventHandler
	Count
	err error
}

func (c *gwsCounter) OnMessage(_ *gws.Conn, m *gws.Message) {
	c.message(m.Bytes())
	m.Close()
}

func (c *gwsCounter) OnPing(*gws.Conn, []byte) { c.Pings++ }

func (c *gwsCounter) OnClose(_ *gws.Conn, err error) { c.err = err }
