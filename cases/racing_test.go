package cases

import (
	"testing"

	"github.com/wsspec/wsspec/harness/wstest"
)

// The catalogue and the table of differences speak of the same races. Of 7.1.6 only the close code varies, which is no verdict.
func TestRacesAreExplained(t *testing.T) {
	races := 0
	for _, c := range All() {
		if c.Races {
			races++
		}
		if c.Races != wstest.Racing(c.ID) && c.ID != "7.1.6" {
			t.Errorf("%s: races %v", c.ID, c.Races)
		}
	}
	if races == 0 {
		t.Error("no case races")
	}
}
