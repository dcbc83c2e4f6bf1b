package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/peer"
)

// server is a server under test as the command line names it.
type server struct {
	name string // "" if it has none
	url  string
}

// parseServer reads [NAME=]URL. A name may hold anything but the start of a URL.
func parseServer(arg string) server {
	name, url, found := strings.Cut(arg, "=")
	if !found || strings.Contains(name, "://") {
		return server{url: arg}
	}
	return server{name, url}
}

// servers are those of a command line, [NAME=]URL... [-- COMMAND].
type servers struct {
	list    []server
	command []string // that starts them; nil: they run already
	port    int      // a free one, in place of {port}; 0 if nothing speaks of it
}

// parseServers reads a command line; the one name is that of --name. {port} in it is replaced.
func parseServers(cmd *cobra.Command, args []string, name string) (*servers, error) {
	s := &servers{}
	urls, dash := args, cmd.ArgsLenAtDash()
	if dash >= 0 {
		urls, s.command = args[:dash], args[dash:]
	}
	switch {
	case len(urls) == 0:
		return nil, usageError{errors.New("which server? give its URL, such as ws://127.0.0.1:9001/")}
	case dash >= 0 && len(s.command) == 0:
		return nil, usageError{errors.New("there is no command after --")}
	case name != "" && len(urls) > 1:
		return nil, usageError{errors.New("--name is for one server; name several as NAME=URL")}
	}
	var err error
	if s.port, err = freePort(args); err != nil {
		return nil, err
	}
	s.command = replacePort(s.command, s.port)
	for _, arg := range replacePort(urls, s.port) {
		s.list = append(s.list, parseServer(arg))
	}
	if name != "" {
		s.list[0].name = name
	}
	return s, nil
}

// freePort returns a free port if any of the words speaks of {port}, else 0.
func freePort(words []string) (int, error) {
	if !strings.Contains(strings.Join(words, " "), "{port}") {
		return 0, nil
	}
	return peer.FreePort()
}

func replacePort(words []string, port int) []string {
	replaced := make([]string, len(words))
	for i, word := range words {
		replaced[i] = peer.ReplacePort(word, port)
	}
	return replaced
}

// targets say how to reach each server, in their order. Those that had no name get one that tells where they are.
func (o *options) targets(s *servers) (targets []harness.Target, err error) {
	var names []string
	for i := range s.list {
		server := &s.list[i]
		target, err := o.target(server.url)
		if err != nil {
			return nil, err
		}
		if flag := o.byName(); server.name == "" && s.port != 0 && flag != "" {
			return nil, usageError{fmt.Errorf("%s: name the server as NAME=URL: without one it is named after its port, which is another one in each run", flag)}
		}
		if server.name == "" {
			server.name = defaultName(target)
		}
		if slices.Contains(names, server.name) {
			return nil, usageError{fmt.Errorf("two servers are named %s: name them as NAME=URL", server.name)}
		}
		server.url = target.URL.String()
		names, targets = append(names, server.name), append(targets, target)
	}
	return targets, nil
}

// byName is the flag for which a server has to have a name that lasts, "" if there is none.
func (o *options) byName() string {
	switch {
	case o.baseline != "":
		return "--baseline"
	case o.part != nil:
		return "--shard"
	}
	return ""
}

// defaultName names a server by where it is.
func defaultName(t harness.Target) string {
	name := t.URL.Address()
	if t.URL.ResourceName != "/" {
		name += t.URL.ResourceName
	}
	return name
}
