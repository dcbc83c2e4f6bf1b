// Package harness asks WebSocket endpoints questions and judges what they answer.
//
// Data runs one way:
//
//	Target   how to reach the peer
//	Session  one conversation with it: the words in which cases are written
//	Case     one question: a script over a Session, and what a person wants to know about it
//	Runner   asks many cases side by side, confirms what it can, and gives each a verdict
//
// What comes out is a record.Case and a record.Transcript for each. The observer reads everything that the peer sends in any
// conversation and tolerates and notes every broken rule: chapter 0.
package harness
