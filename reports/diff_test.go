package reports_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

var diffSample = &record.Diff{
	Cases: []record.CaseDiff{
		{Peer: "a", Case: "6.4.1", Difference: record.Fails, Regression: true, Old: record.Pass, New: record.Fail, Requirement: "RFC6455-8.1-1", Text: "x\x1b[31m|y"},
		{Peer: "a", Case: "12.1.1", Difference: record.Gone, Regression: true, Old: record.Pass, New: record.Unimplemented},
		{Peer: "a", Case: "12.1.2", Difference: record.Gone, Regression: true, Old: record.Pass, New: record.Unimplemented},
		{Peer: "a", Case: "13.1.1", Difference: record.Gone, Regression: true, Old: record.Pass, New: record.Unimplemented},
		{Peer: "bb", Case: "2.1", Difference: record.Different, Old: record.Pass, New: record.Pass, Text: "close was pass 1000, is unclean"},
	},
	Notes:  []string{"the profile was full and is quick"},
	Speeds: []record.Speed{{Peer: "a", Cases: 54, Median: 1.25, Worst: 0.5, Case: "9.1.6"}},
}

func TestDiffText(t *testing.T) {
	const want = `note  the profile was full and is quick
FAILS    a   6.4.1          pass -> fail           x\x1b[31m|y   RFC6455-8.1-1
LOST     a   12.1.1-12.1.2  pass -> unimplemented
LOST     a   13.1.1         pass -> unimplemented
changed  bb  2.1            pass                   close was pass 1000, is unclean
throughput of a: 1.25 times the old one (median of 54 cases; the lowest is 0.50, case 9.1.6)
1 fails, 3 lost, 1 changed: 4 regressions
`
	var out bytes.Buffer
	if err := reports.DiffText(&out, diffSample, reports.Style{}); err != nil || cmp.Diff(want, out.String()) != "" {
		t.Errorf("error %v (-want +got):\n%s", err, cmp.Diff(want, out.String()))
	}
	out.Reset()
	if err := reports.DiffText(&out, new(record.Diff), reports.Style{}); err != nil || out.String() != "no difference: 0 regressions\n" {
		t.Errorf("error %v, got %q", err, out.String())
	}
}

func TestDiffMarkdown(t *testing.T) {
	var out bytes.Buffer
	if err := reports.DiffMarkdown(&out, diffSample); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"**1 fails, 3 lost, 1 changed: 4 regressions**\n\n|  | Case | Peer |", "| **LOST** | 12.1.1-12.1.2 | a |", "| changed | 2.1 | bb | pass |",
		"\n\n- the profile was full and is quick\n- throughput of a",
	} {
		if !bytes.Contains(out.Bytes(), []byte(want)) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	if bytes.Contains(out.Bytes(), []byte("31m|y")) || bytes.Contains(out.Bytes(), []byte("\x1b")) {
		t.Errorf("what the peer sent is not escaped:\n%s", out.String())
	}
}
