package reports

import (
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/protocol/requirement"
)

// What GitHub takes of a SARIF file: results of a run, and bytes once it is compressed, here with room for the rest of the file.
const (
	sarifResults = 25_000
	sarifBytes   = 9_000_000
)

// sarifRoom measures how long what is written to it becomes.
type sarifRoom struct {
	zip  *gzip.Writer
	used int
}

func newSARIFRoom() *sarifRoom {
	r := new(sarifRoom)
	r.zip = gzip.NewWriter(r)
	return r
}

// Write takes what is compressed already.
func (r *sarifRoom) Write(p []byte) (int, error) {
	r.used += len(p)
	return len(p), nil
}

// has tells whether there is room for more once this is added.
func (r *sarifRoom) has(text []byte) bool {
	r.zip.Write(text)
	return r.used < sarifBytes
}

// SARIFPlaces say where in a repository results are shown: code scanning has no other place for them than files.
type SARIFPlaces struct {
	Peer func(name string) Place  // where the repository speaks of a peer
	File func(name string) string // the path from the root of the repository to a file that the gate names, with slashes
}

// Place is a line of a file, from 1, by its path from the root of the repository, with slashes.
type Place struct {
	File string
	Line int
}

// SARIF writes what code scanning shows: a rule for each requirement that is broken, and a result for each case that breaks it.
// What the baseline knows is suppressed, with the reason. A result is recognised from run to run by peer, case and
// requirement. What could not be tested is a notification, and so is how much is left out because GitHub would not take it. The
// gate may be nil.
func SARIF(w io.Writer, rec *record.Record, gate *record.Gate, places SARIFPlaces) error {
	s := &sarif{judged: judge(rec, nil, gate), places: places}
	for i := range s.Record.Peers {
		s.peer(i)
	}
	for _, j := range s.apart() {
		if j.Change.Gates() {
			s.judgement(j)
		}
	}
	run, err := s.run()
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// The parts of SARIF 2.1.0 that are in use.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []json.RawMessage `json:"results"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Start         string              `json:"startTimeUtc"`
		End           string              `json:"endTimeUtc"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifRule struct {
		ID         string         `json:"id"`
		Short      sarifText      `json:"shortDescription"`
		Full       sarifText      `json:"fullDescription"`
		Help       sarifText      `json:"help"`
		HelpURI    string         `json:"helpUri,omitempty"`
		Default    sarifDefault   `json:"defaultConfiguration"`
		Properties sarifRuleFacts `json:"properties"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifRuleFacts struct {
		Tags      []string `json:"tags"`
		Precision string   `json:"precision"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifSuppression struct {
		Kind          string         `json:"kind"`
		Status        string         `json:"status"`
		Justification string         `json:"justification"`
		Location      *sarifLocation `json:"location,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
	}
)

// sarif is what is being collected.
type sarif struct {
	*judged
	places        SARIFPlaces
	results       []sarifResult
	notifications []sarifNotification
}

// peer adds what a peer does wrong, and what could not be put to it.
func (s *sarif) peer(i int) {
	p := &s.Record.Peers[i]
	errors := 0
	for k := range p.Cases {
		c := &p.Cases[k]
		switch {
		case c.Verdict == record.Error:
			errors++
		case s.gates(i, k), c.Verdict == record.Fail, c.Verdict == record.NonStrict:
			s.failure(i, k)
		}
	}
	switch {
	case p.Untested != nil:
		s.notify("error", fmt.Sprintf("%s was not tested: %s", p.Name, p.Untested.Reason))
	case errors > 0:
		s.notify("error", fmt.Sprintf("%s of %s could not be carried out", plural(int64(errors), "case"), p.Name))
	}
}

func (s *sarif) notify(level, words string) {
	s.notifications = append(s.notifications, sarifNotification{level, sarifText{Text: inert(words)}})
}

// failure adds a result for each requirement that a case breaks.
func (s *sarif) failure(i, k int) {
	p := &s.Record.Peers[i]
	c, judgement := &p.Cases[k], s.of(i, k)
	broken := c.Broken()
	if len(broken) == 0 {
		broken = []string{failureType(c)}
	}
	location := s.location(s.places.Peer(s.names[i][0]), Anchor(s.names[i][0], s.names[i][k+1]))
	for _, id := range broken {
		s.results = append(s.results, sarifResult{
			RuleID: id, Level: s.level(i, k), Message: sarifText{Text: inert(s.words(i, k, id))},
			Locations: []sarifLocation{location}, Fingerprints: fingerprint(s.names[i][0], s.names[i][k+1], id),
			Suppressions: s.suppressions(judgement),
		})
	}
}

// sarifLevels are the levels of results, the most alarming first.
var sarifLevels = []string{"error", "warning", "note"}

// level is how loud a result is: what fails the run is an error. What the baseline knows is a note, since GitHub does not look at
// suppressions, and a new error of a pull request fails it.
func (s *sarif) level(i, k int) string {
	switch verdict := s.Record.Peers[i].Cases[k].Verdict; {
	case s.knows(i, k):
		return "note"
	case s.gates(i, k), verdict == record.Fail && !s.added(i, k):
		return "error"
	case verdict == record.Fail:
		return "warning"
	}
	return "note"
}

func (s *sarif) added(i, k int) bool {
	judgement := s.of(i, k)
	return judgement != nil && judgement.Change == record.Added
}

// words say what a case found about a requirement. Where there is little room, only the first sentence is shown.
func (s *sarif) words(i, k int, id string) string {
	p := &s.Record.Peers[i]
	c := &p.Cases[k]
	words := []string{fmt.Sprintf("%s, case %s: %s.", p.Name, c.ID, strings.TrimSuffix(c.Title, "."))}
	n := slices.IndexFunc(c.Findings, func(f record.Finding) bool { return f.Requirement == id && f.Severity == c.Verdict })
	if n >= 0 {
		words = append(words, fmt.Sprintf("Expected %s; got %s.", c.Findings[n].Expected, c.Findings[n].Got))
	} else {
		words = append(words, summary(c)+".")
	}
	if place := lookUp(id).Place; place != "" {
		words = append(words, place+".")
	}
	if command := again(p, c.ID); command != "" {
		words = append(words, "Again: "+command)
	}
	return strings.Join(words, " ")
}

// suppressions are why a failure is accepted, nil if it is not.
func (s *sarif) suppressions(j *record.Judgement) []sarifSuppression {
	if j == nil || j.Change != record.Known && j.Change != record.Flaky {
		return nil
	}
	one := sarifSuppression{Kind: "external", Status: "accepted", Justification: inert(judgementWords(j))}
	if place, ok := s.where(j.Where); ok {
		location := s.location(place, "")
		one.Location = &location
	}
	return []sarifSuppression{one}
}

// judgement adds what the gate says of no single case: an entry of the baseline that is out of date, a feature that is missing.
func (s *sarif) judgement(j *record.Judgement) {
	place, ok := s.where(j.Where)
	if !ok {
		place = s.places.Peer(j.Peer)
	}
	s.results = append(s.results, sarifResult{
		RuleID: string(j.Change), Level: "error", Message: sarifText{Text: inert(j.Peer + ": " + judgementWords(j))},
		Locations: []sarifLocation{s.location(place, "")}, Fingerprints: fingerprint(j.Peer, j.Case, string(j.Change)),
	})
}

// where reads FILE:LINE.
func (s *sarif) where(words string) (Place, bool) {
	i := strings.LastIndexByte(words, ':')
	if i < 0 {
		return Place{}, false
	}
	line, err := strconv.Atoi(words[i+1:])
	return Place{s.places.File(words[:i]), line}, err == nil
}

func (s *sarif) location(p Place, logical string) sarifLocation {
	uri := (&url.URL{Path: path.Clean(p.File)}).String()
	l := sarifLocation{Physical: sarifPhysical{sarifArtifact{uri, "%SRCROOT%"}, sarifRegion{max(p.Line, 1)}}}
	if logical != "" {
		l.Logical = []sarifLogical{{logical}}
	}
	return l
}

// fingerprint tells a result from all others and is the same in every run. GitHub goes by the first member, which would
// otherwise be made from the line of the file, the same for all results of a peer.
func fingerprint(peer, id, rule string) map[string]string {
	sum := sha256.Sum256([]byte(peer + "\x00" + id + "\x00" + rule))
	return map[string]string{"primaryLocationLineHash": fmt.Sprintf("%x:1", sum[:8]), "wsspec/v1": fmt.Sprintf("%x", sum[:16])}
}

var (
	sarifLink        = regexp.MustCompile(`\](\s*)\(`)
	sarifPlaceholder = regexp.MustCompile(`\{(\d)`)
)

// inert makes a printable text mean itself in a message of SARIF, in which [words](address) is a link and {0} stands for an
// argument, and on GitHub, where @name calls somebody.
func inert(s string) string {
	s = sarifLink.ReplaceAllString(s, "] \u200b(")
	s = sarifPlaceholder.ReplaceAllString(s, "{\u200b$1")
	return strings.ReplaceAll(s, "@", "@\u200b")
}

// run puts everything together, what matters most first, as much as GitHub takes.
func (s *sarif) run() (run sarifRun, err error) {
	if words := s.incomplete(); words != "" {
		s.notify("error", words)
	}
	slices.SortStableFunc(s.results, func(a, b sarifResult) int {
		return cmp.Or(cmp.Compare(len(a.Suppressions), len(b.Suppressions)), cmp.Compare(slices.Index(sarifLevels, a.Level), slices.Index(sarifLevels, b.Level)))
	})
	run.Results = []json.RawMessage{}
	used := make(map[string]bool)
	room := newSARIFRoom()
	for _, r := range s.results[:min(len(s.results), sarifResults)] {
		text, err := json.Marshal(r)
		if err != nil {
			return run, err
		}
		if !room.has(text) {
			break
		}
		run.Results = append(run.Results, text)
		used[r.RuleID] = true
	}
	if left := len(s.results) - len(run.Results); left > 0 {
		s.notify("warning", plural(int64(left), "result")+" had no room in this file: the report has them")
	}
	run.Invocations = []sarifInvocation{s.invocation()}
	run.Tool.Driver = s.driver(used)
	return run, nil
}

func (s *sarif) invocation() sarifInvocation {
	end := s.Started.Add(time.Duration(s.DurationMS) * time.Millisecond)
	failed := slices.ContainsFunc(s.notifications, func(n sarifNotification) bool { return n.Level == "error" })
	return sarifInvocation{!failed, s.Started.UTC().Format(time.RFC3339), end.UTC().Format(time.RFC3339), s.notifications}
}

// driver describes this tool and the rules that are in use.
func (s *sarif) driver(used map[string]bool) sarifDriver {
	d := sarifDriver{Name: "wsspec", InformationURI: "https://github.com/wsspec/wsspec", Rules: []sarifRule{}}
	if _, version, found := strings.Cut(s.Tool, " "); found {
		d.Version = version
	}
	var ids []string
	for id := range used {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, compareRequirements)
	for _, id := range ids {
		d.Rules = append(d.Rules, newSARIFRule(id))
	}
	return d
}

// otherRules are the rules that are no requirement.
var otherRules = map[string]string{
	string(record.Fail):          "The case failed.",
	string(record.NonStrict):     "The case is non-strict.",
	string(record.Unimplemented): "A feature that is demanded is not implemented.",
	string(record.Lost):          "A feature that is demanded is not offered.",
	string(record.Stale):         "An entry of the baseline is out of date.",
}

func newSARIFRule(id string) sarifRule {
	r, known := requirement.Get(id)
	says := cmp.Or(otherRules[id], "Not known to this version of wsspec.")
	rule := sarifRule{ID: id, Default: sarifDefault{"error"}, Properties: sarifRuleFacts{[]string{"websocket"}, "very-high"}}
	if known {
		clause := lookUp(id)
		says = r.Statement
		rule.HelpURI = ruleURI(r)
		rule.Properties.Tags = append(rule.Properties.Tags, strings.ToLower(r.RFC), r.Level.String())
		rule.Help = sarifText{
			Text:     fmt.Sprintf("%s, %s: %s", clause.Place, clause.Level, clause.Says),
			Markdown: fmt.Sprintf("**%s**, %s\n\n> %s\n", escapeMarkdown(clause.Place), clause.Level, escapeMarkdown(clause.Says)),
		}
		if r.Level < requirement.Must {
			rule.Default.Level = "warning"
		}
	} else {
		rule.Help.Text = says
	}
	rule.Short.Text, rule.Full.Text = fmt.Sprintf("%s: %s", id, says), cmp.Or(r.Quote, says)
	return rule
}

// ruleURI is the page with the sentence.
func ruleURI(r requirement.Requirement) string {
	if r.RFC == "IANA" {
		return "https://www.iana.org/assignments/websocket/websocket.xhtml"
	}
	return "https://www.rfc-editor.org/rfc/" + strings.ToLower(r.RFC) + "#section-" + r.Section
}
