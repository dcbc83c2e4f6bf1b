package suite

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	. "github.com/onsi/gomega"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
)

// observation is what the cases of chapter 0, by their IDs, found in one conversation. It goes through a file, because the
// conversations may be had by several processes.
type observation map[string]record.Case

func observationFile(id string) string { return filepath.Join(common.Dir, id+".json") }

func (o observation) keep(id string) {
	data, err := json.Marshal(o)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(observationFile(id), data, 0o600)).To(Succeed())
}

// observed returns what was seen in the conversation of a case, which is had now if it was not yet: specs come in any order.
func observed(ctx context.Context, c *harness.Case) observation {
	data, err := os.ReadFile(observationFile(c.ID))
	if os.IsNotExist(err) {
		ask(ctx, c)
		data, err = os.ReadFile(observationFile(c.ID))
	}
	Expect(err).NotTo(HaveOccurred())
	o := observation{}
	Expect(json.Unmarshal(data, &o)).To(Succeed())
	return o
}

// watched is the verdict of a case of chapter 0 over all conversations: that of the first one that speaks against the peer.
func watched(ctx context.Context, watcher *harness.Case) record.Case {
	result := record.Case{ID: watcher.ID, Title: watcher.Title, Requirements: watcher.Checks, Verdict: record.Error}
	for _, c := range cases.All() {
		if c.Passive() {
			continue
		}
		seen := observed(ctx, c)[watcher.ID]
		switch {
		case seen.Verdict == record.Fail:
			seen.Notes = append(seen.Notes, fmt.Sprintf("seen in the conversation of case %s", c.ID))
			return seen
		case seen.Verdict == record.Pass:
			result.Verdict = record.Pass
		}
	}
	return result
}
