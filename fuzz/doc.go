// Package fuzz holds package protocol against properties: statements that are true whatever the input.
//
// Each property is a plain function over bytes, in a file of its own: it draws what it needs from the bytes, and returns nil, or
// an error that says what was fed, what was expected and what came. So any engine that makes up bytes can call it. The native
// one does with
//
//	go test -fuzz=FuzzReader -fuzzminimizetime=100x ./fuzz
//
// and plays the seeds, and what was once found, as ordinary tests on every `go test`.
//
// Where a property says what is right, it does not ask the code that it judges: NaiveReader reads frames in the plainest way,
// byte by byte from the text of the RFC; net/http reads heads; the grammars of UTF-8 and of extensions are written down a second
// time, in another form. NaiveReader also serves to judge any other parser of frames.
package fuzz
