package record_test

import (
	"testing"

	"github.com/wsspec/wsspec/harness/record"
)

// TestOutcome: what gates, and what outweighs what.
func TestOutcome(t *testing.T) {
	plain, strict := &record.Gate{}, &record.Gate{Strict: true}
	known := &record.Gate{Baseline: "b.yaml", Strict: true, Judgements: []record.Judgement{{Change: record.Known}}}
	stale := &record.Gate{Baseline: "b.yaml", Judgements: []record.Judgement{{Change: record.Stale}}}
	lost := &record.Gate{Judgements: []record.Judgement{{Change: record.Lost}}}
	for name, test := range map[string]struct {
		verdicts []record.Verdict
		flaky    bool
		missing  int
		gate     *record.Gate
		want     record.Outcome
	}{
		"all pass":                         {[]record.Verdict{record.Pass}, false, 0, nil, record.OutcomeConforms},
		"what is no failure":               {[]record.Verdict{record.NonStrict, record.Informational, record.Unimplemented}, true, 0, nil, record.OutcomeConforms},
		"a failure":                        {[]record.Verdict{record.Pass, record.Fail}, false, 0, nil, record.OutcomeFails},
		"a failure without a baseline":     {[]record.Verdict{record.Fail}, false, 0, plain, record.OutcomeFails},
		"a failure that is known":          {[]record.Verdict{record.Fail}, false, 0, known, record.OutcomeConforms},
		"a line that is stale":             {[]record.Verdict{record.Pass}, false, 0, stale, record.OutcomeFails},
		"a feature that is lost":           {[]record.Verdict{record.Unimplemented}, false, 0, lost, record.OutcomeFails},
		"non-strict":                       {[]record.Verdict{record.NonStrict}, false, 0, plain, record.OutcomeConforms},
		"non-strict, strictly":             {[]record.Verdict{record.NonStrict}, false, 0, strict, record.OutcomeFails},
		"flaky, strictly":                  {[]record.Verdict{record.Pass}, true, 0, strict, record.OutcomeFails},
		"non-strict, with a baseline":      {[]record.Verdict{record.NonStrict}, false, 0, known, record.OutcomeConforms},
		"an error":                         {[]record.Verdict{record.Pass, record.Error}, false, 0, nil, record.OutcomeIncomplete},
		"a case that did not run":          {[]record.Verdict{record.Pass}, false, 1, nil, record.OutcomeIncomplete},
		"a failure weighs more":            {[]record.Verdict{record.Error, record.Fail}, false, 1, nil, record.OutcomeFails},
		"an error beside what is accepted": {[]record.Verdict{record.Error, record.Fail}, false, 0, known, record.OutcomeIncomplete},
	} {
		rec := &record.Record{Ran: len(test.verdicts), Planned: len(test.verdicts) + test.missing, Peers: []record.Peer{{Name: "a"}}}
		for _, v := range test.verdicts {
			rec.Peers[0].Cases = append(rec.Peers[0].Cases, record.Case{Verdict: v, Flaky: test.flaky})
		}
		if got := rec.Outcome(test.gate); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
