// Package record is the result of a run as plain data: which cases were asked of which peers, what came of each, and the
// evidence.
//
// A Writer stores a run while it happens. Its directory looks like this:
//
//	DIR/results.json                      the Record: one JSON document, valid at every moment
//	DIR/transcripts/PEER/CASE.json        a Transcript each, written before the case that refers to it
//
// Read gives a stored Record back. JSON names are a contract that scripts depend on: within one SchemaVersion names are
// only added. reports/results.schema.json describes them.
package record
