package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// server is the mode fuzzingserver.
type server struct {
	spec   *specification
	ids    []string
	port   string
	report *report
}

func runServer(spec *specification, webPort int, f faults) error {
	u, err := url.Parse(spec.URL)
	if err != nil {
		return err
	}
	s := &server{spec, spec.selected(), u.Port(), newReport(spec.OutDir, f)}
	fmt.Printf("Autobahn WebSocket %s/%s Fuzzing Server (Port %s)\n", suiteVersion, autobahnVersion, s.port)
	fmt.Printf("Ok, will run %d test cases for any clients connecting\nCases = [%s]\n", len(s.ids), quoted(s.ids))
	l, err := listen(s.port)
	if err != nil {
		return err
	}
	if webPort != 0 {
		web, err := listen(strconv.Itoa(webPort))
		if err != nil {
			return err
		}
		go http.Serve(web, http.NotFoundHandler())
	}
	if spec.Cert != "" {
		return http.ServeTLS(l, s, spec.Cert, spec.Key)
	}
	return http.Serve(l, s)
}

// listen listens on all addresses, whatever host the URL names.
func listen(port string) (net.Listener, error) {
	l, err := net.Listen("tcp", ":"+port)
	if err != nil {
		return nil, fmt.Errorf("twisted.internet.error.CannotListenError: Couldn't listen on any:%s: %w", port, err)
	}
	return l, nil
}

// ServeHTTP takes only requests that name the port on which it listens, as wstest does: a port that is published under another
// number does not work.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, port, err := net.SplitHostPort(r.Host); err != nil || port != s.port {
		http.Error(w, "port in HTTP Host header does not match", http.StatusBadRequest)
		return
	}
	c, err := ws.Accept(w, r, &ws.AcceptOptions{Origins: []string{"*"}})
	if err != nil {
		return
	}
	defer c.CloseNow()
	s.answer(c, r)
}

func (s *server) answer(c *ws.Conn, r *http.Request) {
	agent, id := r.FormValue("agent"), s.caseOf(r)
	switch {
	case r.URL.Path == "/getCaseCount":
		reply(c, len(s.ids))
	case r.URL.Path == "/updateReports" && agent != "":
		s.update(c, r)
	case r.URL.Path == "/stopServer":
		fmt.Println("Shutting down server.")
		os.Exit(0)
	case id == "":
		fmt.Printf("Entering direct command mode for peer %s\n", peerOf(c))
	case r.URL.Path == "/runCase" && agent != "":
		s.runCase(c, agent, id)
	case r.URL.Path == "/getCaseInfo":
		reply(c, map[string]string{"id": id, "description": "Send a text message."})
	case r.URL.Path == "/getCaseStatus" && agent != "":
		reply(c, map[string]string{"behavior": s.report.await(agent, id).behavior})
	}
}

// caseOf is the ID of the case that a request names, by its number within the selection or by its ID.
func (s *server) caseOf(r *http.Request) string {
	if id := r.FormValue("casetuple"); slices.Contains(s.ids, id) {
		return id
	}
	if n, err := strconv.Atoi(r.FormValue("case")); err == nil && n >= 1 && n <= len(s.ids) {
		return s.ids[n-1]
	}
	return ""
}

func reply(c *ws.Conn, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // a number or a map of strings
	}
	if c.WriteMessage(context.Background(), protocol.Text, text) == nil {
		c.Close(protocol.NormalClosure, "")
	}
}

func (s *server) runCase(c *ws.Conn, agent, id string) {
	fmt.Printf("Running test case ID %s for agent %s from peer %s\n", id, agent, peerOf(c))
	if s.spec.excludes(agent, id) {
		fmt.Printf("Skipping test case %s for agent %s by test configuration!\n", id, agent)
		c.Close(protocol.NormalClosure, "")
		return
	}
	s.report.faults.strike(id, s.spec.OutDir)
	o := failed(agent, id, slices.Index(s.ids, id)+1, true)
	o.converse(context.Background(), c)
	s.report.add(o)
}

func (s *server) update(c *ws.Conn, r *http.Request) {
	fmt.Printf("Updating reports, requested by peer %s\n", peerOf(c))
	if err := s.report.write(); err != nil {
		fmt.Fprintf(os.Stderr, "Traceback (most recent call last):\n%v\n", err)
		fmt.Fprint(c.NetConn(), "HTTP/1.1 500 Internal Server Error\r\n\r\n")
		return
	}
	c.Close(protocol.NormalClosure, "")
	if r.FormValue("shutdownOnComplete") == "true" {
		fmt.Println("Report generation complete; shutting down server.")
		os.Exit(0)
	}
	fmt.Println("Report generation complete.")
}
