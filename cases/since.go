package cases

import (
	"cmp"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
)

// firstVersion is that of the first catalogue that was released.
const firstVersion = "2026.1"

// since says in which version of the catalogue cases came that are younger than the first, by pattern. The first pattern
// that matches decides.
var since = []struct{ pattern, version string }{}

// Since returns the version of the catalogue in which a case came, such as "2026.1".
func Since(id string) string {
	version := ""
	for _, s := range since {
		if version == "" && record.MatchID(s.pattern, id) {
			version = s.version
		}
	}
	return cmp.Or(version, firstVersion)
}

// Catalogue returns what a baseline has to know of the cases there are: ours, and those of the Autobahn testsuite that only the
// testsuite itself can ask.
func Catalogue() record.Catalogue {
	catalogue := record.Catalogue{Version: Version}
	for _, c := range All() {
		catalogue.Cases = append(catalogue.Cases, record.CatalogueCase{ID: c.ID, Aliases: c.Aliases, Since: Since(c.ID)})
	}
	for _, id := range wstest.IDs() {
		if Find(id) == nil {
			catalogue.Cases = append(catalogue.Cases, record.CatalogueCase{ID: id})
		}
	}
	return catalogue
}
