package cases

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
	"github.com/wsspec/wsspec/protocol"
)

// TestMatrix puts every case to every fault, in memory and on a virtual clock. The cases that proofs.tsv names must fail, with
// the requirement that it names, and no others. Under the race detector, and with -short, a tenth of the faults must do.
func TestMatrix(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // every conversation is garbage at once, and none is large
	faults, start := part(reference.Faults()), time.Now()
	t.Run("fault", func(t *testing.T) {
		for _, f := range faults {
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				got := strings.Join(rowsOf(f.Name, ask(t, f, harness.Probe{})), "")
				if want := strings.Join(declared(f.Name), ""); got != want {
					t.Errorf("an endpoint that %s\nproofs.tsv says:\n%sbut it is:\n%s", f.Mistake, want, got)
				}
			})
		}
	})
	t.Logf("%d faults x %d cases in %v", len(faults), len(All()), time.Since(start).Round(time.Millisecond))
}

// TestVariants puts every case to the reference server and to all that it may do instead. Nothing fails, and what is as good as
// the canonical behaviour passes.
func TestVariants(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	variants, start := append([]*reference.Fault{{Name: "reference"}}, part(reference.Variants())...), time.Now()
	t.Run("variant", func(t *testing.T) {
		for _, f := range variants {
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				if f.Name == "reference" {
					f = nil
				}
				judgeVariant(t, f, ask(t, f, probe(t, f)))
			})
		}
	})
	t.Logf("%d legal variants x %d cases in %v", len(variants), len(All()), time.Since(start).Round(time.Millisecond))
}

func judgeVariant(t *testing.T, f *reference.Fault, results []record.Case) {
	may, does := f != nil && f.NonStrict, false
	for _, r := range results {
		switch r.Verdict {
		case record.Pass, record.Informational:
		case record.NonStrict:
			if does = true; !may {
				t.Errorf("%s is %s: %+v", r.ID, r.Verdict, r.Findings)
			}
		default:
			t.Errorf("%s is %s: %+v", r.ID, r.Verdict, r.Findings)
		}
	}
	if may && !does {
		t.Errorf("it counts as non-strict, but no case finds that an endpoint %s", f.Mistake)
	}
}

// part returns what of all there is time for.
func part(all []*reference.Fault) []*reference.Fault {
	if !raceDetector && !testing.Short() {
		return all
	}
	const seed1, seed2 = 6455, 7692
	some := slices.Clone(all)
	rand.New(rand.NewPCG(seed1, seed2)).Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some[:(len(some)+9)/10]
}

// runner puts all cases to a fault, without a second chance: on a virtual clock nothing is late for want of time. The least
// volume does, except for faults that show only in more.
func runner(t *testing.T, f *reference.Fault) *harness.Runner {
	u, err := protocol.ParseURL("ws://reference.invalid/")
	if err != nil {
		t.Fatal(err)
	}
	profile := harness.Quick
	if f != nil && f.Bulk {
		profile = harness.Standard
	}
	return &harness.Runner{
		Target: harness.Target{URL: u, Dial: reference.Dialer(f)}, Cases: All(), Jobs: 16,
		Timeout: harness.DefaultProgress, Seed: "matrix", Profile: profile,
	}
}

// probe looks at a variant first, as is done with every real peer: a slow one is given more time.
func probe(t *testing.T, f *reference.Fault) (p harness.Probe) {
	synctest.Test(t, func(t *testing.T) {
		var err error
		if p, err = runner(t, f).Probe(t.Context()); err != nil || p.Problem != "" {
			t.Errorf("probe: %v %s", err, p.Problem)
		}
		wait()
	})
	return p
}

// ask returns what all cases give.
func ask(t *testing.T, f *reference.Fault, p harness.Probe) (results []record.Case) {
	synctest.Test(t, func(t *testing.T) {
		r := runner(t, f)
		r.Result = func(c record.Case, _ *record.Transcript) { results = append(results, c) }
		if err := r.Run(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		wait()
	})
	if len(results) != len(All()) {
		t.Fatalf("%d verdicts for %d cases", len(results), len(All()))
	}
	slices.SortFunc(results, func(a, b record.Case) int { return record.CompareIDs(a.ID, b.ID) })
	return results
}

// wait gives endpoints time to notice that their clients are gone. One that is still there afterwards makes the test fail.
func wait() { <-time.After(time.Minute) }

// rowsOf puts results into rows of proofs.tsv: one for each weight and requirement of a finding, in the order of the cases.
func rowsOf(fault string, results []record.Case) (rows []string) {
	type key struct {
		verdict     record.Verdict
		requirement string
	}
	var keys []key
	ids := map[key][]string{}
	for _, r := range results {
		if r.Verdict == record.Pass || r.Verdict == record.Informational {
			continue
		}
		k := key{r.Verdict, requirementOf(r)}
		if ids[k] == nil {
			keys = append(keys, k)
		}
		ids[k] = append(ids[k], r.ID)
	}
	slices.SortStableFunc(keys, func(a, b key) int { return strings.Compare(string(a.verdict), string(b.verdict)) })
	for _, k := range keys {
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s\n", fault, k.verdict, k.requirement, compactIDs(ids[k])))
	}
	return rows
}

// requirementOf is the requirement of the first finding that weighs as much as the verdict.
func requirementOf(r record.Case) string {
	for _, f := range r.Findings {
		if f.Severity == r.Verdict {
			return f.Requirement
		}
	}
	return ""
}

// declared returns the rows that a fault has in proofs.tsv, without what it is about.
func declared(fault string) (rows []string) {
	for row := range strings.Lines(proofsTable) {
		if strings.HasPrefix(row, fault+"\t") && !strings.HasPrefix(row, fault+"\t"+aboutWord) {
			rows = append(rows, row)
		}
	}
	return rows
}
