package cases

import (
	"testing"

	"github.com/wsspec/wsspec/harness"
)

// Whoever adds a case with volumes has to measure what it takes: a run that is divided among jobs is divided by that.
func TestCost(t *testing.T) {
	n := 0
	for _, c := range All() {
		standard, quick := Cost(c, harness.Standard), Cost(c, harness.Quick)
		switch {
		case c.Passive():
			if standard != 0 {
				t.Errorf("%s watches, and costs %v", c.ID, standard)
			}
		case standard <= 0 || quick <= 0 || quick > standard:
			t.Errorf("%s costs %v, %v in profile quick", c.ID, standard, quick)
		case c.Alone && standard == unmeasured:
			t.Errorf("%s has volumes, and was not measured", c.ID)
		}
		if c.Alone {
			n++
		}
	}
	if n < 54 {
		t.Errorf("only %d cases with volumes", n)
	}
	if len(measured) != 8 {
		t.Errorf("%d families were measured", len(measured))
	}
}
