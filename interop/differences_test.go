package interop

import (
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/wstest"
)

// explained tells whether the testsuite's verdict and ours are the same, or one of the differences that are documented.
func explained(c record.Case) bool {
	return c.WSTest.Behavior == c.Verdict.WSTest() || len(wstest.Explain(c.ID, c.WSTest.Behavior, c.Verdict)) > 0
}
