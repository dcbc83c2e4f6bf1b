package reports

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
)

// JUnit writes the record as the XML that CI systems read: a suite for each peer, and in it a class for each chapter. What
// gates is a failure, what could not be carried out an error. What the baseline knows, and what the peer does not implement,
// is skipped, with the reason. Entries of the baseline that are out of date are failures of their own. Without a gate, which
// may be nil, every failure counts; transcripts may be nil, too.
func JUnit(w io.Writer, rec *record.Record, transcripts Transcripts, gate *record.Gate) error {
	j := judge(rec, transcripts, gate)
	all := junitSuites{Name: j.Tool, Time: seconds(time.Duration(j.DurationMS) * time.Millisecond)}
	for i := range j.Record.Peers {
		all.add(j.suite(i))
	}
	all.add(j.suiteApart())
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"` // UTC, without saying so: that is the form that readers take
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	SystemErr  *junitText      `xml:"system-err"`

	took time.Duration
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// junitCase has at most one of Skipped, Error and Failure.
type junitCase struct {
	Class     string     `xml:"classname,attr"`
	Name      string     `xml:"name,attr"`
	Time      string     `xml:"time,attr"`
	Skipped   *junitNote `xml:"skipped"`
	Error     *junitNote `xml:"error"`
	Failure   *junitNote `xml:"failure"`
	SystemOut *junitText `xml:"system-out"`
}

type junitNote struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Body    string `xml:",cdata"`
}

type junitText struct {
	Body string `xml:",cdata"`
}

// add adds a suite, unless it is empty.
func (all *junitSuites) add(s junitSuite) {
	if len(s.Cases) == 0 {
		return
	}
	all.Tests += s.Tests
	all.Failures += s.Failures
	all.Errors += s.Errors
	all.Suites = append(all.Suites, s)
}

// add adds a case that took so long.
func (s *junitSuite) add(c junitCase, took time.Duration) {
	s.took += took
	s.Time, c.Time = seconds(s.took), seconds(took)
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }

func (j *judged) newSuite(name string) junitSuite {
	s := junitSuite{Name: name, Time: seconds(0), Timestamp: j.Started.UTC().Format("2006-01-02T15:04:05"), Properties: []junitProperty{
		{"tool", j.Tool}, {"catalogue", j.Catalogue}, {"profile", j.Profile}, {"seed", j.Seed},
	}}
	if j.Shard != nil {
		s.Properties = append(s.Properties, junitProperty{"shard", j.Shard.String()})
	}
	return s
}

// suite holds the cases of the i-th peer, and what the gate says of the peer beside them.
func (j *judged) suite(i int) junitSuite {
	p := &j.Record.Peers[i]
	s := j.newSuite(p.Name)
	s.Properties = append(s.Properties, junitProperty{"role", p.Role}, junitProperty{"url", p.URL})
	if p.JudgedBy != "" {
		s.Properties = append(s.Properties, junitProperty{"judged_by", p.JudgedBy})
	}
	if p.Untested != nil {
		s.add(junitCase{Class: className(p.Name, "run"), Name: "the peer can be tested", Error: &junitNote{Message: p.Untested.Reason, Type: "not tested"}}, 0)
	}
	for k := range p.Cases {
		s.add(j.junitCase(i, k), microseconds(p.Cases[k].DurationUS))
	}
	for _, judgement := range j.apart() {
		if judgement.Peer == p.Name {
			s.add(junitJudgement(judgement), 0)
		}
	}
	if words := strings.Join(lastWords(p), "\n"); words != "" {
		s.SystemErr = &junitText{words}
	}
	return s
}

// suiteApart holds what belongs to no peer of the record: judgements on others, and cases that did not run.
func (j *judged) suiteApart() junitSuite {
	s := j.newSuite("run")
	for _, judgement := range j.apart() {
		if j.Record.Peer(judgement.Peer) == nil {
			s.add(junitJudgement(judgement), 0)
		}
	}
	if words := j.incomplete(); words != "" {
		s.add(junitCase{Class: "run", Name: "every planned case ran", Error: &junitNote{Message: words, Type: "incomplete"}}, 0)
	}
	return s
}

// junitJudgement is a judgement that is about no single case.
func junitJudgement(judgement *record.Judgement) junitCase {
	c := junitCase{Class: className(cmp.Or(judgement.Peer, "run"), "baseline"), Name: string(judgement.Change)}
	for _, word := range []string{judgement.Case, judgement.Where} {
		if word != "" {
			c.Name += " " + word
		}
	}
	note := &junitNote{Message: judgementWords(judgement), Type: string(judgement.Change)}
	if judgement.Change.Gates() {
		c.Failure = note
	} else {
		c.Skipped = note
	}
	return c
}

// className puts a chapter below a peer. Readers take what stands before the last dot for the package.
func className(peer, chapter string) string {
	return peer + "." + strings.ReplaceAll(chapter, ".", " ")
}

// judgementWords say what a gate found, such as "STALE: recorded as fail; baseline.yaml:4".
func judgementWords(j *record.Judgement) string {
	words := string(j.Change)
	for n, part := range []string{j.Text, j.Reason, j.Ticket, j.Where} {
		switch {
		case part == "":
		case n == 0 || words == string(j.Change):
			words += ": " + part
		default:
			words += "; " + part
		}
	}
	return words
}

func (j *judged) junitCase(i, k int) junitCase {
	p := &j.Record.Peers[i]
	c, judgement := &p.Cases[k], j.of(i, k)
	number, chapter := record.Chapter(c.ID)
	out := junitCase{Class: className(p.Name, strings.TrimSpace(fmt.Sprintf("%d %s", number, chapter))), Name: c.ID + " " + c.Title}
	switch {
	case j.gates(i, k):
		out.Failure = &junitNote{j.failureWords(i, k), failureType(c), j.evidenceText(i, k)}
	case c.Verdict == record.Error:
		out.Error = &junitNote{summary(c), "not carried out", j.evidenceText(i, k)}
	case c.Verdict == record.Fail:
		out.Skipped = &junitNote{Message: judgementWords(judgement)}
		out.SystemOut = &junitText{j.evidenceText(i, k)}
	case c.Verdict == record.Unimplemented:
		out.Skipped = &junitNote{Message: "unimplemented: " + summary(c)}
	case c.Verdict != record.Pass || c.Flaky:
		out.SystemOut = &junitText{j.evidenceText(i, k)}
	}
	return out
}

// failureWords are the message of a failure: what the gate calls it, and what was found.
func (j *judged) failureWords(i, k int) string {
	c, judgement := &j.Record.Peers[i].Cases[k], j.of(i, k)
	switch {
	case judgement == nil:
		return summary(c)
	case judgement.Change == record.New:
		return string(record.New) + ": " + summary(c)
	}
	return judgementWords(judgement) + "; " + summary(c)
}

// failureType is the requirement that was broken, if the case names one.
func failureType(c *record.Case) string {
	for _, f := range c.Findings {
		if f.Severity == c.Verdict {
			return f.Requirement
		}
	}
	return string(c.Verdict)
}

// evidenceText is what the summary for a terminal says about a case that did not simply pass.
func (j *judged) evidenceText(i, k int) string {
	var b strings.Builder
	t := &text{subject: j.subject, Style: Style{Width: 120}, out: bufio.NewWriter(&b)}
	c := &j.Record.Peers[i].Cases[k]
	if len(c.Findings) > 0 || c.Verdict == record.Error {
		t.failure(i, k, nil)
	} else {
		t.heading(c)
		for _, note := range c.Notes {
			t.detail("note", note, "")
		}
	}
	t.out.Flush()
	return b.String()
}
