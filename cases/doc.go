// Package cases is the catalogue: what wsspec asks a WebSocket endpoint. One file a chapter.
//
// Chapters 1 to 13 are the Autobahn testsuite's, under its numbers and with what it sends; each of those cases also says, as
// data, by which outcomes the testsuite itself judges. Chapter 0 watches every conversation.
package cases

import (
	"slices"
	"sync"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

// Version is that of the catalogue. It changes when cases are added, so that new ones break nobody's build unasked.
const Version = "2026.1"

// All returns every case, in the order of their IDs. The caller must not change them.
var All = sync.OnceValue(func() []*harness.Case {
	all := slices.Concat(chapter0(), chapter1(), chapter2(), chapter3(), chapter4(), chapter5(), chapter6(), chapter7(), chapter9(), chapter10())
	slices.SortStableFunc(all, func(a, b *harness.Case) int { return record.CompareIDs(a.ID, b.ID) })
	return all
})

// Find returns the case with that ID or alias, nil if there is none.
func Find(id string) *harness.Case {
	for _, c := range All() {
		if c.ID == id || slices.Contains(c.Aliases, id) {
			return c
		}
	}
	return nil
}
