package main

import (
	"compress/flate"
	"io"
	"net"
	"net/http"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
	"github.com/gobwas/ws/wsutil"
)

// serveCompressed echoes to clients that offer permessage-deflate. Others are let go.
func serveCompressed(w http.ResponseWriter, r *http.Request) {
	e := wsflate.Extension{Parameters: wsflate.Parameters{ServerNoContextTakeover: true, ClientNoContextTakeover: true}}
	conn, _, _, err := (ws.HTTPUpgrader{Negotiate: e.Negotiate}).Upgrade(r, w)
	if err != nil {
		return
	}
	defer conn.Close()
	if _, ok := e.Accepted(); ok {
		echoCompressed(conn)
	}
}

// echoCompressed echoes a message while it comes, compressed if it came compressed.
func echoCompressed(conn net.Conn) error {
	const state = ws.StateServerSide | ws.StateExtended
	var message wsflate.MessageState
	control := wsutil.ControlFrameHandler(conn, ws.StateServerSide)
	r := &wsutil.Reader{Source: conn, State: state, OnIntermediate: control, Extensions: []wsutil.RecvExtension{&message}}
	w := wsutil.NewWriter(conn, state, 0)
	w.SetExtensions(&message)
	for {
		header, err := r.NextFrame()
		switch {
		case err != nil:
			return err
		case header.OpCode.IsControl():
			err = control(header, r)
		default:
			w.ResetOp(header.OpCode)
			err = transfer(w, r, message.IsCompressed())
		}
		if err != nil {
			return err
		}
	}
}

func transfer(w *wsutil.Writer, r io.Reader, compressed bool) error {
	if !compressed {
		if _, err := io.Copy(w, r); err != nil {
			return err
		}
		return w.Flush()
	}
	deflate := wsflate.NewWriter(w, func(w io.Writer) wsflate.Compressor {
		f, _ := flate.NewWriter(w, flate.BestCompression) // fails only for a level that there is not
		return f
	})
	inflate := wsflate.NewReader(r, func(r io.Reader) wsflate.Decompressor { return flate.NewReader(r) })
	if _, err := io.Copy(deflate, inflate); err != nil {
		return err
	}
	if err := deflate.Close(); err != nil {
		return err
	}
	return w.Flush()
}
