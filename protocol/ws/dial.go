package ws

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"

	"github.com/wsspec/wsspec/protocol"
)

// DialOptions are the settings of a client. nil stands for the zero value.
type DialOptions struct {
	Options

	// Subprotocols are offered to the server, the one the client likes best first. The server may choose none of them.
	Subprotocols []string

	// Header holds further fields for the request, such as Cookie, Authorization or Origin. Host replaces the host of the URL.
	Header http.Header

	// TLS is for wss. The server name is that of the URL unless it is given here.
	TLS *tls.Config

	// Dial opens the transport, instead of a net.Dialer. The network is "tcp" or "unix". It is the place for a proxy, and for
	// a pause between attempts: Dial neither repeats them nor, as RFC 6455, section 4.1 wants it of browsers, lets the
	// attempts to reach one host wait for each other.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Dial connects to a server and does the opening handshake (RFC 6455, section 4.1). The URL has the scheme ws, or wss for TLS.
// For unix sockets it is "ws+unix:///path/of/socket:/resource", or wss+unix; ":/resource" may be missing, and a colon in the
// path is written "%3A".
//
// The response is that of the server, for its header fields. If the server answers with a status other than 101, the error is
// a *protocol.StatusError, which holds the answer; if its response breaks a rule, a *protocol.Error. ctx, and
// Options.HandshakeTimeout, are for Dial only, not for the connection.
func Dial(ctx context.Context, url string, options *DialOptions) (*Conn, *protocol.Response, error) {
	o := DialOptions{}
	if options != nil {
		o = *options
	}
	o.Options = o.orDefault()
	t, err := parseTarget(url)
	if err != nil {
		return nil, nil, err
	}
	h := o.handshake(t.url)
	if err := h.Start(); err != nil {
		return nil, nil, fmt.Errorf("ws: %w", err)
	}
	ctx, cancel := o.handshakeContext(ctx)
	defer cancel()
	transport, err := o.connect(ctx, t)
	if err != nil {
		return nil, nil, fmt.Errorf("ws: connecting to %s: %w", url, err)
	}
	var response *protocol.Response
	err = during(ctx, transport, func() (err error) {
		response, err = clientHandshake(transport, h)
		return err
	})
	if err != nil {
		closeTransport(transport)
		return nil, nil, fmt.Errorf("ws: opening handshake with %s: %w", url, err)
	}
	return newConn(transport, true, h.Agreement(), o.Options, h.Rest()), response, nil
}

// handshake returns the handshake that the options ask for.
func (o *DialOptions) handshake(u *protocol.URL) *protocol.ClientHandshake {
	h := &protocol.ClientHandshake{
		Host:         u.HostField(),
		Target:       u.ResourceName,
		Subprotocols: o.Subprotocols,
		Fields:       fieldsOf(o.Header),
		Limits:       o.Limits,
	}
	if host := h.Fields.Get("Host"); host != "" {
		h.Host = host
		h.Fields.Del("Host")
	}
	return h
}

// connect opens the transport, with TLS where the URL asks for it.
func (o *DialOptions) connect(ctx context.Context, t target) (net.Conn, error) {
	dial := o.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	transport, err := dial(ctx, t.network, t.address)
	if err != nil || !t.url.Secure {
		return transport, err
	}
	secure := tls.Client(transport, o.tlsConfig(t.url.Host))
	if err := secure.HandshakeContext(ctx); err != nil {
		transport.Close()
		return nil, fmt.Errorf("TLS handshake: %w", err)
	}
	return secure, nil
}

// tlsConfig sees to it that the server learns the name it is called by: "Clients MUST use the Server Name Indication extension
// in the TLS handshake" (RFC 6455, section 4.1). And that it does not choose HTTP/2, which knows no Upgrade.
func (o *DialOptions) tlsConfig(host string) *tls.Config {
	config := &tls.Config{}
	if o.TLS != nil {
		config = o.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = host
	}
	config.NextProtos = []string{"http/1.1"}
	return config
}

// clientHandshake sends the request and reads the response.
func clientHandshake(transport net.Conn, h *protocol.ClientHandshake) (*protocol.Response, error) {
	if _, err := transport.Write(h.Out()); err != nil {
		return nil, err
	}
	buf := make([]byte, 4<<10)
	for {
		n, err := transport.Read(buf)
		h.Feed(buf[:n])
		response, problem := h.Next()
		switch {
		case problem == protocol.ErrNeedMore && err == io.EOF:
			return nil, errors.New("the server left before the end of its response")
		case problem == protocol.ErrNeedMore && err != nil:
			return nil, err
		case problem != protocol.ErrNeedMore && (err != nil || !lacksBody(problem)):
			return response, problem
		}
	}
}

// lacksBody tells whether an error is an answer of which more should be read, because its body says what is wrong.
func lacksBody(err error) bool {
	e, ok := errors.AsType[*protocol.StatusError](err)
	if !ok || e.Status < 400 {
		return false
	}
	length, err := strconv.Atoi(e.Fields.Get("Content-Length"))
	return err == nil && len(e.Body) < min(length, 1<<10)
}
