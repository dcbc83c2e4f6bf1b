package cases

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol"
)

func askAll(t *testing.T, f *reference.Fault, all []*harness.Case) (results []record.Case) {
	u, err := protocol.ParseURL("ws://reference.invalid/")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		r := &harness.Runner{
			Target: harness.Target{URL: u, Dial: reference.Dialer(f)}, Cases: all, Jobs: 16,
			Timeout: harness.DefaultProgress, Seed: "matrix",
			Result: func(c record.Case, _ *record.Transcript) { results = append(results, c) },
		}
		probe := harness.Probe{}
		if slices.Contains(reference.Variants(), f) {
			if probe, err = r.Probe(t.Context()); err != nil || probe.Problem != "" {
				t.Error(err, probe)
			}
		}
		if err := r.Run(t.Context(), probe); err != nil {
			t.Error(err)
		}
		<-time.After(time.Minute)
	})
	slices.SortFunc(results, func(a, b record.Case) int { return record.CompareIDs(a.ID, b.ID) })
	return results
}

func TestProto(t *testing.T) {
	for _, f := range reference.Faults() {
		rs := askAll(t, f, All())
		type key struct {
			v record.Verdict
			r string
		}
		var keys []key
		by := map[key][]string{}
		for _, r := range rs {
			if r.Verdict == record.Pass || r.Verdict == record.Informational {
				continue
			}
			k := key{r.Verdict, ""}
			for _, fi := range r.Findings {
				if fi.Severity == r.Verdict {
					k.r = fi.Requirement
					break
				}
			}
			if by[k] == nil {
				keys = append(keys, k)
			}
			by[k] = append(by[k], r.ID)
		}
		for _, k := range keys {
			fmt.Printf("%s\t%s\t%s\t%d\t%s\n", f.Name, k.v, k.r, len(by[k]), compactIDs(by[k]))
		}
		if len(keys) == 0 {
			fmt.Printf("%s\tNOTHING\n", f.Name)
		}
	}
}
