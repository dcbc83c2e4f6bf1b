package reports_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

func TestDifferences(t *testing.T) {
	verdicts := func(name string, list ...record.Verdict) record.Peer {
		p := record.Peer{Name: name}
		for i, v := range list {
			if v != "" {
				p.Cases = append(p.Cases, record.Case{ID: []string{"1.1", "1.2", "1.3", "2.1"}[i], Title: "Title " + string(rune('A'+i)), Verdict: v})
			}
		}
		return p
	}
	rec := &record.Record{Peers: []record.Peer{
		verdicts("a", record.Pass, record.Fail, record.Fail, record.Pass),
		verdicts("b", record.Pass, record.Pass, record.Pass, ""),
		verdicts("c", record.Pass, record.NonStrict, record.NonStrict, record.Pass),
	}}
	page := samples.Body(render(t, rec, nil))
	for _, want := range []string{
		`<th scope="row"><span class="id">1.2</span> Title B <span class="like">2 cases: <span class="id">1.2 1.3</span></span></th><td class="fail"><a href="#a/1.2" title="a"><span aria-hidden="true">✗</span><span class="unseen">fail</span></a></td><td class="pass"><a href="#b/1.2"`,
		`<td class="non-strict"><a href="#c/1.2"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the table does not hold %s", want)
		}
	}
	if n := strings.Count(page, `<th scope="row"><span class="id">`); n != 1 {
		t.Errorf("%d rows, want 1: 1.1 and 2.1 are alike for all who were asked", n)
	}
}

var anchorOfOne = regexp.MustCompile(`<div class="body" id="[^"]*"><span id="([^"]*)"></span>`)

// Links to a case of the only peer need no name; with several peers they do.
func TestShortAnchors(t *testing.T) {
	one := samples.Record()
	one.Peers = one.Peers[:1]
	if page := samples.Body(render(t, one, nil)); !strings.Contains(page, `<span id="24.1"></span>`) || !strings.Contains(page, `id="libfoo/24.1"`) {
		t.Error("no element 24.1")
	}
	if page := samples.Body(render(t, samples.Record(), nil)); strings.Contains(page, `id="24.1"`) {
		t.Error("24.1 is not one case")
	}
	for id, want := range map[string]string{"5.6": "5.6", "search": "", "": "", "5 6": "5%206"} {
		one.Peers[0].Cases = []record.Case{{ID: id, Verdict: record.Pass}}
		got := anchorOfOne.FindStringSubmatch(render(t, one, nil))
		if got == nil && want != "" || got != nil && got[1] != want {
			t.Errorf("case %q has the anchor %q, want %q", id, got, want)
		}
	}
}

func TestRequirementsOnThePage(t *testing.T) {
	rec := samples.Record()
	rec.Peers[0].Cases[3].Requirements = append(rec.Peers[0].Cases[3].Requirements, "RFC9999-1-1", "peers")
	page := samples.Body(render(t, rec, nil))
	text := samples.Words(page)
	if want := "RFC6455-8.1-1 MUST 14/15 1 fail“When an endpoint is to interpret"; !strings.Contains(text, strings.ReplaceAll(want, "“", "")) {
		t.Errorf("the page does not say %q", want)
	}
	for _, want := range []string{`<div id="RFC6455-8.1-1">`, `<a class="mono" href="#RFC6455-8.1-1">`, `<span class="mono">RFC9999-1-1</span>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	if strings.Count(page, `id="peers"`) != 1 || strings.Contains(page, `id="RFC9999-1-1"`) {
		t.Error("what is no requirement has become the name of an element")
	}
}
