package browser

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/wsspec/wsspec/harness/record"
)

// attacks are what a peer may send in order to run a script, or to load something, where its words are shown.
var attacks = []string{
	`<script>window.pwned = 1; alert(1)</script>`,
	`</script><script>window.pwned = 1</script>`,
	`</style></title></textarea><img src=x onerror="window.pwned = 1"><img src="http://127.0.0.1:9/x">`,
	`"><svg onload="window.pwned = 1"><animate onbegin="window.pwned = 1" attributeName=x dur=1s>`,
	`' autofocus onfocus='window.pwned = 1' onmouseover='window.pwned = 1`,
	`javascript:window.pwned=1`, `data:text/html,<script>window.pwned = 1</script>`,
	`]]></desc></symbol></svg><iframe srcdoc="<script>parent.pwned = 1</script>"></iframe>`,
	`<meta http-equiv=refresh content="0;url=http://127.0.0.1:9/"><link rel=stylesheet href=http://127.0.0.1:9/x.css>`,
	"\x1b]0;owned\x07\x1b[2J\u202e<b>", `{{.Policy}}${window.pwned = 1}`,
}

// hostileRun is a run in which an attack stands wherever a peer, a user or a file could have put it.
func hostileRun(text string) run {
	finding := record.Finding{Requirement: text, Level: text, Expected: text, Got: text, Severity: record.Fail, Entries: []int{0, 1, 2, 3, 4}}
	c := record.Case{ID: "5.6", Aliases: []string{text}, Title: text, Verdict: record.Fail, Close: record.CloseFail, DurationUS: 1, Requirements: []string{text, "RFC6455-8.1-1"},
		WSTest: &record.WSTest{Behavior: text, BehaviorClose: text}, Findings: []record.Finding{finding, finding}, Notes: []string{text}, Transcript: text}
	named := c
	named.ID = text
	unknown := c
	unknown.ID, unknown.Verdict, unknown.Close = "5.7", record.Verdict(text), record.CloseVerdict(text)
	peer := record.Peer{Name: text, Role: text, URL: text, Probe: &record.Probe{Problem: text}, Cases: []record.Case{c, named, unknown},
		Ended: &record.Ended{Signal: text, Stderr: []string{text}, During: text}, Untested: &record.Untested{Reason: text, Output: []string{text}}}
	other := peer
	other.Name += "2"
	other.Cases = []record.Case{named}
	rec := &record.Record{Tool: text, Catalogue: text, Seed: text, Profile: text, Interrupted: text, Peers: []record.Peer{peer, other}}
	transcript := new(record.Transcript)
	for _, kind := range []string{record.KindHead, record.KindFrame, record.KindBytes, record.KindEnd, record.KindPause, text} {
		for _, side := range []string{record.SideSent, record.SideGot, text} {
			transcript.Entries = append(transcript.Entries, record.Entry{Side: side, Kind: kind, OpcodeName: text, Key: text, Hex: "8105" + fmt.Sprintf("%x", text[:5]),
				Length: 5, Text: text + "\r\nServer: " + text, Broken: []string{text}, Mark: text})
		}
	}
	judgement := record.Judgement{Change: record.New, Peer: text, Case: text, Verdict: record.Verdict(text), Requirement: text, Text: text, Where: text, Reason: text, Ticket: text}
	return run{rec, func(string, string) *record.Transcript { return transcript }, &record.Gate{Baseline: text, Catalogue: text, Judgements: []record.Judgement{judgement}}, nil}
}

// watch notes what a page must not do: open a dialog, or ask for anything but itself.
type watch struct {
	sync.Mutex
	dialogs, requests []string
}

func (w *watch) see(event any) {
	w.Lock()
	defer w.Unlock()
	switch e := event.(type) {
	case *page.EventJavascriptDialogOpening:
		w.dialogs = append(w.dialogs, e.Message)
	case *network.EventRequestWillBeSent:
		if address := e.Request.URL; address != "about:blank" && !strings.HasSuffix(strings.SplitN(address, "#", 2)[0], "/index.html") {
			w.requests = append(w.requests, address)
		}
	}
}

// No script of a peer runs in the report, and nothing leaves it.
func TestHostilePeer(t *testing.T) {
	b := open(t)
	w := new(watch)
	b.must(chromedp.Listen(b.ctx, w.see))
	for _, attack := range attacks {
		r := hostileRun(attack)
		b.goTo(write(t, r.record, r.transcripts, r.gate), "v=fail")
		eval[any](b, `for (const d of document.querySelectorAll("details")) d.open = true`)
		eval[any](b, `for (const e of document.querySelectorAll("[tabindex], a, summary, input, select")) { e.focus(); e.dispatchEvent(new MouseEvent("mouseover", { bubbles: true })); }`)
		eval[any](b, `for (const a of document.querySelectorAll("main a")) a.click()`)
		eval[any](b, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`)
		if eval[bool](b, `"pwned" in window`) {
			t.Errorf("%.60q ran", attack)
		}
		if n := eval[int](b, `document.querySelectorAll("img, iframe, link, object, embed, form, animate, meta[http-equiv=refresh], main script").length`); n > 0 {
			t.Errorf("%.60q has become %d elements", attack, n)
		}
		if title := eval[string](b, "document.title"); strings.ContainsAny(title, "\x1b\x07\u202e") {
			t.Errorf("%.60q is in the title as it is: %q", attack, title)
		}
	}
	w.Lock()
	defer w.Unlock()
	if len(w.dialogs) > 0 || len(w.requests) > 0 {
		t.Errorf("dialogs %q, requests %q", w.dialogs, w.requests)
	}
}

// The watch sees a script that does run, and what it asks for.
func TestWatchSees(t *testing.T) {
	b := open(t)
	w := new(watch)
	b.must(chromedp.Listen(b.ctx, w.see))
	b.do(chromedp.Navigate(`data:text/html,<script>window.pwned = 1</script><img src="http://127.0.0.1:9/x">`))
	if !eval[bool](b, `"pwned" in window`) {
		t.Error("the script did not run")
	}
	w.Lock()
	defer w.Unlock()
	if len(w.requests) != 2 {
		t.Errorf("requests %q, want the page and its picture", w.requests)
	}
}
