package cases

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
)

// TestRecordings holds the verdicts that are given in the name of the Autobahn testsuite against what the real one said of the
// same faulty servers: testdata/autobahn.tsv.
func TestRecordings(t *testing.T) {
	recorded := readRecordings(t)
	without := sayings(ask(t, nil, harness.Probe{}))
	for _, f := range part(reference.Faults()) {
		theirs, ok := recorded[f.Name]
		if !ok {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			for id, ours := range sayings(ask(t, f, harness.Probe{})) {
				want, differs := theirs[id]
				if !differs {
					want = without[id]
				}
				if ours != want && !unsteady[id] && !unsteady[f.Name+"/"+id] {
					t.Errorf("%s: %v, the testsuite says %v", id, ours, want)
				}
			}
		})
	}
}

// saying is what the testsuite says of a case: behavior, behaviorClose, remoteCloseCode.
type saying [3]string

// readRecordings returns what the testsuite said, by fault and case.
func readRecordings(t *testing.T) map[string]map[string]saying {
	t.Helper()
	text, err := os.ReadFile("testdata/autobahn.tsv")
	if err != nil {
		t.Fatal(err)
	}
	recorded := make(map[string]map[string]saying)
	for line := range strings.Lines(string(text)) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(columns) != 5 {
			continue // says what the file is about
		}
		fault := columns[0]
		if recorded[fault] == nil {
			recorded[fault] = make(map[string]saying)
		}
		for id := range strings.FieldsSeq(columns[4]) {
			recorded[fault][id] = saying(columns[1:4])
		}
	}
	return recorded
}

// unsteady are the cases whose outcome hangs on timing, here or there, beside those that say so of themselves: the close code of
// 7.1.6, and what a fault makes of one. In 2.7 and 2.8 the wrong answer is to a ping that the testsuite does not send.
var unsteady = map[string]bool{
	"7.1.6": true, "empty-pongs/2.7": true, "empty-pongs/2.8": true, "pongs-without-fin/5.19": true, "pongs-without-fin/5.20": true,
	"one-read-one-frame/6.4.3": true, "one-read-one-frame/6.4.4": true,
	"later-fragments-lost/5.4": true, "later-fragments-lost/6.4.1": true, "later-fragments-lost/6.4.2": true,
	"middle-fragments-lost/6.2.4": true,
}

// sayings are our verdicts in the name of the testsuite, without chapter 9, which was not recorded.
func sayings(results []record.Case) map[string]saying {
	words := make(map[string]saying)
	for _, c := range results {
		if chapter, _ := record.Chapter(c.ID); c.WSTest == nil || chapter == 9 || Find(c.ID).Races {
			continue
		}
		code := "-"
		if c.WSTest.RemoteCloseCode != nil {
			code = fmt.Sprint(*c.WSTest.RemoteCloseCode)
		}
		words[c.ID] = saying{c.WSTest.Behavior, c.WSTest.BehaviorClose, code}
	}
	return words
}
