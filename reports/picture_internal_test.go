package reports

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports/internal/samples"
)

// drawn is the drawing of a conversation, and its picture.
func drawn(t *testing.T, transcript *record.Transcript, findings []record.Finding, limit int) (string, *picture) {
	t.Helper()
	var g gallery
	p := draw(evidence(transcript, findings, limit), "server", &g)
	if p == nil || len(g.Drawings) != 1 || p.Drawing != "#d0" {
		t.Fatalf("picture %+v of %d drawings", p, len(g.Drawings))
	}
	return string(g.Drawings[0]), p
}

func TestPicture(t *testing.T) {
	look, p := drawn(t, samples.UnmaskedTalk(), samples.Unmasked.Findings, 28)
	for _, want := range []string{
		`<tspan class="name">GET / HTTP/1.1</tspan></text><use class="head" href="#to"/>`,
		`<tspan class="name">HTTP/1.1 101 Switching Protocols</tspan></text><use class="head" href="#fro"/>`,
		`<svg class="marked" y="90" height="47"><rect class="band" width="100%" height="100%"/><text x="54%" y="15"><tspan class="name">Text</tspan> FIN, 2 bytes<tspan class="wide"> &#34;hi&#34;</tspan></text><use href="#to"/><text class="note" x="54%" y="38"><tspan class="name">the fault</tspan></text></svg>`,
		`<svg class="wrong" y="137" height="47">`,
		`<tspan class="name">finding 1 · must not happen</tspan>`,
		`<tspan class="name">barrier</tspan>`,
		`<tspan class="name">Ping</tspan> FIN, masked, 1 byte`,
		`<tspan class="name">Close</tspan> FIN, 2 bytes<tspan class="wide"> 1000 (normal closure)</tspan></text><use href="#fro"/>`,
		`<text class="gap" x="54%" y="15">FIN</text><use class="end" href="#across"/>`,
		`>wsspec</text>`, `>server</text>`,
	} {
		if !strings.Contains(strings.ReplaceAll(look, "\r", ""), want) {
			t.Errorf("the drawing does not hold\n%s\nbut is\n%s", want, look)
		}
	}
	if want := "3 frames sent, 3 got. What follows the picture tells the same in words."; p.Says != want {
		t.Errorf("described as %q, want %q", p.Says, want)
	}
	if len(p.Times) != 9 || p.Times[2] != (moment{116, "0.2"}) {
		t.Errorf("times %v", p.Times)
	}
}

func TestPictureOfWhatIsNoFrame(t *testing.T) {
	look, _ := drawn(t, &record.Transcript{Entries: []record.Entry{
		{Side: record.SideSent, Kind: record.KindBytes, Length: 3, Text: "half a header"},
		{Side: record.SideNote, Kind: record.KindPause, Text: "2 s"},
		{Side: record.SideGot, Kind: record.KindEnd, Text: "reset", Mark: record.MarkUnexpected},
	}}, nil, 28)
	for _, want := range []string{
		`<tspan class="name">Bytes</tspan> 3 bytes<tspan class="wide"> half a header</tspan></text><use class="bytes" href="#to"/>`,
		`<text class="gap" x="54%" y="19">Pause 2 s</text>`,
		`<svg class="wrong" y="90" height="47">`, `y="15">reset</text><use class="end"`, `<tspan class="name">must not happen</tspan>`,
	} {
		if !strings.Contains(look, want) {
			t.Errorf("the drawing does not hold\n%s\nbut is\n%s", want, look)
		}
	}
}

// Of a long conversation the ends are drawn, what proves a finding, and how much is between.
func TestPictureOfLongConversation(t *testing.T) {
	long := &record.Transcript{Omitted: 65_236, OmittedAt: 200}
	for i := range 300 {
		long.Entries = append(long.Entries, samples.Frame(int64(i), record.SideSent, 0, "Continuation", "x"))
	}
	look, p := drawn(t, long, []record.Finding{{Entries: []int{250}}}, 28)
	if n := strings.Count(look, `href="#to"`); n != 28 {
		t.Errorf("%d arrows, want 28", n)
	}
	if !strings.Contains(look, ">and 65 472 more</text>") || !strings.Contains(look, ">finding 1<") {
		t.Errorf("the drawing is %s", look)
	}
	if p.Height > 1200 {
		t.Errorf("the picture is %d pixels high", p.Height)
	}
}

// Conversations that look alike share a drawing, and keep their times.
func TestPicturesShareDrawings(t *testing.T) {
	var g gallery
	first, second := samples.EchoTalk(), samples.EchoTalk()
	for i := range second.Entries {
		second.Entries[i].AtUS += 5000
		second.Entries[i].Key = "00000000"
	}
	a := draw(evidence(first, nil, 28), "server", &g)
	b := draw(evidence(second, nil, 28), "server", &g)
	c := draw(evidence(second, nil, 28), "client", &g)
	if a.Drawing != b.Drawing || a.Drawing == c.Drawing || len(g.Drawings) != 2 {
		t.Errorf("drawings %s, %s, %s of %d", a.Drawing, b.Drawing, c.Drawing, len(g.Drawings))
	}
	if a.Times[0] == b.Times[0] {
		t.Error("the times are shared, too")
	}
	if draw(nil, "server", &g) != nil {
		t.Error("nothing has a picture")
	}
}
