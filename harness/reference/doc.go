// Package reference is an echo server that does everything right, and everything that can go wrong with one.
//
// To learn the protocol, read endpoint.go: one connection from the opening handshake to the end of TCP, on top of package
// protocol. The rest is there to test testers:
//
//	Fault     the right endpoint with one deliberate violation, to prove that a test can fail
//	Variant   the right endpoint with one liberty that RFC 6455 allows, to prove that a test lets it pass
//
// Both change habits of the endpoint, listed in habits.go: what it hears (ear.go), what it takes for text (text.go), what it
// answers, what it says (voice.go), how it ends the connection. What a fault does is stated in the terms of an endpoint. No
// fault knows a test.
package reference
