package dropin

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// statusPage is what a browser sees that opens the address of a server.
const statusPage = `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>WebSocket server</title>
<p>This port speaks WebSocket: it stands in for a server of the Autobahn testsuite's <code>wstest</code>.</p>
</html>
`

// How long, and how large, the head of a request may be until it is clear that no page is asked for.
const (
	headPatience = 5 * time.Second
	headLimit    = 64 << 10
)

// visit answers a GET that asks for no upgrade with a page and status 200, as wstest does: scripts poll the port with HTTP to see
// whether the server is there. Any other request is still to be read from the connection that is returned, nil after a page.
func visit(transport net.Conn, server string) net.Conn {
	var head bytes.Buffer
	transport.SetReadDeadline(time.Now().Add(headPatience))
	request, err := http.ReadRequest(bufio.NewReader(io.TeeReader(io.LimitReader(transport, headLimit), &head)))
	transport.SetReadDeadline(time.Time{})
	if err != nil || request.Method != http.MethodGet || len(request.Header.Values("Upgrade")) > 0 {
		return &unread{transport, io.MultiReader(&head, transport)}
	}
	defer transport.Close()
	page := &http.Response{
		StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Close: true,
		Header:        http.Header{"Server": {server}, "Content-Type": {"text/html; charset=utf-8"}},
		ContentLength: int64(len(statusPage)), Body: io.NopCloser(strings.NewReader(statusPage)),
	}
	page.Write(transport)
	return nil
}

// unread is a connection whose first bytes were read, and are read again.
type unread struct {
	net.Conn
	from io.Reader
}

func (u *unread) Read(p []byte) (int, error) { return u.from.Read(p) }

// CloseWrite ends the stream to the peer, which can still send.
func (u *unread) CloseWrite() error {
	if half, ok := u.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
