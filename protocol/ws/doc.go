// Package ws puts sockets below package protocol: WebSocket clients and servers, RFC 6455, for programs.
//
//	conn, _, err := ws.Dial(ctx, "wss://example.com/chat", nil)    // a client
//	conn, err := ws.Accept(w, r, nil)                              // in a handler of net/http
//	conn, request, err := ws.Serve(ctx, transport, nil)            // on any net.Conn
//
// A Conn is read by one goroutine, and written to by any number of them. There are three ways to read, which can be mixed:
//
//	ReadMessage   one message after another, each in one piece
//	NextReader    a message piece by piece, of whatever size, without holding it in memory
//	Handle        a function for all events; its answers to one read leave in one write, which makes it the fastest
//
// and two ways to write: WriteMessage, and NextWriter for a message in pieces.
//
// # What it takes care of
//
// The peer is held to every rule of the RFC. What breaks one, or one of Options.Limits, ends the connection with the Close
// frame that says so. Pings are answered, also in the middle of a message, and so is the peer's Close frame. It is the goroutine
// that reads which sees them: somebody should always be reading.
//
// Contexts interrupt whatever waits. A read that was interrupted has lost nothing and can be repeated. A write that was
// interrupted while its bytes were on their way cannot, so that it closes the connection.
//
// Nothing is queued: a write returns when the operating system has taken all of it, and waits if the peer does not read.
// Memory is bounded, for answers and for messages, by what is said at Options.Limits, ReadMessage and NextReader.
//
// Close ends a connection in order: with a Close frame each way, and TCP closed by the server first.
//
// # What it leaves to you
//
// To reconnect, with a random delay that grows (RFC 6455, section 7.2.3). To limit how many connections to a host are being
// opened at once (section 4.1). To show the user what went wrong (section 7.1.7). Errors say which side it was:
//
//	*CloseError              the peer closed the connection in order
//	*protocol.Error          the peer broke a rule; errors.Is(err, protocol.ReservedBits) tells which
//	*protocol.LimitError     the peer wanted more than Options.Limits allows
//	*protocol.StatusError    the server answered Dial with another status than 101
//	*Refusal                 this server refused a request
//	ErrSilent                the peer did not answer a keep-alive ping
//	ErrClosed                this side closed the connection
//	io.ErrUnexpectedEOF      the peer left without a Close frame
//
// and the errors of contexts and of package net, wrapped.
package ws
