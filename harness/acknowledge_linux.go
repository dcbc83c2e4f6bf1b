package harness

import (
	"net"
	"syscall"
)

// acknowledger returns what has TCP acknowledge at once what it has received. By itself it waits for up to 40 ms for an answer to
// send along. A peer that writes the header of a frame and its payload apart, while TCP holds back the second until the first is
// acknowledged (RFC 896), would take that long for each message: our time, not the peer's.
func acknowledger(conn net.Conn) func() {
	if secured, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secured.NetConn()
	}
	transport, ok := conn.(syscall.Conn)
	if !ok {
		return func() {}
	}
	raw, err := transport.SyscallConn()
	if err != nil {
		return func() {}
	}
	now := func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1) }
	return func() { raw.Control(now) } // it does not last
}
