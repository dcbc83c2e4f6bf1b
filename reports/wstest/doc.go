// Package wstest reads and writes the files of the Autobahn testsuite: an index of all agents and cases, and for each case one
// file for programs and one for people.
//
//	index.json                      the verdicts: agents x cases
//	index.html                      the same for people
//	AGENT_case_1_1_1.json           what happened in a case
//	AGENT_case_1_1_1.html           the same for people
//
// The JSON files have the testsuite's names, types, order and form, byte for byte, so that whatever reads its files reads these.
// The pages are our own; only the classes of the cells in the index are the testsuite's, since scripts count them.
//
// Words in these files are wstest's: behavior is its own judgement of a conversation, which may differ from ours.
package wstest
