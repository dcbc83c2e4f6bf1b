// Package suite is the catalogue as a Ginkgo suite: each case is a spec, with its chapter, level and requirements as labels.
//
//	go test ./cases/suite                                    against the reference server, in memory
//	go test ./cases/suite -url ws://127.0.0.1:9001/          against a server that runs
//	ginkgo --procs=4 ./cases/suite -- -url ws://...          the same in several processes
//	go test ./cases/suite -ginkgo.label-filter 'chapter:5'   a part of it
package suite

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/wsspec/wsspec/cases"
	"github.com/wsspec/wsspec/harness"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/harness/reference"
)

var (
	url     = flag.String("url", "", "the server to test; empty: the reference server, in memory")
	timeout = flag.Duration("progress", harness.DefaultProgress, "how long a case waits without progress")
	strict  = flag.Bool("strict", false, "what is only non-strict fails, too")
)

func TestSuite(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "wsspec catalogue "+cases.Version)
}

// shared is what the first process tells the others.
type shared struct {
	Probe harness.Probe
	Seed  string
	Dir   string // where each process keeps what chapter 0 saw
}

var common shared

var _ = SynchronizedBeforeSuite(func(ctx SpecContext) []byte {
	s := shared{Seed: fmt.Sprintf("%08x", GinkgoRandomSeed())}
	probe, err := newRunner(s).Probe(ctx)
	Expect(err).NotTo(HaveOccurred())
	if probe.Problem != "" {
		GinkgoWriter.Println(probe.Problem)
	}
	s.Probe = probe
	s.Dir, err = os.MkdirTemp("", "wsspec-suite-")
	Expect(err).NotTo(HaveOccurred())
	data, err := json.Marshal(s)
	Expect(err).NotTo(HaveOccurred())
	return data
}, func(data []byte) {
	Expect(json.Unmarshal(data, &common)).To(Succeed())
})

var _ = SynchronizedAfterSuite(func() {}, func() {
	if common.Dir != "" {
		Expect(os.RemoveAll(common.Dir)).To(Succeed())
	}
})

// target is the server under test.
func target() harness.Target {
	address := *url
	if address == "" {
		address = "ws://reference.invalid/"
	}
	t, err := harness.NewTarget(address, nil)
	Expect(err).NotTo(HaveOccurred())
	if *url == "" {
		t.Dial = reference.Dialer(nil)
	}
	return t
}

func newRunner(s shared) *harness.Runner {
	return &harness.Runner{Target: target(), Timeout: *timeout, Retries: 3, Seed: s.Seed, Jobs: 1}
}

var _ = DescribeTable("the catalogue", func(ctx SpecContext, c *harness.Case) {
	result := ask(ctx, c)
	AddReportEntry("verdict", result, ReportEntryVisibilityFailureOrVerbose)
	if words := complaint(result); words != "" {
		Fail(words)
	}
}, entries(false))

var _ = DescribeTable("chapter 0, over all conversations", Serial, func(ctx SpecContext, c *harness.Case) {
	result := watched(ctx, c)
	AddReportEntry("verdict", result, ReportEntryVisibilityFailureOrVerbose)
	if words := complaint(result); words != "" {
		Fail(words)
	}
}, entries(true))

// entries makes table entries of the cases, those of chapter 0 or the others.
func entries(passive bool) (list []TableEntry) {
	for _, c := range cases.All() {
		if c.Passive() != passive {
			continue
		}
		n, _ := record.Chapter(c.ID)
		labels := Label(fmt.Sprintf("chapter:%d", n), "level:"+c.Level().String(), "case:"+c.ID)
		for _, id := range c.Checks {
			labels = append(labels, "requirement:"+id)
		}
		decorators := []any{labels, SpecTimeout(5 * time.Minute)}
		if c.Alone {
			decorators = append(decorators, Serial)
		}
		list = append(list, Entry(c.ID+" "+c.Title, append(decorators, c)...))
	}
	return list
}

// complaint says why a case fails; it is empty if it does not.
func complaint(c record.Case) (words string) {
	for _, f := range c.Findings {
		if f.Severity == record.Fail || *strict {
			words += fmt.Sprintf("%s (%s)\n  expected  %s\n  got       %s\n", f.Requirement, f.Level, f.Expected, f.Got)
		}
	}
	if c.Verdict == record.Error {
		words += "the case could not be carried out"
	}
	return words
}

// ask puts one case to the server and keeps what chapter 0 saw in the conversation.
func ask(ctx context.Context, c *harness.Case) (result record.Case) {
	r := newRunner(common)
	r.Cases = append([]*harness.Case{c}, watchers()...)
	seen := observation{}
	r.Result = func(found record.Case, _ *record.Transcript) {
		if found.ID == c.ID {
			result = found
		} else {
			seen[found.ID] = found
		}
	}
	Expect(r.Run(ctx, common.Probe)).To(Succeed())
	seen.keep(c.ID)
	return result
}

func watchers() (list []*harness.Case) {
	for _, c := range cases.All() {
		if c.Passive() {
			list = append(list, c)
		}
	}
	return list
}
