package parse

import (
	"bufio"
	"net"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// openGobwas leaves it to the application to check text: that is the faster way.
func openGobwas(conn net.Conn, text bool) (func() (Count, error), error) {
	return readGobwas(conn, text, false), nil
}

// openGobwasCheckUTF8 uses the library's own check of text.
func openGobwasCheckUTF8(conn net.Conn, text bool) (func() (Count, error), error) {
	if !text {
		return nil, nil
	}
	return readGobwas(conn, false, true), nil
}

func readGobwas(conn net.Conn, validate, checkUTF8 bool) func() (Count, error) {
	r := wsutil.NewServerSideReader(bufio.NewReaderSize(conn, readSize))
	r.CheckUTF8 = checkUTF8
	buf := make([]byte, bufferSize)
	return func() (count Count, err error) {
		for {
			h, err := r.NextFrame()
			if err != nil {
				return count, unlessEOF(err)
			}
			p, err := readAll(r, buf)
			if err != nil {
				return count, err
			}
			if h.OpCode == ws.OpPing {
				count.Pings++
				continue
			}
			if validate && !utf8.Valid(p) {
				return count, errNotUTF8
			}
			count.message(p)
		}
	}
}
