package samples

import (
	"github.com/wsspec/wsspec/harness/record"
)

// Gate is what a baseline might have to say of the sample.
func Gate() *record.Gate {
	return &record.Gate{Baseline: "wsspec-baseline.yaml", Judgements: []record.Judgement{
		{Change: record.New, Peer: "libfoo", Case: "24.1", Verdict: record.Fail, Requirement: "RFC6455-5.1-3", Text: "the frame was echoed"},
		{Change: record.Lost, Peer: "libfoo", Case: "12.1.1", Verdict: record.Unimplemented, Text: "the peer does not do what --require demands"},
		{Change: record.Stale, Peer: "libfoo", Case: "3.1", Verdict: record.Pass, Text: "recorded as fail: delete wsspec-baseline.yaml:4", Where: "wsspec-baseline.yaml:4"},
		{Change: record.Known, Peer: "libfoo", Case: "7.5", Verdict: record.Fail, Requirement: "RFC6455-8.1-1", Text: "as recorded (#401)",
			Where: "wsspec-baseline.yaml:9", Reason: "the library leaves UTF-8 to the application", Ticket: "#401"},
		{Change: record.Flaky, Peer: "libfoo", Case: "3.2", Verdict: record.NonStrict, Text: "known to fail now and then"},
		{Change: record.Stale, Peer: "gone", Case: "5.*", Verdict: record.Pass, Text: "recorded as fail: delete wsspec-baseline.yaml:20", Where: "wsspec-baseline.yaml:20"},
	}}
}
