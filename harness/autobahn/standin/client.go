package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

func runClient(s *specification, url string, f faults) error {
	if len(s.Servers) == 0 {
		s.Servers = append(s.Servers, struct {
			Agent string `json:"agent"`
			URL   string `json:"url"`
		}{"", url})
	}
	ids := s.selected()
	fmt.Printf("Autobahn Fuzzing WebSocket Client (Autobahn Testsuite Version %s / Autobahn Version %s)\n", suiteVersion, autobahnVersion)
	fmt.Printf("Ok, will run %d test cases against %d servers\n", len(ids), len(s.Servers))
	fmt.Printf("Cases = [%s]\n", quoted(ids))
	r := newReport(s.OutDir, f)
	for _, server := range s.Servers {
		testServer(s, ids, server.Agent, server.URL, r)
	}
	return r.write()
}

func quoted(ids []string) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "u'%s'", id)
	}
	return b.String()
}

// testServer runs the cases against a server. As wstest does, it gives all others up when it cannot connect once.
func testServer(s *specification, ids []string, agent, url string, r *report) {
	options := &ws.DialOptions{
		Header: http.Header{"User-Agent": {"AutobahnTestSuite/" + suiteVersion + "-" + autobahnVersion}},
		TLS:    &tls.Config{InsecureSkipVerify: true},
	}
	for _, id := range ids {
		o := failed(agent, id, wstest.Number(id), false)
		c, response, err := ws.Dial(context.Background(), url, options)
		if reason := unconnected(err); reason != "" {
			fmt.Printf("Connection to %s failed (%s)\n", url, reason)
			return
		}
		o.agent = cmp.Or(agent, serverOf(response))
		if s.excludes(o.agent, id) {
			fmt.Printf("Skipping test case %s for agent %s by test configuration!\n", id, o.agent)
			if c != nil {
				c.CloseNow()
			}
			continue
		}
		if err == nil {
			fmt.Printf("Running test case ID %s for agent %s from peer %s\n", id, o.agent, peerOf(c))
			r.faults.strike(id, s.OutDir)
			o.converse(context.Background(), c)
			c.CloseNow()
		}
		r.add(o)
	}
}

// unconnected says in wstest's words why there is no connection, "" if there was one.
func unconnected(err error) string {
	dial, ok := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Connection was refused by other side: 111: Connection refused."
	case ok && dial.Op == "dial":
		return "DNS lookup failed: " + dial.Err.Error() + "."
	}
	return ""
}

// serverOf is the name that a server gives itself.
func serverOf(r *protocol.Response) string {
	if r != nil {
		for _, f := range r.Fields {
			if strings.EqualFold(f.Name, "Server") {
				return f.Value
			}
		}
	}
	return "UnknownServer"
}

func peerOf(c *ws.Conn) string { return "tcp4:" + c.NetConn().RemoteAddr().String() }
