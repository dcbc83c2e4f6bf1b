//go:build gofuzz

package fuzz

import (
	// go-fuzz-build links its runtime into what it builds, and finds it only in a module that requires it.
	_ "github.com/dvyukov/go-fuzz/go-fuzz-dep"
)

// The targets of go-fuzz, under the names of the native ones.

func FuzzHeader(data []byte) int       { return goFuzz(Header, data) }
func FuzzFrame(data []byte) int        { return goFuzz(Frame, data) }
func FuzzReader(data []byte) int       { return goFuzz(Reader, data) }
func FuzzUTF8(data []byte) int         { return goFuzz(UTF8, data) }
func FuzzClose(data []byte) int        { return goFuzz(Close, data) }
func FuzzEndpoint(data []byte) int     { return goFuzz(Endpoint, data) }
func FuzzConversation(data []byte) int { return goFuzz(Conversation, data) }
func FuzzRequest(data []byte) int      { return goFuzz(Request, data) }
func FuzzResponse(data []byte) int     { return goFuzz(Response, data) }
func FuzzExtensions(data []byte) int   { return goFuzz(Extensions, data) }
func FuzzHandshake(data []byte) int    { return goFuzz(Handshake, data) }

// goFuzz panics if the property is violated: it is how the engine learns of it. No input matters more than another: 0.
func goFuzz(check func([]byte) error, data []byte) int {
	if err := check(data); err != nil {
		panic(err.Error())
	}
	return 0
}
