package protocol

import (
	"crypto/sha1"
	"encoding/base64"
	"errors"
)

// ErrHandshake says that a request or a response of the opening handshake must not be sent, because the other side would have
// to refuse it. The error that wraps it says why.
var ErrHandshake = errors.New("protocol: handshake that must not be sent")

// guid is appended to the key, "which is unlikely to be used by network endpoints that do not understand the WebSocket
// Protocol" (RFC 6455, section 1.3).
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// The version of the WebSocket protocol, and of the HTTP that carries its handshake.
const (
	webSocketVersion = "13"
	httpVersion      = "HTTP/1.1"
)

// AcceptKey returns the Sec-WebSocket-Accept that answers a Sec-WebSocket-Key: the base64-encoded SHA-1 of the key, as a
// string, and a fixed GUID (RFC 6455, section 4.2.2).
func AcceptKey(key string) string {
	sum := sha1.Sum([]byte(key + guid))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Agreement is what the opening handshake settles for the connection (RFC 6455, section 4.1): the Subprotocol In Use and the
// Extensions In Use.
type Agreement struct {
	Subprotocol string      // empty if there is none
	Extensions  []Extension // in the order in which they work on the data (RFC 6455, section 9.1)
	RSV         byte        // the reserved bits that the extensions have claimed: RSV1 is 4, RSV2 is 2, RSV3 is 1
}
