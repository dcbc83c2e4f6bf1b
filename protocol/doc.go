// Package protocol implements the WebSocket protocol, RFC 6455, without sockets, clocks and goroutines: bytes in, events and
// bytes out. It is strict: it refuses whatever the RFC forbids. And it is a tool for tests of other implementations: it can
// write any illegal byte string readably, and watch a peer that breaks rules without losing the thread.
//
// The layers, from the wire upwards, each usable without the ones above it:
//
//	header.go   Header          the bits of a frame header: any can be read and written
//	mask.go     Mask            the masking of RFC 6455, section 5.3
//	frame.go    Frame           a header and a payload, which need not agree
//	rules.go    Rule            what is legal: each MUST with its clause, its sentence and its close code
//	reader.go   Reader, Piece   bytes become frames, held against the rules
//	utf8.go     TextValidator   UTF-8 that arrives in pieces
//	close.go    CloseCode       the body of a Close frame
//	conn.go     Conn, Event     one endpoint: messages, pings, the closing handshake
//	writer.go                   the sending half of Conn
//	field.go    Fields          header fields
//	head.go                     HTTP heads, read strictly
//	extension.go Extension      Sec-WebSocket-Extensions
//	request.go  Request         the head that asks for the connection
//	response.go Response        the head that opens it
//	serverhandshake.go, clienthandshake.go   the opening handshake of both roles
//	url.go      URL             ws and wss
//
// Package ws puts sockets below this one.
//
// A frame, RFC 6455, section 5.2:
//
//	 byte 0                byte 1                  then
//	+-----+-----+--------+ +------+--------------+ +------------------+-------------+---------+
//	| FIN | RSV | opcode | | mask | length, 7 b. | | 16 or 64 bits of | masking key | payload |
//	|  1  |  3  |   4    | |  1   |  126, 127:   | | length           | if mask     |         |
//	+-----+-----+--------+ +------+--------------+ +------------------+-------------+---------+
package protocol
