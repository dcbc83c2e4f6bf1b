package dropin

import (
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"net"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
)

// server makes a server that can be tested of an entry of the specification, whose URL was found right when it was read, or of -w.
func (c *client) server(entry wstest.Server) (*server, error) {
	s := &server{Server: entry, options: c.spec.OptionsOf(entry)}
	settings, err := c.tls(s)
	if err != nil {
		return nil, err
	}
	if s.target, err = harness.NewTarget(wstest.WithoutUser(entry.URL), settings); err != nil {
		return nil, fmt.Errorf("-w: %s", strings.TrimPrefix(err.Error(), "protocol: "))
	}
	s.target.Origin, s.target.Subprotocols, s.target.Version = entry.Origin, entry.Protocols, wstest.Version(s.options["version"])
	handshake := protocol.ClientHandshake{Host: s.target.URL.HostField(), Target: s.target.URL.ResourceName, Origin: entry.Origin, Subprotocols: entry.Protocols}
	if _, err := handshake.Request(); err != nil {
		return nil, fmt.Errorf("server %s: %s", printable(entry.URL), strings.TrimPrefix(err.Error(), "protocol: "))
	}
	dial := s.target.Dial
	s.target.Dial = func(ctx context.Context) (net.Conn, error) { return s.dial(ctx, dial) }
	return s, nil
}

// tls returns the settings for wss. As with wstest, "hostname" is what is asked for and checked, and without it nothing is.
func (c *client) tls(s *server) (*tls.Config, error) {
	keys, err := c.KeyLog(s.URL)
	return &tls.Config{InsecureSkipVerify: s.Hostname == "", ServerName: s.Hostname, MinVersion: tls.VersionTLS10, KeyLogWriter: keys}, err
}

// adjust makes the conversations as patient as the options want. They are never less patient than they are by themselves.
func (s *server) adjust(t *harness.Timing) {
	for option, limit := range map[string]*time.Duration{
		"openHandshakeTimeout": &t.Head, "closeHandshakeTimeout": &t.Progress, "serverConnectionDropTimeout": &t.HangUp,
	} {
		if seconds, ok := s.options[option].(float64); ok {
			*limit = max(*limit, time.Duration(math.Min(seconds, maxPatience.Seconds())*float64(time.Second)))
		}
	}
	t.Case = max(t.Case, t.Head+t.Progress+t.HangUp)
	t.Volume = max(t.Progress, volumePatience)
}

// volumePatience is the least that wstest grants the cases that send volumes.
const volumePatience = 10 * time.Second

// maxPatience is the longest that an option can make a run wait.
const maxPatience = time.Hour
