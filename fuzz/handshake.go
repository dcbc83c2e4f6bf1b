package fuzz

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/wsspec/wsspec/protocol"
)

// Handshake: the request that a ClientHandshake makes of any configuration is one that a strict ServerHandshake accepts, and its
// answer one that the client accepts, or the configuration is refused. Both then agree, and have the frames that followed. What
// ParseURL accepts is good for a request, and is the same when it is written and read again.
//
// The input is a byte of options (1, 2: how many of the extensions the server accepts; 4: it picks a subprotocol), cuts, and
// lines: a URL, an origin, subprotocols with a space between, extensions, further fields of the client, an empty line, further
// fields of the server.
func Handshake(data []byte) error {
	s := source{data}
	options := s.byte()
	parts := s.cuts()
	h := newHandshake(options, strings.Split(string(s.rest), "\n"))
	if err := h.shake(parts); err != nil {
		return violated(data, "cut by %v: %v", parts, err)
	}
	return nil
}

// handshake is a client and a server that have not met.
type handshake struct {
	url    string
	client protocol.ClientHandshake
	server protocol.ServerHandshake
	extra  protocol.Fields // of the server
	plain  bool            // nothing but the URL is configured
}

// frames follow both heads at once.
const frames = "\x81\x02hi"

// noLimits, because it is not known to a client how much a server takes.
var noLimits = protocol.Limits{Head: -1, Fields: -1}

func newHandshake(options byte, lines []string) *handshake {
	h := &handshake{url: lines[0], plain: len(lines) == 1}
	lines = append(lines, "", "", "")[1:]
	h.client.Limits, h.server.Limits = noLimits, noLimits
	h.client.Origin = strings.Trim(lines[0], " \t") // which is not part of a value
	h.client.Subprotocols = strings.Fields(lines[1])
	if lines[2] != "" {
		h.client.Extensions, _ = protocol.ParseExtensions(lines[2])
	}
	fields := &h.client.Fields
	for _, line := range lines[3:] {
		name, value, found := strings.Cut(line, ":")
		switch {
		case line == "":
			fields = &h.extra
		case found:
			fields.Add(name, strings.Trim(value, " \t"))
		}
	}
	rsv := options >> 3 & 7
	h.client.Extend = func([]protocol.Extension) (byte, error) { return rsv, nil }
	h.server.Extend = func(offered []protocol.Extension) ([]protocol.Extension, byte) {
		if n := min(int(options&3), len(offered)); n > 0 {
			return offered[:n], rsv
		}
		return nil, 0
	}
	if options&4 != 0 {
		h.server.Select = func(offered []string) string { return offered[len(offered)-1] }
	}
	return h
}

// shake goes through the handshake.
func (h *handshake) shake(parts cuts) error {
	err := h.start()
	if err != nil || len(h.client.Out()) == 0 {
		return err
	}
	accepted, err := h.accept(parts)
	if err != nil || !accepted {
		return err
	}
	return h.finish(parts)
}

// start sends the request, unless the configuration is refused.
func (h *handshake) start() error {
	u, err := protocol.ParseURL(h.url)
	if err != nil {
		return nil
	}
	if again, err := protocol.ParseURL(u.String()); err != nil || *again != *u {
		return fmt.Errorf("the URL %+v is written as %q, which is read as %+v, error %v", *u, u, again, err)
	}
	h.client.Host, h.client.Target = u.HostField(), u.ResourceName
	switch err := h.client.Start(); {
	case err == nil, errors.Is(err, protocol.ErrHandshake) && !h.plain:
		return nil
	default:
		return fmt.Errorf("it does not start: %w", err)
	}
}

// accept has the server read the request and answer it, unless its configuration is refused.
func (h *handshake) accept(parts cuts) (accepted bool, err error) {
	for chunk := range parts.of([]byte(string(h.client.Out()) + frames)) {
		h.server.Feed(chunk)
		h.server.Next()
	}
	r, err := h.server.Next()
	if err != nil || string(r.Append(nil)) != string(h.client.Out()) || string(h.server.Rest()) != frames {
		return false, fmt.Errorf("request %q: the server reads %+v, rest %q, error %w", h.client.Out(), r, h.server.Rest(), err)
	}
	switch err := h.server.Accept(h.server.Agree(r), h.extra...); {
	case err == nil:
		return true, nil
	case errors.Is(err, protocol.ErrHandshake) && len(h.extra) > 0:
		return false, nil
	default:
		return false, fmt.Errorf("request %q: the server refuses to answer: %w", h.client.Out(), err)
	}
}

// finish has the client read the answer.
func (h *handshake) finish(parts cuts) error {
	for chunk := range parts.of([]byte(string(h.server.Out()) + frames)) {
		h.client.Feed(chunk)
		h.client.Next()
	}
	r, err := h.client.Next()
	if err != nil || string(r.Append(nil)) != string(h.server.Out()) || string(h.client.Rest()) != frames {
		return fmt.Errorf("response %q: the client reads %+v, rest %q, error %w", h.server.Out(), r, h.client.Rest(), err)
	}
	request, _ := h.server.Next()
	if ours, theirs := h.client.Agreement(), h.server.Agree(request); !reflect.DeepEqual(ours, theirs) {
		return fmt.Errorf("the client understands %+v, the server %+v", ours, theirs)
	}
	return nil
}
