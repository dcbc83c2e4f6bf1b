// Package echo compares what it costs a server to send messages back over loopback TCP. Nearly all of that is the kernel's
// work, so the measure is a server that knows nothing of WebSocket and sends back whatever it reads.
package echo

import (
	"io"
	"net"
	"net/http"
)

// Server is an echo server.
type Server struct {
	Name  string
	Ours  bool
	Plain bool // no WebSocket: bytes come back as they are
	Serve func(l net.Listener) error
}

// Servers are the servers that are compared.
var Servers = []Server{
	{Name: "raw TCP", Plain: true, Serve: serveRaw},
	{Name: "wsspec ws Handle", Ours: true, Serve: serveHandle},
	{Name: "wsspec protocol.Conn", Ours: true, Serve: serveCore},
	{Name: "wsspec ws ReadMessage", Ours: true, Serve: serveReadMessage},
	{Name: "gorilla", Serve: serveGorilla},
	{Name: "coder", Serve: serveCoder},
	{Name: "gobwas wsutil", Serve: serveGobwas},
	{Name: "gobwas, tuned by hand", Serve: serveGobwasTuned},
	{Name: "gws", Serve: serveGWS},
}

// Find returns the server of a name.
func Find(name string) (Server, bool) {
	for _, s := range Servers {
		if s.Name == name {
			return s, true
		}
	}
	return Server{}, false
}

// bufferSize is what a server that chooses the size of its read buffer itself takes, in bytes.
const bufferSize = 16 << 10

// eachConn calls serve for every connection, each in a goroutine of its own, and closes it afterwards.
func eachConn(l net.Listener, serve func(net.Conn)) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			serve(conn)
		}()
	}
}

// overHTTP serves a library that comes to its connections by net/http.
func overHTTP(l net.Listener, serve http.HandlerFunc) error {
	return http.Serve(l, serve)
}

func serveRaw(l net.Listener) error {
	return eachConn(l, func(conn net.Conn) {
		buf := make([]byte, bufferSize)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			if _, err := conn.Write(buf[:n]); err != nil {
				return
			}
		}
	})
}

// readAll reads a message into buf, and into a larger buffer if it does not fit. Both are the caller's.
func readAll(r io.Reader, buf []byte) ([]byte, error) {
	buf = buf[:0]
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}
