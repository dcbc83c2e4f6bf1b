package harness

import (
	"errors"
	"io"
	"net"
	"syscall"
)

// isReset tells whether a connection ended other than by an orderly end of the stream.
func isReset(err error) bool {
	var op *net.OpError
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.ECONNABORTED) || errors.Is(err, syscall.EPIPE) ||
		errors.As(err, &op) && !errors.Is(err, io.EOF)
}

// What Windows calls ECONNREFUSED and ECONNRESET. The syscall package has other numbers under those names there.
const (
	windowsRefused = syscall.Errno(10061)
	windowsReset   = syscall.Errno(10054)
)

// isRefused tells whether nobody listens at the address.
func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, windowsRefused)
}

// isResetAtOnce tells whether somebody took the connection and reset it before it was seen to be open: whether that or the
// connection is seen first is chance.
func isResetAtOnce(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, windowsReset)
}

// halfClose ends our side of the transport, where that can be done.
func halfClose(conn net.Conn) {
	if c, ok := conn.(interface{ CloseWrite() error }); ok {
		c.CloseWrite()
	}
}
