package dropin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/harness/wstest"
	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/ws"
)

// serve listens where -w says and lets f have every connection until a signal comes. The error is what was wrong.
func (w *invocation) serve(ctx context.Context, what string, f func(context.Context, *ws.Conn) error) error {
	ln, scheme, err := w.listen()
	if err != nil {
		return w.wrong(err)
	}
	fmt.Printf("%s (%s, in place of Autobahn Testsuite Version %s) on %s://%s\n", what, w.Build, testsuiteVersion, scheme, ln.Addr())
	return w.take(ctx, ln, f)
}

// take lets f have every connection of a listener until a signal comes. That there are too many of them now, or that one broke off
// before it was taken, is no reason to end.
func (w *invocation) take(ctx context.Context, ln net.Listener, f func(context.Context, *ws.Conn) error) error {
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	var connections sync.WaitGroup
	defer connections.Wait()
	for failed := false; ; {
		transport, err := ln.Accept()
		switch {
		case ctx.Err() != nil:
			return nil // a signal is the way to end it
		case errors.Is(err, net.ErrClosed):
			return w.wrong(fmt.Errorf("cannot take connections any more: %w", err))
		case err != nil:
			if !failed {
				w.warn("cannot take a connection, and tries again: %v", err)
			}
			failed = true
			rest(ctx, acceptPause)
			continue
		}
		failed = false
		connections.Go(func() { w.attend(ctx, transport, f) })
	}
}

// acceptPause is how long to wait until a connection may be there to be taken after one was not.
const acceptPause = 50 * time.Millisecond

// rest returns after a time, or when ctx ends.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// attend has one connection, to its end. Who sees the port with a browser gets a page.
func (w *invocation) attend(ctx context.Context, transport net.Conn, f func(context.Context, *ws.Conn) error) {
	defer context.AfterFunc(ctx, func() { transport.Close() })()
	options := w.acceptOptions()
	if transport = visit(transport, options.Header.Get("Server")); transport == nil {
		return
	}
	conn, _, err := ws.Serve(ctx, transport, options)
	if err != nil {
		w.debug(transport, err)
		return
	}
	defer conn.CloseNow()
	w.debug(transport, f(ctx, conn))
}

// debug says with -d how a connection ended.
func (w *invocation) debug(transport net.Conn, err error) {
	if w.options["debug"] != "" && err != nil {
		fmt.Fprintf(os.Stderr, "%s: %s\n", transport.RemoteAddr(), printable(err.Error()))
	}
}

// acceptOptions are the settings of the servers: as open as wstest's, whose messages may be of any size.
func (w *invocation) acceptOptions() *ws.AcceptOptions {
	ident := w.options["ident"]
	if ident == "" {
		ident = strings.Replace(w.Tool, " ", "/", 1)
	}
	return &ws.AcceptOptions{
		Options: ws.Options{Limits: protocol.Limits{Frame: -1, Message: -1, Fragments: -1}},
		Origins: []string{"*"},
		Header:  http.Header{"Server": {ident}},
	}
}

// listen listens at the port of -w, with TLS for wss. As with wstest, that is at all addresses of the machine, whatever host
// the URI names: in a container nothing else can be reached.
func (w *invocation) listen() (ln net.Listener, scheme string, err error) {
	u, err := protocol.ParseURL(wstest.WithoutUser(w.options["wsuri"]))
	if err != nil {
		return nil, "", fmt.Errorf("-w: %s", strings.TrimPrefix(err.Error(), "protocol: "))
	}
	ident := w.options["ident"]
	if i := strings.IndexFunc(ident, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
		return nil, "", errors.New("-i: the Server header field holds printable ASCII only")
	}
	config, err := w.certificate(u.Secure)
	if err != nil {
		return nil, "", err
	}
	ln, err = net.Listen("tcp", ":"+strconv.Itoa(u.Port))
	if err != nil {
		return nil, "", fmt.Errorf("-w: cannot listen: %w; choose another port", err)
	}
	if !u.Secure {
		return ln, "ws", nil
	}
	return tls.NewListener(ln, config), "wss", nil
}

// certificate reads the files of -k and -c, which wss needs.
func (w *invocation) certificate(secure bool) (*tls.Config, error) {
	key, cert := w.options["key"], w.options["cert"]
	switch {
	case !secure && (key != "" || cert != ""):
		w.warn("-k and -c are for wss:// only, and -w is ws://")
		return nil, nil
	case !secure:
		return nil, nil
	case key == "" || cert == "":
		return nil, errors.New("wss:// needs a private key, -k FILE, and a certificate, -c FILE, both in PEM")
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("-k, -c: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS10, NextProtos: []string{"http/1.1"}}, nil
}

// echoServer is the mode echoserver, and testeeserver: a server that sends back what it gets.
func (w *invocation) echoServer(ctx context.Context) error {
	what := "Echo server"
	if w.options["mode"] == "testeeserver" {
		what = "Testee server"
		w.warn("permessage-deflate comes with a later version of wsspec: this server declines it")
	}
	return w.serve(ctx, what, func(ctx context.Context, conn *ws.Conn) error {
		return conn.Handle(ctx, func(b *ws.Batch, ev protocol.Event) error {
			if ev.Opcode.Control() {
				return nil
			}
			return b.Message(ev.Opcode, ev.Data)
		})
	})
}
