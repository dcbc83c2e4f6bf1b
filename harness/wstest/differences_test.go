package wstest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

// The page that people read has the same rows, in the same words.
func TestDifferencesAreDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "wstest-differences.md"))
	if err != nil {
		t.Fatal(err)
	}
	var documented, known []string
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| cases |") {
			documented = append(documented, strings.TrimSpace(line))
		}
	}
	for _, d := range Differences {
		known = append(known, "| "+strings.Join([]string{d.Cases, d.Behavior, d.Verdict, d.When, d.Why}, " | ")+" |")
	}
	if diff := cmp.Diff(known, documented); diff != "" {
		t.Errorf("the table and docs/wstest-differences.md (-table +page):\n%s", diff)
	}
}

// What both say is explained by the rows that are about it and by no others: as they are on the page, but for the reason.
func TestExplain(t *testing.T) {
	const (
		bare      = refusals + " | OK | non-strict | the peer ends the stream without a Close frame"
		otherCode = refusals + " | OK | non-strict | the Close frame has no code, or another legal one than 1002 or 1007 (wstest: WRONG CODE)"
		leftOpen  = refusals + " | OK | fail | after its Close frame the peer leaves TCP open"
		goesOn    = refusals + " | OK | fail | the peer goes on as if nothing were wrong, or its Close frame is one that must not be sent (wstest: FAILED or UNCLEAN)"
		race      = racing + " | NON-STRICT | pass | the answer to the message before the violation did not come"
		pongs     = conversations + " | FAILED | pass | the peer sends pongs that nobody asked for"
		late      = conversations + " | OK | non-strict | TCP is closed late, or by a reset, after the closing handshake"
		open      = conversations + " | OK | fail | TCP is not closed at all after the closing handshake (wstest: FAILED BY CLIENT or UNCLEAN)"
		elsewhere = conversations + " | FAILED | pass | a frame of the peer breaks a rule that the case is not about, such as a mask"
		interim   = chapters + " | FAILED | pass | before 101 the peer sends an interim answer, or its answer has a header field with bytes that are not UTF-8"
		handshake = chapters + " | OK, NON-STRICT, INFORMATIONAL | fail | the answer to the opening handshake breaks a rule that " +
			"the testsuite does not hold it to, such as a status line without its second space"
		lateCode  = chapters + " | OK, FAILED | non-strict | the peer's Close frame has code 1012, 1013 or 1014, which the testsuite takes for a violation"
		afterward = "7.1.2-7.1.5 | FAILED, OK | non-strict, pass | what follows our Close frame is answered before the peer's own: a message (non-strict), a ping (pass)"
		otherEcho = "7.1.*, 7.3.1-7.3.5, 7.7.* | FAILED | non-strict | the Close frame in answer has another legal code than ours, 1000 or none"
	)
	for _, c := range []struct {
		id, behavior string
		verdict      record.Verdict
		rows         []string
	}{
		{"2.5", "OK", record.NonStrict, []string{bare, otherCode, late, lateCode}},
		{"5.9", "OK", record.NonStrict, []string{bare, otherCode, late, lateCode}},
		{"5.8", "OK", record.NonStrict, []string{late, lateCode}},
		{"6.21.8", "OK", record.Fail, []string{leftOpen, goesOn, open, handshake}},
		{"6.22.1", "OK", record.Fail, []string{open, handshake}},
		{"6.9.1", "OK", record.NonStrict, []string{late, lateCode}},
		{"3.3", "NON-STRICT", record.Pass, []string{race}},
		{"3.5", "NON-STRICT", record.Pass, nil},
		{"7.1.2", "OK", record.Pass, []string{afterward}},
		{"7.1.2", "FAILED", record.NonStrict, []string{afterward, otherEcho, lateCode}},
		{"7.1.2", "FAILED", record.Pass, []string{pongs, elsewhere, interim}},
		{"12.1.1", "OK", record.Fail, nil},
	} {
		var rows []string
		for _, d := range Explain(c.id, c.behavior, c.verdict) {
			rows = append(rows, strings.Join([]string{d.Cases, d.Behavior, d.Verdict, d.When}, " | "))
		}
		if diff := cmp.Diff(c.rows, rows); diff != "" {
			t.Errorf("%s, %s by wstest and %s by us (-want +got):\n%s", c.id, c.behavior, c.verdict, diff)
		}
	}
}

// What races is said in one place for all, and a row about timing is about nothing else.
func TestRacing(t *testing.T) {
	for id, want := range map[string]bool{"3.1": false, "3.2": true, "3.4": true, "3.5": false, "4.1.3": true, "4.2.5": true, "5.15": true, "5.16": false, "7.1.6": true} {
		if Racing(id) != want {
			t.Errorf("Racing(%s) = %v", id, !want)
		}
	}
	for _, d := range Differences {
		if d.Timing && (!d.About("5.15") || d.About("5.16")) {
			t.Errorf("timing: %+v", d)
		}
	}
}
