// Package reports turns a record into what people and other programs read: one HTML page that needs nothing beside it, a
// summary for a terminal, and JSON.
//
// Everything in a record that came from a peer is hostile: text that would move a cursor, reverse the direction of writing
// or end a script is shown, never obeyed. Both renderers work on a copy of the record in which it has been made visible.
package reports

import "github.com/wsspec/wsspec/harness/record"

// Transcripts finds the transcript of a case. It returns nil if there is none.
type Transcripts func(peer, caseID string) *record.Transcript
