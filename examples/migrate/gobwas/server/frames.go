package main

import (
	"errors"
	"io"
	"net"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// frames echoes frame by frame, with nothing of the library but its frames.
type frames struct {
	conn  net.Conn
	state ws.State
	text  *wsutil.UTF8Reader // the text message that is coming; nil if none is
}

var errClosed = errors.New("closed")

func echoFrames(conn net.Conn) (err error) {
	f := frames{conn: conn, state: ws.StateServerSide}
	for err == nil {
		err = f.one()
	}
	switch {
	case errors.Is(err, wsutil.ErrInvalidUTF8):
		f.close(ws.StatusInvalidFramePayloadData)
	case errors.As(err, new(ws.ProtocolError)):
		f.close(ws.StatusProtocolError)
	}
	return err
}

// close sends a Close frame and reads what is left for a moment: to close TCP over unread data resets it, and the frame may be
// lost.
func (f *frames) close(code ws.StatusCode) {
	ws.WriteFrame(f.conn, ws.NewCloseFrame(ws.NewCloseFrameBody(code, "")))
	f.conn.(*net.TCPConn).CloseWrite()
	f.conn.SetReadDeadline(time.Now().Add(time.Second))
	io.Copy(io.Discard, f.conn)
}

func (f *frames) one() error {
	header, err := ws.ReadHeader(f.conn)
	if err != nil {
		return err
	}
	if err := ws.CheckHeader(header, f.state); err != nil {
		return err
	}
	payload := wsutil.NewCipherReader(io.LimitReader(f.conn, header.Length), header.Mask)
	header.Masked = false
	if header.OpCode.IsControl() {
		return f.control(header, payload)
	}
	return f.data(header, payload)
}

// data echoes a data frame. Text is checked while it comes.
func (f *frames) data(header ws.Header, payload io.Reader) error {
	if header.OpCode == ws.OpText {
		f.text = wsutil.NewUTF8Reader(nil)
	}
	if f.text != nil {
		f.text.Source = payload
		payload = f.text
	}
	body := make([]byte, header.Length)
	if _, err := io.ReadFull(payload, body); err != nil {
		return err
	}
	f.state = f.state.Set(ws.StateFragmented)
	if header.Fin {
		if f.text != nil && !f.text.Valid() {
			return wsutil.ErrInvalidUTF8
		}
		f.state, f.text = f.state.Clear(ws.StateFragmented), nil
	}
	return ws.WriteFrame(f.conn, ws.Frame{Header: header, Payload: body})
}

// control answers a ping or a Close frame.
func (f *frames) control(header ws.Header, payload io.Reader) error {
	body := make([]byte, header.Length)
	if _, err := io.ReadFull(payload, body); err != nil {
		return err
	}
	switch header.OpCode {
	case ws.OpPing:
		return ws.WriteFrame(f.conn, ws.NewPongFrame(body))
	case ws.OpClose:
		return f.goodbye(body)
	}
	return nil
}

func (f *frames) goodbye(body []byte) error {
	if len(body) == 0 {
		ws.WriteFrame(f.conn, ws.NewCloseFrame(nil))
		return errClosed
	}
	code, reason := ws.ParseCloseFrameData(body)
	err := ws.CheckCloseFrameData(code, reason)
	if err == nil && code.IsProtocolSpec() && !code.IsProtocolDefined() {
		err = ws.ErrProtocolStatusCodeNotInUse
	}
	if err != nil {
		return err
	}
	f.close(code)
	return errClosed
}
