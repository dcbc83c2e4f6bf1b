package reports

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/harness/record"
)

func TestBadge(t *testing.T) {
	cases := func(verdicts ...record.Verdict) *record.Record {
		rec := &record.Record{Peers: []record.Peer{{Name: "p"}}}
		for i, v := range verdicts {
			rec.Peers[0].Cases = append(rec.Peers[0].Cases, record.Case{ID: "1." + string(rune('1'+i)), Verdict: v})
		}
		rec.Planned, rec.Ran = len(verdicts), len(verdicts)
		return rec
	}
	known := &record.Gate{Baseline: "b.yaml", Judgements: []record.Judgement{{Change: record.Known, Peer: "p", Case: "1.1", Verdict: record.Fail}}}
	fresh := &record.Gate{Baseline: "b.yaml", Judgements: []record.Judgement{{Change: record.New, Peer: "p", Case: "1.1", Verdict: record.Fail}, {Change: record.Stale, Peer: "p", Case: "2.*"}}}
	short := cases(record.Pass, record.NonStrict)
	short.Planned = 5
	for name, test := range map[string]struct {
		rec            *record.Record
		gate           *record.Gate
		message, color string
	}{
		"conforms":               {cases(record.Pass, record.NonStrict, record.Informational, record.Unimplemented), nil, "4 cases: conforms", "brightgreen"},
		"one case":               {cases(record.Pass), nil, "1 case: conforms", "brightgreen"},
		"fails":                  {cases(record.Fail, record.Pass, record.Error), nil, "1 of 3 cases fail", "red"},
		"known":                  {cases(record.Fail, record.Pass), known, "nothing new, 1 known", "yellow"},
		"known and not tested":   {cases(record.Fail, record.Error), known, "1 of 2 cases not tested", "lightgrey"},
		"new, and a stale entry": {cases(record.Fail, record.Pass), fresh, "2 new", "red"},
		"baseline without need":  {cases(record.Pass), &record.Gate{Baseline: "b.yaml"}, "1 case: conforms", "brightgreen"},
		"strict":                 {cases(record.NonStrict, record.Pass), &record.Gate{Strict: true}, "1 of 2 cases fail", "red"},
		"not all ran":            {short, nil, "3 of 5 cases not tested", "lightgrey"},
		"nothing":                {cases(), nil, "nothing was tested", "lightgrey"},
	} {
		var out strings.Builder
		if err := NewBadge("libfoo", test.rec, test.gate).JSON(&out); err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"schemaVersion": 1.0, "label": "libfoo", "message": test.message, "color": test.color}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Each peer has a badge of its own, about itself.
func TestPeerBadges(t *testing.T) {
	rec := &record.Record{Planned: 3, Ran: 3, Peers: []record.Peer{
		{Name: "good", Cases: []record.Case{{ID: "1.1", Verdict: record.Pass}}},
		{Name: "bad", Cases: []record.Case{{ID: "1.1", Verdict: record.Fail}, {ID: "1.2", Verdict: record.Pass}}},
	}}
	gate := &record.Gate{Baseline: "b.yaml", Judgements: []record.Judgement{{Change: record.Known, Peer: "bad", Case: "1.1"}, {Change: record.Stale, Peer: "good", Case: "7.*"}}}
	for name, test := range map[string]struct {
		gate *record.Gate
		want []string
	}{
		"without a gate": {nil, []string{"good: 1 case: conforms", "bad: 1 of 2 cases fail"}},
		"with one":       {gate, []string{"good: 1 new", "bad: nothing new, 1 known"}},
	} {
		var got []string
		for _, b := range PeerBadges(rec, test.gate) {
			got = append(got, b.Label+": "+b.Message)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A badge is one well-formed picture that says in words what it shows, and nothing else, whatever the label is.
func TestBadgeSVG(t *testing.T) {
	rec := &record.Record{Planned: 1, Ran: 1, Peers: []record.Peer{{Name: "p", Cases: []record.Case{{ID: "1.1", Verdict: record.Pass}}}}}
	elements := func(label string) (names, texts []string) {
		var out strings.Builder
		if err := NewBadge(label, rec, nil).SVG(&out); err != nil {
			t.Fatal(err)
		}
		if out.Len() > 1500+20*badgeLength {
			t.Errorf("%q: %d bytes", label, out.Len())
		}
		dec := xml.NewDecoder(strings.NewReader(out.String()))
		for {
			token, err := dec.Token()
			if err == io.EOF {
				return names, texts
			}
			if err != nil {
				t.Fatalf("%q: %v\n%s", label, err, out.String())
			}
			switch token := token.(type) {
			case xml.StartElement:
				names = append(names, token.Name.Local)
			case xml.CharData:
				if s := strings.TrimSpace(string(token)); s != "" {
					texts = append(texts, s)
				}
			}
		}
	}
	want, texts := elements("x")
	if diff := cmp.Diff([]string{"x: 1 case: conforms", "x", "1 case: conforms"}, texts); diff != "" {
		t.Error(diff)
	}
	for _, label := range append(slices.Clone(hostile), strings.Repeat("w", 1000), "日本語", "") {
		names, texts := elements(label)
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%.40q changes the elements: %s", label, diff)
		}
		for _, text := range texts {
			if strings.ContainsAny(text, "\x00\x1b\x07\u202e\u200b") {
				t.Errorf("%.40q is shown as it is: %q", label, text)
			}
		}
	}
}

// Text is measured as DejaVu Sans of 11 pixels is wide.
func TestBadgeWidth(t *testing.T) {
	for text, want := range map[string]int{"": 0, "i": 4, "W": 11, "conforms": 52, "303 cases: conforms": 114, "日本": 22, "é": 9} {
		if got := badgeWidth(text); got != want {
			t.Errorf("%q is %d px wide, want %d", text, got, want)
		}
	}
}
