package reports

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// judgedBy says who gave a peer's verdicts, if it was not this tool.
func judgedBy(p *record.Peer) []string {
	if p.JudgedBy == "" {
		return nil
	}
	return []string{"judged by " + p.JudgedBy}
}

// roleWords say what a peer is, and where.
func roleWords(p *record.Peer) string { return strings.Trim(p.Role+", "+p.URL, ", ") }

// leaveOutWSTest drops what is only a second opinion where this tool has judged: of cases that the Autobahn testsuite judged itself,
// its words are the verdict already.
func leaveOutWSTest(cases []record.Case) {
	for k := range cases {
		cases[k].WSTest = nil
	}
}

// timed tells whether the entries of a transcript have times. The log of the Autobahn testsuite has none: then reports show
// none, and a negative time stands for that.
func timed(t *record.Transcript) bool {
	for _, e := range t.Entries {
		if e.AtUS != 0 {
			return true
		}
	}
	return len(t.Entries) < 2
}

// Page is the link to the page that the peer's judge made, "" if there is none: a path below the directory of the report,
// whatever the record says.
func (p *peerView) Page() string {
	local := filepath.FromSlash(p.Original)
	if p.Original == "" || !filepath.IsLocal(local) || path.Ext(p.Original) != ".html" {
		return ""
	}
	return "./" + path.Clean(p.Original)
}
