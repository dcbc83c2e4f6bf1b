// Package reports turns a record into what people and other programs read: one HTML page that needs nothing beside it, a
// summary for a terminal, JSON, JUnit and Markdown.
//
// Everything in a record that came from a peer is hostile: text that would move a cursor, reverse the direction of writing
// or end a script is shown, never obeyed. All renderers work on a copy of the record in which it has been made visible.
//
// The page is made from the top down, a file for each part of it, with templates in html/:
//
//	page        the head, the verdicts, the filters
//	gateview    what the baseline says
//	matrix      peers by chapter, and where the peers differ
//	expense     how fast the peers were, and what they took of the machine
//	chart       what a peer did in chapter 9
//	peerview    a peer, its failures and chapters
//	caseview    a case: findings, and its conversation as a table
//	picture     the conversation as a sequence diagram
//	octets      the bytes of a frame, field by field
//
// The page of trends is one of its own: history keeps what became of the runs, trend and changes draw it.
//
// A page from disk may fetch nothing, and a reader may have no script, no mouse, no colours or no eyes: all that it says is
// in its text and in elements that name themselves; the script only filters, and moves about.
package reports

import "github.com/wsspec/wsspec/harness/record"

// Transcripts finds the transcript of a case. It returns nil if there is none.
type Transcripts func(peer, caseID string) *record.Transcript
