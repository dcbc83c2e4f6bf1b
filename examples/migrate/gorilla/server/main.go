// Command server echoes on gorilla/websocket, in as many ways as the library can read and write a message. Each has a path of
// its own.
package main

import (
	"errors"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

var (
	addr     = flag.String("addr", "127.0.0.1:9000", "where to listen")
	upgrader = websocket.Upgrader{EnableCompression: true, CheckOrigin: func(*http.Request) bool { return true }}
)

func main() {
	flag.Parse()
	http.Handle("/m", whole(func(c *websocket.Conn, kind int, message []byte) error { return c.WriteMessage(kind, message) }))
	http.Handle("/p", whole(writePrepared))
	http.Handle("/r", whole(writeThrough))
	http.Handle("/f", echo(func(c *websocket.Conn) error { return stream(c, func(w io.Writer) io.Writer { return w }) }))
	http.Handle("/c", echo(func(c *websocket.Conn) error {
		return stream(c, func(w io.Writer) io.Writer { return struct{ io.Writer }{w} })
	}))
	log.Fatal(http.ListenAndServe(*addr, nil))
}

// echo serves a way to echo one message, until that fails.
func echo(one func(*websocket.Conn) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		for {
			if err = one(conn); err != nil {
				break
			}
		}
		if errors.Is(err, errNotText) {
			body := websocket.FormatCloseMessage(websocket.CloseInvalidFramePayloadData, "")
			conn.WriteControl(websocket.CloseMessage, body, time.Time{})
			linger(conn.NetConn())
		}
	})
}

// linger reads what is left for a moment: to close TCP over unread data resets it, and the Close frame may be lost.
func linger(conn net.Conn) {
	conn.(*net.TCPConn).CloseWrite()
	conn.SetReadDeadline(time.Now().Add(time.Second))
	io.Copy(io.Discard, conn)
}

var errNotText = errors.New("text is not UTF-8")

// whole echoes messages that are read as a whole before the first byte is written.
func whole(write func(c *websocket.Conn, kind int, message []byte) error) http.Handler {
	return echo(func(c *websocket.Conn) error {
		kind, message, err := c.ReadMessage()
		if err != nil {
			return err
		}
		if kind == websocket.TextMessage && !utf8.Valid(message) {
			return errNotText
		}
		return write(c, kind, message)
	})
}

func writePrepared(c *websocket.Conn, kind int, message []byte) error {
	prepared, err := websocket.NewPreparedMessage(kind, message)
	if err != nil {
		return err
	}
	return c.WritePreparedMessage(prepared)
}

func writeThrough(c *websocket.Conn, kind int, message []byte) error {
	w, err := c.NextWriter(kind)
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	return w.Close()
}

// stream echoes a message while it comes. The writer of the library can also read by itself; plain takes that away.
func stream(c *websocket.Conn, plain func(io.Writer) io.Writer) error {
	kind, r, err := c.NextReader()
	if err != nil {
		return err
	}
	if kind == websocket.TextMessage {
		r = &text{Reader: r}
	}
	w, err := c.NextWriter(kind)
	if err != nil {
		return err
	}
	if _, err := io.Copy(plain(w), r); err != nil {
		return err
	}
	return w.Close()
}

// text reads from a text message, and fails once that cannot be UTF-8 any more.
type text struct {
	io.Reader
	begun []byte // a character of which the rest is to come
}

func (t *text) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	rest := append(t.begun, p[:n]...)
	for utf8.FullRune(rest) {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			return 0, errNotText
		}
		rest = rest[size:]
	}
	if err == io.EOF && len(rest) > 0 {
		return 0, errNotText
	}
	t.begun = append(t.begun[:0], rest...)
	return n, err
}
