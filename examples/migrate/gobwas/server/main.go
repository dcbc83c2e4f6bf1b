// Command server echoes on gobwas/ws, once with each of the library's layers. Each has a path of its own.
package main

import (
	"flag"
	"io"
	"log"
	"net"
	"net/http"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

var addr = flag.String("addr", "127.0.0.1:9001", "where to listen")

func main() {
	flag.Parse()
	http.Handle("/ws", upgraded(echoFrames))
	http.Handle("/wsutil", upgraded(echoStreams))
	http.Handle("/helpers/low", upgraded(echoMessages))
	http.Handle("/helpers/high", upgraded(echoData))
	http.HandleFunc("/wsflate", serveCompressed)
	log.Fatal(http.ListenAndServe(*addr, nil))
}

// upgraded serves a way to echo, which goes on until the connection is over.
func upgraded(echo func(net.Conn) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, _, err := ws.UpgradeHTTP(r, w)
		if err != nil {
			return
		}
		defer conn.Close()
		echo(conn)
	})
}

// echoData knows only messages: the library answers the control frames.
func echoData(conn net.Conn) error {
	for {
		message, op, err := wsutil.ReadClientData(conn)
		if err != nil {
			return err
		}
		if err := wsutil.WriteServerMessage(conn, op, message); err != nil {
			return err
		}
	}
}

// echoMessages is handed the control frames beside the messages.
func echoMessages(conn net.Conn) error {
	for {
		messages, err := wsutil.ReadClientMessage(conn, nil)
		if err != nil {
			return err
		}
		for _, m := range messages {
			if m.OpCode.IsControl() {
				err = wsutil.HandleClientControlMessage(conn, m)
			} else {
				err = wsutil.WriteServerMessage(conn, m.OpCode, m.Payload)
			}
			if err != nil {
				return err
			}
		}
	}
}

// echoStreams echoes a message while it comes.
func echoStreams(conn net.Conn) error {
	control := wsutil.ControlFrameHandler(conn, ws.StateServerSide)
	r := &wsutil.Reader{Source: conn, State: ws.StateServerSide, CheckUTF8: true, OnIntermediate: control}
	w := wsutil.NewWriter(conn, ws.StateServerSide, 0)
	for {
		header, err := r.NextFrame()
		switch {
		case err != nil:
			return err
		case header.OpCode.IsControl():
			err = control(header, r)
		default:
			w.Reset(conn, ws.StateServerSide, header.OpCode)
			if _, err = io.Copy(w, r); err == nil {
				err = w.Flush()
			}
		}
		if err != nil {
			return err
		}
	}
}
