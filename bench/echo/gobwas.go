package echo

import (
	"bufio"
	"io"
	"net"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// serveGobwas uses the calls that the library's README shows.
func serveGobwas(l net.Listener) error {
	return eachConn(l, func(conn net.Conn) {
		if _, err := ws.Upgrade(conn); err != nil {
			return
		}
		for {
			p, op, err := wsutil.ReadClientData(conn)
			if err != nil {
				return
			}
			if err := wsutil.WriteServerMessage(conn, op, p); err != nil {
				return
			}
		}
	})
}

// serveGobwasTuned is what an expert makes of it: buffers on both ways, and one write when all that was read is answered.
func serveGobwasTuned(l net.Listener) error {
	return eachConn(l, func(conn net.Conn) {
		if _, err := ws.Upgrade(conn); err != nil {
			return
		}
		in, out := bufio.NewReaderSize(conn, bufferSize), bufio.NewWriterSize(conn, bufferSize)
		var buf []byte
		for {
			if in.Buffered() == 0 && out.Flush() != nil {
				return
			}
			h, err := ws.ReadHeader(in)
			if err != nil || ws.CheckHeader(h, ws.StateServerSide) != nil {
				return
			}
			if buf, err = readPayload(in, h, buf); err != nil {
				return
			}
			if h.OpCode == ws.OpClose {
				ws.WriteFrame(out, ws.NewCloseFrame(buf))
				out.Flush()
				return
			}
			op := h.OpCode
			if op == ws.OpPing {
				op = ws.OpPong
			}
			if ws.WriteHeader(out, ws.Header{Fin: h.Fin, OpCode: op, Length: h.Length}) != nil {
				return
			}
			if _, err := out.Write(buf); err != nil {
				return
			}
		}
	})
}

func readPayload(r io.Reader, h ws.Header, buf []byte) ([]byte, error) {
	if int64(cap(buf)) < h.Length {
		buf = make([]byte, h.Length)
	}
	buf = buf[:h.Length]
	_, err := io.ReadFull(r, buf)
	ws.Cipher(buf, h.Mask, 0)
	return buf, err
}
