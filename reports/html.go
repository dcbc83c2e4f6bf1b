package reports

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"sync"

	"github.com/wsspec/wsspec/harness/record"
)

//go:embed html
var htmlFiles embed.FS

var (
	pageStyle  = mustFile("html/style.css")
	pageScript = mustFile("html/script.js")

	// pagePolicy lets nothing run, load or be sent but the page's own style and script, which are in it.
	pagePolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + hashOf(pageStyle) + "; script-src " + hashOf(pageScript)
)

// pageTemplate is parsed when first asked for, so that a program that never asks starts without it.
var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page.html").Funcs(template.FuncMap{"permille": permille}).ParseFS(htmlFiles, "html/*.html"))
})

func mustFile(name string) string {
	text, err := htmlFiles.ReadFile(name)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return string(text)
}

// hashOf names an inline style or script in a content security policy.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// HTML writes the record as one page that needs nothing beside it: no network, no other file, and for reading no script
// either. Transcripts of cases that did not pass are shown at length, those of others in short; transcripts may be nil. A gate,
// if there is one, says of each failure whether the baseline knows it.
func HTML(w io.Writer, rec *record.Record, transcripts Transcripts, gate *record.Gate) error {
	return newPage(judge(rec, transcripts, gate)).write(w)
}

// PublishedHTML is HTML with a link to the page of trends, trend.html, which has to be beside it.
func PublishedHTML(w io.Writer, rec *record.Record, transcripts Transcripts, gate *record.Gate) error {
	p := newPage(judge(rec, transcripts, gate))
	p.Trend = true
	return p.write(w)
}

func (p *page) write(w io.Writer) error {
	p.Policy, p.CSS, p.JS = pagePolicy, template.CSS(pageStyle), template.JS(pageScript)
	return pageTemplate().ExecuteTemplate(w, "page.html", p)
}
