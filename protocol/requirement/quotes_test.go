package requirement_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/protocol"
	"github.com/wsspec/wsspec/protocol/requirement"
)

var (
	pageBreak = regexp.MustCompile(`(?m)^(Fette & Melnikov .*\[Page \d+\]|\f?RFC 6455 +The WebSocket Protocol +December 2011)$`)
	heading   = regexp.MustCompile(`(?m)^(\d+(?:\.\d+)*)\.  \S`)
	// A word that was broken at its own hyphen, such as "non-" and "normative", has no space there.
	brokenWord = regexp.MustCompile(`(\w-)\n[ \f\n]*`)
)

// sections reads the RFC as one line of running text a section, without its subsections.
func sections(t *testing.T) map[string]string {
	t.Helper()
	rfc, err := os.ReadFile("testdata/rfc6455.txt")
	if err != nil {
		t.Fatal(err)
	}
	text := pageBreak.ReplaceAllString(strings.ReplaceAll(string(rfc), "\r\n", "\n"), "")
	byNumber := map[string]string{}
	starts := heading.FindAllStringSubmatchIndex(text, -1)
	for i, s := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		byNumber[text[s[2]:s[3]]] = runningText(text[s[0]:end])
	}
	return byNumber
}

func runningText(s string) string {
	return strings.Join(strings.Fields(brokenWord.ReplaceAllString(s, "$1")), " ")
}

// holds tells whether the parts of the quote occur in the text one after the other.
func holds(text, quote string) bool {
	for part := range strings.SplitSeq(quote, " [...] ") {
		_, rest, found := strings.Cut(text, part)
		if !found || part == "" {
			return false
		}
		text = rest
	}
	return true
}

func TestQuotesAreVerbatim(t *testing.T) {
	text := sections(t)
	unquoted := map[string]string{
		"RFC6455-7.4.2-5":  "the RFC is silent about codes of 5000 and more",
		"RFC6455-11.3.2-2": "an erratum reversed the sentence",
	}
	for r := range requirement.All() {
		if r.RFC != "RFC6455" {
			continue
		}
		if why := unquoted[r.ID]; (why != "") != (r.Quote == "") {
			t.Errorf("%s: quote %q, %s", r.ID, r.Quote, why)
		}
		if r.Quote != "" && !holds(text[r.Section], r.Quote) {
			t.Errorf("%s: section %s does not say %q", r.ID, r.Section, r.Quote)
		}
	}
}

// The level of a requirement is the key word of its sentence. The exceptions carry the key word elsewhere: in the
// introduction to an algorithm or, in lower case, where other sentences leave no doubt.
func TestQuotesCarryTheKeyWord(t *testing.T) {
	elsewhere := map[string]bool{
		"RFC6455-4.1-45": true, "RFC6455-4.1-46": true, // "might"
		"RFC6455-4.2.1-15": true, "RFC6455-4.2.1-17": true, "RFC6455-4.2.1-18": true, // "Optionally"
		"RFC6455-4.2.2-27": true, "RFC6455-4.2.2-28": true, // "Optionally", "can"
		"RFC6455-4.2.2-5": true, "RFC6455-4.4-4": true, "RFC6455-5.4-1": true, "RFC6455-5.4-19": true, // "can", "might"
		"RFC6455-4.2.1-4": true, "RFC6455-4.2.1-5": true, "RFC6455-4.2.1-7": true, "RFC6455-4.2.1-8": true, // the server MUST
		"RFC6455-4.2.1-10": true, "RFC6455-4.2.1-12": true, "RFC6455-4.2.1-13": true, "RFC6455-4.2.1-14": true, // stop otherwise
		"RFC6455-4.2.2-2": true, "RFC6455-4.2.2-3": true, // "MUST complete the following steps"
		"RFC6455-5.5.1-6": true, "RFC6455-5.5.3-2": true, // "must"
	}
	for r := range requirement.All() {
		if r.Quote == "" || r.Level == requirement.Fact {
			continue
		}
		word := r.Level.String()
		carries := strings.Contains(r.Quote, word) || r.Level == requirement.May && strings.Contains(r.Quote, "OPTIONAL")
		if carries == elsewhere[r.ID] {
			t.Errorf("%s: %s is in the quote: %v: %q", r.ID, word, carries, r.Quote)
		}
	}
}

func TestRulesQuoteTheRFC(t *testing.T) {
	text := sections(t)
	for rule := range protocol.Rules() {
		section := strings.TrimPrefix(rule.Clause(), "RFC 6455, section ")
		if !holds(text[section], rule.Quote()) {
			t.Errorf("%q: section %s does not say %q", rule, section, rule.Quote())
		}
		if len(rule.Requirements()) == 0 {
			t.Errorf("%q names no requirement", rule)
		}
		for _, id := range rule.Requirements() {
			if _, ok := requirement.Get(id); !ok {
				t.Errorf("%q: there is no requirement %s", rule, id)
			}
		}
	}
}
